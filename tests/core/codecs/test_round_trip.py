"""Decode, no step, encode: what comes back is the same, or the format said beforehand what it can't hold."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from pictures import TYPES, differences, kinds, reread, values
from sentences import is_sentence, refusal

from core import codecs
from core.codecs import Format
from core.codecs.bmp import Bmp
from core.codecs.gif import Gif
from core.codecs.jpeg import Jpeg
from core.codecs.npy import Npy
from core.codecs.png import Png
from core.codecs.pt import Pt
from core.codecs.tiff_format import Tiff
from core.codecs.webp import Webp
from core.image import Image, ImageError, from_array, to_array

KINDS = kinds()
FORMATS: dict[str, Format] = {
    "png": Png(),
    "png of 8 bits": Png(bits="8"),
    "png of 16 bits": Png(bits="16"),
    "tiff": Tiff(),
    "tiff of 8 bits": Tiff(bits="8"),
    "tiff of 16 bits": Tiff(bits="16"),
    "plain tiff": Tiff(compression="none"),
    "lzw tiff": Tiff(compression="lzw"),
    "zstd tiff": Tiff(compression="zstd"),
    "bmp": Bmp(),
    "gif": Gif(),
    "webp": Webp(),
    "lossless webp": Webp(lossless=True),
    "jpeg": Jpeg(),
}
# Lossy by their nature; that is what their descriptions say of them.
LOSSY = {"webp", "jpeg"}
# The print resolution is no property of a picture for the web: these formats have no place for it.
NO_DPI = {"gif", "webp", "lossless webp"}

all_kinds = pytest.mark.parametrize("kind", KINDS)


@all_kinds
def test_nothing_is_lost_in_silence(kind: str, tmp_path: Path) -> None:
    image = KINDS[kind]
    before = image.pixels.clone()
    for name, format_ in FORMATS.items():
        if not format_.many_planes and image.pixels.shape[:2] != (1, 1):
            assert refusal(format_.encode, image), name
            continue
        refused = refusal(format_.outline, image.outline)
        if refused:
            assert refusal(format_.encode, image) == refused, name
            continue
        if not format_.many_planes and image.outline.files_a_plane > 1:
            assert refusal(format_.encode, image), name
            continue
        data = format_.encode(image).data
        assert torch.equal(image.pixels, before), name
        assert format_.encode(image).data == data, f"{name} is not the same each time"
        back = reread(data, tmp_path, format_.suffix)
        assert codecs.probe(tmp_path / f"file{format_.suffix}") == back.outline, name
        check_losses(name, image, differences(image, back))


def check_losses(name: str, image: Image, changed: set[str]) -> None:
    """What changed must have been said."""
    losses = FORMATS[name].losses(image.outline)
    assert all(map(is_sentence, losses)), losses
    if name in NO_DPI:
        changed.discard("dpi")
    if name in LOSSY:
        changed.discard("pixels")
    if name.endswith("of 16 bits") and image.stored == "uint8":
        changed -= {"stored", "white", "pixels", "alpha"}  # more bits hold all that fewer held
    assert not changed or losses, f"{name}: {changed} changed in silence"
    for field, word in (
        ("exif", "camera"),
        ("icc", "profile"),
        ("xmp", "XMP"),
        ("palette", "palette"),
        ("pixel_size", "calibration"),
        ("z_step", "calibration"),
        ("frame_interval", "calibration"),
        ("channel_names", "calibration"),
        ("alpha", "becomes 8-bit" if "stored" in changed else "transparen"),
    ):
        said = any(word in loss for loss in losses)
        assert field not in changed or said, f"{name}: nothing is said of {field}: {losses}"


@all_kinds
def test_tiff_keeps_all_but_camera_data(kind: str, tmp_path: Path) -> None:
    image = KINDS[kind]
    lost = {"exif"} if image.metadata.exif else set()
    if image.stored == "float16" and image.metadata.calibrated:
        lost |= {"pixel_size", "z_step", "frame_interval"}
    if kind == "stains with alpha":
        lost |= {"alpha"}
    for name in ("tiff", "plain tiff", "lzw tiff", "zstd tiff"):
        back = reread(FORMATS[name].encode(image).data, tmp_path, ".tif")
        assert differences(image, back) == lost, name
        assert not back.warnings, name


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in KINDS
        if kind.startswith(("grey uint8", "grey uint16", "rgb uint8", "rgb uint16", "rgba", "grey and", "bare", "one"))
    ],
)
def test_png_keeps_everything_of_8_and_16_bits(kind: str, tmp_path: Path) -> None:
    assert not differences(KINDS[kind], reread(Png().encode(KINDS[kind]).data, tmp_path, ".png"))
    assert not Png().losses(KINDS[kind].outline)


@pytest.mark.parametrize("compression", [0, 1, 9])
def test_png_is_the_same_picture_at_any_compression(compression: int, tmp_path: Path) -> None:
    for image in (KINDS["rgb uint16"], from_array(values("uint8", (80, 90))), from_array(np.zeros((80, 90), "u2"))):
        assert not differences(image, reread(Png(compression=compression).encode(image).data, tmp_path, ".png"))


@pytest.mark.parametrize("stored", TYPES)
@pytest.mark.parametrize("kind", ["grey", "rgb", "stack", "colour stack"])
def test_arrays_and_tensors_hold_every_value(stored: str, kind: str) -> None:
    image = KINDS[f"{kind} {stored}"]
    array = np.load(io.BytesIO(Npy().encode(image).data), allow_pickle=False)
    axes = {"grey": "YX", "rgb": "YXC"}.get(kind, "TZCYX")
    assert np.array_equal(array, to_array(image, axes))
    assert array.dtype == np.dtype(stored)
    tensor = torch.load(io.BytesIO(Pt().encode(image).data), weights_only=True)
    assert torch.equal(tensor, image.pixels[0, 0] if kind in ("grey", "rgb") else image.pixels)
    assert tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size()
    for format_ in (Npy(), Pt()):
        assert format_.encode(image).data == format_.encode(image).data
        assert format_.losses(image.outline)


@pytest.mark.parametrize("stored", ["uint16", "int16", "float32"])
@pytest.mark.parametrize("target", ["8", "16"])
def test_a_chosen_bit_depth_is_announced(stored: str, target: str) -> None:
    image = msgspec.structs.replace(KINDS[f"grey {stored}"].outline, white=1.0 if stored == "float32" else 32767.0)
    for format_ in (Png(bits=target), Tiff(bits=target)):
        said = " ".join(format_.losses(image))
        assert ("becomes" in said) == (stored != f"uint{target}"), said
        assert ("negative" in said) == (stored == "int16"), said


def test_jpeg_is_near_and_grey_stays_grey(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 64 * 64).reshape(64, 64).astype(np.uint8)
    back = reread(Jpeg(quality=95).encode(from_array(ramp)).data, tmp_path, ".jpg")
    assert back.role == "intensity"
    assert np.abs(to_array(back, "YX").astype(int) - ramp).max() <= 3


def test_metadata_too_large_for_jpeg_are_named(tmp_path: Path) -> None:
    image = KINDS["bare grey"]
    large = image.but(metadata=replace(image.metadata, xmp=b"x" * 70_000, icc=b"p" * 200_000))
    encoded = Jpeg().encode(large)
    assert encoded.warnings == ("The metadata are too large for JPEG (64 kB) and were left out.",)
    back = reread(encoded.data, tmp_path, ".jpg")
    assert back.metadata.icc == large.metadata.icc, "a large profile goes into several segments"


def test_labels_are_never_blurred_by_a_format_in_silence() -> None:
    labels = KINDS["labels"].outline
    assert any("label numbers will be wrong" in loss for loss in Jpeg().losses(labels))
    assert any("label numbers will be wrong" in loss for loss in Webp().losses(labels))
    assert not any("wrong" in loss for loss in Webp(lossless=True).losses(labels))


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    alpha = np.zeros((8, 8), np.uint8)
    alpha[4:] = 255
    image = from_array(pixels, "YXC", role="colour", alpha=from_array(alpha).pixels)
    for format_ in (Bmp(), Gif(), Jpeg(quality=100, subsampling="4:4:4")):
        back = to_array(reread(format_.encode(image).data, tmp_path, format_.suffix), "YXC").astype(int)
        assert back[:3].min() > 250
        assert back[5:].max() < 5


@pytest.mark.parametrize(("format_", "side"), [(Jpeg(), 65536), (Webp(), 16384), (Gif(), 65536)])
def test_sides_that_do_not_fit_are_refused(format_: Format, side: int) -> None:
    outline = msgspec.structs.replace(KINDS["bare grey"].outline, width=side)
    with pytest.raises(ImageError, match=r"at most \d+ pixels a side\. Choose TIFF, or resize first\.$"):
        format_.outline(outline)
    format_.outline(msgspec.structs.replace(outline, width=side - 1))
