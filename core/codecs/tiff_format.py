"""Writing TIFF: the format's options and how an image becomes pages."""

from __future__ import annotations

import io
from typing import Annotated, Any, ClassVar, Literal

from core.codecs.base import Encoded, Format
from core.declare import Param
from core.image import WHITE, Image, Outline, to_array, to_bits, to_stored

MICRO = "um"
IMAGEJ_TYPES = ("uint8", "uint16", "float32")


class Tiff(Format, tag="tiff"):
    """Lossless, every number type, stacks with their axes.  Right for data.

    Stacks and calibrated images are written as ImageJ hyperstacks where ImageJ knows the number type; other stacks
    carry their axes in the description, as tifffile reads them.

    Source: Adobe TIFF 6.0 with supplements; ImageJ's TiffEncoder.
    """

    title = "TIFF"
    suffix: ClassVar[str] = ".tif"
    many_planes: ClassVar[bool] = True

    bits: Annotated[
        Literal["keep", "8", "16"],
        Param(title="Bit depth", help="Keep: as in the file. 8: a sixteen-bit image loses fine shades."),
    ] = "keep"
    compression: Annotated[
        Literal["none", "lzw", "deflate", "zstd"],
        Param(title="Compression", help="All are lossless. ImageJ reads none, LZW and Deflate; Zstd is new."),
    ] = "deflate"

    def losses(self, image: Outline) -> list[str]:
        """Fewer bits when asked for, and camera data."""
        lost = []
        if self.bits == "8" and image.stored != "uint8":
            lost.append(f"8-bit TIFF was chosen; {image.stored} becomes 8-bit.")
        if self.bits == "16" and image.stored in ("uint32", "int32", "float32", "float64"):
            lost.append(f"16-bit TIFF was chosen; {image.stored} becomes 16-bit.")
        if image.exif:
            lost.append("The camera data (EXIF) are not written to TIFF; they are left out.")
        return lost

    def outline(self, image: Outline) -> None:
        """Anything goes, unless bits are asked for and white is unknown."""
        from core.codecs.base import EncodeError
        from core.image import needs_white

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
        options, axes, array = self._options(image, array, axes, together=together)
        out = io.BytesIO()
        tifffile.imwrite(
            out,
            np.ascontiguousarray(array),
            compression={"none": None, "deflate": "adobe_deflate"}.get(self.compression, self.compression),
            software="Slidetray",
            maxworkers=1,
            **options,
        )
        lost = (
            ("Transparency beside several channels was left out.",) if image.alpha is not None and not together else ()
        )
        return Encoded(out.getvalue(), image.warnings + lost)

    def _options(self, image: Image, array: Any, axes: str, *, together: bool) -> tuple[dict[str, Any], str, Any]:
        meta = image.metadata
        shape = dict(zip(axes, array.shape, strict=True))
        planes = shape["T"] * shape["Z"] * (1 if together else shape["C"])
        options: dict[str, Any] = {"extratags": _tags(image), "metadata": None}
        options["photometric"] = "rgb" if together and image.role == "colour" else "minisblack"
        if together:
            options["planarconfig"] = "contig"
            if image.alpha is not None:
                options["extrasamples"] = ["unassalpha"]
        colour_fits = not together or (image.stored == "uint8" and image.alpha is None)
        calibrated = meta.pixel_size is not None
        if (planes > 1 or calibrated) and image.stored in IMAGEJ_TYPES and colour_fits and not meta.palette:
            options["imagej"] = True
            options["metadata"] = {"axes": axes.replace("C", "S") if together else axes, **_imagej(image)}
            options.pop("planarconfig", None)
            if calibrated and meta.pixel_size:
                options["resolution"] = (1 / meta.pixel_size[1], 1 / meta.pixel_size[0])
            return options, axes, array
        if planes > 1:
            keep = [i for i, axis in enumerate(axes) if shape[axis] > 1 or axis in "YX" or (together and axis == "C")]
            array = array.reshape([array.shape[i] for i in keep])
            axes = "".join(axes[i] for i in keep)
            options["metadata"] = {"axes": axes.replace("C", "S") if together else axes}
        else:
            array = array[0, 0] if together else array[0, 0, 0]
        if meta.palette and image.stored == "uint8" and not together:
            import numpy as np

            colours = np.frombuffer(meta.palette, dtype=np.uint8).reshape(3, 256).astype(np.uint16) * 257
            options |= {"photometric": "palette", "colormap": colours}
        if meta.dpi:
            options |= {"resolution": (meta.dpi[1], meta.dpi[0]), "resolutionunit": "inch"}
        return options, axes, array


def _imagej(image: Image) -> dict[str, Any]:
    meta = image.metadata
    found: dict[str, Any] = {}
    if meta.pixel_size is not None:
        found["unit"] = MICRO
    if meta.z_step is not None:
        found["spacing"] = meta.z_step
    if meta.frame_interval is not None:
        found["finterval"] = meta.frame_interval
    return found


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
