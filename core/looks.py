"""What is asked and told about looking at images: previews, thumbnails, lists, sums.  Types only; no torch.

The window sends questions to the engine's host and gets answers back; pixels go through files in a cache folder.
"""

from __future__ import annotations

import msgspec

from core.check import Check

# -- questions -------------------------------------------------------------------------------------------------------


class Look(msgspec.Struct, frozen=True, kw_only=True, tag="look"):
    """Show one image before and after a recipe.  A newer one of the same kind (full or not) replaces an older one."""

    number: int
    path: str
    recipe: msgspec.Raw
    full: bool = False
    """Every pixel through the run's own path; otherwise a smaller picture first, as quickly as can be."""
    longest: int = 1024
    """Pixels that the view can show along the longer side."""
    t: int = 0
    z: int = 0
    """-1: the middle of the stack."""
    sample: list[str] = []
    """Images that stand for the whole set where a step takes its range from all images."""
    total: int = 0
    """How many images the set has; 0: not known."""
    before: bool = True
    """Whether the image before the recipe is wanted too."""

    @property
    def name(self) -> str:
        """What the files of its pictures are called, before the dot."""
        return f"{self.number}-{'full' if self.full else 'quick'}"


class Thumbnails(msgspec.Struct, frozen=True, kw_only=True, tag="thumbnails"):
    """Small pictures of these files, in this order; replaces what an earlier question has not been answered."""

    paths: list[str]
    side: int = 96


class Scan(msgspec.Struct, frozen=True, kw_only=True, tag="scan"):
    """List the images in files and folders.  A newer one ends an older one."""

    number: int
    inputs: list[str]


# -- answers ---------------------------------------------------------------------------------------------------------


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One image made visible, in a file: levels of 8-bit pixels for the screen, then the values themselves.

    A level is (offset, width, height, bytes a row), the largest first; pixels are `form`: "grey" (1 byte), "rgb" (3)
    or "rgba" (4).  Values are `[Y, X, C]`, rows one after another without gaps, from `values_offset` on.
    """

    file: str
    form: str
    levels: list[tuple[int, int, int, int]]
    width: int
    height: int
    """Of the image itself; a level of a reduced picture has fewer pixels."""
    values_offset: int
    values_type: str
    values_channels: int
    stored: str
    role: str
    z: int = 1
    t: int = 1
    shown: list[tuple[float, float]] = []
    """For each channel, the values that are shown black and white."""
    span: tuple[float, float] = (0.0, 255.0)
    """Values at both ends of the histogram."""
    counts: list[list[int]] = []
    """For each channel, how many values lie in each of equal bins of the span."""
    pixel_size: float | None = None
    """Micrometres a pixel along X, where it is known."""
    labels: bool = False


class Seen(msgspec.Struct, frozen=True, kw_only=True, tag="seen"):
    """The answer to `Look`.  `problem` is why there is no `after` (or, with no `before` either, nothing at all)."""

    number: int
    path: str
    full: bool
    t: int = 0
    z: int = 0
    """The plane that is shown."""
    before: Picture | None = None
    after: Picture | None = None
    problem: str = ""
    warnings: list[str] = []
    note: str = ""
    """What makes the picture approximate, in words; empty when it is what the run makes."""
    bytes: int | None = None
    """Size of the result, where it was made in full."""
    seconds: float = 0.0


class Thumbnail(msgspec.Struct, frozen=True, kw_only=True, tag="thumbnail", gc=False):
    """The answer to `Thumbnails`, one a file: a PNG in the cache, or why there is none."""

    path: str
    file: str = ""
    text: str = ""
    """What the image is, in a few words: "2 048 x 2 048, 16-bit"."""
    problem: str = ""


class Listed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One image of a list."""

    key: str
    path: str
    folder: str
    """Where it lies under what was given, "" for the top, with forward slashes."""
    size: int
    root: int = 0
    """Which of the inputs it came with."""


class Scanned(msgspec.Struct, frozen=True, kw_only=True, tag="scanned"):
    """A part of the answer to `Scan`: first counts while it is at work (no items), then the items in order."""

    number: int
    seen: int
    """Files looked at so far."""
    items: list[Listed] = []
    over: bool = False
    left_out: str = ""
    problem: str = ""


class Sums(msgspec.Struct, frozen=True, kw_only=True, tag="sums"):
    """What a run would make: the answer to `Sum`.  `problem` is why nothing can be run.

    With `checked`, the headers of all images were read: `check.items` then holds those with a problem or a loss.
    """

    number: int
    problem: str = ""
    images: int = 0
    check: Check | None = None
    checked: bool = False
    looked: int | None = None
    """How many headers were read where not all were: numbers of files and problems are then estimates."""
    skipped: int = 0
    """Images that are left alone, because their results are there already."""
    remarks: list[str] = []
    """What happens to results that are there already, in words."""
    losses: list[tuple[str, int]] = []
    """What results lose, one sentence each, and how many images it concerns."""
    example: str = ""
    """The name of the first result."""


Answer = Seen | Thumbnail | Scanned | Sums
