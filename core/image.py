"""Images with named axes, and the only place that converts number types.

Pixels are a tensor with the axes `[T, Z, C, Y, X]`, length 1 where an image has none.  They are held in one of two
ways:

* as stored (`nominal=False`): the file's own numbers in the file's own type;
* nominal (`nominal=True`): float32 (float64 for types of more than 24 bits), where 1.0 is `white`.

The first step that computes with values makes them nominal; only `to_stored` and `to_bits`, called by encoders, turn
them back, rounding and clamping once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

Role = Literal["intensity", "colour", "labels"]

# What full scale means by type alone.  None: not known, as for floats.
WHITE: dict[str, float | None] = {
    "uint8": 255.0,
    "uint16": 65535.0,
    "uint32": 4294967295.0,
    "int8": 127.0,
    "int16": 32767.0,
    "int32": 2147483647.0,
    "float16": None,
    "float32": None,
    "float64": None,
}
BIT_DEPTH = {"uint": "-bit", "int": "-bit signed", "float": "-bit float"}
BYTES = {"uint8": 1, "int8": 1, "uint16": 2, "int16": 2, "float16": 2, "float64": 8}  # the others: 4
DARK = 0.1  # of full scale: pictures that do not reach it look black on a screen
WIDE = {"uint32", "int32", "float64"}  # a float32 can't hold these exactly


def bit_depth(stored: str) -> str:
    """A number type in the words of a laboratory: "16-bit", "16-bit signed", "32-bit float"."""
    kind = stored.rstrip("0123456789")
    return stored.removeprefix(kind) + BIT_DEPTH.get(kind, "")


class ImageError(Exception):
    """An image can't be read, changed or written; the message is one plain sentence."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an image without its pixels; steps predict theirs from it.

    Sizes are in pixels, of the whole image even where a decoder was asked for a smaller one.
    """

    width: int
    height: int
    channels: int = 1
    z: int = 1
    t: int = 1
    stored: str = "uint8"
    white: float | None = 255.0
    role: Role = "intensity"
    alpha: bool = False
    exif: bool = False
    icc: bool = False
    xmp: bool = False
    palette: bool = False
    calibrated: bool = False
    """Pixel size, Z step, frame interval or channel names are known."""
    more: int = 0
    """Further series or pages in the file that are not part of this image."""

    @property
    def files_a_plane(self) -> int:
        """Files that one plane becomes in a format of single pictures: three channels are one colour picture."""
        return 1 if self.channels == 3 else self.channels

    @property
    def nbytes(self) -> int:
        """Bytes of the decoded pixels."""
        each = BYTES.get(self.stored, 4)
        return self.width * self.height * (self.channels + self.alpha) * self.z * self.t * each


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an image carries besides pixels.  None or empty: unknown, and it stays unknown.

    Lengths in micrometres, times in seconds; `pixel_size` is (y, x).  `exif` is a TIFF-style block in which
    the picture stands upright; `palette` is 3 x 256 uint8 values, a display of the data and not the data.
    """

    pixel_size: tuple[float, float] | None = None
    z_step: float | None = None
    frame_interval: float | None = None
    channel_names: tuple[str, ...] = ()
    dpi: tuple[float, float] | None = None
    exif: bytes = b""
    icc: bytes = b""
    xmp: bytes = b""
    palette: bytes = b""

    @property
    def calibrated(self) -> bool:
        """Whether anything is known of what pixels, planes, frames and channels stand for."""
        known = (self.pixel_size, self.z_step, self.frame_interval)
        return bool(self.channel_names) or any(value is not None for value in known)

    def turned(self) -> Metadata:
        """After a quarter turn: what counted along Y counts along X."""
        size, dpi = self.pixel_size, self.dpi
        return replace(self, pixel_size=size and (size[1], size[0]), dpi=dpi and (dpi[1], dpi[0]))

    def scaled(self, y: float, x: float) -> Metadata:
        """After a resize by the factors `y` and `x`: pixels grow as the image shrinks."""
        if self.pixel_size is None:
            return self
        return replace(self, pixel_size=(self.pixel_size[0] / y, self.pixel_size[1] / x))


@dataclass(frozen=True, slots=True)
class Image:
    """Pixels `[T, Z, C, Y, X]`, what they mean, and what comes with them.

    `alpha`, where there is one, is `[T, Z, 1, Y, X]` of the stored type or, when nominal, of the pixels' type.
    `full` is (height, width) of the file's image when the decoder was asked for a smaller one.
    """

    pixels: Tensor
    stored: str
    white: float | None
    role: Role = "intensity"
    alpha: Tensor | None = None
    metadata: Metadata = field(default_factory=Metadata)
    nominal: bool = False
    full: tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()

    def but(self, **changes: Any) -> Image:
        """This image with some fields changed."""
        return replace(self, **changes)

    def warn(self, *sentences: str) -> Image:
        """This image with warnings for the report added."""
        return replace(self, warnings=(*self.warnings, *(s for s in sentences if s not in self.warnings)))

    @property
    def outline(self) -> Outline:
        """The image's outline, at its full size."""
        t, z, c, y, x = self.pixels.shape
        height, width = self.full or (y, x)
        return Outline(
            width=width,
            height=height,
            channels=c,
            z=z,
            t=t,
            stored=self.stored,
            white=self.white,
            role=self.role,
            alpha=self.alpha is not None,
            exif=bool(self.metadata.exif),
            icc=bool(self.metadata.icc),
            xmp=bool(self.metadata.xmp),
            palette=bool(self.metadata.palette),
            calibrated=self.metadata.calibrated,
        )


def work_type(stored: str) -> torch.dtype:
    """The float type in which values of a stored type are computed: float32, or float64 where that is not enough."""
    import torch

    return torch.float64 if stored in WIDE else torch.float32


def bounds(image: Image) -> tuple[float, float] | None:
    """From the lowest value of the stored type to white, as the pixels count now; None where nothing can be beyond."""
    if image.stored.startswith("float"):
        return None
    low, high = _limits(image.stored)
    white = image.white or 1.0
    if image.nominal:
        return low / white, 1.0
    return (low, int(white)) if white < high else None


def to_nominal(image: Image) -> Image:
    """Pixels and alpha as floats in which 1.0 is white; an image of unknown white keeps its numbers."""
    if image.nominal:
        return image
    work = work_type(image.stored)
    scale = image.white or 1.0
    alpha = image.alpha
    if alpha is not None:
        alpha = alpha.to(work) / (WHITE[image.stored] or 1.0)
    pixels = image.pixels.to(work)
    return image.but(pixels=pixels / scale if scale != 1.0 else pixels, alpha=alpha, nominal=True)


def to_stored(image: Image) -> Image:
    """Pixels back in their stored type, rounded and clamped once; what was clipped becomes a warning."""
    if not image.nominal:
        return image
    pixels, clipped = _quantize(image.pixels, image.white or 1.0, image.stored)
    alpha = image.alpha
    if alpha is not None:
        alpha, _ = _quantize(alpha, WHITE[image.stored] or 1.0, image.stored)
    result = image.but(pixels=pixels, alpha=alpha, nominal=False)
    return result.warn(*_clip_warning(clipped, pixels.numel()))


def to_bits(image: Image, bits: Literal[8, 16]) -> Image:
    """The image as uint8 or uint16 with the type's full scale as white.

    Raises:
        ImageError: the image's white is unknown, so nobody can say what is 255.
    """
    target = f"uint{bits}"
    full = WHITE[target]
    if image.stored == target and image.white == full:
        return to_stored(image)
    if image.role == "labels":
        return _labels_to(image, target)
    if image.white is None:
        raise ImageError(needs_white(f"{bits}-bit output", image.stored))
    image = to_nominal(image)
    brightest = float(image.pixels.max()) if image.pixels.numel() else 1.0
    if 0 < brightest < DARK:
        image = image.warn(
            f"The picture is nearly black: its highest value is {brightest:.0%} of full scale. "
            'Use "quick-look", or add "Set display range".'
        )
    pixels, clipped = _quantize(image.pixels, full or 1.0, target)
    alpha = None if image.alpha is None else _quantize(image.alpha, full or 1.0, target)[0]
    result = image.but(pixels=pixels, alpha=alpha, stored=target, white=full, nominal=False)
    return result.warn(*_clip_warning(clipped, pixels.numel()))


def rounded(values: Tensor, like: torch.dtype) -> Tensor:
    """Resampled stored values back in their own type `like` (uint8; floats stay), rounded and clamped."""
    import torch

    return values if like.is_floating_point else values.round().clamp(0, 255).to(torch.uint8)


def flatten(image: Image) -> Image:
    """An 8-bit image without transparency: laid over white."""
    import torch

    if image.alpha is None:
        return image
    share = image.alpha.to(torch.float32) / 255
    laid = image.pixels.to(torch.float32) * share + 255 * (1 - share)
    return image.but(pixels=rounded(laid, torch.uint8), alpha=None)


def needs_white(what: str, stored: str) -> str:
    """The sentence for a step or format that must know what white is, on an image that does not say."""
    told = f"{what} needs to know which value is white, and {bit_depth(stored)} images do not say."
    return f'{told} Add "Set display range" before it.'


def _labels_to(image: Image, target: str) -> Image:
    import torch

    pixels = to_stored(image).pixels
    low, high = _limits(target)
    wide = pixels.to(torch.float64)
    if wide.min() < low or wide.max() > high:
        raise ImageError(f"This label image has numbers that do not fit {target}. Choose TIFF as the format.")
    return image.but(pixels=pixels.to(getattr(torch, target)), stored=target, white=WHITE[target], nominal=False)


def _limits(stored: str) -> tuple[int, int]:
    import numpy as np

    info = np.iinfo(stored)
    return int(info.min), int(info.max)


def _quantize(values: Tensor, scale: float, stored: str) -> tuple[Tensor, int]:
    """Nominal floats times `scale` in the type `stored`, rounded half to even; also how many were clipped."""
    import numpy as np
    import torch

    scaled: np.ndarray[Any, Any] = values.numpy() * values.numpy().dtype.type(scale)
    if stored.startswith("float"):
        if stored != "float16":
            return torch.from_numpy(scaled.astype(stored, copy=False)), 0
        most = np.finfo(stored).max
        beyond = np.isfinite(scaled) & (np.abs(scaled) > most)
        scaled = np.where(beyond, np.copysign(most, scaled), scaled)
        return torch.from_numpy(scaled.astype(stored)), int(np.count_nonzero(beyond))
    low, high = _limits(stored)
    np.rint(scaled, out=scaled)
    # float32 has no 2**31 - 1, but types that large are computed in float64; see WIDE.
    inside = (scaled >= low) & (scaled <= high)
    clipped = int(inside.size - np.count_nonzero(inside))
    if clipped:
        scaled = np.where(np.isnan(scaled), low, np.clip(scaled, low, high))
    return torch.from_numpy(scaled.astype(stored)), clipped


def _clip_warning(clipped: int, total: int) -> tuple[str, ...]:
    if not clipped:
        return ()
    share = 100 * clipped / total
    return (f"{'under 0.01' if share < 0.01 else f'{share:.2f}'} % of the values were out of range and were clipped.",)


def from_array(array: np.ndarray[Any, Any], axes: str = "YX", **fields: Any) -> Image:
    """Make an image from a numpy array.

    Args:
        array: Values of one of the stored types.  Not copied where its layout allows.
        axes: One letter of T, Z, C, Y, X an axis, in the array's order.
        fields: Further fields of `Image`; `white` defaults to the type's full scale.

    Raises:
        ImageError: the type is not one that Slidetray handles.
    """
    import numpy as np
    import torch

    stored = array.dtype.name
    if stored not in WHITE:
        raise ImageError(f"This image holds {stored} values, which Slidetray can't handle.")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    order = [axes.index(a) for a in "TZCYX" if a in axes]
    array = array.transpose(order)
    for position, axis in enumerate("TZCYX"):
        if axis not in axes:
            array = np.expand_dims(array, position)
    if not array.flags.writeable or any(s < 0 for s in array.strides):
        array = array.copy(order="K") if array.flags.forc else np.ascontiguousarray(array)
    fields.setdefault("white", WHITE[stored])
    return Image(pixels=torch.from_numpy(array), stored=stored, **fields)


def to_array(image: Image, axes: str = "TZCYX") -> np.ndarray[Any, Any]:
    """The pixels as a numpy array with the given axes; an axis left out must have length 1."""
    array: np.ndarray[Any, Any] = image.pixels.numpy()
    index = tuple(slice(None) if a in axes else 0 for a in "TZCYX")
    kept = [a for a in "TZCYX" if a in axes]
    return array[index].transpose([kept.index(a) for a in axes])
