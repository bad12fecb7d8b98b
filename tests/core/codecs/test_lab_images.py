"""Real laboratory images: what is known about them is what comes out, and conversion keeps every value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from pictures import differences
from PIL import Image as Pillow

from core import codecs, histogram, recipe
from core.image import Image, to_array
from core.transforms.filters.gaussian_blur import GaussianBlur
from core.transforms.intensity.rescale_intensity import RescaleIntensity

LABELS = ["xy_8bit_labels__five_objects.tif", "xy_8bit_labels__nuclei_touchborder.tif"]
VALUES = [
    *LABELS,
    "xy_12bit__saturated_plant.tif",
    "xy_16bit__scanR_datatype_issue.tif",
    "xy_calibrated_16bit__nuclear_protein_control.tif",
    "xy_calibrated_16bit__nuclear_protein_treated.tif",
    "xyc_16bit__hela-cells.tif",
    "xyc_8bit__cyto_nuclei.tif",
    "xyzc_16bit__dna_conf_wf.tif",
    "xyzc_8bit_spheres.tif",
]


def value_image(lab_data: Path, name: str) -> Image:
    path = lab_data / "values" / name
    image = codecs.decode(path)
    assert codecs.probe(path) == image.outline
    return image


@pytest.mark.parametrize("name", LABELS)
def test_behind_the_colours_of_labels_are_their_numbers(lab_data: Path, name: str) -> None:
    image = value_image(lab_data, name)
    assert image.role == "labels"
    assert image.pixels.unique().tolist() == [0, 1, 2, 3, 4, 5]
    blurred = GaussianBlur(sigma=3).run(image)
    assert blurred.pixels.unique().tolist() == [0, 1, 2, 3, 4, 5]
    assert blurred.warnings == ("Gaussian blur was left out: this is a label image.",)


def test_behind_the_colours_of_channels_are_intensities(lab_data: Path) -> None:
    cells = value_image(lab_data, "xyc_8bit__cyto_nuclei.tif")
    assert cells.role == "intensity"
    assert tuple(cells.pixels.shape) == (1, 1, 2, 254, 182)
    assert (int(cells.pixels.min()), int(cells.pixels.max())) == (0, 57)
    spheres = value_image(lab_data, "xyzc_8bit_spheres.tif")
    assert spheres.role == "intensity"
    assert tuple(spheres.pixels.shape) == (1, 25, 2, 50, 50)
    assert spheres.metadata.z_step == 2.0


def test_z_is_not_taken_for_channels(lab_data: Path) -> None:
    image = value_image(lab_data, "xyzc_16bit__dna_conf_wf.tif")
    assert tuple(image.pixels.shape) == (1, 45, 2, 130, 133)
    assert image.metadata.pixel_size == pytest.approx((0.5119, 0.5119), rel=1e-3)


def test_three_stains_stored_as_16_bit_colour(lab_data: Path) -> None:
    image = value_image(lab_data, "xyc_16bit__hela-cells.tif")
    assert tuple(image.pixels.shape) == (1, 1, 3, 512, 672)
    assert image.stored == "uint16"


def test_saturation_is_seen(lab_data: Path) -> None:
    values = to_array(value_image(lab_data, "xy_12bit__saturated_plant.tif"), "YX")
    assert values.max() == 4095
    assert 100 * np.mean(values == 4095) == pytest.approx(0.90, abs=0.005)


def test_offset_data_are_kept_as_they_are(lab_data: Path) -> None:
    values = to_array(value_image(lab_data, "xy_16bit__scanR_datatype_issue.tif"), "YX")
    assert (values.min(), values.max()) == (32963, 36863)


def test_treated_stays_brighter_than_control(lab_data: Path) -> None:
    control, treated = (
        value_image(lab_data, f"xy_calibrated_16bit__nuclear_protein_{which}.tif") for which in ("control", "treated")
    )

    def ratio(first: Image, second: Image) -> float:
        return float(second.pixels.double().mean() / first.pixels.double().mean())

    plain = ratio(control, treated)
    assert plain == pytest.approx(1.706, abs=0.001)
    fixed = RescaleIntensity(mode="fixed", low=0, high=4095)
    assert ratio(fixed.run(control), fixed.run(treated)) == pytest.approx(plain, abs=0.001)
    each = RescaleIntensity(scope="image")
    assert ratio(each.run(control), each.run(treated)) == pytest.approx(1.15, abs=0.01)
    total = None
    for image in (control, treated):
        table = histogram.empty(1)
        key = histogram.count(image, table)
        total = histogram.merged(total, table)
    both = RescaleIntensity(scope="all")
    ranges = {key: both.combine(key, total)}
    assert ratio(*(both.apply_ranges(image, ranges) for image in (control, treated))) == pytest.approx(1.76, abs=0.01)


@pytest.mark.parametrize("name", VALUES)
def test_converting_to_tiff_keeps_every_value(lab_data: Path, name: str, tmp_path: Path) -> None:
    image = value_image(lab_data, name)
    result = recipe.builtin()["convert-tiff"].format.encode(image)
    path = tmp_path / name
    path.write_bytes(result.data)
    assert not differences(image, codecs.decode(path))
    with tifffile.TiffFile(lab_data / "values" / name) as source, tifffile.TiffFile(path) as made:
        before, after = source.series[0].asarray(), made.series[0].asarray()
        assert np.array_equal(np.squeeze(before), np.squeeze(after))
        assert before.dtype == after.dtype
        assert source.series[0].axes == made.series[0].axes


@pytest.mark.parametrize("folder", ["values", "gel", "illumination", "series", "photos", "plate_imagexpress"])
def test_every_image_is_what_independent_readers_see(lab_data: Path, folder: str) -> None:
    found = sorted(p for p in (lab_data / folder).rglob("*") if p.suffix.lower() in (".tif", ".jpg", ".png"))
    assert found
    for path in found[:40]:
        image = codecs.decode(path)
        assert codecs.probe(path) == image.outline
        ours = np.squeeze(image.pixels.numpy())
        if path.suffix.lower() == ".tif":
            theirs = np.squeeze(tifffile.imread(path))
        else:
            with Pillow.open(path) as picture:
                theirs = np.squeeze(np.asarray(picture))
        if theirs.ndim == 3 and theirs.shape[-1] == 3:
            theirs = np.moveaxis(theirs, -1, 0)
        assert np.array_equal(ours, theirs), path.name


def test_a_plates_pixel_size_is_not_made_from_its_resolution_tag(lab_data: Path) -> None:
    path = next((lab_data / "plate_imagexpress").rglob("*_w1*.tif"))
    image = codecs.decode(path)
    assert image.metadata.pixel_size is None or image.metadata.pixel_size[0] == pytest.approx(1.3668, rel=1e-3)
