"""WebP through Pillow."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated, ClassVar

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
from core.declare import Param
from core.image import Image, Outline, bit_depth, needs_white, to_bits

LONGEST_SIDE = 16383


class WebpCodec(Codec):
    """WebP, lossy or lossless, with alpha; animations as T."""

    name = "webp"
    title = "WebP"
    suffixes = (".webp",)
    many_planes = True

    def recognises(self, head: bytes) -> bool:
        """A RIFF container of the type WEBP."""
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"

    def probe(self, path: Path) -> Outline:
        """From the container's header."""
        with pillow.opened(path) as image:
            return pillow.outline(image)

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """All frames."""
        return pillow.decode(path, limits)


class Webp(Format):
    """Smaller than JPEG at the same look, with transparency; 8-bit.  Can be lossless.

    Source: RFC 9649.
    """

    title = "WebP"
    suffix: ClassVar[str] = ".webp"

    quality: Annotated[int, Param(title="Quality", ge=1, le=100, step=1)] = 85
    lossless: Annotated[bool, Param(title="Lossless", help="Keeps every 8-bit value; larger files.")] = False

    def losses(self, image: Outline) -> list[str]:
        """Depth, and label numbers unless lossless."""
        lost = []
        if image.stored != "uint8":
            lost.append(f"WebP holds 8 bits a value; {bit_depth(image.stored)} becomes 8-bit.")
        if image.role == "labels" and not self.lossless:
            lost.append("WebP changes single values; label numbers will be wrong. Choose lossless.")
        if image.channels != 3:
            lost.append("WebP holds no grey pictures; grey becomes equal red, green and blue.")
        return [*lost, *shown_as_colour(image), *left_out(image, "WebP", ("exif", "icc", "xmp"))]

    def outline(self, image: Outline) -> None:
        """Sides of up to 16,383 pixels, and a known white."""
        if max(image.width, image.height) > LONGEST_SIDE:
            raise EncodeError(f"WebP holds at most {LONGEST_SIDE} pixels a side. Choose TIFF, or resize first.")
        if image.white is None:
            raise EncodeError(needs_white("WebP", image.stored))

    def encode(self, image: Image) -> Encoded:
        """WebP with EXIF, ICC profile and XMP.  Grey is written as equal red, green and blue."""
        self.outline(image.outline)
        single_plane(image.outline, "WebP")
        image = to_bits(image, 8)
        out = io.BytesIO()
        picture = pillow.to_pillow(image)
        picture = picture.convert("RGBA" if image.alpha is not None else "RGB")
        picture.save(
            out,
            "WEBP",
            quality=self.quality,
            lossless=self.lossless,
            exact=self.lossless,  # keep colours under full transparency too
            **pillow.save_options(image.metadata, dpi=False),
        )
        return Encoded(out.getvalue(), image.warnings)
