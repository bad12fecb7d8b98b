"""Damaged files: each comes out, perhaps with a warning, or is refused in one sentence; nothing else happens."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
import tifffile
from pictures import PHOTO, values
from PIL import Image as Pillow
from sentences import is_sentence

from core import codecs
from core.codecs import DecodeError, pillow
from core.image import Image

FLIPS = 200


def grey(**options: object) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, values("uint16", (17, 23)), **options)
    return out.getvalue()


def files() -> dict[str, bytes]:
    """A small good file of each kind."""
    found = {}
    colour = Pillow.fromarray(values("uint8", (23, 31, 3)))
    smooth = Pillow.fromarray(np.add.outer(np.arange(23), np.arange(31)).astype(np.uint8) * 4)
    extra = {"exif": PHOTO.exif, "icc_profile": PHOTO.icc}
    for name, picture, suffix, options in (
        ("jpeg", colour, "jpeg", extra),
        ("progressive jpeg", colour, "jpeg", {"progressive": True}),
        ("grey jpeg", smooth, "jpeg", {}),
        ("printing jpeg", colour.convert("CMYK"), "jpeg", {}),
        ("png", colour, "png", extra),
        ("palette png", colour.quantize(16), "png", {}),
        ("animated png", smooth, "png", {"save_all": True, "append_images": [smooth.rotate(90)]}),
        ("gif", colour.quantize(64), "gif", {}),
        ("animated gif", smooth, "gif", {"save_all": True, "append_images": [smooth.rotate(180), smooth]}),
        ("webp", colour, "webp", extra),
        ("lossless webp", colour, "webp", {"lossless": True}),
        ("animated webp", colour, "webp", {"save_all": True, "append_images": [colour.rotate(90)]}),
        ("bmp", colour, "bmp", {}),
        ("grey bmp", smooth, "bmp", {}),
        ("libtiff", colour, "tiff", {"compression": "tiff_lzw"}),
        ("jpeg in tiff", colour, "tiff", {"compression": "jpeg"}),
    ):
        out = io.BytesIO()
        picture.save(out, suffix, **options)
        found[name] = out.getvalue()
    import imagecodecs

    found["deep png"] = imagecodecs.png_encode(values("uint16", (17, 23, 3)))
    found["tiff"] = grey()
    found["tiff with tiles"] = grey(tile=(16, 16), compression="zlib")
    found["big tiff"] = grey(bigtiff=True, byteorder=">", compression="zstd")
    stack = io.BytesIO()
    tifffile.imwrite(stack, values("uint8", (2, 3, 9, 8)), imagej=True, metadata={"axes": "ZCYX", "unit": "um"})
    found["imagej tiff"] = stack.getvalue()
    ome = io.BytesIO()
    tifffile.imwrite(ome, values("int16", (2, 3, 9, 8)), ome=True, metadata={"axes": "CZYX", "PhysicalSizeX": 1.0})
    found["ome tiff"] = ome.getvalue()
    return found


FILES = files()
SUFFIX = {"jpeg": ".jpg", "png": ".png", "gif": ".gif", "webp": ".webp", "bmp": ".bmp", "tiff": ".tif"}
all_files = pytest.mark.parametrize("name", FILES)


def path_of(name: str, folder: Path) -> Path:
    return folder / f"shot{next((s for word, s in SUFFIX.items() if word in name.split()[-1]), '.tif')}"


def outcome(path: Path) -> Image | str:
    """The image, or the sentence that refuses it.  Any other exception or warning fails the test."""
    try:
        codecs.probe(path)
    except DecodeError as error:
        check(error)
    try:
        image = codecs.decode(path, limits=codecs.Limits(memory=50_000_000))
    except DecodeError as error:
        check(error)
        return str(error)
    assert image.pixels.ndim == 5
    assert all(map(is_sentence, image.warnings)), image.warnings
    return image


def check(error: DecodeError) -> None:
    assert is_sentence(str(error)), str(error)
    assert "Traceback" not in str(error)
    assert "shot" not in str(error), f"the file's name is said by whoever tells of it: {error}"


@all_files
def test_the_good_file_is_good(name: str, tmp_path: Path) -> None:
    path = path_of(name, tmp_path)
    path.write_bytes(FILES[name])
    image = outcome(path)
    assert isinstance(image, Image)
    assert not image.warnings or "printing" in name


@all_files
@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.75, 0.9, 0.99])
def test_a_file_that_was_not_copied_to_its_end_is_refused(name: str, share: float, tmp_path: Path) -> None:
    path = path_of(name, tmp_path)
    path.write_bytes(FILES[name][: int(len(FILES[name]) * share)])
    said = outcome(path)
    if isinstance(said, Image):
        path.write_bytes(FILES[name])
        whole = codecs.decode(path)
        same = np.array_equal(said.pixels.numpy(), whole.pixels.numpy())
        assert said.warnings or same, "a part of the picture was lost in silence"
    else:
        assert any(word in said for word in ("cut off", "damaged", "empty", "not an image")), said


@all_files
def test_single_flipped_bits(name: str, tmp_path: Path) -> None:
    good = FILES[name]
    chance = random.Random(name)
    path = path_of(name, tmp_path)
    # Headers matter most: half of the flips fall into the first 400 bytes.
    for number in range(FLIPS):
        data = bytearray(good)
        place = chance.randrange(min(len(data), 400) if number % 2 else len(data))
        data[place] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        outcome(path)


@pytest.mark.parametrize("suffix", [*SUFFIX.values(), ".jpeg", ".tiff", ".dib", ".apng"])
@pytest.mark.parametrize("content", [b"", b"\0", b"This is a text.\n", b"\xff\xfe" + "Text".encode("utf-16-le") * 50])
def test_what_is_no_image_says_so(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    said = outcome(path)
    assert said == (
        "This is not an image that Slidetray can read, whatever its name says."
        if content
        else "The file is empty (0 bytes). Copy it again from where it came from."
    )


@all_files
def test_the_right_beginning_and_then_nothing(name: str, tmp_path: Path) -> None:
    path = path_of(name, tmp_path)
    for tail in (b"", b"\0" * 200, b"\xff" * 200, b"text " * 60):
        path.write_bytes(FILES[name][:16] + tail)
        assert isinstance(outcome(path), str)


@all_files
def test_half_of_the_content_replaced_by_zeros(name: str, tmp_path: Path) -> None:
    """As after a power cut: the length is right and the end was never written."""
    good = FILES[name]
    path = path_of(name, tmp_path)
    path.write_bytes(good[: len(good) // 2] + bytes(len(good) - len(good) // 2))
    outcome(path)


@all_files
def test_something_behind_the_end_does_no_harm(name: str, tmp_path: Path) -> None:
    path = path_of(name, tmp_path)
    path.write_bytes(FILES[name])
    good = outcome(path)
    path.write_bytes(FILES[name] + b"\0" * 100)
    longer = outcome(path)
    assert isinstance(good, Image)
    assert isinstance(longer, Image)
    assert np.array_equal(good.pixels.numpy(), longer.pixels.numpy())


@pytest.mark.parametrize("name", ["png", "deep png", "palette png", "animated png"])
def test_a_png_whose_pixels_were_changed_is_not_shown_as_good(name: str, tmp_path: Path) -> None:
    good = FILES[name]
    path = path_of(name, tmp_path)
    start = good.index(b"IDAT") + 4
    for place in range(start, start + int.from_bytes(good[start - 8 : start - 4], "big"), 5):
        path.write_bytes(good[:place] + bytes([good[place] ^ 4]) + good[place + 1 :])
        assert isinstance(outcome(path), str)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError("Unsupported BMP bitfields layout"),
            "of a kind that is not supported, or damaged: BMP bitfields layout.",
        ),
        (ValueError("imcd_lzw_decode returned IMCD_LZW_CORRUPT"), "is damaged. Copy it again"),
        (AssertionError(), "is damaged. Copy it again"),
        (ValueError("invalid palette size"), "is damaged: invalid palette size."),
    ],
)
def test_what_decoders_say_is_told_where_it_helps_a_person(error: Exception, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.bmp").write_bytes(b"BM")
    assert told in pillow.explain(tmp_path / "a.bmp", error)
    assert is_sentence(pillow.explain(tmp_path / "a.bmp", error))


def test_a_missing_file_is_an_error_of_the_disk(tmp_path: Path) -> None:
    for call in (codecs.probe, codecs.decode, codecs.recognise):
        with pytest.raises(FileNotFoundError):
            call(tmp_path / "gone.png")
    with pytest.raises(OSError, match="directory"):
        codecs.decode(tmp_path)
