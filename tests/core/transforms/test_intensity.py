"""Steps that compute with values, against the libraries whose definitions they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from scipy.ndimage import gaussian_filter
from skimage.exposure import adjust_gamma, rescale_intensity
from skimage.util import invert

from core import histogram
from core.image import Image, ImageError, from_array, to_array, to_stored
from core.transforms.channels.grayscale import Grayscale
from core.transforms.filters.gaussian_blur import GaussianBlur
from core.transforms.intensity.gamma import Gamma
from core.transforms.intensity.invert import Invert
from core.transforms.intensity.rescale_intensity import RescaleIntensity

EXACT = ["uint8", "uint16", "int16", "int8"]
WIDE = ["uint32", "int32", "float16", "float32", "float64"]


def values_of(stored: str, shape: tuple[int, ...] = (60, 50)) -> np.ndarray[Any, Any]:
    """Skewed values, as of a fluorescence picture, that fill a part of the type's range."""
    rng = np.random.default_rng(11)
    values = rng.gamma(2.0, 1.0, shape) / 20
    if stored.startswith("float"):
        return (values * 3 - 0.2).astype(stored)
    top = min(float(np.iinfo(stored).max), 2e9)
    return (values.clip(0, 1) * top - (top / 4 if stored.startswith("int") else 0)).astype(stored)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 3.3, 20.0])
@pytest.mark.parametrize("shape", [(40, 31), (1, 9), (5, 5)])
def test_blur_is_scipys(sigma: float, shape: tuple[int, int]) -> None:
    values = np.random.default_rng(5).random((2, 3, *shape)).astype(np.float32)
    ours = to_array(GaussianBlur(sigma=sigma).run(from_array(values, "ZCYX")), "ZCYX")
    for plane in np.ndindex(2, 3):
        theirs = gaussian_filter(values[plane].astype(np.float64), sigma, mode="nearest", truncate=4)
        np.testing.assert_allclose(ours[plane], theirs, atol=1e-5)


def test_blur_of_16_bits_is_rounded_once() -> None:
    values = values_of("uint16")
    ours = to_array(to_stored(GaussianBlur(sigma=2).run(from_array(values))), "YX").astype(float)
    theirs = gaussian_filter(values.astype(np.float64), 2, mode="nearest", truncate=4)
    assert np.abs(ours - theirs).max() < 0.52


@pytest.mark.parametrize("gamma", [0.4, 1.0, 2.2])
def test_gamma_is_skimages(gamma: float) -> None:
    values = values_of("uint16")
    ours = to_array(Gamma(gamma=gamma).run(from_array(values)), "YX")
    np.testing.assert_allclose(ours, adjust_gamma(values / 65535, gamma), atol=1e-6)
    stored = to_array(to_stored(Gamma(gamma=gamma).run(from_array(values))), "YX").astype(float)
    assert np.abs(stored - adjust_gamma(values / 65535, gamma) * 65535).max() < 0.51
    # skimage cuts the fraction off instead of rounding
    eight = (values >> 8).astype(np.uint8)
    ours = to_array(to_stored(Gamma(gamma=gamma).run(from_array(eight))), "YX").astype(float)
    assert np.abs(ours - adjust_gamma(eight, gamma)).max() <= 1


def test_gamma_keeps_black_and_the_cameras_white() -> None:
    values = np.array([[0, 4095]], np.uint16)
    assert to_array(to_stored(Gamma(gamma=3).run(from_array(values, white=4095.0))), "YX").tolist() == [[0, 4095]]


@pytest.mark.parametrize("stored", ["uint8", "uint16", "uint32", "int8", "int16", "int32"])
def test_invert_is_skimages_and_its_own_inverse(stored: str) -> None:
    info = np.iinfo(stored)
    values = np.array([[info.min, 0, 1, 77, info.max - 1, info.max]], stored)
    once = to_stored(Invert().run(from_array(values)))
    assert np.array_equal(to_array(once, "YX"), invert(values))
    assert not once.warnings
    assert np.array_equal(to_array(to_stored(Invert().run(once)), "YX"), values)


def test_invert_counts_from_the_cameras_white() -> None:
    values = np.array([[0, 95, 4095]], np.uint16)
    assert to_array(to_stored(Invert().run(from_array(values, white=4095.0))), "YX").tolist() == [[4095, 4000, 0]]


def test_grayscale_is_pillows(samples: Path) -> None:
    with Pillow.open(samples / "coffee.png") as photo:
        image = from_array(np.asarray(photo), "YXC", role="colour")
        theirs = np.asarray(photo.convert("L")).astype(int)
    result = to_stored(Grayscale().run(image))
    assert np.abs(to_array(result, "YX").astype(int) - theirs).max() <= 1
    assert result.role == "intensity"
    even = to_array(Grayscale(method="mean").run(image), "YX")
    np.testing.assert_allclose(even, to_array(image, "YXC").mean(-1) / 255, atol=1e-6)


@pytest.mark.parametrize("stored", EXACT + WIDE)
@pytest.mark.parametrize(("low", "high"), [(0.35, 99.65), (0, 100), (10, 50), (49.9, 50.1)])
def test_percentiles_are_numpys(stored: str, low: float, high: float) -> None:
    values = values_of(stored)
    table = histogram.empty(1)
    key = histogram.count(from_array(values), table)
    ours = histogram.percentiles(key, table, low, high)[0]
    theirs = np.percentile(values.astype(np.float64), (low, high))
    np.testing.assert_allclose(ours, theirs, rtol=1e-12 if stored in EXACT else 0.008)
    assert values.min() <= ours[0] <= ours[1] <= values.max()


@pytest.mark.parametrize("stored", EXACT + WIDE)
def test_display_range_is_skimages(stored: str) -> None:
    values = values_of(stored)
    step = RescaleIntensity(mode="percentile", scope="image", low_percentile=2, high_percentile=98)
    ours = to_array(step.run(from_array(values)), "YX").astype(float)
    ends = np.percentile(values.astype(np.float64), (2, 98))
    theirs = rescale_intensity(values.astype(np.float64), in_range=tuple(ends), out_range=(0.0, 1.0))
    np.testing.assert_allclose(ours, theirs, atol=1e-6 if stored in EXACT else 0.01)


@pytest.mark.parametrize("stored", EXACT + WIDE)
def test_min_max_is_exact(stored: str) -> None:
    values = values_of(stored)
    ours = to_array(RescaleIntensity(mode="min-max", scope="image").run(from_array(values)), "YX")
    assert ours.min() == 0.0
    assert ours.max() == 1.0


def test_a_narrow_range_far_from_black_keeps_every_level() -> None:
    """Ten levels near white: as exact in 16 bits as if they lay at black."""
    values = np.arange(60000, 60011, dtype=np.uint16)[None]
    step = RescaleIntensity(mode="fixed", low=60000, high=60010)
    ours = to_array(to_stored(step.run(from_array(values))), "YX")[0]
    assert ours.tolist() == [round(k * 6553.5) for k in range(11)]


@pytest.mark.parametrize("mode", ["percentile", "min-max"])
@pytest.mark.parametrize("stored", EXACT + WIDE)
def test_a_flat_image_has_no_contrast_and_no_trouble(stored: str, mode: Any) -> None:
    ours = RescaleIntensity(mode=mode, scope="image").run(from_array(np.full((5, 5), 7, stored)))
    assert ours.pixels.unique().tolist() == [0.0]


def test_channels_have_ranges_of_their_own() -> None:
    values = np.stack([np.arange(100).reshape(10, 10), 500 + 7 * np.arange(100).reshape(10, 10)]).astype(np.uint16)
    ours = to_array(RescaleIntensity(mode="min-max", scope="image").run(from_array(values, "CYX")), "CYX")
    np.testing.assert_allclose(ours[0], ours[1], atol=1e-6)


def test_a_common_range_keeps_images_comparable() -> None:
    dim, bright = (from_array(np.full((8, 8), value, np.uint16)) for value in (100, 200))
    black = from_array(np.zeros((8, 8), np.uint16))
    step = RescaleIntensity(mode="min-max", scope="all")
    total, key = None, ""
    for image in (dim, bright, black):
        table = histogram.empty(1)
        key = histogram.count(image, table)
        total = histogram.merged(total, table)
    ranges = {key: step.combine(key, total)}
    means = [float(step.apply_ranges(image, ranges).pixels.mean()) for image in (dim, bright)]
    assert means == [0.5, 1.0]


def test_an_image_that_was_not_counted_is_refused() -> None:
    image = from_array(np.zeros((4, 4), np.uint16))
    with pytest.raises(ImageError, match="was not there when the range of all images was taken"):
        RescaleIntensity().apply_ranges(image, {"uint8": [(0.0, 255.0)]})


def test_values_that_are_no_numbers_do_not_spoil_the_range() -> None:
    values = values_of("float32")
    values[0, 0], values[1, 1], values[2, 2] = np.nan, np.inf, -np.inf
    finite = np.isfinite(values)
    ours = to_array(RescaleIntensity(mode="min-max", scope="image").run(from_array(values)), "YX")
    assert ours[finite].min() == 0.0
    assert ours[finite].max() == 1.0
    assert ours[1, 1] == 1.0
    assert ours[2, 2] == 0.0


def test_after_it_the_whole_type_is_the_range() -> None:
    image = from_array(np.array([[100, 4095]], np.uint16), white=4095.0)
    result: Image = to_stored(RescaleIntensity(mode="fixed", low=100, high=4095).run(image))
    assert result.white == 65535.0
    assert to_array(result, "YX").tolist() == [[0, 65535]]
