"""The preview is the run: value for value where it is full, near it where it is reduced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import tifffile
from kinds import KINDS, save
from looking import Made, built_in, recipe_of, see, values
from pictures import CALIBRATION, TYPES
from pictures import values as some_values
from PIL import Image as Pillow
from sentences import is_sentence

from core import catalogue, codecs
from core.image import from_array
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
