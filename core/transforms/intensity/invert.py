"""Invert."""

from __future__ import annotations

from core.image import Image, Outline, needs_white, to_nominal
from core.transform import ImageStep, StepError


class Invert(ImageStep):
    """Swap black and white: dark becomes bright.  Signed data change their sign, so that no value is lost.

    Source: skimage.util.invert: white - value; for signed numbers -1 - value.
    """

    title = "Invert"

    def outline(self, before: Outline) -> Outline:
        """Unchanged; refused where white is unknown."""
        if before.white is None and before.role != "labels":
            raise StepError(needs_white("Invert", before.stored))
        return before

    def apply_image(self, image: Image) -> Image:
        """White minus value; the lowest signed number and the highest swap places."""
        if image.role == "labels":
            return image.warn("Invert was left out: this is a label image.")
        image = to_nominal(image)
        top = -1 / (image.white or 1.0) if image.stored.startswith("int") else 1.0
        return image.but(pixels=top - image.pixels)
