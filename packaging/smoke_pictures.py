"""Pictures for smoke.py, drawn and read with nothing but Python."""

from __future__ import annotations

import shutil
import struct
import zlib
from pathlib import Path

SAMPLES = ("coins.png", "cell.png", "retina.jpg")


def drawn_png(width: int, height: int) -> bytes:
    """A grey picture, for want of a photograph."""
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        made += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return made


def drawn_tiff(width: int, height: int) -> bytes:
    """A 16-bit grey TIFF with values from 1,000 on, as a camera of 12 bits gives them."""
    data = struct.pack(f"<{width * height}H", *(1000 + (7 * i) % 3000 for i in range(width * height)))
    size = ((256, width), (257, height), (278, height), (279, len(data)))
    tags = sorted((*size, (258, 16), (259, 1), (262, 1), (273, 8), (277, 1)))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + entries + bytes(4)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG.

    Raises:
        ValueError: it is none, or not whole.
    """
    if data[:3] != b"\xff\xd8\xff" or data[-2:] != b"\xff\xd9":
        raise ValueError("no whole JPEG")
    at = 2
    while at + 9 < len(data) and data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    height, width = struct.unpack(">HH", data[at + 5 : at + 9])
    return width, height


def png_size(data: bytes) -> tuple[int, int, int]:
    """Width, height and bits of a PNG.

    Raises:
        ValueError: it is none, or not whole.
    """
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[-8:-4] != b"IEND":
        raise ValueError("no whole PNG")
    width, height, bits = struct.unpack(">IIB", data[16:25])
    return width, height, bits


def make_images(folder: Path, samples: Path) -> None:
    """Put three pictures there: the demo's out of `samples`, else drawn ones."""
    folder.mkdir()
    for number, name in enumerate(SAMPLES):
        if (samples / name).is_file():
            shutil.copyfile(samples / name, folder / name)
        else:
            (folder / f"drawn {number}.png").write_bytes(drawn_png(300 + 50 * number, 280))
