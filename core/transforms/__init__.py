"""The steps.  A step is found by lying here: `core/transforms/<group>/<name>.py`, one class derived from Transform."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from core import words
from core.declare import SettingsError
from core.transform import Transform


@cache
def catalogue() -> dict[str, type[Transform]]:
    """Every step by its tag, sorted by group and title.

    Imports no torch: steps import it when they are applied.
    """
    found: list[type[Transform]] = []
    for group in pkgutil.iter_modules(__path__, __name__ + "."):
        package = importlib.import_module(group.name)
        for entry in pkgutil.iter_modules(package.__path__, group.name + "."):
            module = importlib.import_module(entry.name)
            found += [
                value
                for value in vars(module).values()
                if isinstance(value, type) and issubclass(value, Transform) and value.__module__ == entry.name
            ]
    found.sort(key=lambda step: (step.group(), step.title))
    return {step.tag(): step for step in found}


def find(name: str) -> type[Transform]:
    """The step of this tag or alias.

    Raises:
        SettingsError: there is none.
    """
    steps = catalogue()
    if name in steps:
        return steps[name]
    for step in steps.values():
        if name in step.aliases:
            return step
    raise SettingsError(f'There is no step "{words.one_line(name, 60)}".{words.nearest(name, list(steps))}')
