"""Images and settings with which every step is tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from core.declare import SettingsError, convert
from core.image import WHITE, Image, Metadata, from_array
from core.transform import Transform
from core.transforms import catalogue

STEPS = list(catalogue().values())
METADATA = Metadata(
    pixel_size=(0.5, 0.25),
    z_step=2.0,
    frame_interval=3.0,
    dpi=(300.0, 150.0),
    exif=b"Exif\0\0II*\0\x08\0\0\0\0\0",
    icc=b"a profile",
    xmp=b"<x:xmpmeta/>",
)

# Stored type and white: full scale by type, then what only some files say.
TYPES: list[tuple[str, float | None]] = [*WHITE.items(), ("uint16", 4095.0), ("float32", 1.0), ("float64", 1.0)]
KINDS = ("grey", "rgb", "rgba", "grey and alpha", "five channels", "one pixel", "one row", "stack", "labels")
SHAPES = {
    "grey": (1, 1, 1, 9, 7),
    "rgb": (1, 1, 3, 9, 7),
    "rgba": (1, 1, 3, 7, 9),
    "grey and alpha": (1, 1, 1, 7, 9),
    "five channels": (1, 1, 5, 6, 7),
    "one pixel": (1, 1, 1, 1, 1),
    "one row": (1, 1, 1, 1, 11),
    "stack": (2, 3, 1, 6, 5),
    "labels": (1, 1, 1, 9, 7),
}

# Settings that a step can't do without, or ways of use that exclude one another: each is varied by itself.
BASES: dict[str, list[dict[str, Any]]] = {
    "crop": [{"width": 1, "height": 1}, {"width": 3, "height": 2}, {"width": 3, "height": 2, "x": 0, "y": 1}],
    "resize": [
        {"longest": 4},
        {"shortest": 5},
        {"percent": 150},
        {"width": 5, "height": 3},
        {"width": 3, "height": 12, "mode": "stretch"},
    ],
    "rescale-intensity": [{}, {"mode": "min-max"}, {"mode": "fixed", "low": 2, "high": 90}],
    "normalize": [{}, {"mean": [0.5], "std": [0.25]}, {"mean": [0, 0.1, 0.2, 0.3, 0.4], "std": [1, 1, 1, 1, 2]}],
}
FREE_NUMBERS = (-3.5, 0, 1e6)


def image_of(kind: str, stored: str, white: float | None) -> Image:
    """A small image of a kind with values over the whole range, its ends among them."""
    rng = np.random.default_rng(SHAPES[kind])
    dtype = np.dtype(stored)
    shape = SHAPES[kind]
    if kind == "labels":
        values = rng.integers(0, 5, shape).astype(dtype)
        values[..., 0, 0] = 0
        palette = rng.integers(0, 256, 768).astype(np.uint8).tobytes() if stored == "uint8" else b""
        return from_array(values, "TZCYX", white=white, role="labels", metadata=Metadata(palette=palette))
    if dtype.kind == "f":
        values = rng.random(shape).astype(dtype)
        top: float = 1.0
    else:
        low, top = np.iinfo(dtype).min, int(white or 0)
        values = rng.integers(low, top, shape, dtype=dtype, endpoint=True)
        values.flat[0], values.flat[-1] = low, top
    alpha = None
    if kind in ("rgba", "grey and alpha"):
        full = 1 if dtype.kind == "f" else np.iinfo(dtype).max
        alpha = from_array((rng.integers(0, 3, (1, 1, 1, *shape[-2:])) * full / 2).astype(dtype), "TZCYX").pixels
    role = "colour" if kind.startswith("rgb") else "intensity"
    return from_array(values, "TZCYX", white=white, role=role, alpha=alpha, metadata=METADATA)


def extremes(kind: msgspec.inspect.Type) -> list[Any]:
    """The ends of a declared range, or all choices."""
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            return extremes(inner)
        case msgspec.inspect.BoolType():
            return [False, True]
        case msgspec.inspect.LiteralType(values=values):
            return list(values)
        case msgspec.inspect.NoneType():
            return [None]
        case msgspec.inspect.UnionType(types=types):
            return [value for t in types for value in extremes(t)]
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            ends = [end for end in (kind.ge, kind.le) if end is not None]
            return ends or list(FREE_NUMBERS)
        case msgspec.inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            return [[value] * length for value in extremes(item) for length in (least or 0, most or 3)]
    raise AssertionError(f"say here what the extremes of {kind} are")


def settings_of(step: type[Transform]) -> list[Transform]:
    """The step with its default settings and with each field at its extremes, as far as they are allowed."""
    found: list[Transform] = []
    for base in BASES.get(step.tag(), [{}]):
        plain = convert(step, base)
        found.append(plain)
        for name, changed in variations(step):
            if not _counts(plain, name):
                continue
            try:
                found.append(convert(step, {**base, **changed}))
            except SettingsError:
                continue
    return list(dict.fromkeys(found))


def _counts(step: Transform, name: str) -> bool:
    """Whether a field is of use beside the others, as its form would show it."""
    row = step.schema()["properties"][name]
    rows = [row, *row.get("anyOf", ())]
    when: dict[str, list[str]] = next((r["x-when"] for r in rows if "x-when" in r), {})
    return all(getattr(step, other) in values for other, values in when.items())


def variations(step: type[Transform]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(field, one change of it)."""
    for field in msgspec.structs.fields(step):
        for value in extremes(msgspec.inspect.type_info(field.type)):
            yield field.name, {field.name: value}
