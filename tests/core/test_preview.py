"""The preview is the run: value for value where it is full, near it where it is reduced, and in the same words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import tifffile
from looking import Made, built_in, level, recipe_of, see, values
from pictures import CALIBRATION, LABEL_COLOURS, TYPES
from pictures import values as some_values
from PIL import Image as Pillow
from sentences import is_sentence

from core import catalogue, codecs, preview, recipe
from core.codecs.tiff_format import Tiff
from core.image import Image, Metadata, from_array
from core.looks import Seen
from core.preview import Viewer
from core.transform import Transform
from core.transforms import find
from core.transforms.geometry.resize import Resize

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "recipes"
BUILT_IN = sorted(path.stem for path in FOLDER.glob("*.slidetray"))
BLUR = {"step": "gaussian-blur", "sigma": 3.0}
RANGE = {"step": "rescale-intensity", "scope": "image"}
RECIPES: dict[str, msgspec.Raw] = {
    **{name: built_in(name) for name in BUILT_IN},
    "blurred": recipe_of(BLUR),
    "box": recipe_of({"step": "crop", "x": 3, "y": 5, "width": 20, "height": 11}),
    "turned, 16 bits": recipe_of(RANGE, {"step": "rotate", "angle": 33.0}, type="png", bits="16"),
    "gamma of all, JPEG": recipe_of({"step": "rescale-intensity"}, {"step": "gamma", "gamma": 2.2}, type="jpeg"),
    "blurred, then small": recipe_of(BLUR, {"step": "resize", "percent": 40}, {"step": "flip"}, type="npy"),
    "grey": recipe_of({"step": "grayscale", "method": "mean"}, {"step": "invert"}, type="webp"),
}


def save(image: Image, path: Path) -> Path:
    path.write_bytes(Tiff().encode(image).data)
    return path


def _photo(folder: Path, samples: Path) -> Path:
    with Pillow.open(samples / "rocket.jpg") as photo:
        photo.save(folder / "photo.jpg", quality=92)
    return folder / "photo.jpg"


def _alpha(folder: Path, samples: Path) -> Path:
    with Pillow.open(samples / "coffee.png") as photo:
        small = np.asarray(photo.resize((120, 80)))
    share = np.linspace(0, 255, 120, dtype=np.uint8)[None].repeat(80, 0)
    Pillow.fromarray(np.dstack([small, share])).save(folder / "alpha.png")
    return folder / "alpha.png"


def _grey(folder: Path, samples: Path) -> Path:
    rng = np.random.default_rng(3)
    image = rng.poisson(np.linspace(200, 4000, 130)[None].repeat(90, 0)).astype(np.uint16)
    tifffile.imwrite(folder / "grey.tif", image)
    return folder / "grey.tif"


def _labels(folder: Path, samples: Path) -> Path:
    numbers = (np.arange(60)[:, None] // 20 + np.arange(70)[None] // 25).astype(np.uint8)
    return save(from_array(numbers, role="labels", metadata=Metadata(palette=LABEL_COLOURS)), folder / "labels.tif")


def _float(folder: Path, samples: Path) -> Path:
    tifffile.imwrite(folder / "float.tif", some_values("float32", (64, 80)))
    return folder / "float.tif"


def _stack(folder: Path, samples: Path) -> Path:
    stack = some_values("uint16", (2, 3, 2, 44, 52))
    return save(from_array(stack, "TZCYX", metadata=CALIBRATION), folder / "stack.tif")


KINDS = {"photo": _photo, "alpha": _alpha, "grey": _grey, "labels": _labels, "float": _float, "stack": _stack}


def same_as_the_run(path: Path, wanted: msgspec.Raw, folder: Path, t: int = 0, z: int = 0) -> bool:
    """Compare a full preview with a run; returns whether there was a result."""
    made = Made([path], wanted, folder / "out")
    seen = see(path, wanted, folder / "pictures", full=True, t=t, z=z, sample=[str(path)], total=1)
    assert seen.note == ""
    assert seen.before is not None or seen.problem
    if made.failed:
        assert seen.problem == made.failed[str(path)].message
        assert is_sentence(seen.problem)
        assert seen.after is None
        return False
    assert seen.problem == ""
    found, expected = values(seen.after), made.read(path, t, z)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)
    assert sorted(seen.warnings) == sorted(made.done[str(path)].warnings)
    assert seen.bytes == made.bytes(path)
    assert seen.after is not None
    assert (seen.after.width, seen.after.height) == (expected.shape[1], expected.shape[0])
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RECIPES)
def test_a_full_preview_is_what_the_run_writes(name: str, kind: str, samples: Path, tmp_path: Path) -> None:
    path = KINDS[kind](tmp_path, samples)
    t, z = (1, 2) if kind == "stack" else (0, 0)
    made = same_as_the_run(path, RECIPES[name], tmp_path, t, z)
    assert made or kind in ("labels", "float", "stack", "alpha", "grey")  # a photograph takes every recipe


LAB = ["xyzc_16bit__dna_conf_wf.tif", "xyc_16bit__hela-cells.tif", "xy_8bit_labels__five_objects.tif"]


@pytest.mark.parametrize("source", LAB)
@pytest.mark.parametrize("name", ["microscopy-8bit", "convert-tiff", "blurred", "box", "convert-png"])
def test_a_full_preview_of_a_laboratory_image(name: str, source: str, lab_data: Path, tmp_path: Path) -> None:
    path = lab_data / "values" / source
    planes = codecs.probe(path).z
    assert same_as_the_run(path, RECIPES[name], tmp_path, 0, planes // 2)


def test_what_the_file_holds_is_what_the_picture_before_holds(tmp_path: Path) -> None:
    for stored in TYPES:
        written = some_values(stored, (37, 29))
        tifffile.imwrite(tmp_path / f"{stored}.tif", written)
        seen = see(tmp_path / f"{stored}.tif", recipe_of(), tmp_path / "pictures", full=True)
        np.testing.assert_array_equal(values(seen.before)[..., 0], written)
        assert seen.before is not None
        assert seen.before.stored == stored


# -- reduced ---------------------------------------------------------------------------------------------------------

SETTINGS: dict[str, dict[str, Any]] = {
    "crop": {"x": 300, "y": 100, "width": 500, "height": 421},
    "gaussian-blur": {"sigma": 12.0},
    "resize": {"percent": 50},
    "rotate": {"angle": 30.0},
    "gamma": {"gamma": 0.6},
    "rescale-intensity": {"scope": "image"},
}
LONGEST = 256
TOLERANCE = 3.0  # grey levels of 255, on average


@pytest.fixture(scope="module")
def large(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A picture of 1,411 x 1,411 pixels with structure of all sizes, as colour and as 16-bit grey."""
    folder = tmp_path_factory.mktemp("large")
    with Pillow.open(samples / "retina.jpg") as opened:
        photo = np.asarray(opened)
    squares = (np.indices(photo.shape[:2]) // 90).sum(0) % 2 * 60
    photo = np.minimum(photo.astype(np.uint16) + squares[..., None], 255).astype(np.uint8)
    Pillow.fromarray(photo).save(folder / "colour.png")
    tifffile.imwrite(folder / "grey.tif", photo[..., 1].astype(np.uint16) * 257)
    return {"colour": folder / "colour.png", "grey": folder / "grey.tif"}


def distance(path: Path, wanted: msgspec.Raw, folder: Path) -> float:
    """The mean difference between a reduced result and the full one shrunk to it, in grey levels."""
    quick = see(path, wanted, folder / "quick", longest=LONGEST)
    full = see(path, wanted, folder / "full", full=True)
    assert quick.problem == full.problem == ""
    assert "made from fewer pixels" in quick.note
    assert quick.after is not None
    assert full.after is not None
    assert (quick.after.width, quick.after.height) == (full.after.width, full.after.height)
    small, whole = values(quick.after).astype(np.float64), values(full.after)
    height, width = small.shape[:2]
    assert max(height, width) <= LONGEST * 1.5
    shrink = Resize(width=width, height=height, mode="stretch", method="bilinear")
    role = "colour" if whole.shape[2] == 3 else "intensity"
    shrunk = shrink.apply_image(from_array(whole.astype(np.float32), "YXC", white=1.0, role=role)).pixels[0, 0]
    grey = {"uint8": 1.0, "uint16": 257.0, "float32": 1 / (255 * 0.226)}[whole.dtype.name]
    return float(np.abs(np.moveaxis(shrunk.numpy(), 0, -1) - small).mean() / grey)


def step_recipe(tag: str) -> msgspec.Raw:
    return recipe_of({"step": tag, **SETTINGS.get(tag, catalogue.steps()[tag].initial)})


@pytest.mark.parametrize("kind", ["colour", "grey"])
@pytest.mark.parametrize("tag", catalogue.steps())
def test_a_reduced_preview_is_near_the_full_one(tag: str, kind: str, large: dict[str, Path], tmp_path: Path) -> None:
    assert distance(large[kind], step_recipe(tag), tmp_path) < TOLERANCE


def test_a_reduced_preview_of_a_whole_chain_is_near_the_full_one(large: dict[str, Path], tmp_path: Path) -> None:
    steps = [{"step": tag, **SETTINGS[tag]} for tag in ("rotate", "crop", "gaussian-blur", "resize", "gamma")]
    for path in large.values():
        assert distance(path, recipe_of(*steps), tmp_path) < TOLERANCE


@pytest.mark.parametrize("tag", ["gaussian-blur", "crop"])
def test_a_wrong_scale_would_be_noticed(
    tag: str, large: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, at_scale = find(tag), find(tag).at_scale

    def wrong(self: Transform, before: Any, height: int, width: int) -> Transform:
        fair = at_scale(self, before, height, width)
        changes = {"sigma": 2 * fair.sigma} if tag == "gaussian-blur" else {"x": fair.x // 2}  # type: ignore[attr-defined]
        return msgspec.structs.replace(fair, **changes)

    monkeypatch.setattr(step, "at_scale", wrong)
    assert distance(large["colour"], step_recipe(tag), tmp_path) > TOLERANCE


def test_a_small_image_is_not_reduced(samples: Path, tmp_path: Path) -> None:
    for kind in ("photo", "grey", "alpha"):
        path = KINDS[kind](tmp_path, samples)
        quick = see(path, RECIPES["blurred"], tmp_path / "quick", longest=1024)
        full = see(path, RECIPES["blurred"], tmp_path / "full", full=True)
        assert quick.note == ""
        np.testing.assert_array_equal(values(quick.after), values(full.after))


def test_a_reduced_picture_has_the_pixel_size_of_the_image(tmp_path: Path) -> None:
    path = save(from_array(some_values("uint16", (300, 600)), metadata=CALIBRATION), tmp_path / "wide.tif")
    half = recipe_of({"step": "resize", "percent": 50})
    for full in (False, True):
        seen = see(path, half, tmp_path / "pictures", full=full, longest=100)
        assert seen.before is not None
        assert seen.after is not None
        assert seen.before.pixel_size == pytest.approx(0.5)
        assert seen.after.pixel_size == pytest.approx(1.0)
        assert (seen.before.width, seen.after.width, seen.after.height) == (600, 300, 150)


def test_a_reduced_stack_tells_all_its_planes_and_losses(samples: Path, tmp_path: Path) -> None:
    path = KINDS["stack"](tmp_path, samples)
    quick, full = (see(path, RECIPES["convert-png"], tmp_path / "p", full=full, t=1, z=2) for full in (False, True))
    for seen in (quick, full):
        assert seen.before is not None
        assert seen.after is not None
        assert (seen.before.z, seen.before.t, seen.after.z, seen.after.t) == (3, 2, 3, 2)
    assert quick.warnings == full.warnings
    np.testing.assert_array_equal(values(quick.before), values(full.before))


# -- ranges of a whole set -------------------------------------------------------------------------------------------


@pytest.fixture
def plate(tmp_path: Path) -> list[Path]:
    """Six images of rising brightness."""
    folder = tmp_path / "plate"
    folder.mkdir()
    for number in range(6):
        pixels = np.random.default_rng(number).poisson(100 * (number + 1), (60, 50)).astype(np.uint16)
        tifffile.imwrite(folder / f"{number}.tif", pixels)
    return sorted(folder.iterdir())


def test_a_range_over_a_small_set_is_that_of_the_run(plate: list[Path], tmp_path: Path) -> None:
    wanted = built_in("microscopy-8bit")
    made = Made([plate[0].parent], wanted, tmp_path / "out")
    names = [str(path) for path in plate]
    viewer = Viewer()
    for path in plate:
        seen = see(path, wanted, tmp_path / "p", viewer, full=True, sample=names, total=6)
        assert seen.note == ""
        np.testing.assert_array_equal(values(seen.after), made.read(path))
        quick = see(path, wanted, tmp_path / "p", viewer, sample=names, total=6)
        assert quick.note == ""  # the range of the full one serves the quick ones after it
        np.testing.assert_array_equal(values(quick.after), made.read(path))


def test_a_range_from_a_part_of_the_set_says_so(plate: list[Path], tmp_path: Path) -> None:
    wanted = built_in("microscopy-8bit")
    names = [str(path) for path in plate]
    full = see(plate[0], wanted, tmp_path / "p", full=True, sample=names, total=1000)
    assert full.note == "Approximate: range taken from 6 images, the run looks at all of them."
    quick = see(plate[0], wanted, tmp_path / "p", sample=names, total=6)
    assert quick.note == "Approximate: range taken from 4 images, the run looks at all of them."
    alone = see(plate[0], wanted, tmp_path / "p", full=True)
    assert "range taken from 1 image" in alone.note
    only = see(plate[0], wanted, tmp_path / "p", full=True, sample=names[:1], total=1)
    assert only.note == ""


def test_a_range_is_taken_again_when_an_image_changes(plate: list[Path], tmp_path: Path) -> None:
    wanted, names, viewer = built_in("microscopy-8bit"), [str(path) for path in plate], Viewer()
    before = values(see(plate[0], wanted, tmp_path / "p", viewer, full=True, sample=names, total=6).after)
    tifffile.imwrite(plate[5], np.full((60, 50), 60000, np.uint16))
    after = values(see(plate[0], wanted, tmp_path / "p", viewer, full=True, sample=names, total=6).after)
    assert after.max() < before.max() / 2


def test_an_image_of_the_sample_that_cannot_be_read_costs_nothing(plate: list[Path], tmp_path: Path) -> None:
    plate[3].write_bytes(b"II*\0 and then nothing")
    seen = see(plate[0], built_in("microscopy-8bit"), tmp_path / "p", full=True, sample=[str(p) for p in plate])
    assert seen.problem == ""


# -- what goes wrong -------------------------------------------------------------------------------------------------


def refused(path: Path, wanted: msgspec.Raw, folder: Path) -> list[Seen]:
    """Both kinds of preview, which refuse as the run does."""
    made = Made([path], wanted, folder / "out")
    answers = [see(path, wanted, folder / "pictures", full=full, longest=64) for full in (False, True)]
    for seen in answers:
        # How much memory there is changes from one moment to the next.
        said, told = (text.partition("; ")[0] for text in (seen.problem, made.failed[str(path)].message))
        assert said == told
        assert is_sentence(seen.problem)
        assert seen.after is None
    return answers


def test_a_refusal_is_that_of_the_run(samples: Path, tmp_path: Path) -> None:
    photo, grey, floats = (KINDS[kind](tmp_path, samples) for kind in ("photo", "grey", "float"))
    refusals = {
        "does not fit": (photo, recipe_of({"step": "crop", "width": 5000, "height": 10})),
        "numbers for 3 channels": (KINDS["stack"](tmp_path, samples), recipe_of({"step": "normalize"})),
        "which value is white": (floats, recipe_of({"step": "gamma"})),
        "PNG can't hold": (floats, built_in("convert-png")),
        "The result would have": (grey, recipe_of({"step": "resize", "longest": 100_000})),
    }
    for part, (path, wanted) in refusals.items():
        for seen in refused(path, wanted, tmp_path / part[:3]):
            assert part in seen.problem
            assert seen.before is not None  # the image itself can be looked at


def test_a_damaged_file_is_told_as_in_the_run(samples: Path, tmp_path: Path) -> None:
    whole = KINDS["photo"](tmp_path, samples).read_bytes()
    for name, data in {"cut.jpg": whole[: len(whole) // 2], "empty.png": b"", "text.tif": b"no picture"}.items():
        (tmp_path / name).write_bytes(data)
        for seen in refused(tmp_path / name, recipe_of(), tmp_path / name[:3]):
            assert seen.before is None


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    assert see(tmp_path / "gone.png", recipe_of(), tmp_path / "p").problem == "The file is no longer there."


def test_a_recipe_that_cannot_be_used_is_told_in_its_own_words(samples: Path, tmp_path: Path) -> None:
    broken = msgspec.Raw(b'{"version": 1, "name": "x", "steps": [{"step": "no-such"}]}')
    with pytest.raises(recipe.RecipeError) as error:
        recipe.decode(bytes(broken))
    assert see(KINDS["grey"](tmp_path, samples), broken, tmp_path / "p").problem == str(error.value)


@pytest.mark.parametrize("full", [False, True])
def test_surprises_become_sentences(full: bool, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = KINDS["grey"](tmp_path, samples)

    def bad(*_: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(find("gaussian-blur"), "apply", bad)
    assert (
        "Something went wrong while changing this image: odd."
        in see(path, recipe_of(BLUR), tmp_path, full=full).problem
    )
    monkeypatch.setattr(codecs, "decode", bad)
    assert "Something went wrong while reading this image: odd." in see(path, recipe_of(), tmp_path, full=full).problem


def test_a_folder_that_takes_no_pictures_is_not_the_images_fault(samples: Path, tmp_path: Path) -> None:
    path = KINDS["grey"](tmp_path, samples)
    wanted = preview.Look(number=1, path=str(path), recipe=recipe_of())
    problem = Viewer().see(wanted, tmp_path / "not there", 1 << 30).problem
    assert "not there can't be written to (No such file or directory)" in problem
    assert is_sentence(problem)


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_looked_at(samples: Path, tmp_path: Path) -> None:
    from core import items

    odd = os.fsencode(tmp_path) + b"/odd \xff.tif"
    with open(odd, "wb") as file:
        file.write(KINDS["grey"](tmp_path, samples).read_bytes())
    named = next(i.sources[0].path for i in items.scan([tmp_path]).items if "odd" in i.key)
    seen = see(Path(named), built_in("microscopy-8bit"), tmp_path / "p", full=True, sample=[named], total=1)
    assert seen.problem == ""
    assert seen.after is not None


# -- what is kept ----------------------------------------------------------------------------------------------------


def test_few_reduced_sources_are_kept_and_no_stack_behind_them(tmp_path: Path) -> None:
    viewer = Viewer()
    paths = []
    for number in range(6):
        path = tmp_path / f"{number}.tif"
        save(from_array(some_values("uint16", (20, 64, 64)), "ZYX", metadata=CALIBRATION), path)
        paths.append(path)
    for path in paths:
        for z in (0, 5):
            see(path, recipe_of(), tmp_path / "p", viewer, longest=1024, z=z)
    assert len(viewer.sources) == preview.KEPT == 3
    held = [image.pixels.untyped_storage().nbytes() for image, _ in viewer.sources.values()]
    assert max(held) <= 64 * 64 * 4


def test_the_source_in_use_is_the_last_to_go(plate: list[Path], tmp_path: Path) -> None:
    viewer = Viewer()
    for path in (plate[0], plate[1], plate[0], plate[2], plate[0], plate[3]):
        see(path, recipe_of(), tmp_path / "p", viewer)
    assert [Path(key[0]).name for key in viewer.sources] == ["2.tif", "0.tif", "3.tif"]


def test_a_kept_source_is_not_decoded_again_unless_the_file_changed(
    plate: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, decode, decoded = Viewer(), codecs.decode, []

    def counted(path: Path, *rest: Any) -> Image:
        if path.parent == plate[0].parent:
            decoded.append(path)
        return decode(path, *rest)

    monkeypatch.setattr(codecs, "decode", counted)
    first = see(plate[0], recipe_of(), tmp_path / "p", viewer)
    second = see(plate[0], recipe_of({"step": "invert"}), tmp_path / "p", viewer, number=2, before=False)
    assert len(decoded) == 1
    assert second.before is None
    assert first.seconds > 0
    tifffile.imwrite(plate[0], np.full((60, 50), 7, np.uint16))
    changed = see(plate[0], recipe_of(), tmp_path / "p", viewer)
    assert len(decoded) == 2
    assert (values(changed.before) == 7).all()


def test_only_the_pictures_are_left_in_the_folder(samples: Path, tmp_path: Path) -> None:
    path = KINDS["photo"](tmp_path, samples)
    see(path, built_in("web"), tmp_path / "p", number=4, full=True)
    see(path, built_in("web"), tmp_path / "p", number=5)
    left = sorted(p.name for p in (tmp_path / "p").iterdir())
    assert left == ["4-full.after", "4-full.before", "5-quick.after", "5-quick.before"]


def test_labels_stay_labels_on_the_screen(samples: Path, tmp_path: Path) -> None:
    seen = see(KINDS["labels"](tmp_path, samples), built_in("convert-png"), tmp_path / "p", full=True)
    np.testing.assert_array_equal(level(seen.before), level(seen.after))
    assert seen.after is not None
    assert seen.after.labels
