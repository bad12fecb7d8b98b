"""What a step is: one class with typed fields and one method.

A step lives in `core/transforms/<group>/<name>.py`; the folder is its group and the file name its tag.  Its kind is
its base class: `PixelStep` computes with values, `GeometryStep` moves pixels, `ImageStep` sees the whole image, and
`ScopedStep` takes statistics of one image or of all before it acts.

Steps are frozen, have no side effects, never change their input, and give the same result each time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from core.declare import Declared
from core.histogram import Ranges
from core.image import Image, ImageError, Outline, bounds, needs_white, to_nominal

if TYPE_CHECKING:
    from torch import Tensor


class StepError(ImageError):
    """A step can't be applied to this image; the message is one plain sentence."""


class Transform(Declared, concrete=False, tag_field="step"):
    """The base of all steps."""

    measurable: ClassVar[bool] = True
    """Whether measuring the result still tells something about the specimen; otherwise it is for display only."""

    @classmethod
    def group(cls) -> str:
        """The step's group in the menu: the name of its folder."""
        return cls.__module__.split(".")[-2]

    def outline(self, before: Outline) -> Outline:
        """What the image will be after this step.

        Raises:
            StepError: the step can't be applied to such an image.
        """
        return before

    def at_scale(self, before: Outline, height: int, width: int) -> Transform:
        """The step for a smaller picture of an image, for a quick preview.

        Steps with settings in pixels, or whose result has a size of its own, say what those become.

        Args:
            before: The image itself.
            height: Of the smaller picture, in pixels.
            width: Of the smaller picture, in pixels.
        """
        return self

    def summary(self) -> str:
        """The settings in a few words, for the list of steps."""
        return ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in self.settings().items())

    def run(self, image: Image) -> Image:
        """Apply the step to an image as it comes; refuse what `outline` refuses, in the same words."""
        self.outline(image.outline)
        return self.apply_image(image)

    def apply_image(self, image: Image) -> Image:
        """The step itself.  Kinds implement it; a step usually implements what its kind asks for."""
        raise AssertionError(f"{type(self).__name__} has to say what it does")  # pragma: no cover


class ImageStep(Transform, concrete=False):
    """A step that sees the whole image: it implements `apply_image`."""


class PixelStep(Transform, concrete=False):
    """A step that computes with values: it implements `apply` on float pixels.

    Labels are left as they are, with a warning: their numbers are names.
    """

    needs_white: ClassVar[bool] = True

    def outline(self, before: Outline) -> Outline:
        """Unchanged, and refused where white is needed but unknown."""
        if self.needs_white and before.white is None and before.role != "labels":
            raise StepError(needs_white(self.title, before.stored))
        return before

    def apply_image(self, image: Image) -> Image:
        """`apply`, on nominal pixels."""
        if image.role == "labels":
            return image.warn(f"{self.title} was left out: this is a label image.")
        image = to_nominal(image)
        return image.but(pixels=self.apply(image.pixels))

    def apply(self, pixels: Tensor) -> Tensor:
        """New pixels from float pixels `[T, Z, C, Y, X]`, nominal range 0 to 1.  Must not change its input."""
        raise AssertionError(f"{type(self).__name__} has to say what it does")  # pragma: no cover


class GeometryStep(Transform, concrete=False):
    """A step that moves pixels: it implements `move`, `size` and, where pixels change size, `rescales`.

    Stored numbers and type are kept where they are only moved.  Where they are interpolated, uint8 stays uint8
    (torch's fast path) and everything else becomes nominal; overshoot beyond black and white is cut off.
    Transparent pixels weigh nothing in the interpolation of their neighbours.
    """

    def interpolates(self) -> bool:
        """Whether values are mixed, not only moved."""
        return False

    def size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) after the step, from those before it."""
        return height, width

    def move(self, planes: Tensor, nearest: bool) -> Tensor:
        """New planes `[N, C, Y, X]`; `nearest` asks for numbers that all occur in the input (labels)."""
        raise AssertionError(f"{type(self).__name__} has to say what it does")  # pragma: no cover

    def outline(self, before: Outline) -> Outline:
        """The new size."""
        import msgspec

        height, width = self.size(before.height, before.width)
        return msgspec.structs.replace(before, height=height, width=width)

    def apply_image(self, image: Image) -> Image:
        """`move`, on pixels and alpha alike."""
        nearest = image.role == "labels"
        mixes = self.interpolates() and not nearest
        if mixes and (image.stored != "uint8" or image.alpha is not None):
            image = to_nominal(image)
        before = image.outline
        alpha: Tensor | None
        if mixes and image.alpha is not None:
            share = self._moved(image.alpha, nearest=False).clamp(0, 1)
            weighted = self._moved(image.pixels * image.alpha, nearest=False)
            pixels = (weighted / share.clamp_min(1e-6)).where(share > 0, weighted)
            alpha = share
        else:
            alpha = None if image.alpha is None else self._moved(image.alpha, nearest)
            pixels = self._moved(image.pixels, nearest)
        limits = bounds(image)
        if mixes and limits:
            pixels = pixels.clamp(*limits)
        after = self.outline(before)
        metadata = self.metadata(image, (before.height, before.width), (after.height, after.width))
        return image.but(pixels=pixels, alpha=alpha, metadata=metadata, full=None)

    def metadata(self, image: Image, before: tuple[int, int], after: tuple[int, int]) -> Any:
        """The metadata after the step; only a step that resizes pixels changes it."""
        return image.metadata

    def _moved(self, pixels: Tensor, nearest: bool) -> Tensor:
        moved = self.move(pixels.flatten(0, 1), nearest)
        return moved.reshape(*pixels.shape[:2], *moved.shape[1:])


class ScopedStep(Transform, concrete=False):
    """A step that first takes statistics, of each image by itself or of all images together.

    With the scope "all", a first pass counts the values of every image; `combine` turns the summed counts into one
    range a channel, and `apply_ranges` uses the same range for every image counted under the same key.
    """

    def measures_all(self) -> bool:
        """Whether the statistics come from all images together."""
        return False

    def combine(self, key: str, table: Tensor) -> Ranges:
        """One (low, high) a channel, in stored values, from the merged table of counts (see core.histogram)."""
        raise AssertionError(f"{type(self).__name__} has to say what it measures")  # pragma: no cover

    def apply_ranges(self, image: Image, ranges: dict[str, Ranges]) -> Image:
        """The step with the ranges of the whole set, by the key under which its images were counted."""
        raise AssertionError(f"{type(self).__name__} has to say what it does")  # pragma: no cover


def is_finite(values: Sequence[float]) -> bool:
    """Whether all are ordinary numbers."""
    return all(math.isfinite(v) for v in values)
