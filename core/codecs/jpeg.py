"""JPEG: read by libjpeg-turbo through simplejpeg, at reduced size where that is enough."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

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
from core.image import Image, Metadata, Outline, bit_depth, flatten, needs_white, to_array, to_bits

if TYPE_CHECKING:
    import numpy as np

LONGEST_SIDE = 65535
DAMAGED = "The file has damaged data; a part of the picture may be wrong."


class JpegCodec(Codec):
    """JPEG, 8-bit grey, colour or CMYK; EXIF orientation applied."""

    name = "jpeg"
    title = "JPEG"
    suffixes = (".jpg", ".jpeg", ".jpe", ".jfif")

    def recognises(self, head: bytes) -> bool:
        """Start of image, then a marker."""
        return head.startswith(b"\xff\xd8\xff")

    def probe(self, path: Path) -> Outline:
        """From the frame header; a multi-picture file counts as its first picture."""
        with pillow.opened(path) as image:
            return pillow.outline(image, one_frame=True)

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """Whole, or scaled to 1/2, 1/4 or 1/8 by libjpeg-turbo while decoding; see `reduced_size`."""
        data = path.read_bytes()
        with pillow.opened(path, data) as image:
            expected = pillow.outline(image, one_frame=True)
            limits.check(expected)
            meta, orientation, warned = pillow.metadata(image)
            full = (expected.height, expected.width)
            least = reduced_size(full, hint(*full)) if hint else None
            if least and orientation >= 5:
                least = least[::-1]
            if image.mode in ("L", "RGB"):
                pixels, damage = self._turbo(data, image, least)
                warned += damage
            else:
                pixels = pillow.array(image)
        result = pillow.with_orientation(pixels[None], expected, meta, orientation).warn(*warned)
        reduced = tuple(result.pixels.shape[-2:]) != full
        return result.but(full=full) if reduced else result

    def _turbo(
        self, data: bytes, image: Any, least: tuple[int, int] | None
    ) -> tuple[np.ndarray[Any, Any], tuple[str, ...]]:
        import simplejpeg

        size = {"min_height": least[0], "min_width": least[1], "min_factor": 1} if least else {}
        colour = "GRAY" if image.mode == "L" else "RGB"
        try:
            pixels = simplejpeg.decode_jpeg(data, colorspace=colour, **size)
        except ValueError:
            # The decoder stops at the first warning.  Pillow tells a cut file (an error) from doubtful data.
            image.load()
            return pillow.array(image), (DAMAGED,)
        return (pixels[..., 0] if image.mode == "L" else pixels), ()


def reduced_size(full: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int] | None:
    """The (height, width) at which to decode a picture that will be resized to `wanted`; None: whole.

    Half size is taken where it leaves 1.2 times what is wanted, a quarter and an eighth, whose filter is coarser,
    where they leave twice as much.  Measured on 12-megapixel photographs against decoding whole: mean difference 0.5
    grey levels at half size (1600 x 1200) and 0.2 at a quarter (256 pixels).
    """
    for factor, margin in ((8, 2.0), (4, 2.0), (2, 1.2)):
        size = tuple(-(-side // factor) for side in full)
        if all(have >= margin * want for have, want in zip(size, wanted, strict=True)):
            return size[0], size[1]
    return None


class Jpeg(Format):
    """Small files for photos and slides; 8-bit, and every save loses a little.  Not for data to be measured.

    Source: ITU-T T.81; quality as in libjpeg.
    """

    title = "JPEG"
    suffix: ClassVar[str] = ".jpg"

    quality: Annotated[
        int, Param(title="Quality", help="90 is hard to tell from the original.", ge=1, le=100, step=1)
    ] = 90
    subsampling: Annotated[
        Literal["4:2:0", "4:2:2", "4:4:4"],
        Param(title="Colour detail", help="4:2:0 halves the resolution of colour: smaller files."),
    ] = "4:2:0"

    def losses(self, image: Outline) -> list[str]:
        """Always lossy; more so for deep or transparent images."""
        lost = []
        if image.stored != "uint8":
            lost.append(f"JPEG holds 8 bits a value; {bit_depth(image.stored)} becomes 8-bit.")
        if image.alpha:
            lost.append("JPEG holds no transparency; transparent parts become white.")
        if image.role == "labels":
            lost.append("JPEG changes single values; label numbers will be wrong.")
        return [*lost, *shown_as_colour(image), *left_out(image, "JPEG", ("exif", "icc", "xmp"))]

    def outline(self, image: Outline) -> None:
        """Sides of up to 65,535 pixels, and a known white."""
        if max(image.width, image.height) > LONGEST_SIDE:
            raise EncodeError(f"JPEG holds at most {LONGEST_SIDE} pixels a side. Choose TIFF, or resize first.")
        if image.white is None:
            raise EncodeError(needs_white("JPEG", image.stored))

    def encode(self, image: Image) -> Encoded:
        """Baseline JPEG with EXIF, ICC profile, XMP and DPI."""
        import numpy as np
        import simplejpeg

        self.outline(image.outline)
        single_plane(image.outline, "JPEG")
        image = flatten(to_bits(image, 8))
        grey = image.pixels.shape[2] == 1
        pixels = np.ascontiguousarray(to_array(image, "YXC"))
        data: bytes = simplejpeg.encode_jpeg(
            pixels,
            quality=self.quality,
            colorspace="GRAY" if grey else "RGB",
            colorsubsampling="Gray" if grey else self.subsampling.replace(":", ""),
            fastdct=False,
        )
        data, dropped = _with_metadata(data, image.metadata)
        return Encoded(data, image.warnings + dropped)


def _with_metadata(data: bytes, meta: Metadata) -> tuple[bytes, tuple[str, ...]]:
    """Insert APP segments after the start of image.

    Source: Exif 2.32 section 4.5.4, ICC.1:2022 annex B.4, XMP part 3 section 1.1.3, JFIF 1.02.
    """
    segments = []
    if meta.exif:
        body = meta.exif if meta.exif.startswith(b"Exif\0\0") else b"Exif\0\0" + meta.exif
        segments.append((0xE1, body))
    if meta.xmp:
        segments.append((0xE1, b"http://ns.adobe.com/xap/1.0/\0" + meta.xmp))
    if meta.icc:
        size = 65519
        chunks = [meta.icc[i : i + size] for i in range(0, len(meta.icc), size)]
        if len(chunks) <= 255:
            segments += [
                (0xE2, b"ICC_PROFILE\0" + bytes((number, len(chunks))) + chunk)
                for number, chunk in enumerate(chunks, 1)
            ]
    start = data[:2]
    rest = data[2:]
    if meta.dpi and rest[:2] == b"\xff\xe0" and rest[4:9] == b"JFIF\0":
        y, x = (min(65535, max(1, round(v))) for v in meta.dpi)
        rest = rest[:11] + b"\x01" + x.to_bytes(2, "big") + y.to_bytes(2, "big") + rest[16:]
    out = io.BytesIO()
    out.write(start)
    # JFIF wants its segment to be the first.
    if rest[:2] == b"\xff\xe0":
        end = 2 + int.from_bytes(rest[2:4], "big")
        out.write(rest[:end])
        rest = rest[end:]
    dropped = 0
    for marker, body in segments:
        if len(body) <= 65533:
            out.write(bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body)
        else:
            dropped += 1
    out.write(rest)
    lost = ("The metadata are too large for JPEG (64 kB) and were left out.",) if dropped else ()
    return out.getvalue(), lost
