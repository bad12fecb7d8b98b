"""Tensors for training, against torchvision: the numbers that a network was trained on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torchvision.transforms import v2

from core import codecs, optimize, recipe
from core.image import from_array, to_array
from core.transforms.geometry.resize import Resize
from core.transforms.learning.normalize import IMAGENET_MEAN, IMAGENET_STD, Normalize

PHOTOS = ["retina.jpg", "rocket.jpg", "hubble_deep_field.jpg", "chelsea.png", "coffee.png", "camera.png"]


def made(name: str, path: Path, *, fast: bool) -> torch.Tensor:
    """What the built-in recipe makes of a file, read back as a user would."""
    whole = recipe.builtin()[name]
    steps = [
        msgspec.structs.replace(step, fast_decode=fast) if isinstance(step, Resize) else step for step in whole.active
    ]
    image = codecs.decode(path, optimize.size_hint(steps))
    for step in steps:
        image = step.run(image)
    found: torch.Tensor = torch.load(io.BytesIO(whole.format.encode(image).data), weights_only=True)
    return found


def torchvisions(steps: list[Any], path: Path) -> torch.Tensor:
    rest = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(IMAGENET_MEAN, IMAGENET_STD)]
    with Pillow.open(path) as image:
        found: torch.Tensor = v2.Compose([*steps, *rest])(image.convert("RGB"))
    return found


@pytest.mark.parametrize("photo", PHOTOS)
def test_tensors_256_is_the_classic_recipe(samples: Path, photo: str) -> None:
    ours = made("tensors-256", samples / photo, fast=False)
    theirs = torchvisions([v2.Resize((256, 256))], samples / photo)
    assert ours.shape == theirs.shape
    assert ours.dtype == torch.float32
    assert float((ours - theirs).abs().max()) < 0.02


@pytest.mark.parametrize("photo", PHOTOS)
def test_imagenet_224_is_the_classic_recipe(samples: Path, photo: str) -> None:
    ours = made("imagenet-224", samples / photo, fast=False)
    theirs = torchvisions([v2.Resize(256), v2.CenterCrop(224)], samples / photo)
    assert ours.shape == theirs.shape
    assert float((ours - theirs).abs().max()) < 0.02


@pytest.mark.parametrize("photo", PHOTOS)
@pytest.mark.parametrize("name", ["tensors-256", "imagenet-224"])
def test_reading_at_reduced_size_stays_near(samples: Path, name: str, photo: str) -> None:
    """The default: a little different from decoding whole, by less than the noise of a camera."""
    fast, whole = made(name, samples / photo, fast=True), made(name, samples / photo, fast=False)
    assert fast.shape == whole.shape
    assert float((fast - whole).abs().mean()) < 0.03


@pytest.mark.parametrize("shape", [(1, 9, 8), (3, 9, 8), (5, 4, 4)])
@pytest.mark.parametrize("stored", ["uint8", "uint16"])
def test_normalize_is_torchvisions(shape: tuple[int, ...], stored: str) -> None:
    values = np.random.default_rng(8).integers(0, np.iinfo(stored).max, shape, dtype=stored, endpoint=True)
    mean, std = [0.1 * k for k in range(shape[0])], [0.2 + 0.1 * k for k in range(shape[0])]
    ours = Normalize(mean=tuple(mean), std=tuple(std)).run(from_array(values, "CYX"))
    theirs = v2.functional.normalize(torch.from_numpy(values.astype(np.float32) / np.iinfo(stored).max), mean, std)
    np.testing.assert_allclose(to_array(ours, "CYX"), theirs.numpy(), atol=1e-5)
    assert ours.stored == "float32"
    assert ours.white is None


def test_grey_becomes_three_channels_for_three_numbers() -> None:
    values = np.random.default_rng(9).integers(0, 255, (6, 6), dtype=np.uint8)
    ours = Normalize().run(from_array(values))
    assert ours.pixels.shape[2] == 3
    scaled = values / 255
    for channel, (mean, std) in enumerate(zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)):
        np.testing.assert_allclose(ours.pixels[0, 0, channel].numpy(), (scaled - mean) / std, atol=1e-5)
