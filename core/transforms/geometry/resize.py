"""Resize."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from core.declare import Param
from core.image import Image, Outline, rounded
from core.transform import GeometryStep, Transform

if TYPE_CHECKING:
    from torch import Tensor

WAYS = ("longest", "shortest", "percent")


class Resize(GeometryStep):
    """Make images smaller or larger, keeping their proportions unless they are to be stretched.

    Give one of: the longest side, the shortest side, a percentage, or width and height.  With width and height,
    "fit" keeps the proportions inside that box and "stretch" gives exactly that size.  Shrinking averages over all
    pixels (antialiasing), so fine structures do not turn into patterns.

    Source: torch.nn.functional.interpolate with antialias=True, which follows Pillow's convolution resampling; by the
    shortest side, the sizes of torchvision.transforms.v2.Resize.
    """

    title = "Resize"
    initial: ClassVar[dict[str, Any]] = {"longest": 1024}
    ways: ClassVar[dict[str, dict[str, Any]]] = {
        "Longest side": {"longest": 1024},
        "Shortest side": {"shortest": 512},
        "Percent": {"percent": 50.0},
        "Width and height": {"width": 1600, "height": 1200, "mode": "fit"},
    }

    longest: (
        Annotated[int, Param(title="Longest side", help="Length of the longer side.", unit="px", ge=1, le=100_000)]
        | None
    ) = None
    shortest: (
        Annotated[int, Param(title="Shortest side", help="Length of the shorter side.", unit="px", ge=1, le=100_000)]
        | None
    ) = None
    percent: Annotated[float, Param(title="Percent", help="100 = unchanged.", unit="%", ge=0.1, le=1600)] | None = None
    width: Annotated[int, Param(title="Width", unit="px", ge=1, le=100_000)] | None = None
    height: Annotated[int, Param(title="Height", unit="px", ge=1, le=100_000)] | None = None
    mode: Annotated[
        Literal["fit", "stretch"],
        Param(
            title="Proportions",
            help="Fit inside the box, or stretch to exactly that size.",
            choices={"fit": "Kept: fit inside the box", "stretch": "Stretched to exactly this size"},
        ),
    ] = "fit"
    enlarge: Annotated[
        bool,
        Param(title="Enlarge smaller images", help="Off: images that are smaller already stay as they are."),
    ] = True
    method: Annotated[
        Literal["bicubic", "bilinear", "nearest"],
        Param(
            title="Method",
            help="Bicubic is sharper, bilinear never overshoots, nearest keeps exact values.",
            choices={"bicubic": "Bicubic", "bilinear": "Bilinear", "nearest": "Nearest pixel"},
        ),
    ] = "bicubic"
    fast_decode: Annotated[
        bool,
        Param(
            title="Read JPEG photos at reduced size",
            help="Several times faster; off: every pixel of the photo is decoded first.",
        ),
    ] = True

    def __post_init__(self) -> None:
        box = self.width is not None or self.height is not None
        given = [name for name in WAYS if getattr(self, name) is not None] + ["width and height"] * box
        if len(given) != 1:
            had = f"not {' and '.join(given)}" if given else "and none is given"
            raise ValueError(f"give one of longest, shortest, percent, or width and height, {had}")
        if box and (self.width is None or self.height is None):
            raise ValueError("give both width and height")

    def summary(self) -> str:
        """The size in words."""
        if self.width is not None:
            return f"{'fit in' if self.mode == 'fit' else 'exactly'} {self.width} x {self.height} px"
        if self.percent is not None:
            return f"{self.percent:g} %"
        return f"longest side {self.longest} px" if self.longest else f"shortest side {self.shortest} px"

    def interpolates(self) -> bool:
        """Unless the nearest pixel is taken."""
        return self.method != "nearest"

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The new size, each side rounded to whole pixels and at least 1."""
        if self.width is not None and self.height is not None:
            if self.mode == "stretch":
                return self.height, self.width
            factor = min(self.width / width, self.height / height)
        elif self.longest is not None:
            factor = self.longest / max(height, width)
        elif self.shortest is not None:
            # As in torchvision: the shorter side exactly, the longer one rounded down.
            factor = self.shortest / min(height, width)
            if factor <= 1 or self.enlarge:
                longer = max(self.shortest, self.shortest * max(height, width) // min(height, width))
                return (self.shortest, longer) if height <= width else (longer, self.shortest)
        else:
            factor = (self.percent or 100) / 100
        if factor > 1 and not self.enlarge:
            return height, width
        return max(1, round(height * factor)), max(1, round(width * factor))

    def at_scale(self, before: Outline, height: int, width: int) -> Transform:
        """To the very size where the smaller picture has as many pixels; else as much smaller as the picture."""
        new_height, new_width = self.size(before.height, before.width)
        if new_height > height or new_width > width:
            new_height = max(1, round(new_height * height / before.height))
            new_width = max(1, round(new_width * width / before.width))
        return Resize(width=new_width, height=new_height, mode="stretch", method=self.method)

    def apply_image(self, image: Image) -> Image:
        """Leave an image that has its size already untouched, down to the type of its numbers."""
        _, _, _, height, width = image.pixels.shape
        full = image.full or (height, width)
        if self.size(*full) == (height, width):
            return image.but(full=None, metadata=self.metadata(image, full, (height, width)))
        if image.full is None:
            return super().apply_image(image)
        # The decoder gave fewer pixels than the file has: aim at the size that the whole image would get.
        target = self.size(*full)
        exact = Resize(width=target[1], height=target[0], mode="stretch", method=self.method)
        metadata = self.metadata(image, full, target)
        return exact.apply_image(image.but(full=None)).but(metadata=metadata)

    def move(self, planes: Tensor, nearest: bool) -> Tensor:
        """Resample; labels and "nearest" take the pixel whose centre is nearest, in any number type."""
        import torch
        from torch.nn.functional import interpolate

        height, width = self.size(*planes.shape[-2:])
        if nearest or self.method == "nearest":
            rows, columns = (
                ((torch.arange(new, dtype=torch.float64) + 0.5) * old / new).floor().long().clamp_max(old - 1)
                for new, old in ((height, planes.shape[-2]), (width, planes.shape[-1]))
            )
            return planes.index_select(-2, rows).index_select(-1, columns)
        if width > 1:
            return interpolate(planes, size=(height, width), mode=self.method, antialias=True)
        # Torch (2.14) makes a wrong column, and fails at one pixel of three uint8 channels; a row comes out right.
        turned = planes.to(torch.float32) if planes.dtype == torch.uint8 else planes
        turned = interpolate(turned.transpose(-1, -2), size=(1, height), mode=self.method, antialias=True)
        return rounded(turned, planes.dtype).transpose(-1, -2)

    def metadata(self, image: Image, before: tuple[int, int], after: tuple[int, int]) -> Any:
        """The pixel size grows as the image shrinks."""
        return image.metadata.scaled(after[0] / before[0], after[1] / before[1])
