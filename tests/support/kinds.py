"""One small image of each kind that a step may meet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile
from pictures import CALIBRATION, LABEL_COLOURS
from pictures import values as some_values
from PIL import Image as Pillow

from core.codecs.tiff_format import Tiff
from core.image import Image, Metadata, from_array


def save(image: Image, path: Path) -> Path:
    path.write_bytes(Tiff().encode(image).data)
    return path


def _photo(folder: Path, samples: Path) -> Path:
    with Pillow.open(samples / "rocket.jpg") as photo:
        photo.save(folder / "photo.jpg", quality=92)
    return folder / "photo.jpg"


def _alpha(folder: Path, samples: Path) -> Path:
    with Pillow.open(samples / "coffee.png") as photo:
        small = np.asarray(photo.resize((120, 80)))
    share = np.linspace(0, 255, 120, dtype=np.uint8)[None].repeat(80, 0)
    Pillow.fromarray(np.dstack([small, share])).save(folder / "alpha.png")
    return folder / "alpha.png"


def _grey(folder: Path, samples: Path) -> Path:
    rng = np.random.default_rng(3)
    image = rng.poisson(np.linspace(200, 4000, 130)[None].repeat(90, 0)).astype(np.uint16)
    tifffile.imwrite(folder / "grey.tif", image)
    return folder / "grey.tif"


def _labels(folder: Path, samples: Path) -> Path:
    numbers = (np.arange(60)[:, None] // 20 + np.arange(70)[None] // 25).astype(np.uint8)
    return save(from_array(numbers, role="labels", metadata=Metadata(palette=LABEL_COLOURS)), folder / "labels.tif")


def _float(folder: Path, samples: Path) -> Path:
    tifffile.imwrite(folder / "float.tif", some_values("float32", (64, 80)))
    return folder / "float.tif"


def _stack(folder: Path, samples: Path) -> Path:
    stack = some_values("uint16", (2, 3, 2, 44, 52))
    return save(from_array(stack, "TZCYX", metadata=CALIBRATION), folder / "stack.tif")


KINDS = {"photo": _photo, "alpha": _alpha, "grey": _grey, "labels": _labels, "float": _float, "stack": _stack}
