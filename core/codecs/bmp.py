"""BMP through Pillow."""

from __future__ import annotations

import io
from pathlib import Path
from typing import ClassVar

from core.codecs import pillow
from core.codecs.base import (
    Codec,
    Encoded,
    EncodeError,
    Format,
    Limits,
    SizeHint,
    left_out,
    shown_as_colour,
    single_plane,
)
from core.image import Image, Outline, bit_depth, flatten, needs_white, to_bits


class BmpCodec(Codec):
    """Windows bitmap."""

    name = "bmp"
    title = "BMP"
    suffixes = (".bmp", ".dib")

    def recognises(self, head: bytes) -> bool:
        """The letters BM, then a file size and the offset of the pixels that make sense."""
        offset = int.from_bytes(head[10:14], "little")
        return head.startswith(b"BM") and len(head) >= 26 and 26 <= offset < 1 << 20

    def probe(self, path: Path) -> Outline:
        """From the header."""
        with pillow.opened(path) as image:
            return pillow.outline(image)

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """All of it."""
        return pillow.decode(path, limits)


class Bmp(Format):
    """Uncompressed 8-bit, for old programs.  Holds no metadata.

    Source: Microsoft, Bitmap Storage.
    """

    title = "BMP"
    suffix: ClassVar[str] = ".bmp"

    def losses(self, image: Outline) -> list[str]:
        """Depth, transparency, and all metadata but the resolution."""
        lost = []
        if image.stored != "uint8":
            lost.append(f"BMP holds 8 bits a value; {bit_depth(image.stored)} becomes 8-bit.")
        if image.alpha:
            lost.append("BMP holds no transparency; transparent parts become white.")
        return [*lost, *shown_as_colour(image), *left_out(image, "BMP")]

    def outline(self, image: Outline) -> None:
        """A known white."""
        if image.white is None:
            raise EncodeError(needs_white("BMP", image.stored))

    def encode(self, image: Image) -> Encoded:
        """8-bit grey or 24-bit colour."""
        self.outline(image.outline)
        single_plane(image.outline, "BMP")
        image = flatten(to_bits(image, 8))
        out = io.BytesIO()
        y, x = image.metadata.dpi or (0, 0)  # 0: not known; Pillow would make up 96
        pillow.to_pillow(image).save(out, "BMP", dpi=(x, y))
        return Encoded(out.getvalue(), image.warnings)
