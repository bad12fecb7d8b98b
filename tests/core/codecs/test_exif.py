"""Camera data change in place, and never show what is no longer in the picture."""

from __future__ import annotations

import contextlib
import io
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import codecs, recipe
from core.codecs import exif
from core.messages import Setup, Work
from core.process import Runner
from core.transforms.geometry.crop import Crop


def photo(path: Path) -> bytes:
    """A photograph whose EXIF block has a thumbnail, its size and a maker's notes; returns the thumbnail."""
    small = io.BytesIO()
    Image.fromarray(np.arange(80 * 60, dtype=np.uint16).astype(np.uint8).reshape(60, 80)).save(small, "JPEG")
    thumbnail = small.getvalue()
    block = Image.Exif()
    block[0x010F] = "Scope & Co"
    block[0x0112] = 6
    inner = block.get_ifd(0x8769)
    inner[0xA002], inner[0xA003], inner[0x927C] = 400, 300, b"maker's notes " * 9
    plain = block.tobytes().removeprefix(b"Exif\0\0")
    order = "<" if plain[:2] == b"II" else ">"
    main = struct.unpack_from(order + "I", plain, 4)[0]
    link = main + 2 + 12 * struct.unpack_from(order + "H", plain, main)[0]
    at = len(plain)
    second = struct.pack(order + "H", 2)
    second += struct.pack(order + "HHII", 0x0201, 4, 1, at + 30)
    second += struct.pack(order + "HHII", 0x0202, 4, 1, len(thumbnail)) + bytes(4)
    whole = plain[:link] + struct.pack(order + "I", at) + plain[link + 4 :] + second + thumbnail
    Image.fromarray(np.zeros((300, 400, 3), np.uint8)).save(path, exif=b"Exif\0\0" + whole)
    assert thumbnail in path.read_bytes()
    return thumbnail


def test_a_crop_leaves_no_thumbnail_of_the_whole(tmp_path: Path) -> None:
    thumbnail = photo(tmp_path / "a.jpg")
    image = Crop(width=50, height=40).run(codecs.decode(tmp_path / "a.jpg"))
    data = recipe.load("web").format.encode(image).data
    assert thumbnail not in data
    assert thumbnail[200:600] not in data
    with Image.open(io.BytesIO(data)) as result:
        block = result.getexif()
        assert (block[0x010F], block[0x0112]) == ("Scope & Co", 1)
        assert block.get_ifd(0x8769)[0x927C] == b"maker's notes " * 9
        assert not block.get_ifd(1)


def test_the_size_that_the_camera_data_name_is_the_results(tmp_path: Path) -> None:
    import msgspec

    from core import files, items, plan

    (tmp_path / "in").mkdir()
    photo(tmp_path / "in" / "a.jpg")
    made = plan.make(recipe.load("thumbnails"), items.scan([tmp_path / "in"]), tmp_path / "out")
    (tmp_path / "out").mkdir()
    setup = Setup(
        run=files.new_run(),
        recipe=msgspec.Raw(recipe.load("thumbnails").encode()),
        folder=made.folder,
        conflict="rename",
        memory=1 << 30,
    )
    Runner(setup).handle(Work(made.jobs[0]))
    with Image.open(tmp_path / "out" / "a.jpg") as result:
        inner = result.getexif().get_ifd(0x8769)
        assert (inner[0xA002], inner[0xA003]) == result.size == (192, 256)


@pytest.mark.parametrize("seed", range(200))
def test_damaged_blocks_raise_one_kind_of_error_or_none(seed: int) -> None:
    chance = random.Random(seed)
    block = bytearray(Image.Exif().tobytes() + bytes(40))
    for _ in range(chance.randrange(1, 20)):
        block[chance.randrange(len(block))] = chance.randrange(256)
    cut = bytes(block[: chance.randrange(len(block))])
    for change in (exif.upright, exif.without_thumbnail):
        with contextlib.suppress(struct.error):
            assert isinstance(change(cut), bytes)
    assert isinstance(exif.sized(cut, 3, 4), bytes)
