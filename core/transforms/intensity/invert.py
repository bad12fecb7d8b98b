"""Invert."""

from __future__ import annotations

from core.image import Image, Outline, needs_white, to_nominal
from core.transform import ImageStep, StepError


class Invert(ImageStep):
    """Swap black and white: dark becomes bright.  Signed data change their sign.

    Source: skimage.util.invert (white - value; for signed data -value, with the lowest number clipped).
    """

    title = "Invert"

    def outline(self, before: Outline) -> Outline:
        """Unchanged; refused where white is unknown."""
        if before.white is None and before.role != "labels":
            raise StepError(needs_white("Invert", before.stored))
        return before

    def apply_image(self, image: Image) -> Image:
        """White minus value."""
        if image.role == "labels":
            return image.warn("Invert was left out: this is a label image.")
        image = to_nominal(image)
        signed = image.stored.startswith("int")
        return image.but(pixels=-image.pixels if signed else 1 - image.pixels)
