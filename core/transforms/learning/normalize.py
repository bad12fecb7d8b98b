"""Normalise."""

from __future__ import annotations

from typing import Annotated

from core.declare import Param
from core.image import Image, Outline, needs_white, to_nominal
from core.transform import ImageStep, StepError, is_finite

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Normalize(ImageStep):
    """Subtract a mean and divide by a standard deviation, channel by channel, as networks expect it.

    Values count from 0 (black) to 1 (white).  The result is float32 without a white of its own, for `.pt`, `.npy`
    or float TIFF.  Give one number for all channels or one a channel; a grey image with three numbers becomes three
    equal channels first.  The defaults are those of ImageNet.

    Source: torchvision.transforms.v2.Normalize.
    """

    title = "Normalise"
    aliases = ("normalise",)

    mean: Annotated[
        tuple[float, ...],
        Param(title="Mean", help="One number, or one a channel.", min_length=1, max_length=64),
    ] = IMAGENET_MEAN
    std: Annotated[
        tuple[float, ...],
        Param(title="Standard deviation", help="One number, or one a channel.", min_length=1, max_length=64),
    ] = IMAGENET_STD

    def __post_init__(self) -> None:
        if not is_finite((*self.mean, *self.std)) or min(self.std) <= 0:
            raise ValueError("each standard deviation must be above 0")
        if 1 not in (len(self.mean), len(self.std)) and len(self.mean) != len(self.std):
            raise ValueError("give as many means as standard deviations")

    def summary(self) -> str:
        """The numbers, or their name."""
        if (self.mean, self.std) == (IMAGENET_MEAN, IMAGENET_STD):
            return "ImageNet mean and standard deviation"
        return super().summary()

    def outline(self, before: Outline) -> Outline:
        """Float32 with as many channels as there are numbers."""
        import msgspec

        if before.role == "labels":
            raise StepError("Normalise can't be applied to a label image: its numbers are names.")
        if before.white is None:
            raise StepError(needs_white("Normalise", before.stored))
        numbers = max(len(self.mean), len(self.std))
        channels = numbers if before.channels == 1 else before.channels
        if numbers not in (1, channels):
            raise StepError(f"Normalise has numbers for {numbers} channels, and this image has {before.channels}.")
        return msgspec.structs.replace(
            before,
            stored="float32",
            white=None,
            channels=channels,
            role="intensity",
            icc=False,
            palette=False,
        )

    def apply_image(self, image: Image) -> Image:
        """(value - mean) / std."""
        from dataclasses import replace

        import torch

        after = self.outline(image.outline)
        image = to_nominal(image)
        pixels, alpha = image.pixels.to(torch.float32), image.alpha
        mean, std = (torch.tensor(v, dtype=torch.float32).view(1, 1, -1, 1, 1) for v in (self.mean, self.std))
        pixels = pixels.expand(-1, -1, after.channels, -1, -1).sub(mean).div_(std)
        return image.but(
            pixels=pixels,
            alpha=None if alpha is None else alpha.to(torch.float32),
            stored="float32",
            white=None,
            role="intensity",
            metadata=replace(image.metadata, icc=b"", palette=b""),
        )
