"""Recipes: versioned JSON (`.slidetray`), decoded step by step so that an error names its step, field and range.

    {"version": 1, "name": "Thumbnails", "description": "...",
     "steps": [{"step": "resize", "longest": 256}],
     "output": {"format": {"type": "jpeg", "quality": 90}, "name": "{stem}", "conflict": "rename"}}

A step that is switched off carries `"enabled": false`.
"""

from __future__ import annotations

import errno
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from core import codecs, words
from core.codecs import Format
from core.declare import SettingsError, convert
from core.transform import ScopedStep, Transform
from core.transforms import catalogue, find

VERSION = 1
SUFFIX = ".slidetray"
LARGEST = 1_000_000  # bytes of a recipe file
MOST_STEPS = 200
Conflict = Literal["skip", "rename", "overwrite"]
TOKENS = {
    "stem": "the source's name without its ending",
    "parent": "the name of the source's folder",
    "index": "the item's number in the run, with leading zeros",
    "recipe": "the recipe's name",
}


KINDS = {"int": "a whole number", "str": "a text", "array": "a list", "object": "an object in braces"}


class RecipeError(ValueError):
    """A recipe can't be used; the message is one plain sentence."""


class RecipeStep(msgspec.Struct, frozen=True):
    """A step in its place."""

    transform: Transform
    enabled: bool = True


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """A chain of steps and how its results are written."""

    name: str
    description: str = ""
    steps: tuple[RecipeStep, ...] = ()
    format: Format
    naming: str = "{stem}"
    conflict: Conflict = "rename"

    @property
    def active(self) -> tuple[Transform, ...]:
        """The steps that are switched on."""
        return tuple(step.transform for step in self.steps if step.enabled)

    @property
    def passes(self) -> tuple[int, ...]:
        """Positions in `active` of the steps that need statistics of all images first."""
        return tuple(i for i, s in enumerate(self.active) if isinstance(s, ScopedStep) and s.measures_all())

    def to_json(self) -> dict[str, Any]:
        """The recipe as plain objects, settings at their defaults left out."""
        steps = []
        for step in self.steps:
            plain: dict[str, Any] = {"step": step.transform.tag(), **step.transform.settings()}
            steps.append(plain if step.enabled else {**plain, "enabled": False})
        return {
            "version": VERSION,
            "name": self.name,
            "description": self.description,
            "steps": steps,
            "output": {
                "format": {"type": self.format.tag(), **self.format.settings()},
                "name": self.naming,
                "conflict": self.conflict,
            },
        }

    def encode(self) -> bytes:
        """The recipe as JSON."""
        return msgspec.json.encode(self.to_json())


class _Output(msgspec.Struct, forbid_unknown_fields=True):
    format: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "png"})
    name: str = "{stem}"
    conflict: str = "rename"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    name: str = "Recipe"
    description: str = ""
    steps: list[dict[str, Any]] = []
    output: _Output = msgspec.field(default_factory=_Output)


def decode(data: bytes | str) -> Recipe:
    """A recipe from its JSON.

    Raises:
        RecipeError: it is not JSON, is of a newer version, or a step, setting or option is not right.
    """
    if len(data) > LARGEST:
        raise RecipeError(f"This file is too large for a recipe ({words.size(len(data))}).")
    # Editors on Windows put a mark in front.
    data = data.removeprefix(b"\xef\xbb\xbf") if isinstance(data, bytes) else data.removeprefix("\ufeff")
    try:
        version = msgspec.json.decode(data, type=dict[str, Any]).get("version")
        if isinstance(version, int) and version > VERSION:
            raise RecipeError(
                f"This recipe was made by a newer Slidetray (version {words.one_line(version, 20)}). Update Slidetray."
            )
        file = msgspec.json.decode(data, type=_File)
    except msgspec.ValidationError as error:
        raise RecipeError(_top_level(error)) from None
    except UnicodeError:
        raise RecipeError("This is not a recipe: it is not a text in UTF-8.") from None
    except RecursionError:
        raise RecipeError("This is not a recipe: too many braces stand in one another.") from None
    except msgspec.DecodeError as error:
        raise RecipeError(f"This is not a recipe: {words.one_line(error, 120)}.") from None
    if file.version != VERSION:
        raise RecipeError(f"There is no recipe version {file.version}; this Slidetray reads version {VERSION}.")
    if len(file.steps) > MOST_STEPS:
        raise RecipeError(f"The recipe has {len(file.steps)} steps; {MOST_STEPS} is the most.")
    if not file.name.strip():
        raise RecipeError('The recipe\'s "name" is empty.')
    if file.output.conflict not in get_args(Conflict):
        known = words.listing([f'"{c}"' for c in get_args(Conflict)], "or")
        raise RecipeError(f'"conflict" must be {known}, not "{words.one_line(file.output.conflict, 40)}".')
    check_naming(file.output.name)
    try:
        format_ = codecs.format_from(file.output.format)
    except SettingsError as error:
        raise RecipeError(str(error)) from None
    return Recipe(
        name=file.name,
        description=file.description,
        steps=tuple(_step(number, plain) for number, plain in enumerate(file.steps, 1)),
        format=format_,
        naming=file.output.name,
        conflict=file.output.conflict,  # type: ignore[arg-type]  # looked up in the Literal above
    )


def _top_level(error: msgspec.ValidationError) -> str:
    text = str(error)
    if "missing required field `version`" in text:
        return 'This is not a recipe: it has no "version".'
    unknown = re.search(r"unknown field `([^`]*)`(?: - at `\$\.(\w+)`)?", text)
    if unknown:
        place = f'"{unknown[2]}"' if unknown[2] else "a recipe"
        known = list((_Output if unknown[2] else _File).__struct_fields__)
        name = words.one_line(unknown[1], 60)
        return f'There is no field "{name}" in {place}.{words.nearest(name, known)}'
    wanted = re.match(r"Expected `(\w+)`.*? - at `\$\.([\w.]+)(\[)?", text)
    if not wanted:
        return "This is not a recipe: a recipe is an object in braces."
    name = wanted[2].rpartition(".")[2]
    if wanted[3]:
        return f'Each of the "{name}" must be {KINDS.get(wanted[1], "of another kind")}.'
    return f'The recipe\'s "{name}" must be {KINDS.get(wanted[1], "of another kind")}.'


def _step(number: int, plain: dict[str, Any]) -> RecipeStep:
    settings = dict(plain)
    tag = settings.pop("step", None)
    enabled = settings.pop("enabled", True)
    if not isinstance(tag, str):
        raise RecipeError(f'Step {number} has no "step", the name of what it does.')
    if not isinstance(enabled, bool):
        raise RecipeError(f'Step {number}: "enabled" must be true or false.')
    try:
        kind = find(tag)
    except SettingsError as error:
        raise RecipeError(f"Step {number}: {error}") from None
    try:
        return RecipeStep(convert(kind, settings), enabled)
    except SettingsError as error:
        raise RecipeError(words.sentence(f"Step {number} ({kind.title}): {error}")) from None


def check_naming(template: str) -> None:
    """Refuse a naming template that has an unknown token or could leave the output folder.

    Raises:
        RecipeError: says which token, and what there is.
    """
    known = words.listing([f"{{{token}}}" for token in TOKENS])
    if "/" in template or "\\" in template:
        raise RecipeError('The output "name" can\'t hold / or \\: folders are kept as they are.')
    rest = re.sub(r"\{(\w+)\}", lambda m: "" if m[1] in TOKENS else m[0], template)
    wrong = re.search(r"\{[^{}]*\}|[{}]", rest)
    if wrong:
        raise RecipeError(f'The output "name" holds "{words.one_line(wrong[0], 40)}"; the tokens are {known}.')
    if not template.strip():
        raise RecipeError('The output "name" is empty.')
    if len(template) > 200:
        raise RecipeError('The output "name" is too long; 200 characters is the most.')


@cache
def builtin() -> dict[str, Recipe]:
    """The built-in recipes by the names that the command line knows, in the order of the chooser."""
    folder = resources.files("resources") / "recipes"
    found = {
        entry.name.removesuffix(SUFFIX): decode(entry.read_bytes())
        for entry in folder.iterdir()
        if entry.name.endswith(SUFFIX)
    }
    order = (
        "quick-look", "microscopy-8bit", "thumbnails", "web",
        "convert-tiff", "convert-png", "tensors-256", "imagenet-224",
    )  # fmt: skip
    return {name: found[name] for name in (*order, *sorted(found.keys() - set(order)))}


def load(name: str) -> Recipe:
    """A built-in recipe by name, or one from a file.

    Raises:
        RecipeError: there is no such recipe, or the file is not right.
    """
    if name in builtin():
        return builtin()[name]
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST:
            raise RecipeError(f"{name} is too large for a recipe ({words.size(path.stat().st_size)}).")
        data = path.read_bytes()
    except OSError as error:
        if path.suffix or error.errno != errno.ENOENT:
            raise RecipeError(f"The recipe {name} can't be read: {error.strerror or error}.") from None
        known = words.listing(builtin(), "or")
        raise RecipeError(
            f'There is no recipe "{name}". Give a file, or {known}.{words.nearest(name, [*builtin()])}'
        ) from None
    try:
        return decode(data)
    except RecipeError as error:
        raise RecipeError(f"{path.name}: {error}") from None


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a recipe."""

    def tagged(field: str, kinds: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for tag, kind in kinds.items():
            plain = kind.schema()
            extra = {"enabled": {"type": "boolean", "default": True}} if field == "step" else {}
            properties = {field: {"const": tag}, **plain["properties"], **extra}
            needed = [f.encode_name for f in msgspec.structs.fields(kind) if f.required]
            rows.append(
                {
                    "title": kind.title,
                    "description": kind.help(),
                    "type": "object",
                    "properties": properties,
                    "required": [field, *needed],
                    "additionalProperties": False,
                }
            )
        return rows

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Slidetray recipe",
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "name": {"type": "string", "minLength": 1},
            "description": {"type": "string"},
            "steps": {
                "type": "array",
                "maxItems": MOST_STEPS,
                "items": {"oneOf": tagged("step", dict(catalogue()))},
            },
            "output": {
                "type": "object",
                "properties": {
                    "format": {"oneOf": tagged("type", dict(codecs.FORMATS))},
                    "name": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^/\\]+$"},
                    "conflict": {"enum": list(get_args(Conflict))},
                },
                "additionalProperties": False,
            },
        },
        "required": ["version"],
        "additionalProperties": False,
    }
