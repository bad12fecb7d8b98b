"""What a file format is: a `Codec` reads it, a `Format` (options, one declaration as for a step) writes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from core import words
from core.declare import Declared
from core.image import WHITE, Image, ImageError, Outline, bit_depth

# From the whole image's (height, width) to the size that it will be resized to; None: every pixel is wanted.
SizeHint = Callable[[int, int], tuple[int, int]] | None


class DecodeError(ImageError):
    """A file can't be read; the message is one plain sentence without the file's name."""


class EncodeError(ImageError):
    """An image can't be written in the chosen format; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a decoder may use.  One rule decides what is refused: the memory that the decoded image takes."""

    memory: int = 1 << 34

    def check(self, outline: Outline) -> None:
        """Refuse an image that does not fit, from its header alone.

        Raises:
            DecodeError: with the sizes, in words.
        """
        if outline.nbytes > self.memory:
            raise DecodeError(
                f"The file says it holds {words.thousands(outline.width)} x {words.thousands(outline.height)} pixels, "
                f"which takes {words.size(outline.nbytes)} of memory; {words.size(self.memory)} can be used. "
                "If the file is genuine, use a machine with more memory."
            )


class Codec(ABC):
    """Reads one family of file formats.  A codec is stateless."""

    name: ClassVar[str]
    title: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    many_planes: ClassVar[bool] = False
    """Whether one file can hold several planes."""

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes (up to 64) is of this family."""

    @abstractmethod
    def probe(self, path: Path) -> Outline:
        """The image's outline from the header.

        Raises:
            DecodeError: the header can't be read.
            OSError: the file can't be opened.
        """

    @abstractmethod
    def decode(self, path: Path, hint: SizeHint, limits: Limits) -> Image:
        """The whole image, upright; smaller where `hint` allows it and the format can do that cheaply.

        Raises:
            DecodeError: the file is damaged, or of a kind that is not supported, or too large.
            OSError: the file can't be opened.
        """


class Encoded(NamedTuple):
    """A whole file, and warnings about what happened to its image on the way."""

    data: bytes
    warnings: tuple[str, ...] = ()


class Format(Declared, concrete=False, tag_field="type"):
    """How results are written.  Fields are the format's options."""

    suffix: ClassVar[str]
    many_planes: ClassVar[bool] = False
    """Whether T, Z and any number of channels go into one file; otherwise each plane becomes a file."""

    def losses(self, image: Outline) -> list[str]:
        """What this format can't hold of such an image, one plain sentence each; announced before a run."""
        return []

    def outline(self, image: Outline) -> None:
        """Raise EncodeError when such an image can't be written at all."""

    def encode(self, image: Image) -> Encoded:
        """The whole file and what was lost on the way.

        The file holds nothing but what follows from the image: no clock time, no file name.

        Raises:
            EncodeError: this format can't hold the image.
        """
        raise AssertionError(f"{type(self).__name__} has to say how it writes")  # pragma: no cover


def fewer_bits(image: Outline, bits: str, what: str) -> list[str]:
    """What changes when a bit depth is chosen: "keep", "8" or "16"."""
    lost = []
    if image.stored == f"uint{bits}" and image.white and image.white != WHITE[image.stored]:
        lost.append(f"White is {words.number(image.white)} here; values are scaled so that it fills {bits} bits.")
    if bits != "keep" and image.stored != f"uint{bits}" and image.stored not in ("uint8", "int8"):
        lost.append(f"{bits}-bit {what} was chosen; {bit_depth(image.stored)} becomes {bits}-bit.")
    if bits != "keep" and image.stored.startswith("int"):
        lost.append(f"{bits}-bit {what} holds no negative values; any that are left become 0.")
    return lost


CARRIED = {
    "exif": "camera data",
    "icc": "colour profile",
    "xmp": "XMP description",
    "palette": "display palette",
    "calibrated": "pixel size and other calibration",
}


def left_out(image: Outline, what: str, holds: Collection[str] = ()) -> list[str]:
    """One sentence for what comes with an image and does not fit into a file, as far as it is not in `holds`."""
    lost = [text for field, text in CARRIED.items() if field not in holds and getattr(image, field)]
    if not lost:
        return []
    are = "it is" if len(lost) == 1 else "they are"
    return [f"{what} holds no {words.listing(lost, 'and no')}; {are} left out."]


def shown_as_colour(image: Outline) -> list[str]:
    """A sentence for three channels of their own that a format of pictures takes for red, green and blue."""
    if image.channels == 3 and image.role != "colour":
        return ["The three channels become the red, green and blue of one picture."]
    return []


def single_plane(outline: Outline, format_name: str) -> None:
    """Refuse what a format of single pictures can't hold.

    Raises:
        EncodeError: always a mistake of the caller: planes are split before they come here.
    """
    if outline.t * outline.z != 1 or outline.channels not in (1, 3):
        raise EncodeError(f"{format_name} holds one grey or colour picture a file.")
