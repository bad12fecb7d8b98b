"""What every step must keep, whatever the image and the settings."""

from __future__ import annotations

import pickle

import msgspec
import numpy as np
import pytest
import torch
from sentences import is_sentence, refusal
from step_cases import KINDS, STEPS, TYPES, image_of, settings_of

from core import recipe
from core.codecs.png import Png
from core.declare import convert
from core.image import Image, from_array, to_stored, work_type
from core.transform import ScopedStep
from core.transforms import catalogue, find

LARGEST = 300_000  # bytes of a result that is still computed here

tags = pytest.mark.parametrize("tag", [step.tag() for step in STEPS])


@tags
@pytest.mark.parametrize("kind", KINDS)
def test_step_gives_what_it_predicts_or_refuses(tag: str, kind: str) -> None:
    steps = settings_of(catalogue()[tag])
    for stored, white in TYPES:
        image = image_of(kind, stored, white)
        before = image.pixels.clone()
        alpha_before = None if image.alpha is None else image.alpha.clone()
        for number, step in enumerate(steps):
            case = f"{step} on {stored}, white {white}"
            refused = refusal(step.outline, image.outline)
            if refused:
                assert refusal(step.run, image) == refused, case
                continue
            expected = step.outline(image.outline)
            if expected.nbytes > LARGEST:
                continue
            result = step.run(image)
            assert result.outline == expected, case
            check_result(case, image, result)
            if number % 4 == 0:
                again = step.run(image)
                assert torch.equal(result.pixels, again.pixels), case
                assert result.alpha is None or torch.equal(result.alpha, again.alpha), case
            assert torch.equal(image.pixels, before), f"{case} changed its input"
            assert alpha_before is None or torch.equal(image.alpha, alpha_before), f"{case} changed its input"


def check_result(case: str, image: Image, result: Image) -> None:
    assert result.pixels.ndim == 5, case
    assert result.pixels.shape[:2] == image.pixels.shape[:2], case
    if result.alpha is not None:
        assert result.alpha.shape == (*result.pixels.shape[:2], 1, *result.pixels.shape[3:]), case
        assert result.alpha.dtype == result.pixels.dtype, case
    assert result.pixels.dtype == (work_type(result.stored) if result.nominal else getattr(torch, result.stored)), case
    stored = to_stored(result)
    assert stored.pixels.dtype == getattr(torch, result.stored), case
    for tensor in (result.pixels, stored.pixels):
        assert bool(np.isfinite(tensor.numpy()).all()), case
    assert all(map(is_sentence, stored.warnings)), f"{case}: {stored.warnings}"
    if image.role == "labels" and result.role == "labels":
        there = np.unique(image.pixels.numpy())
        assert np.isin(stored.pixels.numpy(), there).all(), f"{case} made labels that were not there"


@tags
def test_every_setting_is_tried(tag: str) -> None:
    step = catalogue()[tag]
    tried = settings_of(step)
    for field in msgspec.structs.fields(step):
        values = {repr(getattr(one, field.name)) for one in tried}
        assert len(values) > 1, f'{tag}: give BASES settings with which "{field.name}" can be at its extremes'


@tags
def test_settings_survive_json_and_pickle(tag: str) -> None:
    for step in settings_of(catalogue()[tag]):
        whole = recipe.Recipe(name="x", steps=(recipe.RecipeStep(step),), format=Png())
        assert recipe.decode(whole.encode()) == whole
        assert pickle.loads(pickle.dumps(step)) == step
        assert step.summary() is not None
        assert "\n" not in step.summary()


@tags
def test_step_says_what_it_is(tag: str) -> None:
    step = catalogue()[tag]
    assert step.title
    assert step.help().endswith(".")
    assert step.source().endswith(".")
    assert find(tag) is step
    for alias in step.aliases:
        assert find(alias) is step
        assert alias not in catalogue()
    for name, row in step.schema()["properties"].items():
        text = row if "title" in row else next((r for r in row.get("anyOf", ()) if "title" in r), {})
        assert text.get("title"), f"{tag}.{name} has no title for its form"


# Settings with which white has to stay white; a step without an entry has no such settings yet.
WHITE_STAYS = {
    "crop": {"width": 8, "height": 8},
    "flip": {},
    "gamma": {"gamma": 2.2},
    "gaussian-blur": {"sigma": 3.0},
    "grayscale": {},
    "normalize": {"mean": [0], "std": [1]},
    "rescale-intensity": {"mode": "fixed", "low": 0, "high": 65535},
    "resize": {"percent": 37},
    "rotate": {"angle": 90},
}


@pytest.mark.parametrize("tag", [step.tag() for step in STEPS if step.tag() != "invert"])
@pytest.mark.parametrize("channels", [1, 3])
def test_white_of_16_bits_stays_white(tag: str, channels: int) -> None:
    image = from_array(np.full((1, 1, channels, 16, 20), 65535, np.uint16), "TZCYX")
    image = image.but(role="colour" if channels == 3 else "intensity")
    result = to_stored(convert(catalogue()[tag], WHITE_STAYS[tag]).run(image))
    expected = 1.0 if result.stored == "float32" else 65535.0
    assert result.pixels.double().unique().tolist() == [expected]
    assert not result.warnings


def test_invert_turns_white_of_16_bits_to_black_and_back() -> None:
    image = from_array(np.full((4, 4), 65535, np.uint16))
    invert = find("invert")()
    black = to_stored(invert.run(image))
    assert black.pixels.double().unique().tolist() == [0.0]
    assert to_stored(invert.run(black)).pixels.double().unique().tolist() == [65535.0]


@pytest.mark.parametrize("step", [s for s in STEPS if issubclass(s, ScopedStep)], ids=lambda s: s.tag())
@pytest.mark.parametrize(("stored", "white"), TYPES)
def test_a_set_of_one_image_is_that_image(step: type[ScopedStep], stored: str, white: float | None) -> None:
    from core import histogram

    image = image_of("five channels", stored, white)
    for one in settings_of(step):
        if one.measures_all():
            table = histogram.empty(8)
            key = histogram.count(image, table)
            total = histogram.merged(None, table[:5])
            together = one.apply_ranges(image, {key: one.combine(key, total)})
            assert torch.equal(together.pixels, one.run(image).pixels), one
