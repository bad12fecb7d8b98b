"""The file formats: which codec reads a file, and which formats can be written.

Files are recognised by content; the suffix only says what claims to be an image.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from core import words
from core.codecs import bmp, gif, jpeg, npy, png, pt, tiff, tiff_format, webp
from core.codecs.base import Codec, DecodeError, Encoded, EncodeError, Format, Limits, SizeHint
from core.codecs.pillow import explain
from core.declare import SettingsError, convert
from core.image import Image, Outline

__all__ = [
    "CODECS",
    "FORMATS",
    "Codec",
    "DecodeError",
    "EncodeError",
    "Encoded",
    "Format",
    "Limits",
    "SizeHint",
    "claims",
    "decode",
    "format_from",
    "listing",
    "probe",
    "recognise",
]

CODECS: tuple[Codec, ...] = (
    jpeg.JpegCodec(),
    png.PngCodec(),
    tiff.TiffCodec(),
    webp.WebpCodec(),
    gif.GifCodec(),
    bmp.BmpCodec(),
)
FORMATS: dict[str, type[Format]] = {
    f.tag(): f for f in (jpeg.Jpeg, png.Png, tiff_format.Tiff, webp.Webp, bmp.Bmp, gif.Gif, npy.Npy, pt.Pt)
}
HEAD = 64


@cache
def _suffixes() -> frozenset[str]:
    return frozenset(suffix for codec in CODECS for suffix in codec.suffixes)


def claims(path: str | Path) -> bool:
    """Whether the name says that this is an image Slidetray reads."""
    return os.path.splitext(path)[1].lower() in _suffixes()


def recognise(path: Path) -> Codec | None:
    """The codec whose signature the file begins with, if any.

    Raises:
        OSError: the file can't be opened.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    return next((codec for codec in CODECS if codec.recognises(head)), None)


def _codec(path: Path) -> Codec:
    codec = recognise(path)
    if codec is None:
        raise DecodeError(explain(path, ValueError("cannot identify")))
    return codec


def probe(path: Path) -> Outline:
    """The image's outline from its header.

    Raises:
        DecodeError: the file is no image, or its header is damaged.
        OSError: the file can't be opened.
    """
    return _codec(path).probe(path)


def decode(path: Path, hint: SizeHint = None, limits: Limits | None = None) -> Image:
    """The image in a file, upright, at full size, or smaller where `hint` says that less is enough.

    Raises:
        DecodeError: the file is no image, damaged, or needs more memory than `limits` allow.
        OSError: the file can't be opened.
    """
    return _codec(path).decode(path, hint, limits or Limits())


def format_from(settings: dict[str, Any]) -> Format:
    """The format that a recipe's `format` object describes.

    Raises:
        SettingsError: there is no such format, or an option is out of range.
    """
    settings = dict(settings)
    name = settings.pop("type", None)
    if not isinstance(name, str) or name not in FORMATS:
        known = words.listing([f'"{n}"' for n in FORMATS], "or")
        given = "is missing" if name is None else f'"{words.one_line(name, 40)}" is not known'
        close = words.nearest({"jpg": "jpeg", "tif": "tiff"}.get(str(name), str(name)), list(FORMATS))
        raise SettingsError(f"The format's type {given}; it is {known}.{close}")
    try:
        return convert(FORMATS[name], settings)
    except SettingsError as error:
        raise SettingsError(words.sentence(f"Format {name}: {error}")) from None


def listing() -> list[dict[str, Any]]:
    """What can be read and written: `type`, `suffixes`, `read`, `write`, one object a format."""
    rows = {c.name: {"type": c.name, "suffixes": list(c.suffixes), "read": True, "write": False} for c in CODECS}
    for tag, format_ in FORMATS.items():
        row = rows.setdefault(tag, {"type": tag, "suffixes": [format_.suffix], "read": False, "write": False})
        row["write"] = True
    return list(rows.values())
