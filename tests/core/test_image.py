"""Number types: kept, computed with, and turned back once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from core.image import (
    WHITE,
    Image,
    ImageError,
    Metadata,
    from_array,
    to_array,
    to_bits,
    to_nominal,
    to_stored,
    work_type,
)

INTEGERS = [stored for stored, white in WHITE.items() if white is not None]
FLOATS = [stored for stored, white in WHITE.items() if white is None]


def every_value(stored: str) -> np.ndarray[Any, Any]:
    """All values of small types, and of large ones those near the ends and between."""
    info = np.iinfo(stored)
    if info.bits <= 16:
        return np.arange(info.min, info.max + 1).astype(stored)[None]
    middle = np.linspace(info.min, info.max, 4001).astype(np.int64)
    ends = np.arange(300)
    return np.concatenate([info.min + ends, middle, info.max - ends]).clip(info.min, info.max).astype(stored)[None]


@pytest.mark.parametrize("stored", INTEGERS)
def test_every_integer_survives_computing(stored: str) -> None:
    values = every_value(stored)
    image = to_nominal(from_array(values, alpha=None))
    assert image.pixels.dtype == work_type(stored)
    back = to_stored(image)
    assert np.array_equal(to_array(back, "YX"), values)
    assert back.pixels.dtype == getattr(torch, stored)
    assert not back.warnings
    assert float(image.pixels.max()) == 1.0


@pytest.mark.parametrize("white", [1.0, 15.0, 1023.0, 4095.0, 16383.0])
def test_every_value_up_to_the_cameras_white_survives(white: float) -> None:
    values = np.arange(int(white) + 1, dtype=np.uint16)[None]
    image = to_nominal(from_array(values, white=white))
    assert float(image.pixels.max()) == 1.0
    assert np.array_equal(to_array(to_stored(image), "YX"), values)


@pytest.mark.parametrize("stored", FLOATS)
def test_floats_keep_their_numbers(stored: str) -> None:
    values = np.array([[-3.5, 0, 1e-3, 7.25, np.inf, -np.inf, np.nan]], stored)
    image = from_array(values)
    assert image.white is None
    back = to_array(to_stored(to_nominal(image)), "YX")
    assert back.dtype == np.dtype(stored)
    np.testing.assert_array_equal(back, values)


def test_half_floats_are_clipped_with_a_word() -> None:
    image = to_nominal(from_array(np.ones((2, 2), np.float16)))
    result = to_stored(image.but(pixels=image.pixels * 1e9))
    assert result.pixels.double().unique().tolist() == [65504.0]
    assert result.warnings == ("100.00 % of the values were out of range and were clipped.",)


@pytest.mark.parametrize("stored", INTEGERS)
def test_what_is_out_of_range_is_clipped_and_counted(stored: str) -> None:
    image = to_nominal(from_array(np.zeros((10, 10), stored)))
    pixels = image.pixels.clone()
    pixels[0, 0, 0, 0, :2] = torch.tensor([9.0, float("nan")])
    result = to_stored(image.but(pixels=pixels))
    info = np.iinfo(stored)
    assert to_array(result, "YX")[0, :3].tolist() == [info.max, info.min, 0]
    assert result.warnings == ("2.00 % of the values were out of range and were clipped.",)


def test_a_rare_clip_is_not_rounded_away() -> None:
    image = to_nominal(from_array(np.zeros((300, 300), np.uint8)))
    pixels = image.pixels.clone()
    pixels[0, 0, 0, 0, 0] = 2.0
    assert to_stored(image.but(pixels=pixels)).warnings[0].startswith("under 0.01 %")


def test_rounding_is_to_the_nearest_value() -> None:
    image = from_array(np.array([[0.0, 0.49, 0.51, 1.49, 254.6]], np.float32) / 255, white=1.0)
    assert to_array(to_bits(image, 8), "YX").tolist() == [[0, 0, 1, 1, 255]]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("stored", INTEGERS)
def test_full_scale_becomes_full_scale(stored: str, bits: Any) -> None:
    values = np.array([[0, np.iinfo(stored).max]], stored)
    alpha = from_array(values).pixels
    result = to_bits(from_array(values, alpha=alpha), bits)
    assert to_array(result, "YX").tolist() == [[0, 2**bits - 1]]
    assert result.alpha.flatten().tolist() == [0, 2**bits - 1]
    assert (result.stored, result.white) == (f"uint{bits}", float(2**bits - 1))


@pytest.mark.parametrize("bits", [8, 16])
def test_the_cameras_white_becomes_full_scale(bits: Any) -> None:
    result = to_bits(from_array(np.array([[0, 4095]], np.uint16), white=4095.0), bits)
    assert to_array(result, "YX").tolist() == [[0, 2**bits - 1]]


@pytest.mark.parametrize("stored", FLOATS)
def test_floats_without_a_range_are_not_turned_into_bits(stored: str) -> None:
    with pytest.raises(
        ImageError, match=rf'which value is white, and {stored[5:]}-bit float images do not say. Add "Set display'
    ):
        to_bits(from_array(np.zeros((2, 2), stored)), 8)


def test_label_numbers_are_kept_or_refused() -> None:
    labels = from_array(np.array([[0, 7, 200]], np.uint16), role="labels")
    result = to_bits(labels, 8)
    assert to_array(result, "YX").tolist() == [[0, 7, 200]]
    assert result.role == "labels"
    with pytest.raises(ImageError, match=r"numbers that do not fit uint8\. Choose TIFF"):
        to_bits(from_array(np.array([[0, 300]], np.uint16), role="labels"), 8)


@pytest.mark.parametrize("axes", ["YX", "YXC", "CYX", "ZYX", "TZCYX", "TCZYX", "XY", "ZTYXC"])
def test_axes_are_put_in_order_and_back(axes: str) -> None:
    sizes = {"T": 2, "Z": 3, "C": 4, "Y": 5, "X": 6}
    values = np.random.default_rng(0).integers(0, 99, [sizes[a] for a in axes]).astype(np.uint16)
    image = from_array(values, axes)
    assert tuple(image.pixels.shape) == tuple(sizes[a] if a in axes else 1 for a in "TZCYX")
    assert np.array_equal(to_array(image, axes), values)


@pytest.mark.parametrize("stored", list(WHITE))
def test_any_layout_of_memory_will_do(stored: str) -> None:
    plain = np.arange(24).reshape(4, 6).astype(stored)
    frozen = plain.copy()
    frozen.flags.writeable = False
    for values in (
        plain.astype(plain.dtype.newbyteorder(">")),
        plain[::-1, ::-1],
        plain.T.copy().T,
        plain[:, ::2].repeat(2, 1)[:, ::2],
        frozen,
        np.broadcast_to(plain[0], (4, 6)),
    ):
        assert np.array_equal(to_array(from_array(values), "YX"), values)


@pytest.mark.parametrize("stored", ["bool", "complex64", "int64", "uint64"])
def test_other_types_are_refused_by_name(stored: str) -> None:
    with pytest.raises(ImageError, match=f"holds {stored} values"):
        from_array(np.zeros((2, 2), stored))


def test_outline_counts_bytes_and_files() -> None:
    image = from_array(np.zeros((2, 3, 5, 10, 20), np.uint16), "TZCYX")
    assert image.outline.files_a_plane == 5
    assert image.outline.nbytes == image.pixels.numel() * 2
    picture = from_array(np.zeros((10, 20, 3), np.uint8), "YXC", alpha=from_array(np.zeros((10, 20), np.uint8)).pixels)
    assert picture.outline.files_a_plane == 1
    assert picture.outline.nbytes == 800


def test_outline_says_what_is_carried() -> None:
    values = np.zeros((2, 2), np.uint8)
    bare = from_array(values).outline
    for metadata, flag in (
        (Metadata(exif=b"x"), "exif"),
        (Metadata(icc=b"x"), "icc"),
        (Metadata(xmp=b"x"), "xmp"),
        (Metadata(palette=b"x"), "palette"),
        (Metadata(pixel_size=(1, 1)), "calibrated"),
        (Metadata(z_step=1.0), "calibrated"),
        (Metadata(frame_interval=1.0), "calibrated"),
        (Metadata(channel_names=("DAPI",)), "calibrated"),
    ):
        assert not getattr(bare, flag)
        assert getattr(from_array(values, metadata=metadata).outline, flag)


def test_a_reduced_image_has_the_outline_of_the_whole() -> None:
    image: Image = from_array(np.zeros((10, 20), np.uint8)).but(full=(80, 160))
    assert (image.outline.height, image.outline.width) == (80, 160)


def test_a_warning_is_said_once() -> None:
    image = from_array(np.zeros((2, 2), np.uint8)).warn("One.", "Two.").warn("One.")
    assert image.warnings == ("One.", "Two.")
