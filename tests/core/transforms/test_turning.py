"""Flip and rotate: exact where pixels are only moved, as Pillow does it where they are mixed."""

from __future__ import annotations

from math import cos, radians, sin
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from core.image import Metadata, from_array, to_array, to_stored
from core.transforms.geometry.flip import Flip
from core.transforms.geometry.rotate import Rotate


@pytest.mark.parametrize(("direction", "axis"), [("horizontal", 1), ("vertical", 0), ("both", (0, 1))])
@pytest.mark.parametrize("stored", ["uint8", "uint16", "int32", "float64"])
def test_flip_is_numpys(direction: Any, axis: Any, stored: str) -> None:
    values = np.random.default_rng(1).integers(0, 100, (7, 9, 3)).astype(stored)
    result = Flip(direction=direction).run(from_array(values, "YXC"))
    assert np.array_equal(to_array(result, "YXC"), np.flip(values, axis))
    assert not result.nominal


@pytest.mark.parametrize("turns", [-4, -3, -2, -1, 0, 1, 2, 3, 4])
@pytest.mark.parametrize("expand", [True, False])
@pytest.mark.parametrize("stored", ["uint8", "uint16", "int32", "float64"])
def test_quarter_turns_are_numpys(turns: int, expand: bool, stored: str) -> None:
    values = np.random.default_rng(2).integers(0, 100, (6, 9)).astype(stored)
    metadata = Metadata(pixel_size=(1.0, 2.0))
    result = Rotate(angle=90.0 * turns, expand=expand).run(from_array(values, metadata=metadata))
    assert np.array_equal(to_array(result, "YX"), np.rot90(values, turns))
    assert result.metadata.pixel_size == ((2.0, 1.0) if turns % 2 else (1.0, 2.0))


@pytest.fixture(scope="module")
def smooth(samples: Path) -> Pillow.Image:
    """A photo of even sides without fine grain, in which half a pixel does not show."""
    with Pillow.open(samples / "chelsea.png") as image:
        return image.convert("L").resize((300, 200)).resize((160, 120), Pillow.Resampling.BOX)


def pillow_turned(image: Pillow.Image, angle: float, size: tuple[int, int], method: Any) -> np.ndarray[Any, Any]:
    """Pillow's affine transform about the centres of both pictures, into a picture of `size`."""
    c, s = cos(radians(angle)), sin(radians(angle))
    (width, height), (new_width, new_height) = image.size, size
    across = width / 2 - c * new_width / 2 + s * new_height / 2
    down = height / 2 - s * new_width / 2 - c * new_height / 2
    transform = Pillow.Transform.AFFINE
    return np.asarray(image.transform(size, transform, (c, -s, across, s, c, down), resample=method)).astype(float)


@pytest.mark.parametrize("angle", [1.0, 15.0, 30.0, 45.0, 100.0, -77.5, 359.0])
@pytest.mark.parametrize("expand", [True, False])
@pytest.mark.parametrize("stored", ["uint8", "uint16", "float32"])
def test_other_angles_are_pillows(smooth: Pillow.Image, angle: float, expand: bool, stored: str) -> None:
    factor = 257 if stored == "uint16" else 1
    values = np.asarray(smooth).astype(stored) * np.array(factor, stored)
    turned = to_stored(Rotate(angle=angle, expand=expand).run(from_array(values)))
    ours = to_array(turned, "YX").astype(float) / factor
    # Pillow's own box is cut outwards from the old pixel grid: up to a pixel more on each side.
    box = smooth.rotate(angle, expand=expand).size
    assert all(0 <= its - mine <= 2 for mine, its in zip(ours.shape, box[::-1], strict=True))
    full = Pillow.new("L", smooth.size, 255)
    bilinear, wider = Pillow.Resampling.BILINEAR, Pillow.Resampling.BICUBIC
    theirs = pillow_turned(smooth, angle, ours.shape[::-1], bilinear)
    inside = pillow_turned(full, angle, ours.shape[::-1], bilinear) == 255
    assert inside.mean() > 0.4
    assert np.abs(ours - theirs)[inside].max() <= 1.01
    outside = pillow_turned(full, angle, ours.shape[::-1], wider) == 0
    assert not ours[outside & ~inside].any(), "the corners are black"


@pytest.mark.parametrize("angle", [10.0, 45.0, -120.0])
def test_labels_take_the_nearest_pixel(angle: float) -> None:
    coarse = np.random.default_rng(3).integers(0, 6, (12, 16)).astype(np.uint8)
    labels = coarse.repeat(10, 0).repeat(10, 1)
    ours = to_array(Rotate(angle=angle, expand=False).run(from_array(labels, role="labels")), "YX")
    theirs = np.asarray(Pillow.fromarray(labels).rotate(angle, Pillow.Resampling.NEAREST))
    assert (ours == theirs).mean() > 0.995
    assert set(np.unique(ours)) <= set(range(6))


def test_pixels_that_are_not_square_have_no_size_after_a_slanted_turn() -> None:
    pixels = np.zeros((8, 8), np.uint8)
    slanted = Rotate(angle=10).run(from_array(pixels, metadata=Metadata(pixel_size=(1.0, 2.0), z_step=3.0)))
    assert slanted.metadata.pixel_size is None
    assert slanted.metadata.z_step == 3.0
    square = Rotate(angle=10).run(from_array(pixels, metadata=Metadata(pixel_size=(2.0, 2.0))))
    assert square.metadata.pixel_size == (2.0, 2.0)


def test_the_corners_of_a_transparent_image_are_transparent() -> None:
    white = np.full((20, 20, 3), 255, np.uint8)
    image = from_array(white, "YXC", role="colour", alpha=from_array(white[..., 0]).pixels)
    turned = to_stored(Rotate(angle=45).run(image))
    alpha = turned.alpha[0, 0, 0].numpy()
    assert alpha[0, 0] == 0
    assert alpha[14, 14] == 255
    seen = to_array(turned, "YXC")[alpha > 0]
    assert seen.min() >= 254, "no black rim"
    opaque = to_stored(Rotate(angle=45).run(from_array(white, "YXC", role="colour")))
    assert opaque.pixels[0, 0, :, 0, 0].tolist() == [0, 0, 0]


def test_a_pixel_that_is_no_number_stays_where_it_is() -> None:
    values = np.ones((21, 21), np.float32)
    values[0, 10] = np.nan
    turned = to_array(Rotate(angle=45).run(from_array(values)), "YX")
    assert np.isnan(turned).sum() < 8
    assert turned[0, 0] == 0
