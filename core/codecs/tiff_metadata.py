"""What a TIFF says besides its pixels: calibration from ImageJ and OME, profiles, camera data, palettes."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.codecs import pillow
from core.image import Metadata

if TYPE_CHECKING:
    import tifffile

ICC, XMP, EXIF = 34675, 700, 34665
X_RESOLUTION, Y_RESOLUTION = 282, 283
# ImageJ writes "micron"; its UTF-8 description holds the sign, or its escape.
MICROMETRES = {
    "um": 1.0, "µm": 1.0, "μm": 1.0, "\\u00b5m": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0,
    "nm": 1e-3, "nanometer": 1e-3, "mm": 1e3, "millimeter": 1e3, "cm": 1e4, "m": 1e6,
}  # fmt: skip
LARGEST_STEP = 24  # of 255, between neighbouring colours of a gradual palette, in the mean
SECONDS = {"s": 1.0, "sec": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0, "": 1.0}
# Descriptive tags of the main directory that belong to the camera's data rather than to this file's layout.
CAMERA_TAGS = (270, 271, 272, 305, 306, 315, 33432)


def read(file: tifffile.TiffFile, path: Path) -> tuple[Metadata, tuple[str, ...]]:
    """(metadata, warnings) of a file's first series."""
    page = file.series[0].keyframe
    found: dict[str, Any] = {
        "icc": _bytes(page.tags.valueof(ICC)),
        "xmp": _bytes(page.tags.valueof(XMP)),
    }
    warned: tuple[str, ...] = ()
    found |= calibration(file)
    if "pixel_size" not in found:
        found["dpi"] = _dpi(page)
    if EXIF in page.tags:
        exif = _exif(path)
        found["exif"] = exif
        if not exif:
            warned = ("The camera data (EXIF) could not be read and were left out.",)
    return Metadata(**{key: value for key, value in found.items() if value}), warned


def calibration(file: tifffile.TiffFile) -> dict[str, Any]:
    """What is known of pixel size, Z step, frame interval and channel names."""
    found: dict[str, Any] = {}
    if file.is_ome:
        found = _ome(file.ome_metadata or "")
    elif file.is_imagej:
        found = _imagej(file.imagej_metadata or {}, file.series[0].keyframe)
    return {key: value for key, value in found.items() if value}


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _resolution(page: tifffile.TiffPage) -> tuple[float, float] | None:
    """(y, x) in pixels a unit, from the resolution tags."""
    pairs = [page.tags.valueof(tag) for tag in (Y_RESOLUTION, X_RESOLUTION)]
    values = [p[0] / p[1] if isinstance(p, tuple) and len(p) == 2 and p[1] else 0 for p in pairs]
    return (values[0], values[1]) if all(value > 0 for value in values) else None


def _dpi(page: tifffile.TiffPage) -> tuple[float, float] | None:
    found = _resolution(page)
    unit = int(page.tags.valueof(296, 2))
    if found is None or unit not in (2, 3):
        return None
    factor = 2.54 if unit == 3 else 1.0
    return found[0] * factor, found[1] * factor


def _imagej(meta: dict[str, Any], page: tifffile.TiffPage) -> dict[str, Any]:
    """Source: ImageJ's TiffEncoder description ("unit", "spacing", "finterval")."""
    found: dict[str, Any] = {}
    unit = MICROMETRES.get(str(meta.get("unit", "")).strip().lower())
    resolution = _resolution(page)
    if unit and resolution:
        found["pixel_size"] = (unit / resolution[0], unit / resolution[1])
        if isinstance(meta.get("spacing"), int | float) and meta["spacing"] > 0:
            found["z_step"] = float(meta["spacing"]) * unit
    if isinstance(meta.get("finterval"), int | float) and meta["finterval"] > 0:
        found["frame_interval"] = float(meta["finterval"])
    return found


def _ome(xml: str) -> dict[str, Any]:
    """Source: the OME-XML schema 2016-06, attributes of Pixels and Channel."""
    import tifffile

    try:
        root = tifffile.xml2dict(xml).get("OME", {})
    except Exception:
        return {}  # calibration that can't be read is unknown
    images = root.get("Image", {})
    pixels = (images[0] if isinstance(images, list) else images).get("Pixels", {})
    found: dict[str, Any] = {}
    sizes = [_length(pixels, f"PhysicalSize{axis}") for axis in "YX"]
    if all(sizes):
        found["pixel_size"] = (sizes[0], sizes[1])
    found["z_step"] = _length(pixels, "PhysicalSizeZ")
    interval = pixels.get("TimeIncrement")
    if isinstance(interval, int | float) and interval > 0:
        found["frame_interval"] = interval * SECONDS.get(str(pixels.get("TimeIncrementUnit", "s")), 0)
    channels = pixels.get("Channel", [])
    channels = channels if isinstance(channels, list) else [channels]
    names = tuple(str(channel.get("Name", "")) for channel in channels)
    if any(names):
        found["channel_names"] = names
    return found


def _length(pixels: dict[str, Any], name: str) -> float | None:
    value = pixels.get(name)
    unit = MICROMETRES.get(str(pixels.get(name + "Unit", "µm")).lower())
    return float(value) * unit if isinstance(value, int | float) and value > 0 and unit else None


def _exif(path: Path) -> bytes:
    """The camera's directory and the descriptive tags beside it, as one EXIF block."""
    from PIL import Image as PillowImage

    try:
        with pillow.opened(path) as image:
            source = image.getexif()
            block = PillowImage.Exif()
            for tag in CAMERA_TAGS:
                if tag in source:
                    block[tag] = source[tag]
            for directory in (0x8769, 0x8825):
                inner = source.get_ifd(directory)
                if inner:
                    block.get_ifd(directory).update(inner)
                    block[directory] = inner
            return bytes(block.tobytes())
    except Exception:
        return b""


def is_gradual(palette: bytes) -> bool:
    """Whether a palette displays intensities: it grows brighter or darker, or changes in small steps, as Fire does.

    The colours of labels jump about.  A few marked values at the ends, as in HiLo, do not count.
    """
    colours = list(zip(palette[:256], palette[256:512], palette[512:], strict=True))
    light = [2 * r + 5 * g + b for r, g, b in colours]
    if light in (sorted(light), sorted(light, reverse=True)):
        return True
    steps = [max(abs(p - q) for p, q in zip(a, b, strict=True)) for a, b in itertools.pairwise(colours) if a != b]
    return sum(steps) < LARGEST_STEP * len(steps)


def is_identity(palette: bytes) -> bool:
    """Whether a palette is the plain grey ramp."""
    return palette == bytes(range(256)) * 3
