"""The pages of the help: written ones from resources/help, and those that are made from the steps and formats.

All are Markdown.  Nothing is read before it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from core import words

if TYPE_CHECKING:
    from core.catalogue import Kind

USE, STEPS, FORMATS = "Using Slidetray", "Steps", "Formats"
KEYBOARD = "keyboard"


class Page(NamedTuple):
    """A page of the help."""

    name: str
    section: str
    title: str
    text: str
    """Markdown; its first line is the title."""


@cache
def pages() -> tuple[Page, ...]:
    """All pages in the order of the list."""
    return (*_written(), *_groups(), _formats())


def page_of_step(tag: str) -> str:
    """The name of the page that a step is described on.

    Raises:
        KeyError: there is no such step.
    """
    from core import catalogue

    return _name(catalogue.steps()[tag].group)


def shortcuts(rows: Sequence[tuple[str, str]]) -> str:
    """A table of keys: what is done, and with which."""
    return _table(("Do this", "with"), [(plain(what), plain(keys)) for what, keys in rows]) if rows else ""


def plain(text: str) -> str:
    """Text that Markdown shows as it is; what is in backticks stays code."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([\\*_\[\]<>|#~])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def _written() -> list[Page]:
    found = []
    folder = resources.files("resources") / "help"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".md"):
            text = entry.read_text(encoding="utf-8")
            title = text.partition("\n")[0].removeprefix("# ")
            found.append(Page(entry.name[3:-3], USE, title, text))
    return found


def _groups() -> list[Page]:
    from core import catalogue

    groups: dict[str, list[Kind]] = {}
    for kind in catalogue.steps().values():
        groups.setdefault(kind.group, []).append(kind)
    return [
        Page(_name(group), STEPS, group, "\n\n".join([f"# {group}", *(_step(kind) for kind in kinds)]))
        for group, kinds in groups.items()
    ]


def _formats() -> Page:
    from core import catalogue

    parts = ["# Output formats", *(_format(kind) for kind in catalogue.formats().values())]
    return Page("formats", FORMATS, "Output formats", "\n\n".join(parts))


def _name(group: str) -> str:
    return "steps-" + re.sub(r"\W+", "-", group.lower())


def _step(kind: Kind) -> str:
    parts = [f"## {kind.title}", plain(kind.help)]
    if not kind.measurable:
        parts.append("**For display only:** don't measure brightness in the result.")
    if kind.ways:
        parts.append(f"Give one of: {words.listing((way.lower() for way in kind.ways), 'or')}.")
    parts.append(_settings(kind))
    parts.append(f"In recipe files: `{kind.tag}`. Source: {plain(words.sentence(kind.source))}")
    return "\n\n".join(part for part in parts if part)


def _format(kind: Kind) -> str:
    tail = f"Files end in `{kind.suffix}`. Source: {plain(words.sentence(kind.source))}"
    parts = [f"## {kind.title}", plain(kind.help), _settings(kind), tail]
    return "\n\n".join(part for part in parts if part)


def _settings(kind: Kind) -> str:
    given: dict[str, Any] = dict(kind.initial)
    for fields in kind.ways.values():
        given |= {name: value for name, value in fields.items() if name not in given}
    rows = []
    for name, setting in kind.properties.items():
        shape = _shape(setting)
        default = setting.get("default")
        default = given.get(name) if default is None else default
        about = [words.sentence(shape["description"])] if shape.get("description") else []
        about += _when(kind, shape)
        rows.append(
            (
                f"**{plain(_title(name, shape))}**",
                plain(_range(shape)),
                plain(_value(shape, default)),
                plain(" ".join(about)),
            )
        )
    return _table(("Setting", "Can be", "At first", ""), rows) if rows else ""


def _shape(setting: dict[str, Any]) -> dict[str, Any]:
    """A setting's own schema, whether or not it may be empty."""
    kinds = [one for one in setting.get("anyOf", []) if one.get("type") != "null"]
    return {**setting, **kinds[0]} if kinds else setting


def _title(name: str, shape: dict[str, Any]) -> str:
    return str(shape.get("title") or name.replace("_", " ").capitalize())


def _when(kind: Kind, shape: dict[str, Any]) -> list[str]:
    said = []
    for other, values in shape.get("x-when", {}).items():
        about = _shape(kind.properties[other])
        choices = words.listing((_value(about, value) for value in values), "or")
        said.append(f"Only with {_title(other, about)}: {choices}.")
    return said


def _range(shape: dict[str, Any]) -> str:
    if shape.get("type") == "boolean":
        return "on or off"
    if "enum" in shape:
        return words.listing((_value(shape, value) for value in _choices(shape)), "or")
    if shape.get("type") == "array":
        return f"up to {shape['maxItems']} numbers" if "maxItems" in shape else "numbers"
    low = shape.get("minimum", shape.get("exclusiveMinimum"))
    high = shape.get("maximum", shape.get("exclusiveMaximum"))
    number = "whole number" if shape.get("type") == "integer" else "number" if shape.get("type") == "number" else "text"
    if low is not None and high is not None:
        return _unit(shape, f"{words.number(low)} to {words.number(high)}")
    if low is not None:
        return _unit(shape, f"from {words.number(low)}")
    return _unit(shape, f"up to {words.number(high)}") if high is not None else f"any {number}"


def _choices(shape: dict[str, Any]) -> list[Any]:
    """The choices in the order of the form."""
    return [*shape["x-choices"]] if "x-choices" in shape else list(shape["enum"])


def _value(shape: dict[str, Any], value: Any) -> str:
    """A value as the form shows it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return _unit(shape, words.number(value))
    if isinstance(value, list):
        return ", ".join(words.number(one) for one in value)
    return str(shape.get("x-choices", {}).get(value, value))


def _unit(shape: dict[str, Any], text: str) -> str:
    unit = shape.get("x-unit", "")
    return f"{text}{unit}" if unit == "°" else f"{text} {unit}".rstrip()


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
