"""A picture from the engine as Qt shows it, with the values under its pixels."""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from core.looks import Picture, Seen


FORMATS = {
    "grey": QImage.Format.Format_Grayscale8,
    "rgb": QImage.Format.Format_RGB888,
    "rgba": QImage.Format.Format_RGBA8888,
}
# As the struct module names them.
TYPES = {
    "uint8": "B", "int8": "b", "uint16": "H", "int16": "h", "uint32": "I", "int32": "i",
    "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip


class Pixels:
    """One picture: levels of an image, the largest first, and its values."""

    def __init__(self, picture: Picture) -> None:
        """Map the picture's file; it needs no name any more.

        Raises:
            OSError: the file is not there.
        """
        self.about = picture
        file = Path(picture.file)
        with file.open("rb") as opened:
            self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        with contextlib.suppress(OSError):  # Windows keeps it until the engine's folder goes
            os.unlink(file)
        whole = memoryview(self._map)
        # The views must live as long as the images that point into them.
        self._views = [whole[offset : offset + height * stride] for offset, _, height, stride in picture.levels]
        self.levels = [
            QImage(view, width, height, stride, FORMATS[picture.form])
            for view, (_, width, height, stride) in zip(self._views, picture.levels, strict=True)
        ]
        self._values = whole[picture.values_offset :]
        self._value = struct.Struct(f"={TYPES[picture.values_type]}")
        self.columns, self.rows = picture.levels[0][1], picture.levels[0][2]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the image itself; a reduced picture has fewer pixels."""
        return self.about.width, self.about.height

    @property
    def reduced(self) -> bool:
        """Whether there are fewer pixels than the image has."""
        return (self.columns, self.rows) != self.size

    def values(self, x: float, y: float) -> tuple[float, ...] | None:
        """The values of all channels at a place, from 0 to 1 across and down; None outside."""
        if not (0 <= x < 1 and 0 <= y < 1):
            return None
        column, row = int(x * self.columns), int(y * self.rows)
        channels = self.about.values_channels
        start = (row * self.columns + column) * channels * self._value.size
        return tuple(
            self._value.unpack_from(self._values, start + channel * self._value.size)[0] for channel in range(channels)
        )


class Shown:
    """An answer about one image, with its pixels ready; made in the controller's thread."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.before = _load(seen.before)
        self.after = _load(seen.after)


def _load(picture: Picture | None) -> Pixels | None:
    if picture is None:
        return None
    try:
        return Pixels(picture)
    except (OSError, ValueError):  # the engine's folder went with it
        return None
