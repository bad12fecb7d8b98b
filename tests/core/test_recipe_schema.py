"""The JSON Schema of recipes, by which editors check and complete them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core import codecs, recipe
from core.transforms import catalogue


@pytest.mark.parametrize("name", recipe.builtin())
def test_the_schema_fits_the_built_in_recipes(name: str) -> None:
    check(recipe.builtin()[name].to_json(), recipe.schema(), "recipe")


def test_the_schema_knows_every_step_and_format() -> None:
    whole = recipe.schema()["properties"]
    kinds = whole["steps"]["items"]["oneOf"]
    assert [kind["properties"]["step"]["const"] for kind in kinds] == list(catalogue())
    types = whole["output"]["properties"]["format"]["oneOf"]
    assert [kind["properties"]["type"]["const"] for kind in types] == list(codecs.FORMATS)
    json.dumps(recipe.schema(), allow_nan=False)
    assert "$ref" not in json.dumps(recipe.schema())
    with pytest.raises(AssertionError):
        check({"version": 1, "steps": [{"step": "gamma", "gamma": 99}]}, recipe.schema(), "recipe")
    with pytest.raises(AssertionError):
        check({"version": 1, "more": 1}, recipe.schema(), "recipe")


def check(value: Any, schema: dict[str, Any], place: str) -> None:
    """The part of JSON Schema that the schema of recipes uses."""
    known = {"$schema", "title", "description", "default", "x-unit", "x-step", "x-when", "x-choices"}
    for word, rule in schema.items():
        if word in known:
            continue
        match word:
            case "const":
                assert value == rule, place
            case "enum":
                assert value in rule, place
            case "type":
                python = {"object": dict, "array": (list, tuple), "string": str, "boolean": bool, "null": type(None)}
                kind: Any = python.get(rule, int if rule == "integer" else int | float)
                assert isinstance(value, kind), place
            case "oneOf" | "anyOf":
                fits = [fitting(value, option, place) for option in rule]
                assert sum(fits) == 1 if word == "oneOf" else any(fits), place
            case "properties":
                for name, inner in rule.items():
                    if name in value:
                        check(value[name], inner, f"{place}.{name}")
            case "required":
                assert set(rule) <= set(value), place
            case "additionalProperties":
                assert rule is False
                assert set(value) <= set(schema["properties"]), place
            case "items":
                for index, item in enumerate(value):
                    check(item, rule, f"{place}[{index}]")
            case "minimum":
                assert value >= rule, place
            case "maximum":
                assert value <= rule, place
            case "minLength" | "minItems":
                assert len(value) >= rule, place
            case "maxLength" | "maxItems":
                assert len(value) <= rule, place
            case "pattern":
                assert isinstance(value, str)
            case _:
                raise AssertionError(f"say here what {word} means")


def fitting(value: Any, schema: dict[str, Any], place: str) -> bool:
    try:
        check(value, schema, place)
    except AssertionError:
        return False
    return True
