"""How results are named and written, in words and by example: the same rules as a run's own."""

from __future__ import annotations

import os
from typing import Any

from core import catalogue, plan
from core import recipe as recipes
from gui.drafts import Draft

MADE_UP = "image_01.tif"
"""The image that an example is made from while there is none."""
PARTS = {
    "stem": "Name of the image",
    "parent": "Name of its folder",
    "index": "Number in the run",
    "recipe": "Name of the recipe",
}


def trouble(template: str) -> str:
    """Why a template can't be used, in a sentence; "" when it can."""
    try:
        recipes.check_naming(template)
    except recipes.RecipeError as error:
        return (
            str(error).replace('The output "name"', "The name", 1).replace("the tokens are", "in braces there can be")
        )
    return ""


def parts() -> list[tuple[str, str, str]]:
    """What a name can be made of: (as it is written, in a few words, what it means)."""
    return [
        (f"{{{token}}}", PARTS.get(token, meaning[:1].upper() + meaning[1:]), meaning)
        for token, meaning in recipes.TOKENS.items()
    ]


def example(draft: Draft, path: str = "", index: int = 0, total: int = 1) -> str:
    """The file that an image becomes when nothing is in its way; "" while the template can't be used."""
    if trouble(draft.naming):
        return ""
    stem = plan.stem_for(draft.naming, path or MADE_UP, index, plan.digits_for(total), draft.name)
    return stem + catalogue.formats()[draft.format].suffix


def folder_of(text: str, beside: str) -> str:
    """The folder that a typed text means: `~` is the home folder, a bare name lies in `beside`; "" is none."""
    text = text.strip()
    if not text:
        return ""
    text = os.path.expanduser(text)
    if not os.path.isabs(text):
        text = os.path.join(beside, text)
    return os.path.normpath(text)


def summary(tag: str, options: dict[str, Any]) -> str:
    """A format's options in a few words, "8 bit" or "Quality 90"; "" when there is nothing to tell."""
    properties = catalogue.formats()[tag].properties
    found = [
        _in_words(schema, options[name])
        for name, schema in properties.items()
        if name in options and options[name] != schema.get("default")
    ]
    first = next(iter(properties.values()), {})
    if not found and _is_number(first.get("default")):
        found.append(_in_words(first, first["default"]))
    return ", ".join(found)


def _in_words(schema: dict[str, Any], value: Any) -> str:
    title = str(schema.get("title", ""))
    if isinstance(value, bool):
        return title if value else f"not {title.lower()}"
    return f"{title} {value}" if _is_number(value) else str(schema.get("x-choices", {}).get(str(value), value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
