"""EXIF orientations: every picture stands upright, once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from pictures import exif_block, reread, values
from PIL import Image as Pillow
from PIL import ImageOps

from core import codecs
from core.codecs.base import Format
from core.codecs.jpeg import Jpeg
from core.codecs.pillow import upright_exif, upright_xmp
from core.codecs.png import Png
from core.codecs.webp import Webp
from core.image import Image, to_array
from core.transforms.geometry.resize import Resize

orientations = pytest.mark.parametrize("orientation", range(1, 9))
XMP = b'<rdf:Description tiff:Orientation="%d" dc:title="tiff"/>'


def seen(image: Image) -> np.ndarray[Any, Any]:
    return to_array(image, "YX" if image.pixels.shape[2] == 1 else "YXC")


def smooth(shape: tuple[int, int]) -> Pillow.Image:
    """A gradient, bright at one corner and coloured at another, that JPEG hardly changes."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    planes = [200 * y / shape[0], 200 * x / shape[1], 100 * (y / shape[0] + x / shape[1])]
    return Pillow.fromarray(np.stack(planes, -1).astype(np.uint8))


@orientations
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_pictures_stand_upright(orientation: int, suffix: str, mode: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo{suffix}"
    options = {"lossless": True} if suffix == ".webp" else {}
    smooth((40, 64)).convert(mode).save(path, exif=exif_block(orientation), dpi=(100, 200), **options)
    image = codecs.decode(path)
    with Pillow.open(path) as picture:
        theirs = ImageOps.exif_transpose(picture)
        dpi = picture.info.get("dpi")
    assert np.abs(seen(image).astype(int) - np.asarray(theirs)).max() <= (2 if suffix == ".jpg" else 0)
    outline = codecs.probe(path)
    assert (outline.width, outline.height) == theirs.size
    assert outline == image.outline
    if dpi:
        expected = dpi if orientation >= 5 else dpi[::-1]
        assert image.metadata.dpi == pytest.approx(expected, rel=0.01)


@orientations
@pytest.mark.parametrize("stored", ["uint8", "uint16"])
@pytest.mark.parametrize("shape", [(6, 9), (6, 9, 3), (2, 6, 9)])
def test_tiff_stands_upright(orientation: int, stored: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    array = values(stored, shape)
    out = io.BytesIO()
    colour = shape[-1] == 3
    tifffile.imwrite(
        out,
        array,
        photometric="rgb" if colour else "minisblack",
        extratags=[(274, 3, 1, orientation, False), (700, 1, len(XMP % 1), XMP % orientation, True)],
        metadata=None,
    )
    image = reread(out.getvalue(), tmp_path, ".tif")
    outline = codecs.probe(tmp_path / "file.tif")
    axes = "YXC" if colour else "YX" if len(shape) == 2 else "ZYX"
    ours = to_array(image, axes)
    for plane, ours_plane in zip(array if axes == "ZYX" else [array], ours if axes == "ZYX" else [ours], strict=True):
        assert np.array_equal(ours_plane, turned(plane, orientation))
    assert (outline.height, outline.width) == image.pixels.shape[-2:]
    assert outline == image.outline
    assert image.metadata.xmp == XMP % 1


def turned(plane: np.ndarray[Any, Any], orientation: int) -> np.ndarray[Any, Any]:
    """Written down from the table of tag 274: where row 0 and column 0 of the file lie in the picture."""
    transposed = np.swapaxes(plane, 0, 1)
    return {
        1: plane,
        2: plane[:, ::-1],
        3: plane[::-1, ::-1],
        4: plane[::-1],
        5: transposed,
        6: transposed[:, ::-1],
        7: transposed[::-1, ::-1],
        8: transposed[::-1],
    }[orientation]


@orientations
def test_pillow_agrees_about_tiff(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    smooth((6, 9)).save(path, exif=exif)
    with Pillow.open(path) as picture:
        theirs = np.asarray(ImageOps.exif_transpose(picture))
    assert np.array_equal(seen(codecs.decode(path)), theirs)


@orientations
@pytest.mark.parametrize("longest", [300, 150, 70, 30])
def test_reduced_decoding_of_a_turned_photo(orientation: int, longest: int, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    smooth((480, 720)).save(path, exif=exif_block(orientation), quality=95)
    step = Resize(longest=longest)
    fast = step.run(codecs.decode(path, step.size))
    whole = step.run(codecs.decode(path))
    assert fast.pixels.shape == whole.pixels.shape
    assert np.abs(seen(fast).astype(int) - seen(whole)).mean() < 1
    assert fast.outline == whole.outline


def test_reduced_decoding_is_used_and_never_too_small(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    smooth((480, 720)).save(path)
    sizes = {}
    for longest in (20, 90, 180, 400, 720, 2000):
        step = Resize(longest=longest)
        image = codecs.decode(path, step.size)
        height, width = image.pixels.shape[-2:]
        sizes[longest] = width
        wanted = step.size(480, 720)
        assert height >= min(wanted[0], 480)
        assert width >= min(wanted[1], 720)
        assert (image.outline.width, image.outline.height) == (720, 480)
        assert (image.full is None) == (width == 720)
    assert sizes == {20: 90, 90: 180, 180: 360, 400: 720, 720: 720, 2000: 720}


@orientations
@pytest.mark.parametrize("format_", [Jpeg(), Png(), Webp()], ids=lambda f: f.tag())
def test_the_result_is_not_turned_again(orientation: int, format_: Format, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    smooth((40, 64)).save(path, exif=exif_block(orientation), xmp=XMP % orientation)
    image = codecs.decode(path)
    result = tmp_path / f"result{format_.suffix}"
    result.write_bytes(format_.encode(image).data)
    with Pillow.open(result) as picture:
        assert picture.size == (image.outline.width, image.outline.height)
        assert np.asarray(ImageOps.exif_transpose(picture)).shape == np.asarray(picture).shape
        exif = picture.getexif()
        assert exif.get(0x0112, 1) == 1
        assert exif.get(0x010F) == "Lab"
        assert float(exif.get_ifd(0x8769)[0x829A]) == pytest.approx(1 / 250)
        assert exif.get_ifd(0x8769)[0x927C] == b"abc"
        assert b'tiff:Orientation="1"' in picture.info["xmp"]


def test_only_the_orientation_changes_in_camera_data() -> None:
    turned_block, upright_block = exif_block(6), upright_exif(exif_block(6))
    changed = [i for i, (a, b) in enumerate(zip(turned_block, upright_block, strict=True)) if a != b]
    assert len(changed) == 1
    assert upright_exif(exif_block(None)) == exif_block(None)
    assert upright_exif(upright_block) == upright_block
    big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"
    assert upright_exif(big) == big[:19] + b"\x01" + big[20:]


def test_xmp_is_told_too() -> None:
    for text in (b'tiff:Orientation="6"', b"<tiff:Orientation>6</tiff:Orientation>", b"tiff:Orientation='8'"):
        assert upright_xmp(text) == text.replace(b"6", b"1").replace(b"8", b"1")
    assert upright_xmp(b'exif:Orientation="6" tiff:Model="6"') == b'exif:Orientation="6" tiff:Model="6"'


def test_damaged_camera_data_do_not_cost_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    for broken in (b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + b"\xff" * 40, exif_block(6)[:30]):
        smooth((40, 64)).save(path, exif=broken)
        image = codecs.decode(path)
        assert sorted(image.pixels.shape[-2:]) == [40, 64]
        Jpeg().encode(image)
