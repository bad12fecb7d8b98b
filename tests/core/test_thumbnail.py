"""Small pictures for a list, and the folder in which they are kept."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow
from sentences import is_sentence

from core import codecs, thumbnail

MEMORY = 1 << 32


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLIDETRAY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "thumbnails"


@pytest.fixture
def photo(samples: Path, tmp_path: Path) -> Path:
    (tmp_path / "photo.jpg").write_bytes((samples / "rocket.jpg").read_bytes())
    return tmp_path / "photo.jpg"


def test_a_thumbnail_shows_the_image_and_says_what_it_is(photo: Path, cache: Path) -> None:
    made = thumbnail.make(str(photo), 96, MEMORY)
    assert (made.path, made.text, made.problem) == (str(photo), "640 x 427, 8-bit, colour", "")
    assert Path(made.file).is_relative_to(cache)
    with Pillow.open(made.file) as small, Pillow.open(photo) as whole:
        assert small.size == (96, 64)
        expected = np.asarray(whole.resize((96, 64), Pillow.Resampling.BILINEAR)).astype(int)
        assert np.abs(np.asarray(small) - expected).mean() < 4


def test_what_is_kept_is_not_made_again(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = thumbnail.make(str(photo), 96, MEMORY)
    monkeypatch.setattr(codecs, "decode", lambda *_: pytest.fail("it was made again"))
    monkeypatch.setattr(codecs, "probe", lambda *_: pytest.fail("it was made again"))
    assert thumbnail.make(str(photo), 96, MEMORY) == first


def test_another_size_or_a_changed_file_is_made_anew(photo: Path) -> None:
    first = thumbnail.make(str(photo), 96, MEMORY)
    assert thumbnail.make(str(photo), 48, MEMORY).file != first.file
    Pillow.new("L", (40, 20), 77).save(photo)
    again = thumbnail.make(str(photo), 96, MEMORY)
    assert again.file != first.file
    with Pillow.open(again.file) as small:
        assert small.size == (40, 20)  # not enlarged
        assert abs(np.asarray(small).mean() - 77) < 2


def test_a_damaged_one_is_made_anew(photo: Path) -> None:
    first = thumbnail.make(str(photo), 96, MEMORY)
    whole = Path(first.file).read_bytes()
    for damage in (b"", b"no picture"):
        Path(first.file).write_bytes(damage)
        assert thumbnail.make(str(photo), 96, MEMORY) == first
        assert Path(first.file).read_bytes() == whole


def test_the_middle_of_a_stack_is_shown(tmp_path: Path) -> None:
    stack = np.zeros((5, 50, 60), np.uint8)
    stack[2] = 200
    tifffile.imwrite(tmp_path / "s.tif", stack, imagej=True, metadata={"axes": "ZYX"})
    made = thumbnail.make(str(tmp_path / "s.tif"), 20, MEMORY)
    assert made.text == "60 x 50, 8-bit, 5 Z"
    with Pillow.open(made.file) as small:
        assert np.asarray(small).tolist() == [[200] * 20] * 17


def test_dark_16_bit_images_can_be_seen(tmp_path: Path) -> None:
    ramp = np.linspace(100, 300, 100).astype(np.uint16)[None].repeat(80, 0)
    tifffile.imwrite(tmp_path / "dark.tif", ramp)
    with Pillow.open(thumbnail.make(str(tmp_path / "dark.tif"), 50, MEMORY).file) as small:
        shown = np.asarray(small)
    assert shown.min() < 10
    assert shown.max() > 245


def test_transparency_is_kept(tmp_path: Path) -> None:
    Pillow.new("RGBA", (100, 100), (200, 30, 30, 128)).save(tmp_path / "half.png")
    with Pillow.open(thumbnail.make(str(tmp_path / "half.png"), 50, MEMORY).file) as small:
        assert small.mode == "RGBA"
        assert np.abs(np.asarray(small).astype(int) - (200, 30, 30, 128)).max() <= 1


def test_what_cannot_be_read_is_told(tmp_path: Path, photo: Path) -> None:
    (tmp_path / "text.png").write_bytes(b"no picture")
    (tmp_path / "cut.jpg").write_bytes(photo.read_bytes()[:3000])
    for name in ("text.png", "cut.jpg", "gone.png"):
        made = thumbnail.make(str(tmp_path / name), 96, MEMORY)
        assert made.file == ""
        assert is_sentence(made.problem), made.problem


def test_surprises_become_sentences(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bad(*_: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(codecs, "decode", bad)
    assert thumbnail.make(str(photo), 96, MEMORY).problem == ("Something went wrong while reading this image: odd.")


def test_a_cache_that_cannot_be_written_is_not_the_images_fault(photo: Path, cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_bytes(b"a file where the folder should be")
    made = thumbnail.make(str(photo), 96, MEMORY)
    assert made.file == ""
    assert "can't be written to" in made.problem
    assert str(cache) in made.problem


def test_no_unfinished_file_is_left(photo: Path, cache: Path) -> None:
    thumbnail.make(str(photo), 96, MEMORY)
    assert [p.suffix for p in cache.rglob("*") if p.is_file()] == [".png"]


def test_the_longest_unused_go_first(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for number in range(4):
        Pillow.new("L", (90, 90), number * 60).save(tmp_path / f"{number}.png")
        made.append(Path(thumbnail.make(str(tmp_path / f"{number}.png"), 90, MEMORY).file))
        os.utime(made[-1], (number + 1, number + 1))
    thumbnail.make(str(tmp_path / "0.png"), 90, MEMORY)  # used just now
    stale = made[0].with_name("x.png.1.part")
    stale.write_bytes(b"unfinished")
    os.utime(stale, (1, 1))
    thumbnail.trim()
    assert all(path.exists() for path in made)  # far below the limit
    assert not stale.exists()
    monkeypatch.setattr(thumbnail, "LARGEST_CACHE", sum(made[n].stat().st_size for n in (0, 3)))
    thumbnail.trim()
    assert [path.exists() for path in made] == [True, False, False, True]


def test_trimming_without_a_cache_is_fine() -> None:
    thumbnail.trim()
