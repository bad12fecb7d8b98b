"""PNG: 8 bits through Pillow, 16 bits through imagecodecs (Pillow reads 16-bit RGB as 8-bit)."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from core import words
from core.codecs import pillow
from core.codecs.base import (
    Codec,
    Encoded,
    EncodeError,
    Format,
    Limits,
    SizeHint,
    fewer_bits,
    left_out,
    shown_as_colour,
    single_plane,
)
from core.declare import Param
from core.image import WHITE, Image, Metadata, Outline, bit_depth, needs_white, to_array, to_bits, to_stored

if TYPE_CHECKING:
    import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: (1, False), 2: (3, False), 4: (1, True), 6: (3, True)}  # colour type -> (channels, alpha)


class PngCodec(Codec):
    """PNG of 1 to 16 bits, grey, colour or palette, with or without alpha; animated PNG as T."""

    name = "png"
    title = "PNG"
    suffixes = (".png", ".apng")
    many_planes = True

    def recognises(self, head: bytes) -> bool:
        """The PNG signature."""
        return head.startswith(SIGNATURE)

    def probe(self, path: Path) -> Outline:
        """From IHDR and what comes before the pixels."""
        import msgspec

        with path.open("rb") as file:
            deep = _deep(file.read(33))
        with pillow.opened(path) as image:
            found = pillow.outline(image)
        if deep is None:
            return found
        channels, alpha = deep
        return msgspec.structs.replace(
            found,
            stored="uint16",
            white=65535.0,
            channels=channels,
            alpha=alpha or found.alpha,  # one colour can be declared transparent
            role="colour" if channels == 3 else "intensity",
        )

    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """All of it; PNG can't be read at a reduced size."""
        import imagecodecs

        data = path.read_bytes()
        with pillow.plain_errors(path):
            _verify(data)
        if _deep(data[:33]) is None:
            return pillow.decode(path, limits, data)
        expected = self.probe(path)
        limits.check(expected)
        with pillow.opened(path, data) as image:
            meta, orientation, warned = pillow.metadata(image)
            pixels = imagecodecs.png_decode(data)
        return pillow.with_orientation(pixels[None], expected, meta, orientation).warn(*warned)


def _deep(header: bytes) -> tuple[int, bool] | None:
    """(channels, alpha) of a 16-bit PNG, or None for fewer bits."""
    if len(header) < 33 or header[24] != 16:
        return None
    return CHANNELS.get(header[25])


def _verify(data: bytes) -> None:
    """Check that the end is there, and the checksum of all that makes the picture: the decoders take less care.

    Raises:
        ValueError: the file is cut off or damaged.
    """
    position = 8
    while True:
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        end = position + 12 + length
        if end > len(data):
            raise ValueError("truncated PNG")
        stored = int.from_bytes(data[end - 4 : end], "big")
        counts = kind[:1].isupper() or kind in (b"fcTL", b"fdAT", b"tRNS")
        if counts and zlib.crc32(memoryview(data)[position + 4 : end - 4]) != stored:
            raise ValueError(f"a checksum in its {kind.decode('latin-1')} part is wrong")
        if kind == b"IEND":
            return
        position = end


class Png(Format):
    """Lossless, 8 or 16 bits, read by everything.  Right for data of one plane.

    Source: W3C Portable Network Graphics, third edition.
    """

    title = "PNG"
    suffix: ClassVar[str] = ".png"

    bits: Annotated[
        Literal["keep", "8", "16"],
        Param(
            title="Bit depth",
            help="Keep: as in the file. 8: a sixteen-bit image loses fine shades.",
            choices={"keep": "As in the image", "8": "8 bit", "16": "16 bit"},
        ),
    ] = "keep"
    compression: Annotated[
        int, Param(title="Compression", help="Higher is slower and a little smaller.", ge=0, le=9, step=1)
    ] = 4

    def losses(self, image: Outline) -> list[str]:
        """Fewer bits, when asked for; calibration; and what the camera's white is."""
        lost = fewer_bits(image, self.bits, "PNG")
        if self.bits == "keep" and image.white != WHITE[image.stored]:
            lost.append(
                f"PNG can't say that white is {words.number(image.white or 0)}; programs may show this image dark."
            )
        if image.role == "labels":
            lost.append("Label numbers are kept as they are: most programs show them nearly black.")
        return [*lost, *shown_as_colour(image), *left_out(image, "PNG", ("exif", "icc", "xmp"))]

    def outline(self, image: Outline) -> None:
        """Types that PNG can't hold need a decision first."""
        if self.bits == "keep" and image.stored not in ("uint8", "uint16"):
            raise EncodeError(
                f"PNG can't hold {bit_depth(image.stored)} values as they are. Choose TIFF, or add "
                '"Set display range" and choose 8 or 16 bits.'
            )
        if self.bits != "keep" and image.white is None and image.role != "labels":
            raise EncodeError(needs_white("PNG", image.stored))

    def encode(self, image: Image) -> Encoded:
        """PNG with EXIF, ICC profile, XMP and DPI."""
        import imagecodecs
        import numpy as np

        self.outline(image.outline)
        single_plane(image.outline, "PNG")
        if self.bits == "8":
            image = to_bits(image, 8)
        elif self.bits == "16":
            image = to_bits(image, 16)
        else:
            image = to_stored(image)
        pixels: np.ndarray[Any, Any] = to_array(image, "YX" if image.pixels.shape[2] == 1 else "YXC")
        if image.alpha is not None:
            pixels = np.dstack([pixels, image.alpha[0, 0, 0].numpy()])
        # Noise has no repeats: matching for them only costs time, Huffman codes alone are smaller.
        strategy = imagecodecs.PNG.STRATEGY.HUFFMAN_ONLY if _noisy(pixels) else imagecodecs.PNG.STRATEGY.DEFAULT
        data = imagecodecs.png_encode(np.ascontiguousarray(pixels), level=self.compression, strategy=strategy)
        return Encoded(_with_metadata(bytes(data), image.metadata), image.warnings)


def _noisy(pixels: np.ndarray[Any, Any]) -> bool:
    """Whether neighbouring values differ nearly everywhere, looked at on a few rows."""
    import numpy as np

    if pixels.shape[0] * pixels.shape[1] < 4096:
        return False
    rows = pixels[:: max(1, pixels.shape[0] // 16)]
    return bool(np.mean(rows[:, 1:] != rows[:, :-1]) > 0.7)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _with_metadata(data: bytes, meta: Metadata) -> bytes:
    """Insert chunks after IHDR (iCCP, pHYs, eXIf, iTXt: sections 11.3.2.3, 11.3.4.3, 11.3.4.5 and 11.3.3.4)."""
    chunks = []
    if meta.icc:
        chunks.append(_chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(meta.icc)))
    if meta.dpi:
        y, x = (round(value / 0.0254) for value in meta.dpi)
        chunks.append(_chunk(b"pHYs", x.to_bytes(4, "big") + y.to_bytes(4, "big") + b"\1"))
    if meta.exif:
        body = meta.exif.removeprefix(b"Exif\0\0")
        chunks.append(_chunk(b"eXIf", body))
    if meta.xmp:
        chunks.append(_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + meta.xmp))
    return data[:33] + b"".join(chunks) + data[33:]
