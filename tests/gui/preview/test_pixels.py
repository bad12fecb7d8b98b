"""Pictures from files: what is shown, what is told of a place, and that nothing stays open."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from pictures import TYPES
from pictures import values as some_values
from shown import about, pixels, shown

from core.image import from_array
from gui.preview.pixels import TYPES as READABLE
from gui.preview.pixels import Pixels


@pytest.mark.parametrize("stored", TYPES)
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_the_value_at_a_place_is_that_of_the_file(stored: str, channels: int, tmp_path: Path) -> None:
    array = some_values(stored, (19, 23, channels))
    found = pixels(array, tmp_path)
    for y in range(19):
        for x in range(23):
            told = found.values((x + 0.5) / 23, (y + 0.5) / 19)
            assert told is not None
            assert [np.dtype(stored).type(v) for v in told] == array[y, x].tolist()


def test_every_type_can_be_read() -> None:
    assert set(TYPES) == set(READABLE)


def test_outside_there_is_no_value(tmp_path: Path) -> None:
    found = pixels(some_values("uint8", (5, 6)), tmp_path)
    for place in ((-0.01, 0.5), (1.0, 0.5), (0.5, -0.01), (0.5, 1.0), (7, 7)):
        assert found.values(*place) is None
    assert found.values(0, 0) is not None
    assert found.values(0.9999999, 0.9999999) is not None


def test_images_show_the_levels(tmp_path: Path) -> None:
    cases: list[tuple[np.ndarray[Any, Any], dict[str, Any], int]] = [
        (some_values("uint8", (301, 411)), {}, 1),
        (some_values("uint8", (301, 411, 3)), {}, 3),
        (some_values("uint8", (301, 411, 3)), {"alpha": from_array(some_values("uint8", (301, 411))).pixels}, 4),
    ]
    for array, fields, channels in cases:
        found = pixels(array, tmp_path, longest=100, **fields)
        assert [(level.width(), level.height()) for level in found.levels] == [(411, 301), (102, 75)]
        for x, y in ((0, 0), (410, 300), (200, 17)):
            colour = found.levels[0].pixelColor(x, y)
            expected = array[y, x].tolist() if channels > 1 else [array[y, x]] * 3
            assert [colour.red(), colour.green(), colour.blue()] == expected
            if channels == 4:
                assert colour.alpha() == fields["alpha"][0, 0, 0, y, x]


def test_a_reduced_picture_knows_the_images_size(tmp_path: Path) -> None:
    picture = about(some_values("uint8", (10, 20)), tmp_path)
    assert not Pixels(picture).reduced
    reduced = Pixels(about(some_values("uint8", (10, 20)), tmp_path, full=(100, 200)))
    assert reduced.reduced
    assert reduced.size == (200, 100)
    assert (reduced.columns, reduced.rows) == (20, 10)


def test_the_file_has_no_name_any_more_and_is_closed_with_the_picture(tmp_path: Path) -> None:
    picture = about(some_values("uint16", (500, 600)), tmp_path)
    found = Pixels(picture)
    if sys.platform != "win32":
        assert not Path(picture.file).exists()
    assert found.values(0.5, 0.5) is not None
    image = found.levels[0]
    assert image.pixelColor(3, 3).isValid()
    if sys.platform == "linux":
        maps = Path("/proc/self/maps")
        assert picture.file in maps.read_text()
        del found, image
        gc.collect()
        assert picture.file not in maps.read_text()


def test_many_pictures_leave_nothing_open(tmp_path: Path) -> None:
    if sys.platform != "linux":
        return
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        pixels(some_values("uint16", (50, 60)), tmp_path)
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_gone_or_empty_is_no_picture(tmp_path: Path) -> None:
    picture = about(some_values("uint8", (5, 6)), tmp_path)
    after = about(some_values("uint8", (5, 6)), tmp_path)
    Path(picture.file).unlink()
    Path(after.file).write_bytes(b"")
    both = shown(picture, after)
    assert both.before is None
    assert both.after is None
    assert shown(None, None).before is None
    with pytest.raises(OSError, match="No such file"):
        Pixels(picture)


def test_an_answer_survives_the_way_from_the_engine(tmp_path: Path) -> None:
    array = some_values("uint16", (9, 8))
    told = shown(about(array, tmp_path), None).seen
    again = msgspec.json.decode(msgspec.json.encode(told), type=type(told))
    assert again == told
