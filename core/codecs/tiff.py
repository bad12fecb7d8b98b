"""TIFF through tifffile: every number type as it is stored, stacks with their axes.

Calibration is taken from ImageJ and OME descriptions only; micrometres are never made from a plain resolution tag.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from core import words
from core.codecs import pillow, tiff_metadata
from core.codecs.base import Codec, DecodeError, Limits, SizeHint
from core.image import WHITE, Image, Metadata, Outline, Role, from_array

if TYPE_CHECKING:
    import numpy as np
    import tifffile

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MINISWHITE, RGB, PALETTE, SEPARATED = 0, 2, 3, 5
ORIENTATION, MAX_SAMPLE_VALUE = 274, 281


class _Layout(NamedTuple):
    """How one series of a file becomes an image."""

    outline: Outline
    axes: str
    """One letter an axis of the array: T, Z, C, Y, X, S (samples), M (a further one, which T takes too)."""
    palette: bytes


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
        with _opened(path) as (file, _):
            return _layout(file).outline

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """The first series at full resolution; further series are named in a warning."""
        import numpy as np

        with _opened(path) as (file, complaints):
            layout = _layout(file)
            limits.check(layout.outline)
            series = file.series[0]
            _complete(path, series)
            array = np.asarray(series.asarray(maxworkers=1))
            page = series.keyframe
            meta, warned = tiff_metadata.read(file, path)
            orientation = page.tags.valueof(ORIENTATION, 1)
            if complaints:
                warned += (f"The file's structure is unusual: {words.one_line(complaints[0], 120)}.",)
            if layout.outline.more:
                further = words.count(layout.outline.more, "further image")
                warned += (f"The file holds {further} of another size; the first one was read.",)
        return _image(array, layout, meta, orientation, page.photometric).warn(*warned)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[tifffile.TiffFile, list[str]]]:
    """The opened file, and what tifffile complained of while it was read (it logs rather than raises)."""
    import logging

    import tifffile

    complaints: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage().partition(">")[2].strip(" :") or record.getMessage())

    logger = logging.getLogger("tifffile")
    collector = Collector(logging.WARNING)
    logger.addHandler(collector)
    before, logger.propagate = logger.propagate, False
    try:
        with pillow.plain_errors(path):
            if path.stat().st_size == 0:
                raise DecodeError(pillow.explain(path, ValueError("")))
            with tifffile.TiffFile(path) as file:
                if not file.pages:
                    raise DecodeError("The file is cut off: it holds a TIFF header and no image.")
                yield file, complaints
    finally:
        logger.removeHandler(collector)
        logger.propagate = before


def _complete(path: Path, series: tifffile.TiffPageSeries) -> None:
    """Refuse a file that ends before its pixels do; a decoder would fill in zeros or stop half way.

    Raises:
        DecodeError: with how much of it is there.
    """
    there = path.stat().st_size
    needed = 0
    if series.dataoffset is not None:
        needed = series.dataoffset + series.nbytes
    for page in series.pages:
        if page is not None:
            ends = [o + n for o, n in zip(page.dataoffsets, page.databytecounts, strict=False)]
            needed = max([needed, *ends])
    if needed > there:
        raise DecodeError(
            f"The file is cut off ({words.size(there)} of at least {words.size(needed)} are there). "
            "Copy it again from where it came from."
        )


def _layout(file: tifffile.TiffFile) -> _Layout:
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
    samples = size["S"]
    alpha = samples > 1 and any(int(e) in (1, 2) for e in page.extrasamples)
    photometric = int(page.photometric)
    palette = _palette(page) if photometric == PALETTE and stored == "uint8" else b""
    role: Role = "intensity"
    channels = size["C"] * (samples - alpha)
    if photometric == SEPARATED and samples == 4 and stored == "uint8":
        channels = 3
    if photometric not in (MINISWHITE, 1, PALETTE) and channels == 3 and samples >= 3:
        role = "colour"
    elif palette and not tiff_metadata.is_ramp(palette):
        role = "labels"
    white = WHITE[stored]
    bits = page.bitspersample
    if isinstance(bits, int) and 1 < bits < 16 and stored in ("uint8", "uint16"):
        white = float(2**bits - 1)
    declared = page.tags.valueof(MAX_SAMPLE_VALUE)
    declared = max(declared) if isinstance(declared, tuple) else declared
    if isinstance(declared, int) and stored in ("uint8", "uint16") and 0 < declared <= (white or 0):
        white = float(declared)
    return _Layout(
        Outline(
            width=size["X"],
            height=size["Y"],
            channels=channels,
            z=size["Z"],
            t=size["T"] * size["M"],
            stored=stored,
            white=white,
            role=role,
            alpha=alpha,
            exif=34665 in page.tags,
            icc=34675 in page.tags,
            palette=bool(palette) and not tiff_metadata.is_identity(palette),
            more=len(file.series) - 1,
        ),
        axes,
        b"" if palette and tiff_metadata.is_identity(palette) else palette,
    )


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
    colours = page.colormap
    if colours is None or colours.shape != (3, 256):
        return b""
    wide = colours.max() > 255
    return bytes((colours >> 8 if wide else colours).astype("uint8").tobytes())


def _image(array: np.ndarray[Any, Any], layout: _Layout, meta: Metadata, orientation: Any, photometric: int) -> Image:
    import numpy as np

    outline = layout.outline
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    if photometric == MINISWHITE and outline.white is not None and array.dtype.kind == "u":
        array = array.dtype.type(outline.white) - array
    array, axes = _five_axes(array, layout.axes, cmyk=photometric == SEPARATED)
    if isinstance(orientation, int) and 2 <= orientation <= 8:
        y = axes.index("Y")
        moved = pillow.upright(np.moveaxis(array, (y, axes.index("X")), (1, 2)), orientation)
        array = np.moveaxis(moved, (1, 2), (y, axes.index("X")))
    alpha = None
    if outline.alpha:
        where = axes.index("C")
        alpha = from_array(np.take(array, [-1], axis=where), axes).pixels
        array = np.delete(array, -1, axis=where)
    white = outline.white
    if white is not None and white != WHITE[outline.stored] and array.size and array.max() > white:
        white = WHITE[outline.stored]  # the data know better than the header
    from dataclasses import replace

    meta = replace(meta, palette=layout.palette)
    return from_array(array, axes, white=white, role=outline.role, alpha=alpha, metadata=meta)


def _five_axes(array: np.ndarray[Any, Any], axes: str, *, cmyk: bool) -> tuple[np.ndarray[Any, Any], str]:
    """Samples become channels, and an axis of no name goes into T."""
    import numpy as np

    if cmyk and axes.endswith("S") and array.shape[-1] == 4 and array.dtype == np.uint8:
        paper = 255 - array.astype(np.int16)
        array = ((paper[..., :3] * paper[..., 3:] + 127) // 255).astype(np.uint8)
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
