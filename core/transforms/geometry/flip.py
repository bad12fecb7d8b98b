"""Flip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from core.declare import Param
from core.transform import GeometryStep

if TYPE_CHECKING:
    from torch import Tensor


class Flip(GeometryStep):
    """Mirror the image left to right, top to bottom, or both.  Every value is kept.

    Source: numpy.flip, along the axis X (horizontal), Y (vertical) or both.
    """

    title = "Flip"

    direction: Annotated[
        Literal["horizontal", "vertical", "both"],
        Param(
            title="Direction",
            help="Horizontal swaps left and right.",
            choices={"horizontal": "Left and right", "vertical": "Top and bottom", "both": "Both"},
        ),
    ] = "horizontal"

    def summary(self) -> str:
        """The direction."""
        return self.direction

    def move(self, planes: Tensor, nearest: bool) -> Tensor:
        """Mirror."""
        return planes.flip({"horizontal": [-1], "vertical": [-2], "both": [-2, -1]}[self.direction])
