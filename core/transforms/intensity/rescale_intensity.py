"""Set display range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from core import histogram, words
from core.declare import Param
from core.histogram import Ranges
from core.image import WHITE, Image, Outline, to_nominal
from core.transform import ScopedStep, StepError, is_finite

if TYPE_CHECKING:
    from torch import Tensor

PERCENTILE = {"mode": ["percentile"]}
FIXED = {"mode": ["fixed"]}


class RescaleIntensity(ScopedStep):
    """Choose which values become black and white (contrast); everything between is spread evenly.

    The range is given (fixed), runs from the darkest to the brightest value (min-max), or leaves out a small share
    at both ends (percentile).  It is taken for each channel by itself: from each image alone, which makes brightness
    incomparable between images, or from all images together, which keeps it comparable.

    Source: skimage.exposure.rescale_intensity; percentiles as in numpy.percentile. 0.35 % at both ends is what
    ImageJ's Enhance Contrast saturates by default in total, on each side here.
    """

    title = "Set display range"
    measurable = False
    aliases = ("stretch-contrast",)

    mode: Annotated[
        Literal["percentile", "min-max", "fixed"],
        Param(
            title="Range",
            choices={"percentile": "Percentiles", "min-max": "Darkest to brightest", "fixed": "Given values"},
        ),
    ] = "percentile"
    scope: Annotated[
        Literal["all", "image"],
        Param(
            title="Over",
            help="All images: comparable brightness. Each image: best contrast, not for comparison.",
            when={"mode": ["percentile", "min-max"]},
            choices={"all": "All images together", "image": "Each image by itself"},
        ),
    ] = "all"
    low_percentile: Annotated[
        float,
        Param(title="Low", help="Share that becomes black.", unit="%", ge=0, le=100, step=0.05, when=PERCENTILE),
    ] = 0.35
    high_percentile: Annotated[
        float,
        Param(title="High", help="Above this share: white.", unit="%", ge=0, le=100, step=0.05, when=PERCENTILE),
    ] = 99.65
    low: Annotated[float, Param(title="Black", help="The value in the file that becomes black.", when=FIXED)] | None = (
        None
    )
    high: (
        Annotated[float, Param(title="White", help="The value in the file that becomes white.", when=FIXED)] | None
    ) = None

    def __post_init__(self) -> None:
        if self.mode == "fixed":
            if self.low is None or self.high is None or not is_finite((self.low, self.high)):
                raise ValueError('with "fixed", give both low and high')
            if self.low >= self.high:
                raise ValueError("high must be above low")
        elif self.low_percentile >= self.high_percentile:
            raise ValueError("high_percentile must be above low_percentile")

    def summary(self) -> str:
        """The range and its scope."""
        if self.mode == "fixed":
            return f"{words.number(self.low or 0)} to {words.number(self.high or 0)}"
        span = f"{self.low_percentile:g} to {self.high_percentile:g} %" if self.mode == "percentile" else self.mode
        return f"{span}, {'all images together' if self.scope == 'all' else 'each image (not for comparison)'}"

    def measures_all(self) -> bool:
        """With the scope "all", unless the range is given."""
        return self.scope == "all" and self.mode != "fixed"

    def outline(self, before: Outline) -> Outline:
        """The type's own full scale is white from here on."""
        import msgspec

        if before.role == "labels":
            return before
        return msgspec.structs.replace(before, white=WHITE[before.stored] or 1.0, palette=False)

    def combine(self, key: str, table: Tensor) -> Ranges:
        """The range of each channel from the counts."""
        if self.mode == "min-max":
            return histogram.extremes(table)
        return histogram.percentiles(key, table, self.low_percentile, self.high_percentile)

    def apply_image(self, image: Image) -> Image:
        """With the given range, or that of this image alone."""
        if self.mode == "fixed":
            return self._spread(image, [(self.low or 0.0, self.high or 0.0)] * image.pixels.shape[2])
        if image.role == "labels":
            return self._spread(image, [])
        table = histogram.empty(image.pixels.shape[2])
        return self._spread(image, self.combine(histogram.count(image, table), table))

    def apply_ranges(self, image: Image, ranges: dict[str, Ranges]) -> Image:
        """With the range of all images of this type."""
        return self._spread(image, ranges.get(histogram.key_of(image), [])[: image.pixels.shape[2]])

    def _spread(self, image: Image, ranges: Ranges) -> Image:
        """Map each channel's (low, high), in stored values, to 0 and 1; where they are equal, what is above is 1."""
        import torch

        if image.role == "labels":
            return image.warn(f"{self.title} was left out: this is a label image.")
        if len(ranges) < image.pixels.shape[2]:
            raise StepError("This image was not there when the range of all images was taken. Run it again.")
        # In stored numbers, where a narrow range keeps its exact ends.
        unit = (image.white or 1.0) if image.nominal else 1.0
        image = to_nominal(image.but(white=None))
        work = image.pixels.dtype
        low = torch.tensor([low for low, _ in ranges], dtype=torch.float64).view(1, 1, -1, 1, 1)
        high = torch.tensor([high for _, high in ranges], dtype=torch.float64).view(1, 1, -1, 1, 1)
        floor, span = (low / unit).to(work), ((high - low) / unit).to(work)
        flat = span <= 0
        pixels = image.pixels.sub(floor).div_(span.masked_fill(flat, 1))
        if flat.any():
            pixels = torch.where(flat, (image.pixels > floor).to(work), pixels)
        from dataclasses import replace

        if image.role == "colour" and self.mode != "fixed":
            image = image.warn("Red, green and blue were each stretched by themselves: colours may shift.")
        return image.but(
            pixels=pixels.clamp_(0, 1),
            white=WHITE[image.stored] or 1.0,
            metadata=replace(image.metadata, palette=b""),
        )
