"""From the array that tifffile gives to an upright image: inks, inverted and premultiplied values, axes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from core.codecs import pillow
from core.image import WHITE, Image, Metadata, Outline, from_array

if TYPE_CHECKING:
    import numpy as np

# PhotometricInterpretation, TIFF 6.0 page 37 and sections 16, 20, 21 and 23.
MINISWHITE, SEPARATED, YCBCR = 0, 5, 6
LAB = (8, 9, 10)


class Layout(NamedTuple):
    """How one series of a file becomes an image."""

    outline: Outline
    axes: str
    """One letter an axis of the array: T, Z, C, Y, X, S (samples), M (a further one, which T takes too)."""
    palette: bytes
    alpha: int | None
    """Which sample is transparency."""
    multiplied: bool
    """Whether the colours were multiplied by it."""
    coding: int
    """The photometric interpretation of the array."""
    orientation: int


def image(array: np.ndarray[Any, Any], layout: Layout, meta: Metadata) -> Image:
    """The image that a decoded series shows."""
    import numpy as np

    outline, axes = layout.outline, layout.axes
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    if "S" in axes:
        array = np.moveaxis(array, axes.index("S"), -1)
        axes = axes.replace("S", "") + "S"
    alpha = None
    if layout.alpha is not None:
        alpha = array[..., [layout.alpha]]
        array = np.delete(array, layout.alpha, -1)
        if layout.multiplied:
            array = _divided(array, alpha)
    white = outline.white
    if white is not None and white != WHITE[outline.stored] and array.size and array.max() > white:
        white = WHITE[outline.stored]  # the data know better than the header
    if layout.coding == MINISWHITE and white is not None and array.dtype.kind == "u":
        array = array.dtype.type(white) - array
    if outline.role == "colour":
        array = _as_rgb(array, layout.coding)
    if layout.orientation >= 5:
        meta = meta.turned()
    if layout.orientation > 1:
        meta = replace(meta, xmp=pillow.upright_xmp(meta.xmp))
    meta = replace(meta, palette=layout.palette, icc=meta.icc if outline.icc else b"")
    made = from_array(*_upright(*_five_axes(array, axes), layout.orientation), white=white, role=outline.role)
    if alpha is not None:
        apart = from_array(*_upright(*_five_axes(alpha, axes), layout.orientation))
        made = made.but(alpha=apart.pixels)
    return made.but(metadata=meta)


def _divided(array: np.ndarray[Any, Any], alpha: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Colours that were stored multiplied by their opacity, as they are."""
    import numpy as np

    full = np.iinfo(array.dtype).max if array.dtype.kind in "iu" else 1.0
    share = np.where(alpha > 0, alpha, full).astype(np.float64)
    plain = array * (full / share)
    return (np.rint(plain).clip(0, full) if array.dtype.kind in "iu" else plain).astype(array.dtype)


def _as_rgb(array: np.ndarray[Any, Any], coding: int) -> np.ndarray[Any, Any]:
    """Red, green and blue from four inks (without a profile) or from YCbCr.

    Source: TIFF 6.0 sections 16 and 21, with the coefficients of ITU-R BT.601 over the full range.
    """
    import numpy as np

    if array.dtype.kind != "u":
        return array
    result: np.ndarray[Any, Any] = array
    full = int(np.iinfo(array.dtype).max)
    if coding == SEPARATED and array.shape[-1] == 4:
        paper = full - array.astype(np.int64)
        result = (paper[..., :3] * paper[..., 3:] + full // 2) // full
    if coding == YCBCR:
        light, blue, red = np.moveaxis(array.astype(np.float64), -1, 0)
        blue, red = blue - (full + 1) // 2, red - (full + 1) // 2
        mixed = (light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue)
        result = np.rint(np.stack(mixed, -1)).clip(0, full)
    return result.astype(array.dtype, copy=False)


def _upright(array: np.ndarray[Any, Any], axes: str, orientation: int) -> tuple[np.ndarray[Any, Any], str]:
    return pillow.upright(array, orientation, axes.index("Y"), axes.index("X")), axes


def _five_axes(array: np.ndarray[Any, Any], axes: str) -> tuple[np.ndarray[Any, Any], str]:
    """Samples become channels, and an axis of no name goes into T."""
    import numpy as np

    if "S" in axes and "C" in axes:
        array = np.moveaxis(array, axes.index("S"), axes.index("C") + 1)
        place = axes.replace("S", "").index("C")
        shape = array.shape
        array = array.reshape(*shape[:place], shape[place] * shape[place + 1], *shape[place + 2 :])
        axes = axes.replace("S", "")
    axes = axes.replace("S", "C")
    while "M" in axes:
        array = np.moveaxis(array, (axes.index("T"), axes.index("M")), (0, 1))
        axes = "TM" + axes.replace("T", "", 1).replace("M", "", 1)
        array = array.reshape(-1, *array.shape[2:])
        axes = "T" + axes[2:]
    return array, axes
