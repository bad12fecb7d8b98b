"""Recipes: what is right comes back the same, what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import codecs, recipe
from core.recipe import Recipe, RecipeError
from core.transforms import catalogue

NAMES = [
    "quick-look",
    "microscopy-8bit",
    "thumbnails",
    "web",
    "convert-tiff",
    "convert-png",
    "tensors-256",
    "imagenet-224",
]


def text(**changes: Any) -> str:
    """A right recipe with some top-level fields changed."""
    whole: dict[str, Any] = {
        "version": 1,
        "name": "Mine",
        "steps": [{"step": "resize", "longest": 256}],
        "output": {"format": {"type": "jpeg", "quality": 80}, "name": "{stem}", "conflict": "rename"},
    }
    return json.dumps({**whole, **changes})


def steps(*rows: Any) -> str:
    return text(steps=list(rows))


def output(**changes: Any) -> str:
    return text(output={"format": {"type": "png"}, **changes})


def of_format(**options: Any) -> str:
    return text(output={"format": options})


# What is wrong, and what the message must say.
WRONG: list[tuple[str, str]] = [
    ("", "This is not a recipe"),
    ("{", "This is not a recipe"),
    ("[]", "This is not a recipe"),
    ("null", "This is not a recipe"),
    ('"text"', "This is not a recipe"),
    ("{}", 'This is not a recipe: it has no "version".'),
    (text(version=2), "made by a newer Slidetray (version 2). Update Slidetray."),
    (text(version=0), "There is no recipe version 0; this Slidetray reads version 1."),
    (text(version="1"), 'The recipe\'s "version" must be a whole number.'),
    (text(name=""), 'The recipe\'s "name" is empty.'),
    (text(name=7), '"name" must be a text'),
    (text(steps={}), '"steps" must be a list'),
    (text(steps=["resize"]), 'Each of the "steps" must be an object in braces.'),
    (text(output=[]), '"output" must be an object'),
    (text(output={"format": "png"}), '"format" must be an object'),
    (text(stpes=[]), 'There is no field "stpes" in a recipe. Did you mean "steps"?'),
    (output(folder="x"), 'There is no field "folder" in "output".'),
    (output(conflict="ask"), '"conflict" must be "skip", "rename" or "overwrite", not "ask".'),
    (output(conflict=1), '"conflict" must be a text'),
    (steps({}), 'Step 1 has no "step", the name of what it does.'),
    (steps({"step": "resize", "longest": 5}, {"step": 5}), 'Step 2 has no "step"'),
    (steps({"step": "rezise"}), 'Step 1: There is no step "rezise". Did you mean "resize"?'),
    (
        steps({"step": "flip"}, {"step": "gamma", "gamma": 11}),
        'Step 2 (Gamma): "gamma" must be a number from 0.05 to 10',
    ),
    (steps({"step": "gamma", "gamma": "2"}), '"gamma" must be a number from 0.05 to 10, not "2".'),
    (steps({"step": "gamma", "gama": 2}), 'Step 1 (Gamma): there is no setting "gama"; it has gamma.'),
    (steps({"step": "invert", "x": 2}), "it has no settings"),
    (steps({"step": "gamma", "enabled": "no"}), 'Step 1: "enabled" must be true or false.'),
    (steps({"step": "resize"}), "Step 1 (Resize): give one of longest, shortest, percent, or width and height"),
    (steps({"step": "resize", "longest": 0}), '"longest" must be a whole number from 1 to 100,000, not 0.'),
    (steps({"step": "resize", "longest": 5.5}), '"longest" must be a whole number from 1 to 100,000, not 5.5.'),
    (steps({"step": "crop", "width": 5}), 'Step 1 (Crop): "height" is missing.'),
    (steps({"step": "flip", "direction": "up"}), '"direction" must be "both", "horizontal" or "vertical", not "up".'),
    (steps({"step": "normalize", "std": [0]}), "each standard deviation must be above 0"),
    (steps({"step": "normalize", "std": [1, 1]}), "give as many means as standard deviations"),
    (steps({"step": "normalize", "mean": []}), '"mean" must be a list of 1 to 64, each a number, not [].'),
    (steps({"step": "rescale-intensity", "mode": "fixed"}), 'with "fixed", give both low and high.'),
    (steps({"step": "rescale-intensity", "mode": "fixed", "low": 5, "high": 5}), "high must be above low."),
    (
        steps({"step": "rescale-intensity", "low_percentile": 60, "high_percentile": 50}),
        "must be above low_percentile.",
    ),
    (steps({"step": "rescale-intensity", "high_percentile": 101}), "must be a number from 0 to 100, not 101."),
    (steps(*[{"step": "invert"}] * 201), "The recipe has 201 steps; 200 is the most."),
    (of_format(), "The format's type is missing; it is"),
    (of_format(type="tif"), 'The format\'s type "tif" is not known; it is'),
    (of_format(type=3), "is not known; it is"),
    (of_format(type=["png"]), "is not known; it is"),
    (of_format(type="jpeg", quality=101), 'Format jpeg: "quality" must be a whole number from 1 to 100, not 101.'),
    (of_format(type="bmp", quality=1), 'Format bmp: there is no setting "quality"; it has no settings.'),
    (of_format(type="png", bits=8), '"bits" must be "16", "8" or "keep", not 8.'),
    (output(name=""), 'The output "name" is empty.'),
    (output(name="   "), 'The output "name" is empty.'),
    (output(name="../{stem}"), "can't hold / or \\"),
    (output(name="a\\b"), "can't hold / or \\"),
    (output(name="{steam}"), 'holds "{steam}"; the tokens are {stem}, {parent}, {index} and {recipe}.'),
    (output(name="{stem"), 'holds "{"; the tokens are'),
    (output(name="{{stem}}"), "the tokens are"),
    (output(name="{stem!r}"), "the tokens are"),
    (output(name="{stem.__class__}"), "the tokens are"),
    (output(name="x" * 201), "too long; 200 characters is the most."),
    (" " * 1_000_001, "too large for a recipe"),
    ("[" * 5000, "This is not a recipe"),
    ("\ud800", "This is not a recipe"),
    ('{"version": 1, "name": "\\ud800"}', "This is not a recipe"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_what_is_wrong_is_named(wrong: str, said: str) -> None:
    with pytest.raises(RecipeError) as error:
        recipe.decode(wrong)
    message = str(error.value)
    assert said in message
    assert message.isprintable()
    assert len(message) < 400
    assert message.endswith((".", "?"))
    for jargon in ("`", "$.", "msgspec", "array", "NoneType", "Traceback"):
        assert jargon not in message


def test_long_names_make_short_messages() -> None:
    for wrong in (
        steps({"step": "x" * 9000}),
        steps({"step": "gamma", "x" * 9000: 1}),
        text(**{"x" * 9000: 1}),
        output(name="{" + "x" * 150 + "}"),
        of_format(type="y" * 9000),
        output(conflict="z\n" * 900),
        of_format(type="jpeg", quality="q\n" * 900),
    ):
        with pytest.raises(RecipeError) as error:
            recipe.decode(wrong)
        assert len(str(error.value)) < 400
        assert str(error.value).isprintable()


def test_defaults_fill_in_what_is_left_out() -> None:
    least = recipe.decode('{"version": 1}')
    assert (least.steps, least.naming, least.conflict) == ((), "{stem}", "rename")
    assert least.format == codecs.FORMATS["png"]()
    assert recipe.decode(least.encode()) == least


def test_a_switched_off_step_is_kept_and_not_applied() -> None:
    found = recipe.decode(steps({"step": "invert", "enabled": False}, {"step": "flip"}))
    assert [step.enabled for step in found.steps] == [False, True]
    assert [step.tag() for step in found.active] == ["flip"]
    assert recipe.decode(found.encode()) == found
    assert found.to_json()["steps"][0] == {"step": "invert", "enabled": False}


def test_aliases_are_understood_and_written_by_their_name() -> None:
    for tag, step in catalogue().items():
        for alias in step.aliases:
            needed = {"longest": 5} if tag == "resize" else {"width": 1, "height": 1} if tag == "crop" else {}
            found = recipe.decode(steps({"step": alias, **needed}))
            assert found.to_json()["steps"][0]["step"] == tag


def test_built_in_recipes_keep_their_names_and_order() -> None:
    assert list(recipe.builtin()) == NAMES
    for name, found in recipe.builtin().items():
        assert found.description.endswith(".")
        assert recipe.load(name) == found
        assert recipe.decode(found.encode()) == found


@pytest.mark.parametrize("name", ["{stem}", "{stem}_{index}", "{parent} {recipe}", "Übersicht {stem}", "plain", "a b"])
def test_naming_templates_that_are_right(name: str) -> None:
    assert recipe.decode(output(name=name)).naming == name


def test_recipes_are_loaded_from_files(tmp_path: Path) -> None:
    path = tmp_path / "mine.slidetray"
    path.write_text(text(name="Übersicht"), encoding="utf-8")
    assert recipe.load(str(path)).name == "Übersicht"
    path.write_bytes(b"\xef\xbb\xbf" + text(name="From an editor").encode())
    assert recipe.load(str(path)).name == "From an editor"
    path.write_text(steps({"step": "gamma", "gamma": 50}))
    with pytest.raises(RecipeError, match=r"^mine\.slidetray: Step 1 \(Gamma\): "):
        recipe.load(str(path))
    with pytest.raises(
        RecipeError, match=r'There is no recipe "thumbnail"\. Give a file, or .* Did you mean "thumbnails"'
    ):
        recipe.load("thumbnail")
    with pytest.raises(RecipeError, match=r"can't be read: No such file"):
        recipe.load(str(tmp_path / "gone.slidetray"))
    with pytest.raises(RecipeError, match="can't be read"):
        recipe.load(str(tmp_path))
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(RecipeError, match=r"too large for a recipe \(1\.0 MB\)"):
        recipe.load(str(path))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
STEP_FIELDS = sorted({name for step in catalogue().values() for name in step.__struct_fields__} | {"enabled"})
STEPS = st.lists(
    st.fixed_dictionaries(
        {"step": st.sampled_from(list(catalogue())) | ANYTHING},
        optional=dict.fromkeys(STEP_FIELDS, ANYTHING),
    )
    | ANYTHING,
    max_size=3,
)
NEARLY = st.fixed_dictionaries(
    {"version": st.just(1) | ANYTHING},
    optional={
        "name": st.text(max_size=10) | ANYTHING,
        "steps": STEPS | ANYTHING,
        "output": st.fixed_dictionaries(
            {},
            optional={
                "format": st.fixed_dictionaries({"type": st.sampled_from(list(codecs.FORMATS)) | ANYTHING}) | ANYTHING,
                "name": st.text(alphabet="{}stem/\\. x", max_size=12) | ANYTHING,
                "conflict": st.sampled_from(["skip", "rename", "overwrite"]) | ANYTHING,
            },
        )
        | ANYTHING,
    },
)


@settings(max_examples=500, deadline=None)
@given(NEARLY | ANYTHING)
def test_any_json_is_a_recipe_or_is_refused_in_words(value: Any) -> None:
    accepted_or_refused(json.dumps(value))


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_bytes_are_a_recipe_or_are_refused_in_words(data: bytes | str) -> None:
    accepted_or_refused(data)


def accepted_or_refused(data: bytes | str) -> None:
    said = ""
    try:
        found = recipe.decode(data)
    except RecipeError as error:
        said = str(error)
    else:
        assert isinstance(found, Recipe)
        assert recipe.decode(found.encode()) == found
    assert said.isprintable()
    assert len(said) < 500
