"""TIFF through tifffile: every number type as it is stored, stacks with their axes.

Calibration is taken from ImageJ and OME descriptions only; micrometres are never made from a plain resolution tag.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core import words
from core.codecs import pillow, tiff_metadata, tiff_pixels
from core.codecs.base import Codec, DecodeError, Limits, SizeHint
from core.codecs.tiff_pixels import LAB, MINISWHITE, SEPARATED, YCBCR, Layout
from core.image import WHITE, Image, Outline, Role

if TYPE_CHECKING:
    import tifffile

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
PALETTE = 3
JPEG = (6, 7, 33007, 34892)  # compressions whose decoders turn YCbCr into red, green and blue
ORIENTATION, MAX_SAMPLE_VALUE = 274, 281
# What tifffile says of offsets beyond the end: of pages, of the description, of where pixels lie.
CUT = re.compile(r"invalid page offset|invalid offset to page|TiffTag (?:270|273|279|324|325) .*invalid value ?offset")


class TiffCodec(Codec):
    """TIFF and BigTIFF: 1 to 64 bits, signed or float, striped or tiled, planes and stacks, ImageJ and OME."""

    name = "tiff"
    title = "TIFF"
    suffixes = (".tif", ".tiff", ".tf8", ".btf")
    many_planes = True

    def recognises(self, head: bytes) -> bool:
        """Classic or BigTIFF, either byte order."""
        return head[:4] in MAGIC

    def probe(self, path: Path) -> Outline:
        """From the first series' header."""
        with _opened(path) as (file, complaints):
            found = _layout(file).outline
            _refuse_cut(file, complaints)
            return found

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """The first series at full resolution; further series are named in a warning."""
        import numpy as np

        with _opened(path) as (file, complaints):
            layout = _layout(file)
            limits.check(layout.outline)
            _refuse_cut(file, complaints)
            series = file.series[0]
            warned = _complete(path, series, limits)
            array = np.asarray(series.asarray(maxworkers=1))
            meta, said = tiff_metadata.read(file, path)
            warned += said
            if complaints:
                warned += (f"The file's structure is unusual: {words.one_line(complaints[0], 120)}.",)
            if layout.outline.more:
                further = words.count(layout.outline.more, "further image")
                warned += (f"The file holds {further} of another size; the first one was read.",)
            if layout.coding == SEPARATED and layout.outline.role == "colour":
                warned += (pillow.CMYK,)
            if layout.coding in LAB:
                warned += ("The colours are L*a*b*, which is not supported; its three channels were kept as they are.",)
            return tiff_pixels.image(array, layout, meta).warn(*warned)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[tifffile.TiffFile, list[str]]]:
    """The opened file, and what tifffile complained of while it was read (it logs rather than raises)."""
    import logging
    import threading

    complaints: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread != threading.get_ident():
                return  # of another image, read by another thread
            complaints.append(record.getMessage().partition(">")[2].strip(" :") or record.getMessage())

    logger = logging.getLogger("tifffile")
    collector = Collector(logging.WARNING)
    logger.addHandler(collector)
    logger.propagate = False  # for good: another thread may be reading too
    try:
        with pillow.plain_errors(path), contextlib.ExitStack() as stack:
            if path.stat().st_size == 0:
                raise DecodeError(pillow.explain(path, ValueError("")))
            file = _with_series(path, stack)
            if not file.pages:
                raise DecodeError("The file is cut off: it holds a TIFF header and no image.")
            yield file, complaints
    finally:
        logger.removeHandler(collector)


def _with_series(path: Path, stack: contextlib.ExitStack) -> tifffile.TiffFile:
    """The opened file, without ImageJ's description where that speaks of pages that are not there."""
    import tifffile

    file = stack.enter_context(tifffile.TiffFile(path))
    if file.is_imagej:
        series = file.series[0]
        if series.dataoffset is None and len(series) > len(file.pages):
            return stack.enter_context(tifffile.TiffFile(path, is_imagej=False))
    return file


def _refuse_cut(file: tifffile.TiffFile, complaints: list[str]) -> None:
    """Refuse a file in which pages or their descriptions lie beyond its end: it would come out with fewer planes.

    Raises:
        DecodeError: the file is cut off.
    """
    there = file.filehandle.size
    for complaint in complaints:
        cut = CUT.search(complaint) is not None
        if "ImageJ series metadata invalid" in complaint:
            # ImageJ's planes follow the first one without pages of their own.  A description that another program
            # took over with a single plane says the same, but then nothing follows.
            page = file.pages.first
            end = max((o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=False)), default=0)
            cut = page.offset < end < there - 1
        if cut:
            raise DecodeError(
                f"The file is cut off ({words.size(there)} are there): pages are missing. "
                "Copy it again from where it came from."
            )


def _complete(path: Path, series: tifffile.TiffPageSeries, limits: Limits) -> tuple[str, ...]:
    """Refuse a file that ends before its pixels do; a decoder would fill in zeros or stop half way.

    Returns:
        Warnings, for what the file itself leaves out.

    Raises:
        DecodeError: with how much of it is there; or its strips or tiles alone take more memory than there is.
    """
    first = series.keyframe
    piece = math.prod(first.chunks) * first.dtype.itemsize if first.dtype else 0
    if piece > limits.memory:
        raise DecodeError(f"The file is damaged: it says that its pixels come in pieces of {words.size(piece)}.")
    empty = False
    there = path.stat().st_size
    needed = 0
    if series.dataoffset is not None:
        needed = series.dataoffset + series.nbytes
    for page in series.pages:
        if page is not None and page.parent is first.parent:  # an OME series may go on in other files
            ends = [o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=False)]
            needed = max([needed, *ends])
            empty = empty or 0 in page.databytecounts
    if needed > there:
        raise DecodeError(
            f"The file is cut off ({words.size(there)} of at least {words.size(needed)} are there). "
            "Copy it again from where it came from."
        )
    return ("Parts of the picture are empty in the file and came out black.",) if empty else ()


def _layout(file: tifffile.TiffFile) -> Layout:
    series = file.series[0]
    page = series.keyframe
    if page is None or series.dtype is None:
        raise DecodeError("The file holds no image that can be read.")
    stored = "uint8" if series.dtype.name == "bool" else series.dtype.name
    if stored not in WHITE:
        raise DecodeError(f"The file holds {stored} values, which are not supported. Save it as 32-bit float.")
    axes = _plain_axes(series.axes)
    size = dict.fromkeys("TZCYXSM", 1)
    for axis, length in zip(axes, series.shape, strict=True):
        size[axis] *= length
    if 0 in size.values():
        raise DecodeError("The file is damaged: it does not say how large its picture is.")
    samples = size["S"]
    alpha = _alpha(page, samples) if size["C"] == 1 else None
    photometric = int(page.photometric)
    palette = _palette(page) if photometric == PALETTE and stored == "uint8" else b""
    role: Role = "intensity"
    channels = size["C"] * (samples - (alpha is not None))
    if photometric == SEPARATED and channels == 4 and size["C"] == 1 and stored in ("uint8", "uint16"):
        channels = 3
    if photometric not in (MINISWHITE, 1, PALETTE, *LAB) and channels == 3 and samples >= 3:
        role = "colour"
    elif palette and not tiff_metadata.is_gradual(palette):
        role = "labels"
    orientation = page.tags.valueof(ORIENTATION, 1)
    orientation = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
    if orientation >= 5:
        size["X"], size["Y"] = size["Y"], size["X"]
    shown = palette if not tiff_metadata.is_identity(palette) else b""
    return Layout(
        Outline(
            width=size["X"],
            height=size["Y"],
            channels=channels,
            z=size["Z"],
            t=size["T"] * size["M"],
            stored=stored,
            white=_white(page, stored),
            role=role,
            alpha=alpha is not None,
            exif=tiff_metadata.EXIF in page.tags,
            icc=tiff_metadata.ICC in page.tags and photometric != SEPARATED,
            xmp=tiff_metadata.XMP in page.tags,
            palette=bool(shown),
            calibrated=bool(tiff_metadata.calibration(file)),
            more=len(file.series) - 1,
        ),
        axes,
        shown,
        alpha,
        multiplied=alpha is not None and 1 in map(int, page.extrasamples),
        coding=2 if photometric == YCBCR and int(page.compression) in JPEG else photometric,
        orientation=orientation,
    )


def _alpha(page: tifffile.TiffPage, samples: int) -> int | None:
    """Which sample is transparency: the first of the extra ones that says so."""
    extra = [int(kind) for kind in page.extrasamples]
    found = next((index for index, kind in enumerate(extra) if kind in (1, 2)), None)
    return None if found is None or len(extra) >= samples else samples - len(extra) + found


def _white(page: tifffile.TiffPage, stored: str) -> float | None:
    """What full scale means, from MaxSampleValue or the number of bits."""
    white = WHITE[stored]
    if white is None or stored not in ("uint8", "uint16"):
        return white
    bits = page.bitspersample
    if isinstance(bits, int) and 1 < bits < 16:
        white = min(white, float(2**bits - 1))
    declared = page.tags.valueof(MAX_SAMPLE_VALUE)
    declared = max(declared) if isinstance(declared, tuple) and declared else declared
    return float(declared) if isinstance(declared, int) and 0 < declared <= white else white


def _plain_axes(axes: str) -> str:
    """Tifffile's axes with the unknown ones (pages without a meaning, above all) on Z, then T, then T again."""
    result = ""
    free = [a for a in "ZT" if a not in axes]
    for axis in axes:
        if axis in "TZCYXS":
            result += axis
        elif free:
            result += free.pop(0)
        else:
            result += "M"
    return result


def _palette(page: tifffile.TiffPage) -> bytes:
    """3 x 256 colours; those of 2 or 4 bits are filled up with black."""
    import numpy as np

    colours = page.colormap
    if colours is None or colours.ndim != 2 or colours.shape[0] != 3 or not 4 <= colours.shape[1] <= 256:
        return b""
    wide = colours.max() > 255
    palette = np.zeros((3, 256), np.uint8)
    palette[:, : colours.shape[1]] = colours >> 8 if wide else colours
    return palette.tobytes()
