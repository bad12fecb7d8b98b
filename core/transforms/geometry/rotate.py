"""Rotate."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, cos, radians, sin
from typing import TYPE_CHECKING, Annotated, Any

from core.declare import Param
from core.image import Image, rounded
from core.transform import GeometryStep

if TYPE_CHECKING:
    from torch import Tensor


class Rotate(GeometryStep):
    """Turn the image counter-clockwise about its centre.

    Quarter turns move pixels and keep every value.  Other angles interpolate (bilinear; labels take the nearest
    pixel) and fill the corners with black, or with transparency where the image has it.

    Source: the inverse affine mapping of pixel centres, as in Pillow's Image.rotate.
    """

    title = "Rotate"

    angle: Annotated[float, Param(title="Angle", help="Counter-clockwise.", unit="°", ge=-360, le=360, step=1)] = 90.0
    expand: Annotated[
        bool, Param(title="Keep the corners", help="On: the picture grows to hold the whole turned image.")
    ] = True

    def summary(self) -> str:
        """The angle."""
        return f"{self.angle:g}°"

    def interpolates(self) -> bool:
        """Unless by quarter turns."""
        return self.angle % 90 != 0

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The box that holds the turned image, or the same size."""
        if not self.interpolates():
            # A quarter turn always swaps the sides: cutting it to the old shape would lose image for nothing.
            return (width, height) if self.angle % 180 else (height, width)
        if not self.expand:
            return height, width
        c, s = abs(cos(radians(self.angle))), abs(sin(radians(self.angle)))
        # Rounding first: 1e-9 of a pixel is not a further pixel.
        return ceil(round(width * s + height * c, 6)), ceil(round(width * c + height * s, 6))

    def move(self, planes: Tensor, nearest: bool) -> Tensor:
        """Turn."""
        import torch

        if not self.interpolates():
            return torch.rot90(planes, round(self.angle / 90) % 4, (-2, -1))
        old_height, old_width = planes.shape[-2:]
        height, width = self.size(old_height, old_width)
        x, y = self._origins(height, width, old_height, old_width)
        if nearest:
            return _nearest(planes, x, y)
        return _bilinear(planes, x, y)

    def _origins(self, height: int, width: int, old_height: int, old_width: int) -> tuple[Tensor, Tensor]:
        """For each new pixel's centre, where it lies in the old image, in pixels (float64 `[Y, X]` each)."""
        import torch

        c, s = cos(radians(self.angle)), sin(radians(self.angle))
        dy = (torch.arange(height, dtype=torch.float64) - (height - 1) / 2)[:, None]
        dx = (torch.arange(width, dtype=torch.float64) - (width - 1) / 2)[None, :]
        return dx * c - dy * s + (old_width - 1) / 2, dx * s + dy * c + (old_height - 1) / 2

    def metadata(self, image: Image, before: tuple[int, int], after: tuple[int, int]) -> Any:
        """Quarter turns swap the two pixel sizes; at other angles a pixel that is not square has no size left."""
        if not self.interpolates():
            return image.metadata.turned() if self.angle % 180 else image.metadata
        size = image.metadata.pixel_size
        if size is None or size[0] == size[1]:
            return image.metadata
        return replace(image.metadata, pixel_size=None)


def _nearest(planes: Tensor, x: Tensor, y: Tensor) -> Tensor:
    import torch

    height, width = planes.shape[-2:]
    column, row = (x + 0.5).floor().long(), (y + 0.5).floor().long()
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    index = row.clamp(0, height - 1) * width + column.clamp(0, width - 1)
    taken = planes.flatten(-2)[..., index.flatten()].reshape(*planes.shape[:-2], *index.shape)
    return torch.where(inside, taken, torch.zeros((), dtype=planes.dtype))


def _bilinear(planes: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Black beyond the edge, edge pixels at full weight up to their own border."""
    import torch
    from torch.nn.functional import grid_sample

    height, width = planes.shape[-2:]
    work = planes.dtype if planes.is_floating_point() else torch.float32
    grid = torch.stack(((x + 0.5) * 2 / width - 1, (y + 0.5) * 2 / height - 1), -1).to(work)
    grid = grid.expand(planes.shape[0], -1, -1, -1)
    turned = grid_sample(planes.to(work), grid, mode="bilinear", padding_mode="border", align_corners=False)
    inside = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
    turned = torch.where(inside, turned, torch.zeros((), dtype=turned.dtype))
    return rounded(turned, planes.dtype)
