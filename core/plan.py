"""Items, a recipe and an output folder -> the names of all results, before anything is read.

Two results that some file system would take for one (case, Unicode composition) get different names whatever the
conflict policy says: that policy is about files that are there already.  A result never lies in a source's place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from core import codecs, files, words
from core.image import ImageError
from core.items import Found, Item
from core.recipe import Conflict, Recipe

PLANE = re.compile(r"^(?:_t\d+)?(?:_z\d+)?(?:_c\d+)?$")


class PlanError(ValueError):
    """Nothing can be run; the message is one plain sentence."""


class Job(msgspec.Struct, frozen=True):
    """One item with the place of its result.  `target` is the result's path; a result of several planes adds to it."""

    index: int
    item: Item
    target: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run will do."""

    jobs: list[Job]
    skipped: list[tuple[Item, str]]
    """Items left alone, and why."""
    collisions: list[str]
    """Results that had to be named apart, one sentence each."""
    folder: str
    conflict: Conflict
    found: Found

    @property
    def total(self) -> int:
        """Items in the run."""
        return len(self.jobs) + len(self.skipped)


def make(recipe: Recipe, found: Found, folder: str | Path, conflict: Conflict | None = None) -> Plan:
    """Decide the name of every result.  Reads folders, and no pixels.

    Raises:
        PlanError: there are no images, or the output would lie in a source.
    """
    output = Path(os.path.abspath(folder))
    policy: Conflict = conflict or recipe.conflict
    if not found.items:
        left = found.summary()
        raise PlanError("No images were found" + (f": {left}." if left else "."))
    _refuse_inside(output, found)
    if output.exists() and not output.is_dir():
        raise PlanError(f"The output folder {output} is a file.")
    namer = _Namer(recipe, output, policy, found)
    digits = max(3, len(str(len(found.items))))
    for index, item in enumerate(found.items):
        namer.add(index, item, digits)
    return Plan(
        jobs=namer.jobs,
        skipped=namer.skipped,
        collisions=namer.collisions,
        folder=str(output),
        conflict=policy,
        found=found,
    )


def _refuse_inside(output: Path, found: Found) -> None:
    real = Path(os.path.realpath(output))
    for root in found.roots:
        if real == Path(root) or Path(root) in real.parents or _same(real, root):
            raise PlanError(
                f"The output folder {output} lies in the source folder {root}, and sources are never changed. "
                "Choose a folder beside it."
            )


def _same(path: Path, other: str) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


class _Namer:
    """Gives names out, each once."""

    def __init__(self, recipe: Recipe, output: Path, policy: Conflict, found: Found) -> None:
        self.recipe = recipe
        self.output = output
        self.policy = policy
        self.jobs: list[Job] = []
        self.skipped: list[tuple[Item, str]] = []
        self.collisions: list[str] = []
        self.taken: dict[str, set[str]] = {}
        self.there: dict[str, set[str]] = {}
        self.roots = found.roots
        self.sources: set[str] = set()
        if policy == "overwrite":
            self.sources = {os.path.realpath(s.path) for item in found.items for s in item.sources}
        self.many = {} if recipe.format.many_planes else _stacks(found.items)

    def add(self, index: int, item: Item, digits: int) -> None:
        folder = os.path.join(self.output, item.folder) if item.folder else str(self.output)
        there = self._existing(folder)
        taken = self.taken.setdefault(folder, set())
        stem = self._stem(index, item, digits)
        suffix = self.recipe.format.suffix
        wanted = f"{stem}{suffix}"
        name = self._free(wanted, taken, self._planes_of_others(item))
        if name != wanted:
            self.collisions.append(f"{item.key} becomes {name}, because another image becomes {wanted}.")
        key = files.same_name_key(name)
        if key in there and self.policy == "skip":
            taken.add(key)
            self.skipped.append((item, f"{name} is already in the output folder."))
            return
        if key in there and self.policy == "rename":
            name = self._free(name, taken, there)
        if self.policy == "overwrite" and os.path.realpath(os.path.join(folder, name)) in self.sources:
            raise PlanError(
                f"{os.path.join(folder, name)} is one of the sources, and sources are never replaced. "
                "Choose another folder."
            )
        taken.add(files.same_name_key(name))
        self.jobs.append(Job(index, item, os.path.join(folder, name)))

    def _stem(self, index: int, item: Item, digits: int) -> str:
        place, name = os.path.split(item.sources[0].path)
        stem = os.path.splitext(name)[0]
        values = {
            "stem": stem,
            "parent": os.path.basename(place),
            "index": f"{index + 1:0{digits}}",
            "recipe": self.recipe.name,
        }
        # One pass over the template: a file called "{index}.png" must not be expanded again.
        return files.clean_name(re.sub(r"\{(\w+)\}", lambda m: values[m[1]], self.recipe.naming))

    def _existing(self, folder: str) -> set[str]:
        if folder not in self.there:
            try:
                names = {files.same_name_key(entry.name) for entry in os.scandir(folder)}
            except FileNotFoundError:
                names = set()
            except OSError as error:
                raise PlanError(f"The output folder {folder} can't be used: {error.strerror}.") from None
            real = Path(os.path.realpath(folder))
            if any(real == Path(root) or Path(root) in real.parents for root in self.roots):
                raise PlanError(f"The output folder {folder} is a link into a source, and sources are never changed.")
            self.there[folder] = names
        return self.there[folder]

    def _free(self, name: str, *used: set[str]) -> str:
        stem, suffix = os.path.splitext(name)
        number = 2
        while any(files.same_name_key(name) in names for names in used):
            tail = f" ({number})"
            name = files.shorten(stem, 235 - len(tail) - len(suffix)) + tail + suffix
            number += 1
        return name

    def _planes_of_others(self, item: Item) -> set[str]:
        """Names of planes that another item, a stack, will write and that look like this item's name."""
        found: set[str] = set()
        place, name = os.path.split(item.sources[0].path)
        stem = os.path.splitext(name)[0]
        for cut in (i for i, letter in enumerate(stem) if letter == "_" and i):
            stack = self.many.get((place, stem[:cut]))
            if stack is None or stack.key == item.key or not PLANE.match(stem[cut:]):
                continue
            try:
                planes = codecs.probe(stack.path).planes
            except (ImageError, OSError):
                continue
            if planes > 1:
                found.add(files.same_name_key(f"{stem}{self.recipe.format.suffix}"))
        return found


def _stacks(items: Sequence[Item]) -> dict[tuple[str, str], Item]:
    """Items whose files can hold several planes, by folder and stem."""
    suffixes = {s for codec in codecs.CODECS if codec.many_planes for s in codec.suffixes}
    found = {}
    for item in items:
        place, name = os.path.split(item.sources[0].path)
        stem, suffix = os.path.splitext(name)
        if suffix.lower() in suffixes:
            found[place, stem] = item
    return found


def plane_targets(target: str, t: int, z: int, channels: int) -> list[str]:
    """The names of a result whose format holds one picture a file: `_t001_z001_c1` before the suffix.

    An axis of length 1 is not named, and three colours are one picture (`channels` is then 1).
    """
    stem, suffix = os.path.splitext(target)
    names = []
    for frame in range(t):
        for plane in range(z):
            for channel in range(channels):
                tail = f"_t{frame + 1:03}" if t > 1 else ""
                tail += f"_z{plane + 1:03}" if z > 1 else ""
                tail += f"_c{channel + 1}" if channels > 1 else ""
                names.append(f"{stem}{tail}{suffix}")
    return names


def describe(plan: Plan) -> str:
    """The plan in a sentence: "384 images, 12 files left out (no images)"."""
    left = plan.found.summary()
    return words.count(plan.total, "image") + (f"; {left}" if left else "")
