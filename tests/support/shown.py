"""Pictures as the window holds them, made without an engine."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from core import picture
from core.image import from_array
from core.looks import Picture, Seen
from gui.preview.pixels import Pixels, Shown

_numbers = itertools.count()


def about(array: np.ndarray[Any, Any], folder: Path, *, longest: int = 1024, **fields: Any) -> Picture:
    """A picture file of an array `[Y, X]` or `[Y, X, C]`."""
    axes = "YX" if array.ndim == 2 else "YXC"
    if array.ndim == 3 and array.shape[2] == 3:
        fields.setdefault("role", "colour")
    return picture.write(from_array(array, axes, **fields), folder / f"{next(_numbers)}.picture", longest=longest)


def pixels(array: np.ndarray[Any, Any], folder: Path, **fields: Any) -> Pixels:
    return Pixels(about(array, folder, **fields))


def plain(colour: tuple[int, int, int], folder: Path, width: int = 400, height: int = 300, **fields: Any) -> Pixels:
    """A picture of one colour."""
    return pixels(np.full((height, width, 3), colour, np.uint8), folder, **fields)


def shown(before: Picture | None, after: Picture | None, **fields: Any) -> Shown:
    """An answer with these pictures."""
    settings = {"number": 1, "path": "/data/plate 1/image.tif", "full": True, **fields}
    return Shown(Seen(before=before, after=after, **settings))
