"""Counts of the values of an image or of a whole set, exact and independent of order.

A table has one row a channel and 65,536 + 2 columns of int64: counts by key, then the smallest and the largest value
(float64, kept bit by bit in the same memory).  Keys are the values themselves for types of up to 16 bits.  For all
others they are the upper half of the float32 bit pattern, put in order: a bin is at most 0.8 % of its value wide, and
ranks inside a bin are interpolated.  Whole numbers add up to the same sum whichever worker finishes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.image import Image, ImageError

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

KEYS = 65536
COLUMNS = KEYS + 2
MOST_CHANNELS = 64
EMPTY = (float("inf"), float("-inf"))
OFFSET = {"uint8": 0, "uint16": 0, "int8": 128, "int16": 32768}
Ranges = list[tuple[float, float]]


def key_of(image: Image) -> str:
    """Under which name this image's counts add up: one a number type, role and number of channels."""
    kind = image.stored if not image.nominal and image.stored in OFFSET else f"{image.stored}-computed"
    return f"{kind} {image.role} {image.pixels.shape[2]}"


def computed(key: str) -> str:
    """The key under which the same images count once a step has computed with their values."""
    kind, _, rest = key.partition(" ")
    return f"{kind.removesuffix('-computed')}-computed {rest}"


def _offset(key: str) -> int | None:
    return OFFSET.get(key.partition(" ")[0])


def count(image: Image, table: Tensor) -> str:
    """Overwrite the first rows of `table` `[channels, COLUMNS]` with this image's counts, in stored values.

    Returns:
        The key under which they add up.

    Raises:
        ImageError: the image has more channels than a table.
    """
    import numpy as np
    import torch

    channels = image.pixels.shape[2]
    if channels > table.shape[0]:
        raise ImageError(f"This image has {channels} channels; a display range takes {table.shape[0]} at the most.")
    key = key_of(image)
    offset = _offset(key)
    for channel in range(channels):
        values = image.pixels[:, :, channel].reshape(-1)
        if offset is not None:
            keys = values if values.dtype == torch.uint8 else values.to(torch.int32) + offset
            counts = torch.bincount(keys, minlength=KEYS)
            used = counts.nonzero()
            smallest, largest = (float(used[0] - offset), float(used[-1] - offset)) if len(used) else EMPTY
        else:
            numbers = _in_stored_units(values.numpy(), image)
            counts = torch.from_numpy(np.bincount(_ordered(numbers), minlength=KEYS))
            smallest, largest = (float(numbers.min()), float(numbers.max())) if numbers.size else EMPTY
        table[channel, :KEYS] = counts
        table[channel, KEYS:].view(torch.float64).copy_(torch.tensor((smallest, largest), dtype=torch.float64))
    return key


def _in_stored_units(values: np.ndarray[Any, Any], image: Image) -> np.ndarray[Any, Any]:
    import numpy as np

    values = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return values * (image.white or 1.0) if image.nominal else values


def _ordered(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Keys 0 to 65,535 in the order of the values."""
    import numpy as np

    most = np.finfo(np.float32).max  # what lies beyond shares the last key
    bits = np.ascontiguousarray(np.clip(values, -most, most).astype(np.float32)).view(np.uint32)
    ordered = np.where(bits >> 31, ~bits, bits | np.uint32(0x80000000))
    return (ordered >> 16).astype(np.int64)


def _edges(keys: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The smallest value of each ordered key, as float64."""
    import numpy as np

    ordered = keys.astype(np.uint64) << 16
    bits = np.where(ordered >> 31, ordered & np.uint64(0x7FFFFFFF), ~ordered & np.uint64(0xFFFFFFFF))
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)


def merged(total: Tensor | None, table: Tensor) -> Tensor:
    """A total with the rows of `table` added; it has as many rows as the longer of the two."""
    import torch

    if total is None:
        return table.clone()
    if len(total) < len(table):
        total, table = table.clone(), total
    rows = len(table)
    total[:rows, :KEYS] += table[:, :KEYS]
    mine, theirs = (t[:rows, KEYS:].view(torch.float64) for t in (total, table))
    mine[:, 0] = torch.minimum(mine[:, 0], theirs[:, 0])
    mine[:, 1] = torch.maximum(mine[:, 1], theirs[:, 1])
    return total


def empty(channels: int) -> Tensor:
    """A table without counts."""
    import torch

    table = torch.zeros(channels, COLUMNS, dtype=torch.int64)
    extremes = table[:, KEYS:].view(torch.float64)
    extremes[:, 0], extremes[:, 1] = torch.inf, -torch.inf
    return table


def extremes(table: Tensor) -> Ranges:
    """(smallest, largest) a channel; (0, 0) where there was no finite value."""
    import torch

    rows = table[:, KEYS:].view(torch.float64).tolist()
    return [(low, high) if low <= high else (0.0, 0.0) for low, high in rows]


def percentiles(key: str, table: Tensor, low: float, high: float) -> Ranges:
    """The values at two percentiles (0 to 100) a channel, by linear interpolation between ranks.

    Source: numpy.percentile, method "linear" (Hyndman and Fan, The American Statistician 50, 1996, type 7); exact for
    types of up to 16 bits.
    """
    import numpy as np

    found = []
    for row in table:
        counts = row[:KEYS].numpy()
        cumulated = np.cumsum(counts)
        ends = extremes(row[None])[0]
        found.append((_at(key, counts, cumulated, ends, low), _at(key, counts, cumulated, ends, high)))
    return found


def _at(
    key: str,
    counts: np.ndarray[Any, Any],
    cumulated: np.ndarray[Any, Any],
    ends: tuple[float, float],
    percent: float,
) -> float:
    total = int(cumulated[-1])
    if total == 0:
        return 0.0
    rank = (total - 1) * percent / 100
    lower = int(rank)
    values = [_value(key, counts, cumulated, min(r, total - 1)) for r in (lower, lower + 1)]
    smallest, largest = ends
    return min(max(values[0] + (values[1] - values[0]) * (rank - lower), smallest), largest)


def _value(key: str, counts: np.ndarray[Any, Any], cumulated: np.ndarray[Any, Any], rank: int) -> float:
    """The value of the sorted data at a rank counted from 0."""
    import numpy as np

    index = int(np.searchsorted(cumulated, rank, side="right"))
    offset = _offset(key)
    if offset is not None:
        return float(index - offset)
    low, high = _edges(np.array([index, min(index + 1, KEYS - 1)]))
    before = int(cumulated[index] - counts[index])
    return float(low + (high - low) * (rank - before + 0.5) / int(counts[index]))
