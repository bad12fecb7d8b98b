"""A recipe while it is being edited, and a list of images: plain values, and what becomes of them in a file."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, get_args

import msgspec

from core import catalogue
from core import recipe as recipes

LARGEST = 1 << 53
"""Larger whole numbers are no setting, and Qt's widgets can't hold them."""
HIGHEST_ID = 1_000_000_000


class StepDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A step in progress.  `id` stays the same while it is moved and changed."""

    id: int
    tag: str
    settings: dict[str, Any]
    enabled: bool = True


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe in progress."""

    name: str = "Recipe"
    description: str = ""
    steps: tuple[StepDraft, ...] = ()
    format: str = "png"
    options: dict[str, Any] = {}
    naming: str = "{stem}"
    conflict: str = "rename"


class Images(msgspec.Struct, frozen=True, kw_only=True):
    """Folders and files that were added, and single images that were taken out again (by path)."""

    inputs: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


def plain(draft: Draft, *, usable: bool = False) -> dict[str, Any]:
    """A draft as a recipe file holds it; `usable` leaves out steps that are switched off."""
    steps = []
    for step in draft.steps:
        plain = {"step": step.tag, **step.settings}
        if step.enabled:
            steps.append(plain)
        elif not usable:
            steps.append({**plain, "enabled": False})
    return {
        "version": recipes.VERSION,
        "name": draft.name,
        "description": draft.description,
        "steps": steps,
        "output": {
            "format": {"type": draft.format, **draft.options},
            "name": draft.naming,
            "conflict": draft.conflict,
        },
    }


def is_usable(draft: Draft) -> bool:
    """Whether a draft that comes from a file can be edited: one of a newer version may name what there is not."""
    ids = [step.id for step in draft.steps]
    return (
        all(step.tag in catalogue.steps() and _fits(step.settings) for step in draft.steps)
        and draft.format in catalogue.formats()
        and _fits(draft.options)
        and draft.conflict in get_args(recipes.Conflict)
        and len(ids) == len(set(ids))
        and all(0 < number < HIGHEST_ID for number in ids)
    )


def _fits(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_fits(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_fits(inner) for inner in value)
    return not isinstance(value, int) or abs(value) <= LARGEST


def lies_in(path: str, folders: Collection[str]) -> bool:
    """Whether a file is one of `folders` (a set of them, as there may be thousands), or lies in or below one."""
    above = os.path.dirname(path)
    while path not in folders:
        if above == path:
            return False
        path, above = above, os.path.dirname(above)
    return True
