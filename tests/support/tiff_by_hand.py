"""TIFF files put together tag by tag, for kinds that no library writes."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

SHORT, LONG = 3, 4
# The lookup table "Fire" of ImageJ, at every eighth value.
FIRE = np.array(
    [
        [int(value) for value in row.split()]
        for row in (
            "0 0 1 25 49 73 98 122 146 162 173 184 195 207 217 229 240 252" + 14 * " 255",
            13 * "0 " + "14 35 57 79 101 117 133 147 161 175 190 205 219 234 248" + 4 * " 255",
            "0 61 96 130 165 192 220 227 210 181 151 122 93 64 35 5" + 11 * " 0" + " 35 98 160 223 255",
        )
    ]
)


def lookup_table(name: str) -> np.ndarray[Any, Any]:
    """256 colours, `[3, 256]`, of a lookup table that laboratories use."""
    ramp = np.arange(256)
    if name == "fire":
        return np.array([np.interp(ramp, np.arange(32) * 255 / 31, row) for row in FIRE]).astype(np.uint8)
    if name == "hilo":
        table = np.stack([ramp] * 3)
        table[:, 0], table[:, 255] = (0, 0, 255), (255, 0, 0)
        return table.astype(np.uint8)
    if name == "inverted":
        return np.stack([255 - ramp] * 3).astype(np.uint8)
    zero = np.zeros(256)
    return np.stack({"green": [zero, ramp, zero], "magenta": [ramp, zero, ramp]}[name]).astype(np.uint8)


def tiff(width: int, height: int, bits: int | tuple[int, ...], data: bytes, **more: int | tuple[int, ...]) -> bytes:
    """A little-endian TIFF of one strip; `more` holds further tags as `t262=1`."""
    depth = bits if isinstance(bits, tuple) else (bits,)
    tags: dict[int, tuple[int, ...]] = {
        256: (width,),
        257: (height,),
        258: depth,
        259: (1,),
        262: (1,),
        273: (8,),
        277: (len(depth),),
        278: (height,),
        279: (len(data),),
    }
    for name, value in more.items():
        tags[int(name[1:])] = value if isinstance(value, tuple) else (value,)
    body = data + b"\0" * (len(data) % 2)
    directory_at = 8 + len(body)
    extra_at = directory_at + 2 + 12 * len(tags) + 4
    rows, extra = b"", b""
    for tag, values in sorted(tags.items()):
        kind = LONG if max(values) > 65535 or tag in (273, 279) else SHORT
        packed = struct.pack(f"<{len(values)}{'I' if kind == LONG else 'H'}", *values)
        if len(packed) > 4:
            packed, extra = struct.pack("<I", extra_at + len(extra)), extra + packed + b"\0" * (len(packed) % 2)
        rows += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    directory = struct.pack("<H", len(tags)) + rows + bytes(4)
    return b"II*\0" + struct.pack("<I", directory_at) + body + directory + extra


def packed(values: np.ndarray[Any, Any], bits: int) -> bytes:
    """Rows of values of a few bits each, most significant bit first, each row filled up to whole bytes."""
    rows = []
    for row in values:
        text = "".join(f"{int(value):0{bits}b}" for value in row)
        text += "0" * (-len(text) % 8)
        rows.append(int(text, 2).to_bytes(len(text) // 8, "big"))
    return b"".join(rows)
