"""TIFF files as other programs write them, against what independent readers see in them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from pictures import GREEN, LABEL_COLOURS, TYPES, reread, values
from PIL import Image as Pillow
from tiff_by_hand import lookup_table, packed, tiff

from core import codecs
from core.image import Image, ImageError, to_array


def written(folder: Path, array: np.ndarray[Any, Any], **options: Any) -> Image:
    out = io.BytesIO()
    tifffile.imwrite(out, array, **options)
    return reread(out.getvalue(), folder, ".tif")


def by_pillow(folder: Path, picture: Pillow.Image, **options: Any) -> Image:
    out = io.BytesIO()
    picture.save(out, "TIFF", **options)
    return reread(out.getvalue(), folder, ".tif")


@pytest.mark.parametrize("stored", TYPES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"tile": (16, 32)},
        {"rowsperstrip": 3},
        {"compression": "lzw"},
        {"compression": "lzw", "predictor": True},
        {"compression": "adobe_deflate", "predictor": True, "byteorder": ">"},
        {"compression": "zstd", "tile": (16, 16), "predictor": True},
        {"compression": "packbits"},
    ],
    ids=str,
)
def test_grey_of_every_type_and_layout(stored: str, options: dict[str, Any], tmp_path: Path) -> None:
    if options.get("predictor") and stored == "float16":
        options = {**options, "predictor": False}  # no writer has a predictor for half floats
    array = values(stored, (41, 37))
    image = written(tmp_path, array, photometric="minisblack", **options)
    assert image.stored == stored
    np.testing.assert_array_equal(to_array(image, "YX"), array)
    assert image.role == "intensity"


@pytest.mark.parametrize("stored", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
def test_colour_in_either_order_of_planes(stored: str, planar: str, tile: Any, tmp_path: Path) -> None:
    array = values(stored, (20, 30, 3))
    given = array if planar == "contig" else np.moveaxis(array, -1, 0)
    image = written(tmp_path, given, photometric="rgb", planarconfig=planar, tile=tile)
    np.testing.assert_array_equal(to_array(image, "YXC"), array)
    assert image.role == "colour"
    assert image.outline.channels == 3


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("stored", ["uint8", "uint16"])
def test_alpha_is_kept_apart(planar: str, stored: str, tmp_path: Path) -> None:
    array = values(stored, (20, 30, 4))
    given = array if planar == "contig" else np.moveaxis(array, -1, 0)
    image = written(tmp_path, given, photometric="rgb", planarconfig=planar, extrasamples=["unassalpha"])
    np.testing.assert_array_equal(to_array(image, "YXC"), array[..., :3])
    assert np.array_equal(image.alpha[0, 0, 0].numpy(), array[..., 3])


def test_alpha_need_not_be_the_last_sample(tmp_path: Path) -> None:
    array = values("uint8", (20, 30, 5))
    image = written(tmp_path, array, photometric="rgb", extrasamples=["unassalpha", "unspecified"])
    assert np.array_equal(image.alpha[0, 0, 0].numpy(), array[..., 3])
    np.testing.assert_array_equal(to_array(image, "YXC"), array[..., [0, 1, 2, 4]])


def test_colours_multiplied_by_their_opacity_are_divided(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    alpha = rng.integers(1, 256, (20, 30, 1))
    array = np.concatenate([rng.integers(0, alpha + 1, (20, 30, 3)), alpha], -1).astype(np.uint8)
    out = io.BytesIO()
    tifffile.imwrite(out, array, photometric="rgb", extrasamples=["assocalpha"])
    image = reread(out.getvalue(), tmp_path, ".tif")
    with Pillow.open(io.BytesIO(out.getvalue())) as picture:
        theirs = np.asarray(picture.convert("RGBA")).astype(int)
    assert np.abs(to_array(image, "YXC") - theirs[..., :3]).max() <= 1
    assert np.array_equal(image.alpha[0, 0, 0].numpy(), theirs[..., 3])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_deflate", "packbits"])
def test_what_pillow_writes_is_read_as_pillow_does(mode: str, compression: str | None, tmp_path: Path) -> None:
    grey = Pillow.fromarray(values("uint8", (20, 30)))
    colour = Pillow.fromarray(values("uint8", (20, 30, 4)))
    if mode == "I;16":
        picture = Pillow.fromarray(values("uint16", (20, 30)))
    else:
        picture = (grey if mode in ("1", "L", "I", "F") else colour).convert(mode)
    if mode == "YCbCr" and compression is None:
        compression = "jpeg"
    image = by_pillow(tmp_path, picture, **({"compression": compression} if compression else {}))
    with Pillow.open(tmp_path / "file.tif") as found:
        theirs = np.asarray(found.convert({"1": "L", "CMYK": "RGB", "YCbCr": "RGB"}.get(mode, found.mode)))
    ours = to_array(image, "YX" if image.pixels.shape[2] == 1 else "YXC")
    if image.alpha is not None:
        ours = np.dstack([ours, image.alpha[0, 0, 0].numpy()])
    assert ours.shape == theirs.shape
    exact = {"CMYK": 1, "YCbCr": 2}.get(mode, 0)
    assert np.abs(ours.astype(np.float64) - theirs).max() <= exact
    assert bool(image.warnings) == (mode == "CMYK")


@pytest.mark.parametrize("method", ["group3", "group4", "tiff_ccitt"])
def test_fax_compression(method: str, tmp_path: Path) -> None:
    picture = Pillow.fromarray(values("uint8", (20, 32))).convert("1")
    image = by_pillow(tmp_path, picture, compression=method)
    assert np.array_equal(to_array(image, "YX"), np.asarray(picture) * np.uint8(255))


@pytest.mark.parametrize("bits", [1, 2, 4, 10, 12, 14])
@pytest.mark.parametrize("photometric", [0, 1])
def test_few_bits_know_their_white(bits: int, photometric: int, tmp_path: Path) -> None:
    array = np.random.default_rng(bits).integers(0, 2**bits, (9, 13))
    array[0, 0] = 2**bits - 1
    image = reread(tiff(13, 9, bits, packed(array, bits), t262=photometric), tmp_path, ".tif")
    expected = array if photometric else 2**bits - 1 - array
    assert np.array_equal(to_array(image, "YX"), expected * 255 if bits == 1 else expected)
    assert image.white == (255.0 if bits == 1 else float(2**bits - 1))
    assert image.stored == ("uint8" if bits <= 8 else "uint16")


@pytest.mark.parametrize("stored", ["uint8", "uint16"])
@pytest.mark.parametrize("declared", [None, 100, 4095])
def test_white_is_zero(stored: str, declared: int | None, tmp_path: Path) -> None:
    full = np.iinfo(stored).max if declared is None or declared > np.iinfo(stored).max else declared
    array = np.random.default_rng(1).integers(0, full, (9, 13), endpoint=True).astype(stored)
    tags = [] if declared is None else [(281, 3, 1, declared, True)]
    image = written(tmp_path, array, photometric="miniswhite", extratags=tags)
    assert np.array_equal(to_array(image, "YX"), full - array)
    assert image.white == full


def test_white_is_zero_leaves_transparency_alone(tmp_path: Path) -> None:
    array = values("uint8", (9, 13, 2))
    image = written(tmp_path, array, photometric="miniswhite", planarconfig="contig", extrasamples=["unassalpha"])
    assert np.array_equal(to_array(image, "YX"), 255 - array[..., 0])
    assert np.array_equal(image.alpha[0, 0, 0].numpy(), array[..., 1])


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_a_declared_white_that_the_data_pass_is_not_believed(photometric: str, tmp_path: Path) -> None:
    array = np.array([[0, 4000, 9000]], np.uint16)
    image = written(tmp_path, array, photometric=photometric, extratags=[(281, 3, 1, 4095, True)])
    assert image.white == 65535.0
    assert to_array(image, "YX").tolist() == (array if photometric == "minisblack" else 65535 - array).tolist()


@pytest.mark.parametrize("name", ["green", "magenta", "fire", "hilo", "inverted"])
def test_intensities_behind_a_lookup_table(name: str, tmp_path: Path) -> None:
    array = values("uint8", (9, 13))
    table = lookup_table(name)
    image = written(tmp_path, array, photometric="palette", colormap=table.astype(np.uint16) * 257)
    assert image.role == "intensity"
    assert np.array_equal(to_array(image, "YX"), array)
    assert image.metadata.palette == table.tobytes()


@pytest.mark.parametrize("entries", [6, 40, 256])
def test_labels_behind_colours_that_jump(entries: int, tmp_path: Path) -> None:
    array = np.random.default_rng(2).integers(0, entries, (9, 13)).astype(np.uint8)
    table = np.frombuffer(LABEL_COLOURS, np.uint8).reshape(3, 256).copy()
    table[:, entries:] = 0
    image = written(tmp_path, array, photometric="palette", colormap=table.astype(np.uint16) * 257)
    assert image.role == "labels"
    assert np.array_equal(to_array(image, "YX"), array)


def test_a_plain_grey_palette_is_no_palette(tmp_path: Path) -> None:
    table = np.stack([np.arange(256)] * 3).astype(np.uint16) * 257
    image = written(tmp_path, values("uint8", (9, 13)), photometric="palette", colormap=table)
    assert not image.metadata.palette
    assert not image.outline.palette


def test_a_palette_of_4_bits_gives_the_numbers(tmp_path: Path) -> None:
    array = np.random.default_rng(3).integers(0, 16, (9, 13))
    colours = tuple(int(c) * 257 for c in np.frombuffer(LABEL_COLOURS, np.uint8).reshape(3, 256)[:, :16].flatten())
    image = reread(tiff(13, 9, 4, packed(array, 4), t262=3, t320=colours), tmp_path, ".tif")
    assert image.role == "labels"
    assert np.array_equal(to_array(image, "YX"), array)


def test_pages_of_a_palette_file_stay_numbers(tmp_path: Path) -> None:
    array = values("uint8", (3, 9, 13))
    table = np.frombuffer(GREEN, np.uint8).reshape(3, 256).astype(np.uint16) * 257
    image = written(tmp_path, array, photometric="palette", colormap=table)
    assert np.array_equal(to_array(image, "ZYX"), array)


@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("stored", ["uint8", "uint16"])
def test_printing_colours(planar: str, stored: str, tmp_path: Path) -> None:
    array = values(stored, (9, 13, 4))
    given = array if planar == "contig" else np.moveaxis(array, -1, 0)
    image = written(tmp_path, given, photometric="separated", planarconfig=planar, iccprofile=b"inks", extratags=[])
    full = np.iinfo(stored).max
    ink = array.astype(float) / full
    expected = (1 - ink[..., :3]) * (1 - ink[..., 3:]) * full
    assert np.abs(to_array(image, "YXC") - expected).max() <= 1
    assert image.role == "colour"
    assert not image.metadata.icc, "a profile of inks does not describe red, green and blue"
    assert "Printing colours" in image.warnings[0]


def test_lab_colours_are_not_taken_for_red_green_and_blue(tmp_path: Path) -> None:
    image = written(tmp_path, values("uint8", (9, 13, 3)), photometric="cielab")
    assert image.role == "intensity"
    assert "L*a*b*" in image.warnings[0]


@pytest.mark.parametrize("stored", ["int64", "uint64", "complex64"])
def test_other_number_types_are_refused_by_name(stored: str, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=rf"holds {stored} values, which are not supported"):
        written(tmp_path, np.zeros((4, 4), stored))
    with pytest.raises(ImageError, match=stored):
        codecs.probe(tmp_path / "file.tif")
