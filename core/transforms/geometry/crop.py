"""Crop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from core.declare import Param
from core.image import Outline
from core.transform import GeometryStep, StepError, Transform

if TYPE_CHECKING:
    from torch import Tensor


class Crop(GeometryStep):
    """Keep a box of the image: at a given place, or around the centre when no place is given.

    Source: numpy slicing; the centre is that of torchvision's CenterCrop.
    """

    title = "Crop"
    initial: ClassVar[dict[str, Any]] = {"width": 256, "height": 256}

    width: Annotated[int, Param(title="Width", unit="px", ge=1, le=1_000_000)]
    height: Annotated[int, Param(title="Height", unit="px", ge=1, le=1_000_000)]
    x: Annotated[int, Param(title="Left", help="Empty: centred.", unit="px", ge=0, le=1_000_000)] | None = None
    y: Annotated[int, Param(title="Top", help="Empty: centred.", unit="px", ge=0, le=1_000_000)] | None = None

    def summary(self) -> str:
        """The box in words."""
        centred = self.x is None and self.y is None
        left, top = ("centre" if at is None else at for at in (self.x, self.y))
        place = "centre" if centred else f"from {left}, {top}"
        return f"{self.width} x {self.height} px, {place}"

    def corner(self, height: int, width: int) -> tuple[int, int]:
        """(top, left) of the box in an image of this size.

        Raises:
            StepError: the box reaches beyond the image.
        """
        top = round((height - self.height) / 2.0) if self.y is None else self.y
        left = round((width - self.width) / 2.0) if self.x is None else self.x
        if top < 0 or left < 0 or top + self.height > height or left + self.width > width:
            raise StepError(
                f"The crop box of {self.width} x {self.height} pixels does not fit into this image "
                f"of {width} x {height}."
            )
        return top, left

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The box."""
        self.corner(height, width)
        return self.height, self.width

    def at_scale(self, before: Outline, height: int, width: int) -> Transform:
        """The same part of the smaller picture, in whole pixels."""
        top, left = self.corner(before.height, before.width)
        down, across = height / before.height, width / before.width
        y, x = min(height - 1, round(top * down)), min(width - 1, round(left * across))
        # Each edge to the nearest pixel, so that what is shown is nowhere more than half a pixel off.
        bottom, right = round((top + self.height) * down), round((left + self.width) * across)
        return Crop(x=x, y=y, width=max(1, right - x), height=max(1, bottom - y))

    def move(self, planes: Tensor, nearest: bool) -> Tensor:
        """Cut out the box."""
        top, left = self.corner(*planes.shape[-2:])
        return planes[..., top : top + self.height, left : left + self.width]
