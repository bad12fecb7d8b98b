"""What there is to choose from, as people see it: the steps and the output formats, described without their code.

Forms, menus, help and listings are made from this, so that a step or format is declared once, in its own file.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec

from core import codecs
from core.declare import Declared, SettingsError, convert
from core.transforms import catalogue, find

Sort = Literal["step", "format"]

GROUPS = {
    "geometry": "Geometry",
    "intensity": "Display range and intensity",
    "channels": "Channels and stacks",
    "filters": "Filters",
    "learning": "For deep learning",
}
"""The groups of steps in the order of the menu."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A step or a format that can be chosen."""

    tag: str
    title: str
    group: str
    """Title of the group in the menu; empty for formats."""
    help: str
    source: str
    measurable: bool
    """Whether measuring the result still tells something about the specimen."""
    properties: dict[str, dict[str, Any]]
    """JSON Schema of each setting, with `x-unit`, `x-step`, `x-when` and `x-choices`; see core.declare.Param."""
    initial: dict[str, Any]
    """Settings of a new one."""
    ways: dict[str, dict[str, Any]]
    """Settings of which one group is given: the group's title, and its fields with what they are at first."""
    aliases: tuple[str, ...] = ()
    suffix: str = ""


class Problem(NamedTuple):
    """Why settings can't be used: one plain sentence, and the field it is about ("" for several)."""

    text: str
    field: str


@cache
def steps() -> dict[str, Kind]:
    """All steps by tag, in the order of the menu."""
    order = [*GROUPS, *sorted({kind.group() for kind in catalogue().values()} - GROUPS.keys())]
    found = sorted(catalogue().items(), key=lambda row: (order.index(row[1].group()), row[1].title))
    return {tag: _kind(kind, GROUPS.get(kind.group(), kind.group().capitalize())) for tag, kind in found}


@cache
def formats() -> dict[str, Kind]:
    """All output formats by type."""
    return {tag: _kind(kind, "") for tag, kind in codecs.FORMATS.items()}


def _kind(declared: type[Declared], group: str) -> Kind:
    return Kind(
        tag=declared.tag(),
        title=declared.title,
        group=group,
        help=declared.help(),
        source=declared.source(),
        measurable=bool(getattr(declared, "measurable", True)),
        properties=declared.schema()["properties"],
        initial=dict(declared.initial),
        ways=dict(declared.ways),
        aliases=declared.aliases,
        suffix=str(getattr(declared, "suffix", "")),
    )


def _declared(sort: Sort, tag: str) -> type[Declared]:
    return find(tag) if sort == "step" else codecs.FORMATS[tag]


def problem(sort: Sort, tag: str, settings: dict[str, Any]) -> Problem | None:
    """Why these settings can't be used, or None when they can."""
    try:
        convert(_declared(sort, tag), settings)
    except SettingsError as error:
        text = str(error)
        # On a form the field is beside the sentence and has a title of its own.
        kind = (steps() if sort == "step" else formats())[tag]
        title = kind.properties.get(error.field, {}).get("title")
        if title:
            text = text.replace(f'"{error.field}"', title, 1)
        text = text[:1].upper() + text[1:]
        return Problem(text if text.endswith((".", "?", "!")) else text + ".", error.field)
    return None


def summary(tag: str, settings: dict[str, Any]) -> str:
    """A step's settings in a few words; empty where they can't be used."""
    try:
        return convert(find(tag), settings).summary()
    except SettingsError:
        return ""
