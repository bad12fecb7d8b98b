"""Steps and formats as people see them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from core import catalogue, codecs, transforms

FORMS = [("step", tag) for tag in catalogue.steps()] + [("format", tag) for tag in catalogue.formats()]


def test_every_step_and_format_is_there_in_the_order_of_the_menu() -> None:
    assert set(catalogue.steps()) == set(transforms.catalogue())
    assert set(catalogue.formats()) == set(codecs.FORMATS)
    groups = [kind.group for kind in catalogue.steps().values()]
    assert groups == sorted(groups, key=[*dict.fromkeys(groups)].index)  # a group's steps stand together
    known = [title for title in catalogue.GROUPS.values() if title in groups]
    assert [*dict.fromkeys(groups)][: len(known)] == known
    for group in set(groups):
        titles = [kind.title for kind in catalogue.steps().values() if kind.group == group]
        assert titles == sorted(titles)


@pytest.mark.parametrize(("sort", "tag"), FORMS)
def test_each_is_described_for_people(sort: catalogue.Sort, tag: str) -> None:
    kind = (catalogue.steps() if sort == "step" else catalogue.formats())[tag]
    assert kind.tag == tag
    assert kind.title[0].isupper() or not kind.title[0].isalpha()
    assert kind.help.endswith(".")
    assert kind.suffix.startswith(".") or sort == "step"
    for name, row in kind.properties.items():
        assert any("title" in part for part in (row, *row.get("anyOf", ()))), name
    # A new one can be used as it is, and so can each way to give its settings.
    assert catalogue.problem(sort, tag, kind.initial) is None
    for settings in kind.ways.values():
        assert catalogue.problem(sort, tag, settings) is None


def test_a_problem_names_the_field_by_its_title() -> None:
    found = catalogue.problem("step", "gamma", {"gamma": 99})
    assert found is not None
    assert found.field == "gamma"
    assert "Gamma" in found.text
    assert '"gamma"' not in found.text
    assert found.text.endswith(".")
    several = catalogue.problem("step", "resize", {"longest": 5, "percent": 50})
    assert several is not None
    assert several.field == ""
    assert several.text[0].isupper()
    form = catalogue.problem("format", "jpeg", {"quality": 1000})
    assert form is not None
    assert form.field == "quality"
    assert form.text == "Quality must be a whole number from 1 to 100, not 1000."


def test_a_summary_or_nothing() -> None:
    assert catalogue.summary("resize", {"longest": 256}) == "longest side 256 px"
    assert catalogue.summary("resize", {}) == ""
    assert catalogue.summary("rotate", {"angle": "much"}) == ""


def test_listing_needs_no_torch() -> None:
    code = "import sys; from core import catalogue as c; c.steps(); c.formats(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"
