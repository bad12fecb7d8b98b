"""What a preview says: of its ranges, in the run's words where something is wrong, and what it keeps."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import tifffile
from kinds import KINDS, save
from looking import Made, built_in, level, recipe_of, see, values
from pictures import CALIBRATION
from pictures import values as some_values
from sentences import is_sentence

from core import codecs, preview, recipe
from core.image import Image, from_array
from core.looks import Seen
from core.preview import Viewer
from core.transforms import find

BLUR = {"step": "gaussian-blur", "sigma": 3.0}


RANGE = {"step": "rescale-intensity", "scope": "image"}


@pytest.fixture
def plate(tmp_path: Path) -> list[Path]:
    """Six images of rising brightness."""
    folder = tmp_path / "plate"
    folder.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).poisson(100 * (number + 1), (60, 50)).astype(np.uint16)
        tifffile.imwrite(folder / f"{number}.tif", pixels)
    return sorted(folder.iterdir())


def test_a_range_over_a_small_set_is_that_of_the_run(plate: list[Path], tmp_path: Path) -> None:
    wanted = built_in("microscopy-8bit")
    made = Made([plate[0].parent], wanted, tmp_path / "out")
    names = [str(path) for path in plate]
    viewer = Viewer()
    for path in plate:
        seen = see(path, wanted, tmp_path / "p", viewer, full=True, sample=names, total=6)
        assert seen.note == ""
        np.testing.assert_array_equal(values(seen.after), made.read(path))
        quick = see(path, wanted, tmp_path / "p", viewer, sample=names, total=6)
        assert quick.note == ""  # the range of the full one serves the quick ones after it
        np.testing.assert_array_equal(values(quick.after), made.read(path))


def test_a_range_from_a_part_of_the_set_says_so(plate: list[Path], tmp_path: Path) -> None:
    wanted = built_in("microscopy-8bit")
    names = [str(path) for path in plate]
    full = see(plate[0], wanted, tmp_path / "p", full=True, sample=names, total=1000)
    assert full.note == "Approximate: range taken from 6 images, the run looks at all of them."
    quick = see(plate[0], wanted, tmp_path / "p", sample=names, total=6)
    assert quick.note == "Approximate: range taken from 4 images, the run looks at all of them."
    alone = see(plate[0], wanted, tmp_path / "p", full=True)
    assert "range taken from 1 image" in alone.note
    only = see(plate[0], wanted, tmp_path / "p", full=True, sample=names[:1], total=1)
    assert only.note == ""


def test_a_range_is_taken_again_when_an_image_changes(plate: list[Path], tmp_path: Path) -> None:
    wanted, names, viewer = built_in("microscopy-8bit"), [str(path) for path in plate], Viewer()
    before = values(see(plate[0], wanted, tmp_path / "p", viewer, full=True, sample=names, total=6).after)
    tifffile.imwrite(plate[5], np.full((60, 50), 60000, np.uint16))
    after = values(see(plate[0], wanted, tmp_path / "p", viewer, full=True, sample=names, total=6).after)
    assert after.max() < before.max() / 2


def test_an_image_of_the_sample_that_cannot_be_read_costs_nothing(plate: list[Path], tmp_path: Path) -> None:
    plate[3].write_bytes(b"II*\0 and then nothing")
    seen = see(plate[0], built_in("microscopy-8bit"), tmp_path / "p", full=True, sample=[str(p) for p in plate])
    assert seen.problem == ""


def refused(path: Path, wanted: msgspec.Raw, folder: Path) -> list[Seen]:
    """Both kinds of preview, which refuse as the run does."""
    made = Made([path], wanted, folder / "out")
    answers = [see(path, wanted, folder / "pictures", full=full, longest=64) for full in (False, True)]
    for seen in answers:
        # How much memory there is changes from one moment to the next.
        said, told = (text.partition("; ")[0] for text in (seen.problem, made.failed[str(path)].message))
        assert said == told
        assert is_sentence(seen.problem)
        assert seen.after is None
    return answers


def test_a_refusal_is_that_of_the_run(samples: Path, tmp_path: Path) -> None:
    photo, grey, floats = (KINDS[kind](tmp_path, samples) for kind in ("photo", "grey", "float"))
    refusals = {
        "does not fit": (photo, recipe_of({"step": "crop", "width": 5000, "height": 10})),
        "numbers for 3 channels": (KINDS["stack"](tmp_path, samples), recipe_of({"step": "normalize"})),
        "which value is white": (floats, recipe_of({"step": "gamma"})),
        "PNG can't hold": (floats, built_in("convert-png")),
        "The result would have": (grey, recipe_of({"step": "resize", "longest": 100_000})),
    }
    for part, (path, wanted) in refusals.items():
        for seen in refused(path, wanted, tmp_path / part[:3]):
            assert part in seen.problem
            assert seen.before is not None  # the image itself can be looked at


def test_a_damaged_file_is_told_as_in_the_run(samples: Path, tmp_path: Path) -> None:
    whole = KINDS["photo"](tmp_path, samples).read_bytes()
    for name, data in {"cut.jpg": whole[: len(whole) // 2], "empty.png": b"", "text.tif": b"no picture"}.items():
        (tmp_path / name).write_bytes(data)
        for seen in refused(tmp_path / name, recipe_of(), tmp_path / name[:3]):
            assert seen.before is None


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    assert see(tmp_path / "gone.png", recipe_of(), tmp_path / "p").problem == "The file is no longer there."


def test_a_recipe_that_cannot_be_used_is_told_in_its_own_words(samples: Path, tmp_path: Path) -> None:
    broken = msgspec.Raw(b'{"version": 1, "name": "x", "steps": [{"step": "no-such"}]}')
    with pytest.raises(recipe.RecipeError) as error:
        recipe.decode(bytes(broken))
    assert see(KINDS["grey"](tmp_path, samples), broken, tmp_path / "p").problem == str(error.value)


@pytest.mark.parametrize("full", [False, True])
def test_surprises_become_sentences(full: bool, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = KINDS["grey"](tmp_path, samples)

    def bad(*_: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(find("gaussian-blur"), "apply", bad)
    assert (
        "Something went wrong while changing this image: odd."
        in see(path, recipe_of(BLUR), tmp_path, full=full).problem
    )
    monkeypatch.setattr(codecs, "decode", bad)
    assert "Something went wrong while reading this image: odd." in see(path, recipe_of(), tmp_path, full=full).problem


def test_a_folder_that_takes_no_pictures_is_not_the_images_fault(samples: Path, tmp_path: Path) -> None:
    path = KINDS["grey"](tmp_path, samples)
    wanted = preview.Look(number=1, path=str(path), recipe=recipe_of())
    problem = Viewer().see(wanted, tmp_path / "not there", 1 << 30).problem
    assert "not there can't be written to (No such file or directory)" in problem
    assert is_sentence(problem)


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_looked_at(samples: Path, tmp_path: Path) -> None:
    from core import items

    odd = os.fsencode(tmp_path) + b"/odd \xff.tif"
    with open(odd, "wb") as file:
        file.write(KINDS["grey"](tmp_path, samples).read_bytes())
    named = next(i.sources[0].path for i in items.scan([tmp_path]).items if "odd" in i.key)
    seen = see(Path(named), built_in("microscopy-8bit"), tmp_path / "p", full=True, sample=[named], total=1)
    assert seen.problem == ""
    assert seen.after is not None


def test_few_reduced_sources_are_kept_and_no_stack_behind_them(tmp_path: Path) -> None:
    viewer = Viewer()
    paths = []
    for number in range(6):
        path = tmp_path / f"{number}.tif"
        save(from_array(some_values("uint16", (20, 64, 64)), "ZYX", metadata=CALIBRATION), path)
        paths.append(path)
    for path in paths:
        for z in (0, 5):
            see(path, recipe_of(), tmp_path / "p", viewer, longest=1024, z=z)
    assert len(viewer.sources) == preview.KEPT == 3
    held = [image.pixels.untyped_storage().nbytes() for image, _ in viewer.sources.values()]
    assert max(held) <= 64 * 64 * 4


def test_the_source_in_use_is_the_last_to_go(plate: list[Path], tmp_path: Path) -> None:
    viewer = Viewer()
    for path in (plate[0], plate[1], plate[0], plate[2], plate[0], plate[3]):
        see(path, recipe_of(), tmp_path / "p", viewer)
    assert [Path(key[0]).name for key in viewer.sources] == ["2.tif", "0.tif", "3.tif"]


def test_a_kept_source_is_not_decoded_again_unless_the_file_changed(
    plate: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, decode, decoded = Viewer(), codecs.decode, []

    def counted(path: Path, *rest: Any) -> Image:
        if path.parent == plate[0].parent:
            decoded.append(path)
        return decode(path, *rest)

    monkeypatch.setattr(codecs, "decode", counted)
    first = see(plate[0], recipe_of(), tmp_path / "p", viewer)
    second = see(plate[0], recipe_of({"step": "invert"}), tmp_path / "p", viewer, number=2, before=False)
    assert len(decoded) == 1
    assert second.before is None
    assert first.seconds > 0
    tifffile.imwrite(plate[0], np.full((60, 50), 7, np.uint16))
    changed = see(plate[0], recipe_of(), tmp_path / "p", viewer)
    assert len(decoded) == 2
    assert (values(changed.before) == 7).all()


def test_only_the_pictures_are_left_in_the_folder(samples: Path, tmp_path: Path) -> None:
    path = KINDS["photo"](tmp_path, samples)
    see(path, built_in("web"), tmp_path / "p", number=4, full=True)
    see(path, built_in("web"), tmp_path / "p", number=5)
    left = sorted(p.name for p in (tmp_path / "p").iterdir())
    assert left == ["4-full.after", "4-full.before", "5-quick.after", "5-quick.before"]


def test_labels_stay_labels_on_the_screen(samples: Path, tmp_path: Path) -> None:
    seen = see(KINDS["labels"](tmp_path, samples), built_in("convert-png"), tmp_path / "p", full=True)
    np.testing.assert_array_equal(level(seen.before), level(seen.after))
    assert seen.after is not None
    assert seen.after.labels
