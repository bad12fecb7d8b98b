"""Greyscale."""

from __future__ import annotations

from typing import Annotated, Literal

from core.declare import Param
from core.image import Image, Outline, to_nominal
from core.transform import ImageStep, StepError

WEIGHTS = {
    "rec601": (0.299, 0.587, 0.114),
    "rec709": (0.2126, 0.7152, 0.0722),
}


class Grayscale(ImageStep):
    """Turn colour into one grey channel.

    The weights are those of the eye (Rec. 601, as in Pillow and torchvision, or Rec. 709), or the plain mean of all
    channels.  Images with one channel stay as they are; separate channels that are not red, green and blue can only
    be averaged.

    Source: ITU-R BT.601-7 and BT.709-6, applied to the values as they are stored.
    """

    title = "Greyscale"
    aliases = ("greyscale",)

    method: Annotated[
        Literal["rec601", "rec709", "mean"],
        Param(
            title="Weights",
            help="Rec. 601 is what most programs mean by greyscale.",
            choices={"rec601": "Rec. 601 (usual)", "rec709": "Rec. 709 (HDTV)", "mean": "Plain mean of all channels"},
        ),
    ] = "rec601"

    def outline(self, before: Outline) -> Outline:
        """One channel."""
        import msgspec

        if before.channels == 1:
            return before
        if before.role == "labels":
            raise StepError("Greyscale can't be applied to a label image: its numbers are names.")
        if before.channels != 3 and self.method != "mean":
            raise StepError(
                f"Greyscale by {self.method} needs red, green and blue, and this image has {before.channels} "
                'channels. Choose "mean" instead.'
            )
        return msgspec.structs.replace(before, channels=1, role="intensity", icc=False)

    def apply_image(self, image: Image) -> Image:
        """The weighted sum over the channels."""
        from dataclasses import replace

        import torch

        channels = image.pixels.shape[2]
        if channels == 1:
            return image
        image = to_nominal(image)
        weights = WEIGHTS.get(self.method, (1 / channels,) * channels)
        weight = torch.tensor(weights, dtype=image.pixels.dtype).view(1, 1, -1, 1, 1)
        grey = (image.pixels * weight).sum(2, keepdim=True)
        # A colour profile describes three channels; beside one grey channel it would be wrong.
        metadata = replace(image.metadata, icc=b"", channel_names=())
        result = image.but(pixels=grey, role="intensity", metadata=metadata)
        if image.metadata.icc:
            return result.warn("The colour profile was left out: the image is grey now.")
        return result
