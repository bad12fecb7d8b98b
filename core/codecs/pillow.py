"""What the formats read and written by Pillow have in common: pixels, metadata, and errors in plain words."""

from __future__ import annotations

import contextlib
import errno
import io
import re
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import words
from core.codecs.base import DecodeError, Limits
from core.codecs.exif import upright as upright_exif
from core.codecs.exif import without_thumbnail
from core.image import Image, Metadata, Outline, from_array

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as PillowImage

ORIENTATION = 0x0112
CMYK = "Printing colours (CMYK) were turned into red, green and blue."
# What decoders trip over in damaged files without a word that helps a person.
UNTOLD = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, UnicodeError, struct.error)
# Pillow's mode -> (stored type, channels, alpha, the mode in which numpy sees these pixels)
MODES: dict[str, tuple[str, int, bool, str]] = {
    "1": ("uint8", 1, False, "L"),
    "L": ("uint8", 1, False, "L"),
    "LA": ("uint8", 1, True, "LA"),
    "La": ("uint8", 1, True, "LA"),
    "P": ("uint8", 3, False, "RGB"),
    "PA": ("uint8", 3, True, "RGBA"),
    "RGB": ("uint8", 3, False, "RGB"),
    "RGBX": ("uint8", 3, False, "RGB"),
    "RGBA": ("uint8", 3, True, "RGBA"),
    "RGBa": ("uint8", 3, True, "RGBA"),
    "CMYK": ("uint8", 3, False, "RGB"),
    "YCbCr": ("uint8", 3, False, "RGB"),
    "I;16": ("uint16", 1, False, "I;16"),
}


@contextlib.contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[PillowImage.Image]:
    """The file (or `data`, its content), opened by Pillow with its header read; errors come as DecodeError."""
    from PIL import Image as PillowImage

    # The memory rule of Limits decides what is too large, not a count of pixels.
    PillowImage.MAX_IMAGE_PIXELS = None
    with plain_errors(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with PillowImage.open(path if data is None else io.BytesIO(data)) as image:
            yield image


@contextlib.contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what decoders raise on damaged files into one sentence; errors of the disk pass through."""
    try:
        yield
    except (DecodeError, FileNotFoundError, PermissionError, MemoryError):
        raise
    except Exception as error:
        # A damaged offset makes a decoder seek to where no file can be: that is no error of the disk.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise DecodeError(explain(path, error)) from error


def explain(path: Path, error: Exception) -> str:
    """Why a file can't be read and what to do, without the file's name."""
    size = path.stat().st_size
    text = str(error)
    if size == 0:
        return "The file is empty (0 bytes). Copy it again from where it came from."
    cut = (
        "truncated",
        "not processed",
        "premature",
        "unexpected end",
        "EOF",
        "broken data stream",
        "cut off",
    )
    if any(word.lower() in text.lower() for word in cut):
        return f"The file is cut off or damaged ({words.size(size)} are there). Copy it again from where it came from."
    if "decompression bomb" in text:
        return "The file is damaged: one of its frames is far larger than its first one."
    if "cannot identify" in text:
        return "This is not an image that Slidetray can read, whatever its name says."
    if isinstance(error, NotImplementedError) or "not supported" in text:
        return (
            f"This kind of file is not supported: {words.one_line(text, 160).rstrip('. ') or 'no details are known'}."
        )
    if text.startswith("Unsupported "):
        what = words.one_line(text.removeprefix("Unsupported "), 160).rstrip(". ")
        return f"The file is of a kind that is not supported, or damaged: {what}."
    # Libraries name their own functions and codes with underscores.
    if isinstance(error, UNTOLD) or "_" in text or getattr(error, "errno", None) is not None:
        return "The file is damaged. Copy it again from where it came from."  # the details concern programmers only
    return f"The file is damaged: {words.one_line(text, 160).rstrip('. ') or type(error).__name__}."


def frames(image: PillowImage.Image) -> int:
    """How many frames the file holds."""
    return int(getattr(image, "n_frames", 1))


def outline(image: PillowImage.Image, *, one_frame: bool = False) -> Outline:
    """The outline of an opened file, upright."""
    if image.mode not in MODES:
        raise DecodeError(f"Images of the kind {image.mode} are not supported. Convert the file to PNG or TIFF.")
    stored, channels, alpha, _ = MODES[image.mode]
    width, height = image.size
    orientation = _orientation(image)
    if orientation >= 5:
        width, height = height, width
    if (image.mode == "P" and ("transparency" in image.info or frames(image) > 1)) or "transparency" in image.info:
        alpha = True
    count = frames(image)
    return Outline(
        width=width,
        height=height,
        channels=channels,
        t=1 if one_frame else count,
        stored=stored,
        white=255.0 if stored == "uint8" else 65535.0,
        role="colour" if channels == 3 else "intensity",
        alpha=alpha,
        exif=bool(image.info.get("exif")),
        icc=bool(image.info.get("icc_profile")) and image.mode != "CMYK",
        xmp=bool(image.info.get("xmp")),
        more=count - 1 if one_frame else 0,
    )


def _orientation(image: PillowImage.Image) -> int:
    if "exif" not in image.info and not hasattr(image, "tag_v2"):
        return 1
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:
        return 1  # a broken EXIF block is no reason to lose the picture
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def metadata(image: PillowImage.Image) -> tuple[Metadata, int, tuple[str, ...]]:
    """(metadata, orientation 1 to 8, warnings) of an opened file; the orientation is removed from the EXIF block."""
    warned: tuple[str, ...] = ()
    exif, orientation = b"", 1
    raw = image.info.get("exif", b"")
    if raw:
        orientation = _orientation(image)
        try:
            exif = without_thumbnail(raw if orientation == 1 else upright_exif(raw))
        except Exception:
            warned = ("The camera data (EXIF) are damaged and were left out.",)
    dpi = image.info.get("dpi")
    try:
        resolution = (float(dpi[1]), float(dpi[0])) if dpi else None
        if resolution and not all(0 < value < 1e7 for value in resolution):
            resolution = None
    except (TypeError, ValueError, ZeroDivisionError):
        resolution = None
    xmp = image.info.get("xmp", b"")
    xmp = xmp if isinstance(xmp, bytes) else str(xmp).encode()
    found = Metadata(
        exif=exif,
        # A profile of printing colours says nothing about the red, green and blue that they are turned into.
        icc=b"" if image.mode == "CMYK" else image.info.get("icc_profile") or b"",
        xmp=xmp if orientation == 1 else upright_xmp(xmp),
        dpi=resolution,
    )
    if image.mode == "CMYK":
        warned = (*warned, CMYK)
    return found.turned() if orientation >= 5 else found, orientation, warned


def upright_xmp(xmp: bytes) -> bytes:
    """The same XMP with orientation 1, if it gives one at all."""
    return re.sub(rb"""(tiff:Orientation(?:=["']|>)\s*)[2-8]""", rb"\g<1>1", xmp)


def array(image: PillowImage.Image, *, alpha: bool | None = None) -> np.ndarray[Any, Any]:
    """The current frame as `[Y, X]` or `[Y, X, C]`, palettes and CMYK turned into colour."""
    import numpy as np

    _, _, _, mode = MODES[image.mode]
    if alpha or "transparency" in image.info:
        mode = "LA" if mode in ("L", "LA") else "RGBA"
    return np.array(image if image.mode == mode else image.convert(mode))


def decode(path: Path, limits: Limits, data: bytes | None = None) -> Image:
    """Any Pillow file (or `data`, its content), all of its frames on the axis T."""
    import numpy as np
    from PIL import Image as PillowImage

    with opened(path, data) as image:
        expected = outline(image)
        limits.check(expected)
        meta, orientation, warned = metadata(image)
        size = image.size
        # Going to a frame takes memory for its box; Pillow refuses from twice this number of pixels on.
        PillowImage.MAX_IMAGE_PIXELS = max(1, limits.memory // 2)
        pictures = []
        for index in range(frames(image)):
            image.seek(index)
            if index and image.size != size:
                raise DecodeError(f"The file is damaged: its frame {index + 1} is larger than its first one.")
            pictures.append(array(image, alpha=expected.alpha))
        stack = np.stack(pictures) if len(pictures) > 1 else pictures[0][None]
    return with_orientation(stack, expected, meta, orientation).warn(*warned)


def with_orientation(stack: np.ndarray[Any, Any], expected: Outline, meta: Metadata, orientation: int) -> Image:
    """An upright Image from `[T, Y, X]` or `[T, Y, X, C]` as the file has it."""
    stack = upright(stack, orientation)
    alpha = None
    axes = "TYX"
    if stack.ndim == 4:
        axes = "TYXC"
        if expected.alpha:
            alpha = from_array(stack[..., -1:], axes).pixels
            stack = stack[..., :-1]
    return from_array(stack, axes, alpha=alpha, role="colour" if expected.channels == 3 else "intensity", metadata=meta)


def upright(stack: np.ndarray[Any, Any], orientation: int, y: int = 1, x: int = 2) -> np.ndarray[Any, Any]:
    """Apply an EXIF orientation (1 to 8) to the axes `y` and `x`.

    Source: Exif 2.32 (JEITA CP-3451E), tag 274.
    """
    import numpy as np

    if orientation in (5, 6, 7, 8):
        stack = stack.swapaxes(y, x)
    if orientation in (3, 4, 7, 8):
        stack = np.flip(stack, y)
    if orientation in (2, 3, 6, 7):
        stack = np.flip(stack, x)
    return stack


def to_pillow(image: Image) -> PillowImage.Image:
    """An 8-bit single picture (grey or RGB, with or without alpha) for Pillow to write."""
    import numpy as np
    from PIL import Image as PillowImage

    from core.image import to_array

    pixels = to_array(image, "YX") if image.pixels.shape[2] == 1 else to_array(image, "YXC")
    if image.alpha is not None:
        alpha = image.alpha[0, 0, 0].numpy()
        pixels = np.dstack([pixels, alpha])
    return PillowImage.fromarray(np.ascontiguousarray(pixels))


def save_options(meta: Metadata, *, dpi: bool = True) -> dict[str, Any]:
    """The metadata as Pillow's writers take them."""
    options: dict[str, Any] = {"exif": meta.exif, "icc_profile": meta.icc, "xmp": meta.xmp}
    if dpi and meta.dpi:
        options["dpi"] = (meta.dpi[1], meta.dpi[0])
    return {key: value for key, value in options.items() if value}
