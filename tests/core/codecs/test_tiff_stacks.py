"""Stacks: axes, calibration and names, from ImageJ, OME and plain pages, and back to what such programs read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from pictures import CALIBRATION, LABEL_COLOURS, TYPES, kinds, reread, values
from PIL import Image as Pillow

from core import codecs
from core.codecs.tiff_format import Tiff
from core.image import Image, Metadata, from_array, to_array

KINDS = kinds()


def written(folder: Path, array: np.ndarray[Any, Any], **options: Any) -> Image:
    path = folder / "stack.tif"
    tifffile.imwrite(path, array, **options)
    image = codecs.decode(path)
    assert codecs.probe(path) == image.outline
    return image


@pytest.mark.parametrize("stored", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("axes", ["TZCYX", "ZCYX", "TCYX", "TZYX", "CYX", "ZYX", "TYX"])
def test_imagej_hyperstack(stored: str, axes: str, tmp_path: Path) -> None:
    sizes = {"T": 2, "Z": 3, "C": 4, "Y": 7, "X": 5}
    array = values(stored, tuple(sizes[a] for a in axes))
    meta = {"axes": axes, "unit": "um", "spacing": 0.7, "finterval": 2.5}
    image = written(tmp_path, array, imagej=True, resolution=(4.0, 2.0), metadata=meta)
    assert np.array_equal(to_array(image, axes), array)
    assert image.metadata.pixel_size == pytest.approx((0.5, 0.25))
    assert image.metadata.z_step == pytest.approx(0.7)
    assert image.metadata.frame_interval == 2.5


@pytest.mark.parametrize(("unit", "factor"), [("micron", 1), ("\\u00B5m", 1), ("nm", 1e-3), ("mm", 1e3), ("cm", 1e4)])
def test_imagej_units_become_micrometres(unit: str, factor: float, tmp_path: Path) -> None:
    image = written(
        tmp_path, values("uint8", (4, 5)), imagej=True, resolution=(2.0, 2.0), metadata={"axes": "YX", "unit": unit}
    )
    assert image.metadata.pixel_size == pytest.approx((0.5 * factor, 0.5 * factor))


@pytest.mark.parametrize("unit", ["pixel", "px", "inch", ""])
def test_unknown_stays_unknown(unit: str, tmp_path: Path) -> None:
    image = written(
        tmp_path, values("uint8", (4, 5)), imagej=True, resolution=(2.0, 2.0), metadata={"axes": "YX", "unit": unit}
    )
    assert image.metadata.pixel_size is None
    assert not image.outline.calibrated


def test_micrometres_are_not_made_from_dots_per_inch(tmp_path: Path) -> None:
    image = written(tmp_path, values("uint16", (4, 5)), resolution=(300, 150), resolutionunit="inch")
    assert image.metadata.pixel_size is None
    assert image.metadata.dpi == pytest.approx((150, 300))
    per_cm = written(tmp_path, values("uint16", (4, 5)), resolution=(100, 100), resolutionunit="centimeter")
    assert per_cm.metadata.dpi == pytest.approx((254, 254))


@pytest.mark.parametrize("stored", [t for t in TYPES if t != "float16"])
@pytest.mark.parametrize("axes", ["TCZYX", "TZCYX", "CYX", "ZYX"])
def test_ome_tiff(stored: str, axes: str, tmp_path: Path) -> None:
    sizes = {"T": 2, "Z": 3, "C": 4, "Y": 7, "X": 5}
    array = values(stored, tuple(sizes[a] for a in axes))
    meta: dict[str, Any] = {
        "axes": axes,
        "PhysicalSizeX": 250,
        "PhysicalSizeXUnit": "nm",
        "PhysicalSizeY": 0.5,
        "PhysicalSizeZ": 0.002,
        "PhysicalSizeZUnit": "mm",
        "TimeIncrement": 1500,
        "TimeIncrementUnit": "ms",
    }
    if "C" in axes:
        meta["Channel"] = {"Name": ["DAPI", "5-FAM/pH 9.0", "µ", "GFP"]}
    image = written(tmp_path, array, ome=True, metadata=meta)
    assert np.array_equal(to_array(image, axes), array)
    assert image.metadata.pixel_size == pytest.approx((0.5, 0.25))
    assert image.metadata.z_step == pytest.approx(2.0)
    assert image.metadata.frame_interval == pytest.approx(1.5)
    assert image.metadata.channel_names == (("DAPI", "5-FAM/pH 9.0", "µ", "GFP") if "C" in axes else ())


def test_colour_ome_tiff_with_planes(tmp_path: Path) -> None:
    array = values("uint16", (3, 7, 5, 3))
    image = written(tmp_path, array, ome=True, photometric="rgb", metadata={"axes": "ZYXS"})
    assert np.array_equal(to_array(image, "ZYXC"), array)
    assert image.role == "colour"


def test_pages_without_a_meaning_are_planes(tmp_path: Path) -> None:
    array = values("uint16", (4, 7, 5))
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for page in array:
            file.write(page, contiguous=False, metadata=None)
    image = codecs.decode(path)
    assert np.array_equal(to_array(image, "ZYX"), array)
    assert not image.warnings


def test_pages_of_other_sizes_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for side in (9, 8, 7):
            file.write(values("uint8", (side, side)), metadata=None)
    assert codecs.probe(path).more == 2
    image = codecs.decode(path)
    assert (image.outline.height, image.outline.width) == (9, 9)
    assert image.warnings == ("The file holds 2 further images of another size; the first one was read.",)


def test_a_pyramid_is_read_at_full_size(tmp_path: Path) -> None:
    path = tmp_path / "pyramid.tif"
    array = values("uint8", (64, 64, 3))
    with tifffile.TiffWriter(path) as file:
        file.write(array, photometric="rgb", subifds=1, tile=(32, 32))
        file.write(array[::2, ::2], photometric="rgb", subfiletype=1, tile=(32, 32))
    image = codecs.decode(path)
    assert np.array_equal(to_array(image, "YXC"), array)
    assert not image.warnings


@pytest.mark.parametrize("kind", [k for k in KINDS if k.startswith(("stack", "five stains", "calibrated", "label st"))])
def test_what_is_written_opens_with_its_axes_elsewhere(kind: str, tmp_path: Path) -> None:
    """As tifffile sees the file; Fiji follows the same ImageJ and OME descriptions."""
    image = KINDS[kind]
    path = tmp_path / "out.tif"
    path.write_bytes(Tiff().encode(image).data)
    with tifffile.TiffFile(path) as file:
        series = file.series[0]
        assert "Q" not in series.axes
        assert "I" not in series.axes
        axes = series.axes.replace("S", "C")
        assert np.array_equal(series.asarray(), to_array(image, axes))
        if image.stored in ("uint8", "uint16", "float32") and "colour" not in kind and kind != "five stains":
            assert file.is_imagej
            assert file.imagej_metadata is not None
            assert file.imagej_metadata["unit"] == "um"
        elif image.stored != "float16":
            assert file.is_ome


def test_nothing_in_a_file_depends_on_when_it_was_made() -> None:
    for kind in ("stack int16", "five stains", "colour stack uint16", "stack uint16", "rgb uint8"):
        data = Tiff().encode(KINDS[kind]).data
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            assert 306 not in file.pages[0].tags, "DateTime"
            assert "tifffile" not in str(file.pages[0].tags.valueof(305, ""))


def test_a_label_stack_stays_a_label_stack(tmp_path: Path) -> None:
    labels = values("uint8", (2, 3, 6, 7)) % 5
    meta = Metadata(palette=LABEL_COLOURS, pixel_size=(1.0, 1.0), z_step=0.5)
    image = from_array(labels, "TZYX", role="labels", metadata=meta)
    back = reread(Tiff().encode(image).data, tmp_path, ".tif")
    assert back.role == "labels"
    assert np.array_equal(to_array(back, "TZYX"), labels)
    assert back.metadata == meta


@pytest.mark.parametrize(
    "options",
    [
        {"ome": True},
        {"ome": True, "compression": "zlib"},
        {"imagej": True},
        {"imagej": True, "compression": "zlib"},
        {},
        {"compression": "zlib"},
        {"metadata": None, "contiguous": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999])
def test_a_stack_that_was_not_copied_to_its_end_does_not_lose_planes(
    options: dict[str, Any], share: float, tmp_path: Path
) -> None:
    path = tmp_path / "cut.tif"
    with tifffile.TiffWriter(path, ome=options.pop("ome", None), imagej=options.pop("imagej", False)) as file:
        array = values("uint16", (6, 40, 50))
        for part in array if "contiguous" in options else [array]:
            file.write(part, **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(codecs.DecodeError, match=r"cut off|damaged"):
        codecs.decode(path)


def test_a_description_taken_over_from_imagej_is_no_loss(tmp_path: Path) -> None:
    """Some programs save one plane of a stack and copy the text that speaks of thirty."""
    array = values("uint8", (7, 9))
    text = "ImageJ=1.53t\nimages=30\nslices=30\n"
    for number, options in enumerate(({}, {"compression": "zlib"})):
        path = tmp_path / f"plane{number}.tif"
        tifffile.imwrite(path, array, description=text, metadata=None, **options)
        assert np.array_equal(to_array(codecs.decode(path), "YX"), array)
    path = tmp_path / "by pillow.tif"
    Pillow.fromarray(array).save(path, tiffinfo={270: text}, compression="tiff_lzw")
    assert np.array_equal(to_array(codecs.decode(path), "YX"), array)


def test_calibration_is_not_kept_for_the_sake_of_a_number_type() -> None:
    for stored in TYPES:
        image = from_array(values(stored, (3, 4, 5)), "ZYX", metadata=CALIBRATION)
        announced = any("calibration" in loss for loss in Tiff().losses(image.outline))
        assert announced == (stored == "float16")
