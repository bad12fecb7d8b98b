"""Small files that claim to be huge pictures: refused from the header, before memory is taken."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pillow
from tiff_by_hand import tiff

from core import codecs
from core.codecs import DecodeError, Limits

SIDE = 40_000


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def deep_png() -> bytes:
    data = bytearray(png())
    data[24] = 16
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def bmp() -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 1000, 0, 0, 54) + info + bytes(900)


def gif() -> bytes:
    out = io.BytesIO()
    Pillow.new("L", (8, 8)).save(out, "GIF")
    data = bytearray(out.getvalue())
    data[6:10] = struct.pack("<HH", SIDE, SIDE)
    return bytes(data)


def webp() -> bytes:
    """A VP8X header for a canvas of 16,384 x 16,384, the largest, around a small picture."""
    out = io.BytesIO()
    Pillow.new("RGB", (8, 8)).save(out, "WEBP", save_all=True, append_images=[Pillow.new("RGB", (8, 8), "red")])
    data = bytearray(out.getvalue())
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = (16383).to_bytes(3, "little") * 2
    return bytes(data)


def jpeg() -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (8, 8)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", SIDE, SIDE)
    return bytes(data)


def large_tile() -> bytes:
    """A small picture in one huge tile."""
    return tiff(10, 10, 8, bytes(100), t322=SIDE, t323=SIDE, t324=8, t325=100)


def many_frames() -> bytes:
    out = io.BytesIO()
    first = Pillow.new("L", (300, 300))
    rest = [Pillow.new("L", (300, 300), shade) for shade in range(1, 200)]
    first.save(out, "GIF", save_all=True, append_images=rest)
    return out.getvalue()


def growing_frame() -> bytes:
    """An animation of a small and a huge frame."""
    out = io.BytesIO()
    first = Pillow.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    first.save(out, "GIF", save_all=True, append_images=[first.rotate(90)])
    data = bytearray(out.getvalue())
    at = data.rindex(b"\x2c\0\0\0\0")
    data[at + 5 : at + 9] = struct.pack("<HH", SIDE, SIDE)
    return bytes(data)


def many_planes() -> bytes:
    """ImageJ's description of a hundred million planes."""
    out = io.BytesIO()
    text = "ImageJ=1.53t\nimages=100000000\nslices=100000000\n"
    tifffile.imwrite(out, np.zeros((10, 10), np.uint8), description=text, metadata=None)
    return out.getvalue() + bytes(50_000)


BOMBS = {
    "png": png(),
    "deep png": deep_png(),
    "bmp": bmp(),
    "gif": gif(),
    "webp": webp(),
    "jpeg": jpeg(),
    "tiff": tiff(SIDE, SIDE, 8, bytes(100)),
    "colour tiff": tiff(SIDE, SIDE, (16, 16, 16), bytes(100), t262=2),
    "compressed tiff": tiff(SIDE, SIDE, 8, zlib.compress(bytes(100)), t259=8),
    "animated gif": many_frames(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_refused_from_the_header(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.dat"
    path.write_bytes(BOMBS[name])
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError) as error:
            codecs.decode(path, limits=Limits(memory=10_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "of memory; 10 MB can be used" in str(error.value)
    assert peak < 20_000_000
    codecs.probe(path)


@pytest.mark.parametrize(
    "data", [large_tile(), many_planes(), growing_frame()], ids=["large tile", "many planes", "growing frame"]
)
def test_a_small_picture_that_asks_for_much_is_refused_too(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.tif"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            codecs.decode(path, limits=Limits(memory=10_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000


def test_large_is_not_hostile(tmp_path: Path) -> None:
    """More pixels than Pillow's own alarm are read where the memory allows it."""
    path = tmp_path / "large.png"
    Pillow.new("1", (20_000, 10_000)).save(path)
    image = codecs.decode(path, limits=Limits(memory=300_000_000))
    assert (image.outline.width, image.outline.height) == (20_000, 10_000)
