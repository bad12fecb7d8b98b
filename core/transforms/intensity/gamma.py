"""Gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from core.declare import Param
from core.transform import PixelStep

if TYPE_CHECKING:
    from torch import Tensor


class Gamma(PixelStep):
    """Brighten or darken the mid-tones; black and white stay.

    Below 1 brightens, above 1 darkens.  Values under black become black.

    Source: Poynton, Digital Video and HD, chapter 27: output = input ** gamma on the range 0 to 1.
    """

    title = "Gamma"
    measurable = False

    gamma: Annotated[
        float, Param(title="Gamma", help="1 = unchanged; below 1 brightens.", ge=0.05, le=10, step=0.05)
    ] = 1.0

    def summary(self) -> str:
        """The exponent."""
        return f"gamma {self.gamma:g}"

    def apply(self, pixels: Tensor) -> Tensor:
        """Raise to the power of gamma."""
        return pixels.clamp_min(0) ** self.gamma
