"""GIF through Pillow."""

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

LONGEST_SIDE = 65535


class GifCodec(Codec):
    """GIF; animations as T.  Colours come out as RGB."""

    name = "gif"
    title = "GIF"
    suffixes = (".gif",)
    many_planes = True

    def recognises(self, head: bytes) -> bool:
        """Either version of the signature."""
        return head[:6] in (b"GIF87a", b"GIF89a")

    def probe(self, path: Path) -> Outline:
        """From the header; counting the frames reads through the file."""
        with pillow.opened(path) as image:
            return pillow.outline(image)

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """All frames, each composed as it is shown."""
        return pillow.decode(path, limits)


class Gif(Format):
    """256 colours or grey levels a picture.  Exact for 8-bit grey; colour photos lose shades.

    Source: CompuServe GIF89a.
    """

    title = "GIF"
    suffix: ClassVar[str] = ".gif"

    def losses(self, image: Outline) -> list[str]:
        """Depth, colours, transparency and metadata."""
        lost = []
        if image.stored != "uint8":
            lost.append(f"GIF holds 8 bits a value; {bit_depth(image.stored)} becomes 8-bit.")
        if image.channels == 3:
            lost.append("GIF holds 256 colours; the nearest ones are taken.")
        if image.alpha:
            lost.append("GIF holds no degrees of transparency; transparent parts become white.")
        return [*lost, *shown_as_colour(image), *left_out(image, "GIF")]

    def outline(self, image: Outline) -> None:
        """Sides of up to 65,535 pixels, and a known white."""
        if max(image.width, image.height) > LONGEST_SIDE:
            raise EncodeError(f"GIF holds at most {LONGEST_SIDE} pixels a side. Choose TIFF, or resize first.")
        if image.white is None:
            raise EncodeError(needs_white("GIF", image.stored))

    def encode(self, image: Image) -> Encoded:
        """One picture; grey levels are kept exactly."""
        self.outline(image.outline)
        single_plane(image.outline, "GIF")
        image = flatten(to_bits(image, 8))
        picture = pillow.to_pillow(image)
        if picture.mode == "RGB":
            picture = picture.quantize(256)
        out = io.BytesIO()
        picture.save(out, "GIF", optimize=False)
        return Encoded(out.getvalue(), image.warnings)
