"""PNG, JPEG, GIF, WebP and BMP as other programs write them, against what Pillow and imagecodecs see in them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pictures import PHOTO, reread, values
from PIL import Image as Pillow
from sentences import is_sentence

from core import codecs
from core.image import Image, to_array


def saved(folder: Path, picture: Pillow.Image, suffix: str, **options: Any) -> Image:
    path = folder / f"file{suffix}"
    picture.save(path, **options)
    image = codecs.decode(path)
    assert codecs.probe(path) == image.outline
    return image


def seen(image: Image, frame: int = 0) -> np.ndarray[Any, Any]:
    """A frame as Pillow would hold it: grey or colour, with alpha as the last channel."""
    array = image.pixels[frame, 0].numpy().transpose(1, 2, 0)
    if image.alpha is not None:
        array = np.dstack([array, image.alpha[frame, 0, 0].numpy()])
    return array[..., 0] if array.shape[-1] == 1 else array


def picture_of(mode: str) -> Pillow.Image:
    if mode == "I;16":
        return Pillow.fromarray(values("uint16", (20, 30)))
    colour = Pillow.fromarray(values("uint8", (20, 30, 4)))
    return colour.convert("RGB").quantize(40) if mode == "P" else colour.convert(mode)


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [
        *[(".png", m) for m in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")],
        *[(".bmp", m) for m in ("1", "L", "P", "RGB", "RGBA")],
        *[(".gif", m) for m in ("1", "L", "P")],
        *[(".webp", m) for m in ("L", "RGB", "RGBA")],
        *[(".jpg", m) for m in ("L", "RGB", "CMYK")],
    ],
)
def test_every_mode_is_read_as_pillow_reads_it(suffix: str, mode: str, tmp_path: Path) -> None:
    options = {"lossless": True, "exact": True} if suffix == ".webp" else {}
    image = saved(tmp_path, picture_of(mode), suffix, **options)
    with Pillow.open(tmp_path / f"file{suffix}") as picture:
        shown = {"1": "L", "P": "RGB", "CMYK": "RGB"}.get(picture.mode, picture.mode)
        theirs = np.asarray(picture.convert(shown))
    assert np.array_equal(seen(image), theirs)
    assert image.role == ("colour" if theirs.ndim == 3 and theirs.shape[2] >= 3 else "intensity")
    assert bool(image.warnings) == (mode == "CMYK")


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_png_of_few_grey_levels_fills_the_range(bits: int, tmp_path: Path) -> None:
    levels = np.arange(2**bits, dtype=np.uint8)[None]
    packed_row = int("".join(f"{v:0{bits}b}" for v in levels[0]).ljust(8, "0"), 2)
    row = packed_row.to_bytes(max(1, 2**bits * bits // 8), "big")
    image = reread(png(2**bits, 1, bits, 0, b"\0" + row), tmp_path, ".png")
    assert np.array_equal(to_array(image, "YX"), np.rint(levels * (255 / (2**bits - 1))))
    assert image.white == 255.0


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 2), (9, 7, 3), (9, 7, 4)])
@pytest.mark.parametrize("stored", ["uint8", "uint16"])
def test_png_made_by_another_library(shape: tuple[int, ...], stored: str, tmp_path: Path) -> None:
    array = values(stored, shape)
    image = reread(imagecodecs.png_encode(array), tmp_path, ".png")
    assert np.array_equal(seen(image), array)
    assert codecs.probe(tmp_path / "file.png") == image.outline


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, bits: int, colour: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    middle = b"".join(chunk(kind, body) for kind, body in chunks)
    return b"\x89PNG\r\n\x1a\n" + header + middle + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_one_transparent_colour_of_a_png(tmp_path: Path) -> None:
    files = {
        "1 bit": (png(8, 1, 1, 0, b"\0\xa5", (b"tRNS", b"\0\1")), [0, 255, 0, 255, 255, 0, 255, 0]),
        "8 bits": (png(3, 1, 8, 0, b"\0\1\2\3", (b"tRNS", b"\0\2")), [255, 0, 255]),
        "colour": (png(2, 1, 8, 2, b"\0" + bytes(range(6)), (b"tRNS", b"\0\0\0\1\0\2")), [0, 255]),
        "16 bits": (png(2, 1, 16, 0, b"\0\0\1\0\2", (b"tRNS", b"\0\1")), [0, 65535]),
        "16 bit colour": (png(2, 1, 16, 2, b"\0" + bytes(range(12)), (b"tRNS", bytes(range(6)))), [0, 65535]),
        "palette": (png(2, 1, 8, 3, b"\0\0\1", (b"PLTE", bytes(range(6))), (b"tRNS", b"\x10")), [16, 255]),
    }
    for name, (data, expected) in files.items():
        image = reread(data, tmp_path, ".png")
        assert image.alpha is not None, name
        assert image.alpha.flatten().tolist() == expected, name
        assert codecs.probe(tmp_path / "file.png") == image.outline, name


def test_palette_png_without_transparency_is_plain_colour(tmp_path: Path) -> None:
    image = reread(png(2, 1, 8, 3, b"\0\0\1", (b"PLTE", bytes(range(6)))), tmp_path, ".png")
    assert seen(image).tolist() == [[[0, 1, 2], [3, 4, 5]]]
    assert image.alpha is None


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_what_pillow_writes_beside_the_picture_is_carried(suffix: str, tmp_path: Path) -> None:
    options = {"exif": PHOTO.exif, "icc_profile": PHOTO.icc, "xmp": PHOTO.xmp, "dpi": (300, 150)}
    if suffix == ".png":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode())
        options["pnginfo"] = info
    image = saved(tmp_path, picture_of("RGB"), suffix, **options)
    assert image.metadata.exif.removeprefix(b"Exif\0\0") == PHOTO.exif.removeprefix(b"Exif\0\0")
    assert image.metadata.icc == PHOTO.icc
    assert image.metadata.xmp == PHOTO.xmp
    if suffix != ".webp":
        assert image.metadata.dpi == pytest.approx((150, 300), rel=1e-3)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_animations_are_time(suffix: str, mode: str, tmp_path: Path) -> None:
    frames = []
    for number in range(4):
        array = np.zeros((16, 20), np.uint8)
        array[number * 3 : number * 3 + 4, 5:9] = 50 + 60 * number
        frames.append(Pillow.fromarray(array).convert(mode))
    options = {"lossless": True} if suffix == ".webp" else {}
    image = saved(tmp_path, frames[0], suffix, save_all=True, append_images=frames[1:], duration=50, **options)
    assert image.outline.t == 4
    for number, frame in enumerate(frames):
        colours = seen(image, number)
        colours = colours[..., :3] if colours.ndim == 3 else np.stack([colours] * 3, -1)
        assert np.array_equal(colours, np.asarray(frame.convert("RGB"))), f"frame {number}"
        assert image.alpha is None or int(image.alpha[number].min()) == 255


def test_a_jpeg_with_a_second_picture_is_its_first(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    first, second = (Pillow.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    first.save(path, "MPO", save_all=True, append_images=[second])
    image = codecs.decode(path)
    assert image.outline.t == 1
    assert codecs.probe(path).more == 1
    assert seen(image)[0, 0].tolist() == [254, 0, 0]


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 2}, {"optimize": 1}]
)
def test_jpeg_is_decoded_as_exactly_as_pillow_does(mode: str, options: dict[str, Any], tmp_path: Path) -> None:
    smooth = picture_of(mode).resize((123, 77), Pillow.Resampling.BICUBIC)
    image = saved(tmp_path, smooth, ".jpg", quality=90, **options)
    with Pillow.open(tmp_path / "file.jpg") as picture:
        assert np.array_equal(seen(image), np.asarray(picture))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".gif", ".bmp", ".webp"])
@pytest.mark.parametrize("name", ["wrong.jpg", "wrong.png", "wrong.tif", "noending", "wrong.txt", "WRONG.GIF"])
def test_files_are_known_by_content_not_by_name(suffix: str, name: str, tmp_path: Path) -> None:
    picture = picture_of("L")
    right, wrong = tmp_path / f"right{suffix}", tmp_path / name
    picture.save(right)
    wrong.write_bytes(right.read_bytes())
    ours, theirs = codecs.decode(wrong), codecs.decode(right)
    assert np.array_equal(ours.pixels.numpy(), theirs.pixels.numpy())
    assert codecs.probe(wrong) == codecs.probe(right)
    assert codecs.recognise(wrong) is codecs.recognise(right)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"BM", b"BMW is a maker of cars, and this is a text about them.", b"GIF89", b"II", b"%PDF-1.7"),
        *(b"RIFF\0\0\0\0WAVEfmt ", b"PK\x03\x04", b"\x7fELF", b"<svg/>", "Übersicht".encode("utf-16"), b"\xff\xd8"),
    ],
)
def test_other_files_are_not_taken_for_images(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.dat"
    path.write_bytes(content)
    assert codecs.recognise(path) is None
    with pytest.raises(codecs.DecodeError) as error:
        codecs.decode(path)
    assert is_sentence(str(error.value))


def test_a_name_claims_to_be_an_image_by_its_ending() -> None:
    assert all(codecs.claims(name) for name in ("a.jpg", "A.JPEG", "b.TIF", "c.tiff", "d.png", "e.webp", "f.GIF"))
    assert not any(codecs.claims(name) for name in ("a.txt", "jpg", "a.jpg.bak", "a.pt", "a.npy"))


def test_the_listing_says_what_can_be_read_and_written() -> None:
    rows = {row["type"]: row for row in codecs.listing()}
    assert {"jpeg", "png", "tiff", "webp", "gif", "bmp"} <= {
        t for t, row in rows.items() if row["read"] and row["write"]
    }
    assert {"npy", "pt"} <= {t for t, row in rows.items() if row["write"] and not row["read"]}
    for row in rows.values():
        assert row["suffixes"]
        assert all(suffix.startswith(".") for suffix in row["suffixes"])
    for tag, format_ in codecs.FORMATS.items():
        assert codecs.format_from({"type": tag}) == format_()
        assert format_.title
        assert format_.help().endswith(".")
        assert format_.source().endswith(".")
        assert format_.suffix in rows[tag]["suffixes"]
