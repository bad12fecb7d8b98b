"""Resize against Pillow, the reference of its filters, and against torchvision for its sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow
from torchvision.transforms.v2 import CenterCrop
from torchvision.transforms.v2 import Resize as TorchvisionResize

from core.declare import SettingsError, convert
from core.image import Image, Metadata, from_array, to_array, to_stored
from core.transforms.geometry.crop import Crop
from core.transforms.geometry.resize import Resize

FILTERS = {"bicubic": Pillow.Resampling.BICUBIC, "bilinear": Pillow.Resampling.BILINEAR}
SIZES = [(150, 100), (37, 90), (451, 300), (700, 466), (1, 40), (40, 1), (1, 1)]  # width, height; from 451 x 300

methods = pytest.mark.parametrize("method", FILTERS)
sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def to_size(image: Image, size: tuple[int, int], **settings: Any) -> Image:
    step = Resize(width=size[0], height=size[1], mode="stretch", **settings)
    return to_stored(step.run(image))


@pytest.fixture(scope="module")
def photo(samples: Path) -> np.ndarray[Any, Any]:
    with Pillow.open(samples / "chelsea.png") as image:
        return np.asarray(image.convert("RGB"))


@methods
@sizes
def test_8_bit_photo_as_pillow_does_it(photo: np.ndarray[Any, Any], size: tuple[int, int], method: Any) -> None:
    ours = to_array(to_size(from_array(photo, "YXC"), size, method=method), "YXC").astype(float)
    theirs = np.asarray(Pillow.fromarray(photo).resize(size, FILTERS[method])).astype(float)
    assert np.abs(ours - theirs).mean() < 0.5
    assert np.abs(ours - theirs).max() <= 2


@methods
@sizes
@pytest.mark.parametrize("white", [65535.0, 4095.0])
def test_16_bit_as_pillow_does_it_in_floats(
    photo: np.ndarray[Any, Any], size: tuple[int, int], method: Any, white: float
) -> None:
    deep = (photo[..., 1].astype(float) * (white / 255)).astype(np.uint16)
    ours = to_array(to_size(from_array(deep, white=white), size, method=method), "YX").astype(float)
    exact = np.asarray(Pillow.fromarray(deep.astype(np.float32)).resize(size, FILTERS[method])).astype(float)
    assert np.abs(ours - exact.clip(0, white)).mean() < 0.5
    assert np.abs(ours - exact.clip(0, white)).max() <= 1


@methods
def test_floats_are_not_clipped(photo: np.ndarray[Any, Any], method: Any) -> None:
    values = photo[..., 0].astype(np.float32) * 100 - 9000
    ours = to_array(to_size(from_array(values, white=None), (100, 70), method=method), "YX")
    theirs = np.asarray(Pillow.fromarray(values).resize((100, 70), FILTERS[method]))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=0.1)


@pytest.mark.parametrize("stored", ["uint8", "uint16"])
def test_overshoot_does_not_pass_the_cameras_white(stored: str) -> None:
    white = 15.0 if stored == "uint8" else 4095.0
    edge = np.zeros((16, 16), stored)
    edge[:, 8:] = white
    result = to_stored(Resize(percent=150).run(from_array(edge, white=white)))
    assert result.pixels.numpy().max() == white
    assert not result.warnings


def test_nearest_takes_the_pixel_under_the_centre() -> None:
    values = np.arange(5, dtype=np.uint16)[None].repeat(3, 0)
    ours = to_array(to_size(from_array(values), (10, 3), method="nearest"), "YX")
    assert ours.tolist() == [np.arange(5).repeat(2).tolist()] * 3
    third = to_array(to_size(from_array(np.arange(9, dtype=np.uint16)[None]), (3, 1), method="nearest"), "YX")
    assert third.tolist() == [[1, 4, 7]]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"longest": 256}, (256, 171)),
        ({"shortest": 200}, (300, 200)),
        ({"percent": 10}, (60, 40)),
        ({"width": 300, "height": 300}, (300, 200)),
        ({"width": 300, "height": 300, "mode": "stretch"}, (300, 300)),
        ({"longest": 1200}, (1200, 800)),
        ({"longest": 1200, "enlarge": False}, (600, 400)),
        ({"shortest": 800, "enlarge": False}, (600, 400)),
        ({"percent": 200, "enlarge": False}, (600, 400)),
        ({"width": 3000, "height": 3000, "enlarge": False}, (600, 400)),
        ({"longest": 1}, (1, 1)),
        ({"percent": 0.1}, (1, 1)),
    ],
)
def test_sizes(settings: dict[str, Any], expected: tuple[int, int]) -> None:
    assert convert(Resize, settings).size(400, 600) == expected[::-1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give one of longest, shortest, percent, or width and height, and none is given"),
        ({"longest": 5, "shortest": 5}, "not longest and shortest"),
        ({"width": 5}, "give both width and height"),
        ({"longest": 5, "height": 5}, "not longest and width and height"),
    ],
)
def test_size_must_be_said_once(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        convert(Resize, settings)


@pytest.mark.parametrize("shape", [(427, 640), (640, 427), (301, 299), (224, 224), (10, 1000), (333, 1000)])
@pytest.mark.parametrize("shortest", [224, 256, 7])
def test_shortest_side_gives_the_sizes_of_torchvision(shape: tuple[int, int], shortest: int) -> None:
    expected = TorchvisionResize(shortest)(Pillow.new("L", shape[::-1])).size
    assert Resize(shortest=shortest).size(*shape) == expected[::-1]


@pytest.mark.parametrize("shape", [(9, 12), (10, 13), (64, 65), (33, 20)])
@pytest.mark.parametrize("box", [(4, 5), (9, 3), (8, 12), (1, 1)])
def test_crop_is_centred_as_in_torchvision(shape: tuple[int, int], box: tuple[int, int]) -> None:
    values = np.arange(shape[0] * shape[1], dtype=np.uint16).reshape(shape)
    image = from_array(values)
    ours = Crop(height=box[0], width=box[1]).run(image).pixels[0, 0]
    assert np.array_equal(ours.numpy(), CenterCrop(box)(image.pixels[0, 0]).numpy())


def test_crop_at_a_place() -> None:
    values = np.arange(60, dtype=np.int32).reshape(6, 10)
    ours = Crop(width=3, height=2, x=7, y=4).run(from_array(values))
    assert np.array_equal(to_array(ours, "YX"), values[4:6, 7:10])
    half = Crop(width=4, height=2, x=6).run(from_array(values))
    assert np.array_equal(to_array(half, "YX"), values[2:4, 6:10])
    assert Crop(width=4, height=2, x=6).summary() == "4 x 2 px, from 6, centre"


def test_pixel_size_grows_as_the_image_shrinks() -> None:
    image = from_array(np.zeros((100, 200), np.uint8), metadata=Metadata(pixel_size=(0.5, 0.25), z_step=2.0))
    result = Resize(width=50, height=50, mode="stretch").run(image)
    assert result.metadata.pixel_size == (1.0, 1.0)
    assert result.metadata.z_step == 2.0
    assert Crop(width=10, height=10).run(image).metadata.pixel_size == (0.5, 0.25)


def test_transparent_pixels_lend_no_colour() -> None:
    """Red, next to fully transparent green, must not turn brown."""
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:, :4, 0], pixels[:, 4:, 1] = 255, 255
    alpha = from_array(np.repeat(np.array([[255] * 4 + [0] * 4], np.uint8), 8, 0))
    image = from_array(pixels, "YXC", role="colour", alpha=alpha.pixels)
    result = to_stored(Resize(longest=5, method="bilinear").run(image))
    seen = result.alpha[0, 0, 0].numpy() > 0
    colours = to_array(result, "YXC")[seen]
    assert (colours[:, 0] >= 254).all()
    assert (colours[:, 1] == 0).all()
