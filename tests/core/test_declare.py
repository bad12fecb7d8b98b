"""Declarations: what a form needs to know, and sentences for what is wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest

from core.declare import Declared, Param, SettingsError, convert


class Sample(Declared, tag_field="step", tag="sample"):
    """What it does.

    More of it.

    Source: a book.
    """

    title = "Sample"

    amount: Annotated[float, Param(title="Amount", help="How much.", unit="px", ge=0.5, le=10, step=0.25)] = 1.0
    count: Annotated[int, Param(title="Count", gt=0)] = 3
    kind: Annotated[Literal["soft", "hard"], Param(title="Kind", when={"on": ["true"]})] = "soft"
    on: Annotated[bool, Param(title="On")] = True
    place: Annotated[int, Param(title="Place", ge=0, le=9)] | None = None
    values: Annotated[tuple[float, ...], Param(title="Values", min_length=1, max_length=3)] = (1.0,)
    label: Annotated[str, Param(title="Label")] = ""


class Needy(Declared, tag_field="step", tag="needy"):
    """Has a field without a default."""

    width: Annotated[int, Param(title="Width", ge=1, le=8)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"amount": 0.4}, '"amount" must be a number from 0.5 to 10, not 0.4'),
        ({"amount": "a"}, '"amount" must be a number from 0.5 to 10, not "a"'),
        ({"amount": None}, '"amount" must be a number from 0.5 to 10, not null'),
        ({"amount": float("nan")}, '"amount" must be a number from 0.5 to 10, not nan'),
        ({"amount": float("inf")}, '"amount" must be a number from 0.5 to 10, not inf'),
        ({"count": 0}, '"count" must be a whole number above 0, not 0'),
        ({"count": 1.5}, '"count" must be a whole number above 0, not 1.5'),
        ({"count": True}, '"count" must be a whole number above 0, not true'),
        ({"kind": "loud"}, '"kind" must be "hard" or "soft", not "loud"'),
        ({"on": 1}, '"on" must be true or false, not 1'),
        ({"place": 10}, '"place" must be a whole number from 0 to 9, not 10'),
        ({"values": []}, '"values" must be a list of 1 to 3, each a number, not []'),
        ({"values": [1, 2, 3, 4]}, '"values" must be a list of 1 to 3, each a number, not [1,2,3,4]'),
        ({"values": [1, "x"]}, '"values" must be a list of 1 to 3, each a number, not [1,"x"]'),
        ({"values": [1, float("nan")]}, '"values" must be a list of 1 to 3, each a number, not [1, nan]'),
        ({"label": 5}, '"label" must be a text, not 5'),
        ({"amuont": 5}, 'there is no setting "amuont"; it has amount, count, kind, on, place, values and label.'),
        ({"amuont": 5}, 'Did you mean "amount"?'),
        ({"step": "sample"}, 'there is no setting "step"'),
    ],
)
def test_a_wrong_setting_is_named_with_its_range(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        convert(Sample, settings)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(SettingsError, match=r'^"width" is missing$'):
        convert(Needy, {})


def test_an_endless_name_or_value_makes_a_short_message() -> None:
    for settings in ({"x" * 5000: 1}, {"amount": "y" * 5000}, {"a\nb": 1}, {"label": ["\n"] * 5000}):
        with pytest.raises(SettingsError) as error:
            convert(Sample, settings)
        assert len(str(error.value)) < 300
        assert "\n" not in str(error.value)


def test_settings_keep_only_what_differs() -> None:
    step = convert(Sample, {"amount": 2, "values": [1, 2], "on": True})
    assert {key: str(value).strip("()[]") for key, value in step.settings().items()} == {
        "amount": "2.0",
        "values": "1.0, 2.0",
    }
    assert convert(Sample, step.settings()) == step


def test_a_form_finds_everything_in_the_schema() -> None:
    row = Sample.schema()["properties"]["amount"]
    assert row == {
        "type": "number",
        "title": "Amount",
        "description": "How much.",
        "minimum": 0.5,
        "maximum": 10,
        "default": 1.0,
        "x-unit": "px",
        "x-step": 0.25,
    }
    assert Sample.schema()["properties"]["kind"]["x-when"] == {"on": ["true"]}
    assert "step" not in Sample.schema()["properties"]
    assert Sample.help() == "What it does. More of it."
    assert Sample.source() == "a book."
    assert Sample.tag() == "sample"


def test_a_declared_thing_does_not_change() -> None:
    step = convert(Sample, {})
    with pytest.raises(AttributeError):
        step.amount = 3.0  # type: ignore[misc]
    assert hash(step) == hash(convert(Sample, {}))
