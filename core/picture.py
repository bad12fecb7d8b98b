"""An image made visible: 8-bit pixels for a screen, a histogram, and the values for the cursor, in one file.

What is shown never changes what is written: the display range of a picture is its own, and is told with it.
"""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import histogram
from core.image import WIDE, Image, Outline, bit_depth, to_stored
from core.looks import Picture

if TYPE_CHECKING:
    import numpy as np

BINS = 128
SHOWN_PERCENT = (0.35, 99.65)
# Colours that are told apart by most people, for channels of their own; the order of Fiji's composites is near.
CHANNEL_COLOURS = ((255, 0, 255), (0, 255, 0), (0, 160, 255), (255, 200, 0), (255, 60, 60), (255, 255, 255))


def describe(outline: Outline) -> str:
    """An image in a few words: "2,048 x 2,048, 16-bit, 3 channels, 45 Z"."""
    from core import words

    parts = [f"{words.thousands(outline.width)} x {words.thousands(outline.height)}", bit_depth(outline.stored)]
    if outline.role == "labels":
        parts.append("labels")
    elif outline.channels == 3 and outline.role == "colour":
        parts.append("colour")
    elif outline.channels > 1:
        parts.append(f"{outline.channels} channels")
    parts += [f"{count} {axis}" for axis, count in (("Z", outline.z), ("T", outline.t)) if count > 1]
    return ", ".join(parts)


def plane(image: Image, t: int, z: int) -> Image:
    """One plane of all channels; positions beyond the end are the last."""
    frames, planes = image.pixels.shape[:2]
    t, z = min(t, frames - 1), min(z, planes - 1)
    alpha = None if image.alpha is None else image.alpha[t : t + 1, z : z + 1]
    return image.but(pixels=image.pixels[t : t + 1, z : z + 1], alpha=alpha)


def write(
    image: Image, file: Path, *, longest: int, planes: tuple[int, int] = (1, 1), like: Image | None = None
) -> Picture:
    """Write one plane of an image (T and Z of length 1) for the screen.

    Args:
        image: The plane.
        file: Where it goes; replaced.
        longest: A second, smaller level is added when the picture is longer than twice this.
        planes: (Z, T) of the whole image.
        like: A plane over whose display range this one is shown too where both hold the same kind of values, so that
            the two can be compared by eye.
    """
    import numpy as np

    image = to_stored(image)
    values = np.ascontiguousarray(np.moveaxis(image.pixels[0, 0].numpy(), 0, -1))
    height, width = values.shape[:2]
    ranges = _display_ranges(image)
    if like is not None and _same_kind(image, like):
        theirs = _display_ranges(to_stored(like))
        if all(map(_mostly_within, ranges, theirs)):
            ranges = theirs
    pixels = _for_screen(image, values, ranges)
    form = {1: "grey", 3: "rgb", 4: "rgba"}[pixels.shape[2]]
    levels, parts, offset = [], [], 0
    for level in (pixels, *_smaller(pixels, longest)):
        level = np.ascontiguousarray(level)
        levels.append((offset, level.shape[1], level.shape[0], level.strides[0]))
        parts.append(level)
        offset += level.nbytes
    same = pixels.dtype == values.dtype and pixels.shape == values.shape and np.shares_memory(pixels, values)
    if not same:
        parts.append(values)
    with file.open("wb") as out:
        for part in parts:
            out.write(part.tobytes() if not part.flags.c_contiguous else part.data)
    full_height, full_width = image.full or (height, width)
    span, counts = _histogram(image, values)
    return Picture(
        file=str(file),
        form=form,
        levels=levels,
        width=full_width,
        height=full_height,
        values_offset=0 if same else offset,
        values_type=values.dtype.name,
        values_channels=values.shape[2],
        stored=image.stored,
        role=image.role,
        z=planes[0],
        t=planes[1],
        shown=ranges,
        span=span,
        counts=counts,
        # Of the image itself, as width and height are.
        pixel_size=image.metadata.pixel_size and image.metadata.pixel_size[1] * width / full_width,
        labels=image.role == "labels",
    )


def _same_kind(one: Image, other: Image) -> bool:
    same = one.pixels.shape[2] == other.pixels.shape[2]
    return same and (one.stored, one.role, one.white) == (other.stored, other.role, other.white)


def _mostly_within(own: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether at least half of one range lies in another: else a picture would be white or black all over."""
    shared = min(own[1], other[1]) - max(own[0], other[0])
    return shared >= 0.5 * (own[1] - own[0])


def for_screen(image: Image) -> np.ndarray[Any, Any]:
    """8-bit pixels `[Y, X, 1, 3 or 4]` of one plane."""
    import numpy as np

    image = to_stored(image)
    values = np.ascontiguousarray(np.moveaxis(image.pixels[0, 0].numpy(), 0, -1))
    return _for_screen(image, values, _display_ranges(image))


def _for_screen(image: Image, values: np.ndarray[Any, Any], ranges: list[tuple[float, float]]) -> np.ndarray[Any, Any]:
    pixels = _coloured(image, values, ranges)
    return pixels if image.alpha is None else _with_alpha(pixels, image)


def _display_ranges(image: Image) -> list[tuple[float, float]]:
    """What is shown black and white, a channel: 8 bits as they are, everything else by percentiles of this plane."""
    channels = image.pixels.shape[2]
    if image.role == "labels" or image.stored == "uint8":
        return [(0.0, 255.0)] * channels
    table = histogram.empty(channels)
    key = histogram.count(image, table)
    found = histogram.percentiles(key, table, *SHOWN_PERCENT)
    if image.role == "colour":  # one range for all, or the colours would shift
        found = [(min(low for low, _ in found), max(high for _, high in found))] * channels
    return [(low, _above(low, high)) for low, high in found]


def _above(low: float, high: float) -> float:
    """`high`, or where that is no higher than `low`, the next value that is, in steps that can be told apart."""
    return high if high > low else low + max(1.0, abs(low) * 1e-3)


def _coloured(image: Image, values: np.ndarray[Any, Any], ranges: list[tuple[float, float]]) -> np.ndarray[Any, Any]:
    """8-bit `[Y, X, 1 or 3]` pixels."""
    import numpy as np

    channels = values.shape[2]
    if image.role == "labels":
        numbers = values[..., 0].astype(np.int64)
        return _label_colours()[np.where(numbers == 0, 0, (numbers - 1) % 255 + 1)]  # only 0 is the background
    if image.stored == "uint8" and channels in (1, 3):
        return values
    scaled = [_scaled(values[..., c], low, high) for c, (low, high) in enumerate(ranges)]
    if channels == 1:
        return scaled[0][..., None]
    if channels == 3 and image.role == "colour":
        return np.stack(scaled, axis=-1)
    mixed = np.zeros((*values.shape[:2], 3), dtype=np.uint16)
    for c, one in enumerate(scaled):
        colour = np.array(CHANNEL_COLOURS[c % len(CHANNEL_COLOURS)], dtype=np.uint16)
        mixed += (one.astype(np.uint16)[..., None] * colour) // 255
    return np.minimum(mixed, 255).astype(np.uint8)


def _scaled(values: np.ndarray[Any, Any], low: float, high: float) -> np.ndarray[Any, Any]:
    """Values between `low` and `high` spread over 0 to 255."""
    import numpy as np

    if values.dtype == np.uint16:  # a table is several times faster than arithmetic
        steps = (np.arange(65536, dtype=np.float64) - low) * (255 / (high - low))
        table = np.clip(np.rint(steps), 0, 255).astype(np.uint8)
        looked_up: np.ndarray[Any, Any] = table[values]
        return looked_up
    # A narrow range far from 0 needs all digits that the values have.
    work = np.dtype(np.float64 if values.dtype.name in WIDE else np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond the range is white or black all the same
        spread = (values.astype(work) - work.type(low)) * work.type(255 / (high - low))
        shown: np.ndarray[Any, Any] = np.clip(np.nan_to_num(np.rint(spread)), 0, 255).astype(np.uint8)
    return shown


def _label_colours() -> np.ndarray[Any, Any]:
    """A colour a label, neighbours far apart on the colour circle; 0 is black."""
    import numpy as np

    golden = 0.6180339887
    rows = [colorsys.hsv_to_rgb((n * golden) % 1, 0.65, 0.95) for n in range(256)]
    table: np.ndarray[Any, Any] = (np.array(rows) * 255).astype(np.uint8)
    table[0] = 0
    return table


def _with_alpha(pixels: np.ndarray[Any, Any], image: Image) -> np.ndarray[Any, Any]:
    import numpy as np

    assert image.alpha is not None
    share = image.alpha[0, 0, 0].numpy()
    if share.dtype != np.uint8:
        full = float(np.iinfo(share.dtype).max) if share.dtype.kind in "iu" else 1.0
        share = np.clip(np.rint(share / full * 255), 0, 255).astype(np.uint8)
    colour = pixels if pixels.shape[2] == 3 else np.repeat(pixels, 3, axis=2)
    return np.dstack([colour, share])


def _smaller(pixels: np.ndarray[Any, Any], longest: int) -> list[np.ndarray[Any, Any]]:
    """A level for views that show the whole of a large picture, averaged over whole blocks of pixels."""
    import torch
    from torch.nn.functional import avg_pool2d

    block = max(pixels.shape[:2]) // longest
    if block < 2:
        return []
    planes = torch.from_numpy(pixels).permute(2, 0, 1)
    # Rows first: a view of whole blocks adds up far faster than a general filter.
    height, width = (side // block * block for side in pixels.shape[:2])
    if not height or not width:
        return []
    small = avg_pool2d(planes[:, :height, :width].to(torch.float32), block)
    return [small.round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()]


def _histogram(image: Image, values: np.ndarray[Any, Any]) -> tuple[tuple[float, float], list[list[int]]]:
    """Equal bins from black to white for 8 bits, from the least to the greatest value for all others."""
    import numpy as np

    channels = [values[..., c] for c in range(min(values.shape[2], 6))]
    if values.dtype == np.uint8:
        folded = [np.bincount(c.ravel(), minlength=256).reshape(BINS, -1).sum(axis=1) for c in channels]
        return (0.0, 255.0), [f.tolist() for f in folded]
    finite = [c[np.isfinite(c)].astype(np.float64) if c.dtype.kind == "f" else c for c in channels]
    low = min((float(c.min()) for c in finite if c.size), default=0.0)
    high = max((float(c.max()) for c in finite if c.size), default=1.0)
    high = _above(low, high)
    if values.dtype == np.uint16:
        edges = (np.arange(65536, dtype=np.float64) - low) * (BINS / (high - low))
        bins = np.clip(edges, 0, BINS - 1).astype(np.int64)
        counted = [np.bincount(bins, weights=np.bincount(c.ravel(), minlength=65536), minlength=BINS) for c in finite]
        return (low, high), [c.astype(np.int64).tolist() for c in counted]
    return (low, high), [np.histogram(c, bins=BINS, range=(low, high))[0].tolist() for c in finite]
