"""Gaussian blur."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from core.declare import Param
from core.image import Outline
from core.transform import PixelStep, Transform

if TYPE_CHECKING:
    from torch import Tensor


class GaussianBlur(PixelStep):
    """Smooth with a bell-shaped window, plane by plane.  At the edges, the edge pixel goes on.

    Source: scipy.ndimage.gaussian_filter with truncate=4 and mode="nearest" (the default of skimage.filters).
    """

    title = "Gaussian blur"
    aliases = ("gaussian",)
    needs_white = False

    sigma: Annotated[
        float,
        Param(title="Sigma", help="Standard deviation of the bell.", unit="px", ge=0.1, le=200, step=0.5),
    ] = 1.0

    def summary(self) -> str:
        """The width of the bell."""
        return f"sigma {self.sigma:g} px"

    def at_scale(self, before: Outline, height: int, width: int) -> Transform:
        """A bell that is as much narrower as the picture."""
        return GaussianBlur(sigma=max(1e-3, self.sigma * width / before.width))

    def apply(self, pixels: Tensor) -> Tensor:
        """Two one-dimensional convolutions."""
        import torch
        from torch.nn.functional import conv2d, pad

        radius = int(4 * self.sigma + 0.5)
        offsets = torch.arange(-radius, radius + 1, dtype=torch.float64)
        kernel = torch.exp(-0.5 * (offsets / self.sigma) ** 2)
        kernel = (kernel / kernel.sum()).to(pixels.dtype)
        # One channel at a time, which also bounds the memory that padding takes.
        planes = pixels.flatten(0, 2)[:, None]
        blurred = torch.empty_like(planes)
        for index, plane in enumerate(planes):
            once = conv2d(pad(plane[None], (0, 0, radius, radius), "replicate"), kernel.view(1, 1, -1, 1))
            blurred[index] = conv2d(pad(once, (radius, radius, 0, 0), "replicate"), kernel.view(1, 1, 1, -1))[0]
        return blurred.view(pixels.shape)
