"""Pictures of every kind, with everything that an image can carry, and what differs between two of them."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core import codecs
from core.image import WHITE, Image, Metadata, from_array

TYPES = list(WHITE)
CALIBRATION = Metadata(pixel_size=(0.25, 0.5), z_step=2.0, frame_interval=1.5)


def exif_block(orientation: int | None = None) -> bytes:
    """An EXIF block with a maker, an exposure time of 1/250 s and 3 bytes of maker's notes."""
    entries = [(0x010F, 2, 4, b"Lab\0")]
    if orientation:
        entries.append((0x0112, 3, 1, struct.pack("<HH", orientation, 0)))
    inner_at = 8 + 2 + 12 * (len(entries) + 1) + 4
    data_at = inner_at + 2 + 12 * 2 + 4
    entries.append((0x8769, 4, 1, struct.pack("<I", inner_at)))
    inner = [(0x829A, 5, 1, struct.pack("<I", data_at)), (0x927C, 7, 3, b"abc\0")]

    def directory(rows: list[tuple[int, int, int, bytes]]) -> bytes:
        return struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHI", *r[:3]) + r[3] for r in rows) + bytes(4)

    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory(entries) + directory(inner) + struct.pack("<II", 1, 250)


PHOTO = Metadata(
    exif=exif_block(),
    icc=b"profile " * 20,
    xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    dpi=(150.0, 300.0),
)
LABEL_COLOURS = np.random.default_rng(1).integers(0, 256, 768).astype(np.uint8).tobytes()
GREEN = bytes(256) + bytes(range(256)) + bytes(256)


def values(stored: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Values over the whole range, its ends among them."""
    rng = np.random.default_rng(sum(shape))
    if stored.startswith("float"):
        return rng.normal(0, 100, shape).astype(stored)
    info = np.iinfo(stored)
    found = rng.integers(info.min, info.max, shape, dtype=stored, endpoint=True)
    found.flat[0], found.flat[-1] = info.min, info.max
    return found


def _with_alpha(stored: str, channels: int) -> Image:
    axes, shape = ("YXC", (12, 17, channels)) if channels > 1 else ("YX", (12, 17))
    alpha = from_array(values(stored, (12, 17))).pixels
    role = "colour" if channels == 3 else "intensity"
    return from_array(values(stored, shape), axes, alpha=alpha, role=role, metadata=PHOTO)


def kinds() -> dict[str, Image]:
    """Single pictures of every kind, then stacks."""
    found: dict[str, Image] = {}
    for stored in TYPES:
        found[f"grey {stored}"] = from_array(values(stored, (12, 17)), metadata=PHOTO)
    for stored in TYPES:
        found[f"rgb {stored}"] = from_array(values(stored, (12, 17, 3)), "YXC", role="colour", metadata=PHOTO)
    for stored in ("uint8", "uint16"):
        found[f"rgba {stored}"] = _with_alpha(stored, 3)
        found[f"grey and alpha {stored}"] = _with_alpha(stored, 1)
    bare = values("uint8", (9, 8))
    found["bare grey"] = from_array(bare)
    found["one pixel"] = from_array(bare[:1, :1])
    found["one column"] = from_array(bare[:, :1])
    found["12 bits"] = from_array(values("uint16", (9, 8)) >> 4, white=4095.0)
    found["labels"] = from_array(bare % 6, role="labels", metadata=Metadata(palette=LABEL_COLOURS))
    found["green display"] = from_array(bare, metadata=Metadata(palette=GREEN))
    found["three stains"] = from_array(values("uint8", (3, 9, 8)), "CYX")
    found["calibrated"] = from_array(values("uint16", (9, 8)), metadata=CALIBRATION)
    found["calibrated colour"] = from_array(values("uint16", (9, 8, 3)), "YXC", role="colour", metadata=CALIBRATION)
    found["calibrated labels"] = from_array(
        bare % 6, role="labels", metadata=replace(CALIBRATION, palette=LABEL_COLOURS)
    )
    for stored in TYPES:
        found[f"stack {stored}"] = from_array(values(stored, (2, 3, 2, 6, 5)), "TZCYX", metadata=CALIBRATION)
        found[f"colour stack {stored}"] = from_array(
            values(stored, (3, 6, 5, 3)), "ZYXC", role="colour", metadata=CALIBRATION
        )
    found["five stains"] = from_array(
        values("uint16", (5, 6, 7)),
        "CYX",
        metadata=Metadata(pixel_size=(1.0, 1.0), channel_names=("DAPI", "α-tubulin", "<b>", "488", "far red")),
    )
    found["planes without a scale"] = from_array(values("uint16", (4, 6, 7)), "ZYX", metadata=Metadata(dpi=(72, 72)))
    found["known step, unknown pixel"] = from_array(values("uint8", (4, 6, 7)), "ZYX", metadata=Metadata(z_step=0.5))
    found["label stack"] = from_array(
        values("uint8", (3, 6, 7)) % 5, "ZYX", role="labels", metadata=replace(CALIBRATION, palette=LABEL_COLOURS)
    )
    found["colour stack with alpha"] = from_array(
        values("uint8", (2, 6, 7, 3)),
        "ZYXC",
        role="colour",
        alpha=from_array(values("uint8", (2, 6, 7)), "ZYX").pixels,
    )
    found["stains with alpha"] = from_array(
        values("uint8", (5, 6, 7)), "CYX", alpha=from_array(values("uint8", (6, 7))).pixels
    )
    return found


def reread(data: bytes, folder: Path, suffix: str) -> Image:
    """The image in a file of this content."""
    path = folder / f"file{suffix}"
    path.write_bytes(data)
    return codecs.decode(path)


def differences(one: Image, other: Image) -> set[str]:
    """The names of what is not the same in two images."""
    found = {name for name in ("stored", "white", "role") if getattr(one, name) != getattr(other, name)}
    if not np.array_equal(one.pixels.numpy(), other.pixels.numpy(), equal_nan=one.stored.startswith("float")):
        found.add("pixels")
    if (one.alpha is None) != (other.alpha is None) or (
        one.alpha is not None and not np.array_equal(one.alpha.numpy(), other.alpha.numpy())
    ):
        found.add("alpha")
    first, second = one.metadata, other.metadata
    for name in ("icc", "xmp", "palette", "channel_names"):
        if getattr(first, name) != getattr(second, name):
            found.add(name)
    if first.exif.removeprefix(b"Exif\0\0") != second.exif.removeprefix(b"Exif\0\0"):
        found.add("exif")
    for name, exactness in (("pixel_size", 1e-5), ("z_step", 1e-5), ("frame_interval", 1e-5), ("dpi", 1e-3)):
        mine, its = getattr(first, name), getattr(second, name)
        if (mine is None) != (its is None) or (mine is not None and not np.allclose(mine, its, rtol=exactness)):
            found.add(name)
    return found
