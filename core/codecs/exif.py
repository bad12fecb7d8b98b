"""Changes to a camera's EXIF block, made in place, so that what points into it (a maker's notes) stays right.

Source: Exif 2.32 (JEITA CP-3451E), section 4.6; the block is a TIFF file of its own (TIFF 6.0, section 2).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

ORIENTATION, EXIF_DIRECTORY = 0x0112, 0x8769
THUMBNAIL, THUMBNAIL_LENGTH = 0x0201, 0x0202
WIDTH, HEIGHT = 0xA002, 0xA003
SHORT, LONG = 3, 4


class _Block:
    """A block that can be read and changed; offsets count from its TIFF header."""

    def __init__(self, block: bytes) -> None:
        self.start = 6 if block.startswith(b"Exif\0\0") else 0
        self.data = bytearray(block)
        self.order = "<" if block[self.start : self.start + 2] == b"II" else ">"

    def number(self, offset: int, kind: int = LONG) -> int:
        """The whole number at an offset."""
        found: int = struct.unpack_from(self.order + ("I" if kind == LONG else "H"), self.data, self.start + offset)[0]
        return found

    def put(self, offset: int, value: int, kind: int = LONG) -> None:
        """Write a whole number."""
        struct.pack_into(self.order + ("I" if kind == LONG else "H"), self.data, self.start + offset, value)

    def entries(self, directory: int) -> Iterator[tuple[int, int, int]]:
        """(tag, kind, offset of the value) of each entry of a directory."""
        for index in range(self.number(directory, SHORT)):
            entry = directory + 2 + 12 * index
            yield self.number(entry, SHORT), self.number(entry + 2, SHORT), entry + 8

    def value(self, directory: int, wanted: int) -> int | None:
        """The whole number under a tag, if it is there."""
        for tag, kind, offset in self.entries(directory):
            if tag == wanted:
                return self.number(offset, kind)
        return None

    def set(self, directory: int, wanted: int, value: int) -> None:
        """Change the whole number under a tag, if it is there."""
        for tag, kind, offset in self.entries(directory):
            if tag == wanted and kind in (SHORT, LONG) and (kind == LONG or value < 1 << 16):
                self.put(offset, value, kind)

    @property
    def main(self) -> int:
        """The main directory's offset."""
        return self.number(4)


def upright(block: bytes) -> bytes:
    """The block with orientation 1.

    Raises:
        struct.error: the block is damaged.
    """
    inside = _Block(block)
    inside.set(inside.main, ORIENTATION, 1)
    return bytes(inside.data)


def without_thumbnail(block: bytes) -> bytes:
    """The block without its small picture, which would go on showing what was cropped or changed.

    Raises:
        struct.error: the block is damaged.
    """
    inside = _Block(block)
    link = inside.main + 2 + 12 * inside.number(inside.main, SHORT)
    second = inside.number(link)
    if not second:
        return block
    offset, length = (inside.value(second, tag) for tag in (THUMBNAIL, THUMBNAIL_LENGTH))
    inside.put(link, 0)
    if offset and length:
        begin = inside.start + offset
        end = min(begin + length, len(inside.data))
        if begin < end < len(inside.data):
            inside.data[begin:end] = bytes(end - begin)
        elif begin < end:
            del inside.data[begin:]
    return bytes(inside.data)


def sized(block: bytes, width: int, height: int) -> bytes:
    """The block with the picture's size, where it names one; a damaged block is left as it is."""
    inside = _Block(block)
    try:
        directory = inside.value(inside.main, EXIF_DIRECTORY)
        if directory:
            inside.set(directory, WIDTH, width)
            inside.set(directory, HEIGHT, height)
    except struct.error:
        return block
    return bytes(inside.data)
