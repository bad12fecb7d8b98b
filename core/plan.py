"""Items, a recipe and an output folder -> the names of all results, before anything is read.

Two results that some file system would take for one (case, Unicode composition) get different names whatever the
conflict policy says: that policy is about files that are there already.  A result never lies in a source's place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

import msgspec

from core import codecs, files, system, words
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
    remarks: list[str] = []
    """What happens to results that are there already, in words."""

    @property
    def total(self) -> int:
        """Items in the run."""
        return len(self.jobs) + len(self.skipped)


def make(
    recipe: Recipe,
    found: Found,
    folder: str | Path,
    conflict: Conflict | None = None,
    only: Collection[str] = (),
) -> Plan:
    """Decide the name of every result.  Reads folders, and headers only of stacks whose planes might meet a name.

    Args:
        recipe: Says how results are named.
        found: All images of the set.
        folder: The output folder.
        conflict: What happens to results that are there already; the recipe's policy by default.
        only: Paths of the images to be made, under the names that they have among all; empty: all.

    Raises:
        PlanError: there are no images, or the output would lie in a source.
    """
    output = os.path.abspath(folder)
    policy: Conflict = conflict or recipe.conflict
    if files.text_of(output) != output:
        raise PlanError("The output folder's name is not valid text. Choose another folder.")
    if not found.items:
        left = found.summary()
        raise PlanError("No images were found" + (f": {left}." if left else "."))
    _refuse_inside(output, found)
    if os.path.exists(output) and not os.path.isdir(output):
        raise PlanError(f"The output folder {output} is a file.")
    namer = _Namer(recipe, output, policy, found)
    digits = digits_for(len(found.items))
    wanted = [namer.wanted(index, item, digits) for index, item in enumerate(found.items)]
    for place, name in wanted:
        namer.expect(place, name)
    for index, (item, (place, name)) in enumerate(zip(found.items, wanted, strict=True)):
        if not only or item.sources[0].path in only:
            namer.add(index, item, place, name)
    if not namer.jobs and not namer.skipped:
        raise PlanError("The images to be made again are not there any more.")
    return Plan(
        jobs=namer.jobs,
        skipped=namer.skipped,
        collisions=namer.collisions,
        folder=output,
        conflict=policy,
        found=found,
        remarks=namer.remarks(),
    )


def digits_for(total: int) -> int:
    """How many digits {index} has in a run of `total` items."""
    return max(3, len(str(total)))


def stem_for(naming: str, source: str, index: int, digits: int, recipe_name: str) -> str:
    """The name of a result without its ending, when nothing is in its way.

    Args:
        naming: A template that `recipe.check_naming` accepts.
        source: Path of the item's first source.
        index: The item's place in the run, from 0.
        digits: Digits of {index}; see `digits_for`.
        recipe_name: The recipe's name.
    """
    place, name = os.path.split(source)
    values = {
        "stem": os.path.splitext(name)[0],
        "parent": os.path.basename(place),
        "index": f"{index + 1:0{digits}}",
        "recipe": recipe_name,
    }
    # One pass over the template: a file called "{index}.png" must not be expanded again.
    return files.clean_name(re.sub(r"\{(\w+)\}", lambda m: values[m[1]], naming))


def _refuse_inside(output: str, found: Found) -> None:
    real = Path(os.path.realpath(output))
    for root in found.roots:
        # By identity as well as by name: some file systems do not tell A from a.
        if any(place == Path(root) or _same(place, root) for place in (real, *real.parents)):
            raise PlanError(
                f"The output folder {output} lies in the source folder {files.text_of(root)}, "
                "and sources are never changed. Choose a folder beside it."
            )


def _same(path: Path, other: str) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


class _Folder:
    """What is known of the names in one output folder, all of them as keys that do not depend on the file system."""

    def __init__(self, there: set[str]) -> None:
        self.there = there
        self.taken: set[str] = set()
        self.last: dict[str, int] = {}
        """The highest number that was put behind a name."""
        self.stacks: set[str] = set()
        """Stems that a stack must have for its planes to meet a name that is there or wanted."""
        for name in there:
            self.expect(name)

    def expect(self, key: str) -> None:
        stem = os.path.splitext(key)[0]
        self.stacks |= {stem[:cut] for cut in range(1, len(stem)) if stem[cut] == "_" and PLANE.match(stem[cut:])}


class _Namer:
    """Gives names out, each once."""

    def __init__(self, recipe: Recipe, output: str, policy: Conflict, found: Found) -> None:
        self.recipe = recipe
        self.output = output
        self.policy = policy
        self.jobs: list[Job] = []
        self.skipped: list[tuple[Item, str]] = []
        self.collisions: list[str] = []
        self.numbered = self.replaced = 0
        self.folders: dict[str, _Folder] = {}
        self.roots = found.roots
        self.sources: set[str] = set()
        if policy == "overwrite":
            real = (os.path.realpath(files.path_of(s.path)) for item in found.items for s in item.sources)
            self.sources = {files.same_name_key(path) for path in real}

    def wanted(self, index: int, item: Item, digits: int) -> tuple[str, str]:
        """(output folder, file name) of an item when nothing is in its way."""
        stem = stem_for(self.recipe.naming, item.sources[0].path, index, digits, self.recipe.name)
        folder = os.path.join(self.output, item.folder) if item.folder else self.output
        return folder, f"{stem}{self.recipe.format.suffix}"

    def expect(self, place: str, name: str) -> None:
        """Take note of a name that an item wants."""
        self._folder(place).expect(files.same_name_key(name))

    def add(self, index: int, item: Item, place: str, wanted: str) -> None:
        """Find the item's names, or the reason to leave it alone."""
        folder = self._folder(place)
        shape = self._planes(item, folder, wanted)
        name = self._free(wanted, shape, folder, folder.taken)
        if name != wanted:
            self.collisions.append(f"{item.key} becomes {name}, because another image becomes {wanted}.")
        keys = _keys(name, shape)
        if self.policy == "skip" and keys <= folder.there:
            folder.taken |= keys
            self.skipped.append((item, f"{name} is already in the output folder."))
            return
        if self.policy == "rename":
            free = self._free(name, shape, folder, folder.taken, folder.there)
            self.numbered += free != name
            name = free
        if self.policy == "overwrite":
            self.replaced += bool(keys & folder.there)
            for target in plane_targets(os.path.join(place, name), *shape):
                if files.same_name_key(os.path.realpath(target)) in self.sources:
                    raise PlanError(
                        f"{target} is one of the sources, and sources are never replaced. Choose another folder."
                    )
        folder.taken |= _keys(name, shape)
        self.jobs.append(Job(index, item, os.path.join(place, name)))

    def _folder(self, place: str) -> _Folder:
        key = files.same_name_key(place)
        if key not in self.folders:
            try:
                names = {files.same_name_key(entry.name) for entry in os.scandir(place)}
            except FileNotFoundError:
                names = set()
            except OSError as error:
                raise PlanError(f"The output folder {place} can't be used: {error.strerror}.") from None
            real = Path(os.path.realpath(place))
            if any(real == Path(root) or Path(root) in real.parents for root in self.roots):
                raise PlanError(f"The output folder {place} is a link into a source, and sources are never changed.")
            self.folders[key] = _Folder(names)
        return self.folders[key]

    def _planes(self, item: Item, folder: _Folder, wanted: str) -> tuple[int, int, int]:
        """(T, Z, channels) files that an item becomes, looked up only where it matters for names."""
        key = files.same_name_key(wanted)
        matters = os.path.splitext(key)[0] in folder.stacks or key in folder.taken or key in folder.there
        if self.recipe.format.many_planes or not matters:
            return 1, 1, 1
        try:
            outline = codecs.probe(item.path)
            for step in self.recipe.active:
                outline = step.outline(outline)
        except (ImageError, OSError):
            return 1, 1, 1  # it will fail, and make no file
        return outline.t, outline.z, outline.files_a_plane

    def _free(self, name: str, shape: tuple[int, int, int], folder: _Folder, *used: set[str]) -> str:
        stem, suffix = os.path.splitext(name)
        key = files.same_name_key(name)
        number = folder.last.get(key, 1)
        while any(_keys(name, shape) & names for names in used):
            number += 1
            tail = f" ({number})"
            name = files.shorten(stem, system.LONGEST_NAME - len(tail) - len(suffix)) + tail + suffix
        if number > 1:
            folder.last[key] = number
        return name

    def remarks(self) -> list[str]:
        """What happens to results that are there already."""
        found = []
        if self.numbered:
            found.append(f"{words.count(self.numbered, 'result')} there already: the new ones get a number")
        if self.replaced:
            found.append(f"{words.count(self.replaced, 'result')} there already and replaced")
        if self.policy == "skip" and self.skipped and "{index}" in self.recipe.naming:
            found.append("names with {index} change when images are added: skipping by name may miss some")
        return found


def _keys(name: str, shape: tuple[int, int, int]) -> set[str]:
    return {files.same_name_key(target) for target in plane_targets(name, *shape)}


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
