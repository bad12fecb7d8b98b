"""Writing TIFF: the format's options and how an image becomes pages."""

from __future__ import annotations

import hashlib
import io
import uuid
from typing import Annotated, Any, ClassVar, Literal

from core.codecs.base import Encoded, EncodeError, Format, fewer_bits, left_out
from core.declare import Param
from core.image import WHITE, Image, Outline, needs_white, to_array, to_bits, to_stored

MICRO = "um"
IMAGEJ_TYPES = ("uint8", "uint16", "float32")


class Tiff(Format, tag="tiff"):
    """Lossless, every number type, stacks with their axes.  Right for data.

    Stacks and calibrated images are written as ImageJ hyperstacks where ImageJ can hold them, and as OME-TIFF where
    it can't (other number types, channel names).

    Source: Adobe TIFF 6.0 with supplements; ImageJ's TiffEncoder; the OME-XML schema 2016-06.
    """

    title = "TIFF"
    suffix: ClassVar[str] = ".tif"
    many_planes: ClassVar[bool] = True

    bits: Annotated[
        Literal["keep", "8", "16"],
        Param(
            title="Bit depth",
            help="Keep: as in the file. 8: a sixteen-bit image loses fine shades.",
            choices={"keep": "As in the image", "8": "8 bit", "16": "16 bit"},
        ),
    ] = "keep"
    compression: Annotated[
        Literal["none", "lzw", "deflate", "zstd"],
        Param(
            title="Compression",
            help="All are lossless. ImageJ reads none, LZW and Deflate; Zstd is new.",
            choices={"none": "None", "lzw": "LZW", "deflate": "Deflate", "zstd": "Zstandard"},
        ),
    ] = "deflate"

    def losses(self, image: Outline) -> list[str]:
        """Fewer bits when asked for, camera data, and transparency beside channels of their own."""
        stored = image.stored if self.bits == "keep" else f"uint{self.bits}"
        holds = {"icc", "xmp"}
        if stored == "uint8" and image.role != "colour" and not (image.alpha and image.channels == 1):
            holds.add("palette")
        if stored != "float16":
            holds.add("calibrated")
        lost = fewer_bits(image, self.bits, "TIFF")
        if image.alpha and image.channels != 1 and image.role != "colour":
            lost.append("TIFF here holds no transparency beside channels of their own; it is left out.")
        return [*lost, *left_out(image, "TIFF here", holds)]

    def outline(self, image: Outline) -> None:
        """Anything goes, unless bits are asked for and white is unknown."""
        if self.bits != "keep" and image.white is None and image.role != "labels":
            raise EncodeError(needs_white(f"{self.bits}-bit TIFF", image.stored))

    def encode(self, image: Image) -> Encoded:
        """All planes in one file."""
        import numpy as np
        import tifffile

        self.outline(image.outline)
        image = to_stored(image) if self.bits == "keep" else to_bits(image, 8 if self.bits == "8" else 16)
        shape = dict(zip("TZCYX", image.pixels.shape, strict=True))
        samples = image.role == "colour" and shape["C"] == 3
        together = samples or (image.alpha is not None and shape["C"] == 1)
        axes = "TZYXC" if together else "TZCYX"
        array = to_array(image, axes)
        if image.alpha is not None and together:
            array = np.concatenate([array, image.alpha.numpy().transpose(0, 1, 3, 4, 2)], axis=-1)
        options, array = self._options(image, array, axes, together=together)
        out = io.BytesIO()
        tifffile.imwrite(
            out,
            np.ascontiguousarray(array),
            compression={"none": None, "deflate": "adobe_deflate"}.get(self.compression, self.compression),
            software="Slidetray",
            maxworkers=1,
            **options,
        )
        return Encoded(out.getvalue(), image.warnings)

    def _options(self, image: Image, array: Any, axes: str, *, together: bool) -> tuple[dict[str, Any], Any]:
        meta = image.metadata
        shape = dict(zip(axes, array.shape, strict=True))
        planes = shape["T"] * shape["Z"] * (1 if together else shape["C"])
        options: dict[str, Any] = {"extratags": _tags(image), "metadata": None}
        options["photometric"] = "rgb" if together and image.role == "colour" else "minisblack"
        if together:
            options["planarconfig"] = "contig"
            if image.alpha is not None:
                options["extrasamples"] = ["unassalpha"]
        elif meta.palette and image.stored == "uint8":
            import numpy as np

            colours = np.frombuffer(meta.palette, dtype=np.uint8).reshape(3, 256).astype(np.uint16) * 257
            options |= {"photometric": "palette", "colormap": colours}
        if planes == 1 and not meta.calibrated:
            array = array[0, 0] if together else array[0, 0, 0]
        elif self._suits_imagej(image, together=together):
            options["imagej"] = True
            options["metadata"] = {"axes": axes.replace("C", "S") if together else axes, **_imagej(image)}
            options.pop("planarconfig", None)
            if meta.pixel_size:
                options["resolution"] = (1 / meta.pixel_size[1], 1 / meta.pixel_size[0])
                return options, array
        else:
            keep = [i for i, axis in enumerate(axes) if shape[axis] > 1 or axis in "YX" or (together and axis == "C")]
            array = array.reshape([array.shape[i] for i in keep])
            axes = "".join(axes[i] for i in keep)
            options["metadata"] = {"axes": axes.replace("C", "S") if together else axes}
            if image.stored != "float16":  # for which OME has no name
                options["ome"] = True
                options["metadata"] |= _ome(image, array)
        if meta.dpi:
            options |= {"resolution": (meta.dpi[1], meta.dpi[0]), "resolutionunit": "inch"}
        return options, array

    def _suits_imagej(self, image: Image, *, together: bool) -> bool:
        """Whether ImageJ knows the number type, and can say all that is known of the image."""
        meta = image.metadata
        colour_fits = not together or (image.stored == "uint8" and image.alpha is None)
        said = not meta.channel_names and (meta.pixel_size is not None or meta.z_step is None)
        return image.stored in IMAGEJ_TYPES and colour_fits and said


def _imagej(image: Image) -> dict[str, Any]:
    """Source: ImageJ's TiffEncoder."""
    meta = image.metadata
    found = {"unit": MICRO if meta.pixel_size else None, "spacing": meta.z_step, "finterval": meta.frame_interval}
    return {key: value for key, value in found.items() if value is not None}


def _ome(image: Image, array: Any) -> dict[str, Any]:
    """Source: the OME-XML schema 2016-06.  The file's identity follows from its pixels: no clock, no chance."""
    import numpy as np

    meta = image.metadata
    channels = 1 if image.role == "colour" else image.pixels.shape[2]
    y, x = meta.pixel_size or (None, None)
    found: dict[str, Any] = {
        "PhysicalSizeX": x,
        "PhysicalSizeY": y,
        "PhysicalSizeZ": meta.z_step,
        "TimeIncrement": meta.frame_interval,
        "Channel": {"Name": list(meta.channel_names)} if len(meta.channel_names) == channels else None,
        "UUID": str(uuid.UUID(bytes=hashlib.blake2b(np.ascontiguousarray(array).data, digest_size=16).digest())),
        "Creator": "Slidetray",
    }
    return {key: value for key, value in found.items() if value is not None}


def _tags(image: Image) -> list[tuple[int, int, int, Any, bool]]:
    """ICC profile, XMP, and what full scale means where it is less than the type's (MaxSampleValue)."""
    tags: list[tuple[int, int, int, Any, bool]] = []
    meta = image.metadata
    if meta.icc:
        tags.append((34675, 7, len(meta.icc), meta.icc, True))
    if meta.xmp:
        tags.append((700, 1, len(meta.xmp), meta.xmp, True))
    if image.white and image.white != WHITE[image.stored] and image.stored in ("uint8", "uint16"):
        tags.append((281, 3, 1, int(image.white), True))
    return tags
