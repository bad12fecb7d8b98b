"""Pictures for the screen: the values stay what they are, whatever is shown of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from looking import level, plane_of, values
from pictures import kinds
from pictures import values as some_values

from core import picture
from core.image import Image, from_array, to_nominal
from core.picture import BINS

KINDS = kinds()


def written(image: Image, folder: Path, longest: int = 1024, t: int = 0, z: int = 0) -> picture.Picture:
    planes = (image.pixels.shape[1], image.pixels.shape[0])
    return picture.write(picture.plane(image, t, z), folder / "picture", longest=longest, planes=planes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nominal", [False, True])
def test_values_histogram_and_pixels_of_every_kind(kind: str, nominal: bool, tmp_path: Path) -> None:
    image = KINDS[kind]
    about = written(to_nominal(image) if nominal else image, tmp_path, t=1, z=2)
    expected = plane_of(image, 1, 2)
    found = values(about)
    if nominal and image.stored == "float16":
        np.testing.assert_allclose(found, expected, rtol=1e-3)
    else:
        np.testing.assert_array_equal(found, expected)
    height, width, channels = expected.shape
    assert (about.width, about.height, about.values_channels) == (width, height, channels)
    assert (about.z, about.t) == (image.pixels.shape[1], image.pixels.shape[0])
    assert len(about.counts) == channels
    assert all(len(counts) == BINS and sum(counts) == height * width for counts in about.counts)
    low, high = about.span
    assert low <= expected.min() <= expected.max() <= high or image.stored == "float16"
    shown = level(about)
    assert shown.shape[:2] == (height, width)
    assert about.form == ("rgba" if image.alpha is not None else "grey" if shown.shape[2] == 1 else "rgb")
    if image.alpha is not None and image.stored == "uint8":
        np.testing.assert_array_equal(shown[..., 3], plane_of(image.but(pixels=image.alpha), 1, 2)[..., 0])


@pytest.mark.parametrize("channels", [1, 3])
def test_eight_bits_are_shown_as_they_are(channels: int, tmp_path: Path) -> None:
    array = some_values("uint8", (20, 30, channels))
    about = written(from_array(array, "YXC", role="colour" if channels == 3 else "intensity"), tmp_path)
    np.testing.assert_array_equal(level(about), array)
    assert about.values_offset == 0  # once in the file, not twice
    assert about.shown == [(0.0, 255.0)] * channels
    expected = [np.histogram(array[..., c], bins=BINS, range=(0, 256))[0].tolist() for c in range(channels)]
    assert about.counts == expected


@pytest.mark.parametrize("stored", ["uint16", "int16", "uint32", "int32", "float32", "float64"])
def test_the_display_range_is_told_and_kept_to(stored: str, tmp_path: Path) -> None:
    array = np.random.default_rng(5).normal(1000, 100, (80, 90)).astype(stored)
    about = written(from_array(array), tmp_path)
    np.testing.assert_array_equal(values(about)[..., 0], array)
    low, high = about.shown[0]
    np.testing.assert_allclose((low, high), np.percentile(array, picture.SHOWN_PERCENT), rtol=0.005)
    shown = level(about)[..., 0]
    assert (shown[array <= low] == 0).all()
    assert (shown[array >= high] == 255).all()
    expected = np.clip((array.astype(np.float64) - low) / (high - low) * 255, 0, 255)
    assert np.abs(shown - expected).max() <= 0.51


def test_small_differences_far_from_zero_can_be_seen(tmp_path: Path) -> None:
    for stored in ("float64", "int32", "uint32"):
        ramp = (2e9 + np.arange(200).reshape(10, 20)).astype(stored)
        shown = level(written(from_array(ramp), tmp_path))[..., 0]
        assert len(np.unique(shown)) > 100 or stored == "float64"
        coloured = picture._scaled(ramp, 2e9, 2e9 + 199)
        assert len(np.unique(coloured)) > 190


def test_one_range_for_all_colours_and_one_a_channel_for_stains(tmp_path: Path) -> None:
    array = np.stack([some_values("uint16", (40, 50)) // (4**c) for c in range(3)], -1)
    colour = written(from_array(array, "YXC", role="colour"), tmp_path)
    assert len(set(colour.shown)) == 1
    stains = written(from_array(array, "YXC"), tmp_path)
    assert len(set(stains.shown)) == 3
    # Each stain at its brightest in the colour of its own.
    only = np.zeros((2, 4, 5), np.uint16)
    only[1] = 900
    only[1, 0, 0] = 0
    lit = level(written(from_array(only, "CYX"), tmp_path))[3, 4]
    assert tuple(lit) == picture.CHANNEL_COLOURS[1]


def test_labels_have_colours_of_their_own_and_only_0_is_black(tmp_path: Path) -> None:
    numbers = np.arange(1024, dtype=np.uint16).reshape(32, 32)
    about = written(from_array(numbers, role="labels"), tmp_path)
    shown = level(about).reshape(-1, 3)
    assert not shown[0].any()
    assert shown[1:].any(axis=1).all()
    assert about.labels
    near = np.abs(shown[1:200].astype(int) - shown[2:201]).max(axis=1)
    assert near.min() > 40
    np.testing.assert_array_equal(values(about)[..., 0], numbers)


def test_not_a_number_and_infinity_harm_nothing(tmp_path: Path) -> None:
    array = np.linspace(-1, 1, 100, dtype=np.float32).reshape(10, 10)
    array[0, :3] = np.nan, np.inf, -np.inf
    about = written(from_array(array), tmp_path)
    np.testing.assert_array_equal(values(about)[..., 0], array)
    assert sum(about.counts[0]) == 97
    assert level(about)[0, 1, 0] == 255
    assert level(about)[0, 2, 0] == 0
    for bad in (np.nan, 3e38, -3e38, 0.0):
        same = written(from_array(np.full((4, 5), bad, np.float32)), tmp_path)
        assert sum(same.counts[0]) == (0 if np.isnan(bad) else 20)
    wide = np.array([[-3e38, 3e38, 0, 1]], np.float32)
    assert sum(written(from_array(wide), tmp_path).counts[0]) == 4


def test_a_large_picture_has_a_small_level_of_averages(tmp_path: Path) -> None:
    array = some_values("uint8", (300, 411, 3))
    about = written(from_array(array, "YXC", role="colour"), tmp_path, longest=100)
    assert [row[1:3] for row in about.levels] == [(411, 300), (102, 75)]
    blocks = array[:300, :408].reshape(75, 4, 102, 4, 3).mean(axis=(1, 3))
    assert np.abs(level(about, 1) - blocks).max() <= 0.51
    np.testing.assert_array_equal(values(about), array)
    grey = written(from_array(some_values("uint16", (300, 411))), tmp_path, longest=100)
    assert len(grey.levels) == 2
    assert grey.values_offset == 300 * 411 + 75 * 102
    assert len(written(from_array(array[:190, :190], "YXC"), tmp_path, longest=100).levels) == 1


def test_a_line_of_pixels_has_no_small_level_of_nothing(tmp_path: Path) -> None:
    for shape in ((1, 5000), (5000, 1)):
        about = written(from_array(some_values("uint8", shape)), tmp_path, longest=100)
        assert [row[1:3] for row in about.levels] == [shape[::-1]]


def test_many_channels_are_shown(tmp_path: Path) -> None:
    array = some_values("uint16", (70, 6, 5))
    about = written(from_array(array, "CYX"), tmp_path)
    assert about.form == "rgb"
    assert about.values_channels == 70
    assert len(about.counts) == 6
    np.testing.assert_array_equal(values(about), np.moveaxis(array, 0, -1))


def test_positions_beyond_the_end_are_the_last(tmp_path: Path) -> None:
    image = KINDS["stack uint16"]
    np.testing.assert_array_equal(values(written(image, tmp_path, t=9, z=9)), plane_of(image, 1, 2))


def test_the_pixel_size_is_that_of_the_image_the_picture_is_a_smaller_one_of(tmp_path: Path) -> None:
    image = KINDS["calibrated"]
    height, width = image.pixels.shape[-2:]
    about = picture.write(image.but(full=(height * 4, width * 4)), tmp_path / "p", longest=100)
    assert (about.width, about.height) == (width * 4, height * 4)
    assert about.pixel_size == pytest.approx(0.5 / 4)


def test_an_image_in_a_few_words() -> None:
    said = {
        "grey uint8": "17 x 12, 8-bit",
        "rgb uint16": "17 x 12, 16-bit, colour",
        "grey float32": "17 x 12, 32-bit float",
        "grey int16": "17 x 12, 16-bit signed",
        "labels": "8 x 9, 8-bit, labels",
        "five stains": "7 x 6, 16-bit, 5 channels",
        "stack uint16": "5 x 6, 16-bit, 2 channels, 3 Z, 2 T",
    }
    for kind, text in said.items():
        assert picture.describe(KINDS[kind].outline) == text


def test_a_result_is_shown_over_the_sources_range_where_both_can_be_compared(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    source = from_array(rng.integers(100, 20_000, (40, 50)).astype(np.uint16))
    darker = from_array(rng.integers(9_000, 11_000, (40, 50)).astype(np.uint16))
    beyond = from_array(rng.integers(50_000, 60_000, (40, 50)).astype(np.uint16))
    shown = picture.write(source, tmp_path / "a", longest=1000).shown
    assert picture.write(darker, tmp_path / "b", longest=1000, like=source).shown == shown
    assert picture.write(darker, tmp_path / "c", longest=1000).shown != shown
    assert picture.write(beyond, tmp_path / "d", longest=1000, like=source).shown[0][0] >= 50_000  # not white all over
    other = from_array(rng.integers(0, 255, (40, 50)).astype(np.uint8))
    assert picture.write(other, tmp_path / "e", longest=1000, like=source).shown == [(0.0, 255.0)]
