"""A recipe while it is being edited, and a list of images: plain values, and what becomes of them in a file."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from core import recipe as recipes


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


def lies_in(path: str, folder: str) -> bool:
    """Whether a file is `folder` itself, or lies in it or below."""
    return path == folder or path.startswith(folder.rstrip("/" + os.sep) + os.sep)
