"""From what the user named to items: the images that a run counts, one file each for now.

Folders are walked to the bottom.  Links to files are followed; links to folders too, each real folder once, so that
loops end.  Hidden files and folders are left out.  A file is an image when its suffix says so, or else its content.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from core import codecs, files, system, words

PROGRESS_EVERY = 1000  # files
_DIGITS = re.compile(r"([0-9]{1,100})")


# Endings of what laboratories have and Slidetray does not read yet: told of by name, not as "no images".
FOREIGN = frozenset(
    f".{ending}"
    for ending in (
        *("czi", "lif", "nd2", "oib", "oif", "vsi", "ims", "zvi", "dv", "svs", "ndpi", "mrxs", "scn", "mrc", "fits"),
        *("dcm", "heic", "heif", "avif", "jp2", "jxl", "cr2", "cr3", "nef", "arw", "dng", "raf", "orf", "rw2"),
        *("pbm", "pgm", "ppm", "npy"),
    )
)


class Source(msgspec.Struct, frozen=True):
    """Where pixels come from: a file, and the series within it."""

    path: str
    series: int = 0


class Item(msgspec.Struct, frozen=True):
    """One image to be made, from one or more sources.

    `key` names it within a run; `folder` is where its results lie under the output folder, "" for the top.
    """

    key: str
    sources: tuple[Source, ...]
    folder: str
    size: int
    """Bytes of its sources."""
    root: int = 0
    """Which of the inputs it was found by."""

    @property
    def path(self) -> Path:
        """The first source's file, ready to be opened."""
        return Path(files.path_of(self.sources[0].path))


class Found(msgspec.Struct):
    """What a scan found, and what it left out."""

    items: list[Item] = []
    roots: list[str] = []
    """The folders that sources lie in, as real paths: those that were named, and those that links lead to."""
    other: int = 0
    """Files that are no images by suffix and content."""
    foreign: dict[str, int] = {}
    """Image files that can't be read yet, by their ending."""
    links: int = 0
    """Links to, and further mentions of, files that are taken already."""
    hidden: int = 0
    problems: list[str] = []
    """Files that could not be looked into, a few words each."""

    def summary(self) -> str:
        """What was left out, in words; empty when nothing was."""
        parts = []
        if self.other:
            parts.append(f"{words.count(self.other, 'file')} left out (no images)")
        if self.foreign:
            kinds = words.listing(f"{count} {suffix}" for suffix, count in sorted(self.foreign.items()))
            parts.append(f"microscope and camera files left out that can't be read yet ({kinds})")
        if self.links:
            parts.append(f"{words.count(self.links, 'link')} left out to files that are taken already")
        if self.hidden:
            parts.append(f"{words.count(self.hidden, 'hidden file or folder', 'hidden files and folders')} left out")
        return "; ".join([*parts, *self.problems])


class InputError(ValueError):
    """An input can't be used; the message is one plain sentence."""


def natural(text: str) -> list[tuple[int, int | str]]:
    """A sort key in which "image 2" comes before "image 10"."""
    parts = _DIGITS.split(text.casefold())
    return [(0, int(p)) if p[0] in "0123456789" else (1, p) for p in parts if p]


def scan(inputs: Sequence[str | Path], progress: Callable[[int], None] | None = None) -> Found:
    """Find the items in files and folders, in natural order, each file once.

    Args:
        inputs: Folders and files.
        progress: Called now and then with the number of files looked at; what it raises ends the scan.

    Raises:
        InputError: an input is not there or can't be read.
    """
    found = Found()
    tops = _tops(inputs)
    seen: set[str] = set()
    rows: list[tuple[Path, list[_Row]]] = []
    looked = 0
    for top in tops:
        if _is_there(top, "is_dir"):
            found.roots.append(str(top.resolve()))
            entries = _walk(top, found)
        elif _is_there(top, "exists"):
            entries = iter([_Entry(os.path.abspath(top), top.name, "", os.path.realpath(top))])
        else:
            raise InputError(f"{files.text_of(str(top))} is not there. Check the name.")
        kept = []
        for entry in entries:
            row = _row(entry, seen, found)
            if row:
                kept.append(row)
            looked += 1
            if progress and looked % PROGRESS_EVERY == 0:
                progress(looked)
        kept.sort(key=_order)
        rows.append((top, kept))
    prefixes = _prefixes([(top, kept) for top, kept in rows if top.is_dir()])
    for root, (top, kept) in enumerate(rows):
        prefix = prefixes.get(top, "")
        for row in kept:
            folder = "/".join(part for part in (prefix, row.inner) if part)
            key = f"{folder}/{row.name}" if folder else row.name
            found.items.append(
                Item(files.text_of(key), (Source(files.text_of(row.path)),), files.text_of(folder), row.size, root)
            )
    _make_unique(found)
    return found


class _Entry(NamedTuple):
    path: str
    name: str
    inner: str
    real: str
    readable: bool = True
    """False: a folder that can't be read, which is told of as an item that fails."""


class _Row(NamedTuple):
    path: str
    name: str
    inner: str
    size: int


def _order(row: _Row) -> tuple[list[list[tuple[int, int | str]]], list[tuple[int, int | str]], str]:
    """A folder's own files, then its folders, each in natural order."""
    return _folder_order(row.inner), natural(row.name), row.name


@lru_cache(maxsize=1024)
def _folder_order(inner: str) -> list[list[tuple[int, int | str]]]:
    return [natural(part) for part in inner.split("/") if part]


def _row(entry: _Entry, seen: set[str], found: Found) -> _Row | None:
    """The file as a row of the scan, or None when it is counted as something else."""
    path, name, inner, real, readable = entry
    if not readable:
        return _Row(path, name, inner, 0)
    claims = codecs.claims(name)
    if real in seen:
        found.links += os.path.islink(path)
        return None
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return None  # a device or pipe would block its reader for ever, whatever its name
        if not claims and codecs.recognise(Path(path)) is None:
            suffix = os.path.splitext(name)[1].lower()
            if suffix in FOREIGN:
                found.foreign[suffix] = found.foreign.get(suffix, 0) + 1
            else:
                found.other += 1
            return None
        size = status.st_size
    except OSError as error:
        if not claims:
            found.problems.append(f"{files.text_of(name)} can't be read ({error.strerror})")
            return None
        size = 0  # it claims to be an image: let it fail by name
    seen.add(real)
    return _Row(path, name, inner, size)


def _make_unique(found: Found) -> None:
    """Two single files of one name from different folders get keys of their own."""
    seen: set[str] = set()
    for index, item in enumerate(found.items):
        key = item.key
        if key in seen:
            key = item.sources[0].path
            found.items[index] = msgspec.structs.replace(item, key=key)
        seen.add(key)


def _tops(inputs: Sequence[str | Path]) -> list[Path]:
    tops: list[Path] = []
    for given in inputs:
        path = Path(given)
        if not os.path.lexists(path):
            path = Path(files.path_of(str(given)))  # from a window or another program, which hold it as text
        if not any(path.absolute() == top.absolute() for top in tops):
            tops.append(path)
    return tops


def _is_there(path: Path, question: str) -> bool:
    try:
        return bool(getattr(path, question)())
    except OSError as error:
        raise InputError(f"{words.one_line(path, 120)} can't be read: {error.strerror}.") from None


def _prefixes(rows: Sequence[tuple[Path, list[_Row]]]) -> dict[Path, str]:
    """Folder names to put in front of the folders in which equal inner paths occur."""
    owners: dict[str, set[Path]] = {}
    for top, kept in rows:
        for row in kept:
            owners.setdefault(files.same_name_key(f"{row.inner}/{row.name}"), set()).add(top)
    shared = {top for tops in owners.values() if len(tops) > 1 for top in tops}
    prefixes: dict[Path, str] = {}
    used: set[str] = set()
    for top, _ in rows:
        if top not in shared:
            continue
        base = top.resolve().name or "folder"
        name, number = base, 2
        while name.casefold() in used:
            name, number = f"{base} ({number})", number + 1
        used.add(name.casefold())
        prefixes[top] = name
    return prefixes


def _walk(top: Path, found: Found) -> Iterator[_Entry]:
    """Every visible file, with its folder under `top` (forward slashes) and its real path; each real folder once."""
    visited = {os.path.realpath(top)}
    waiting = [(os.path.abspath(top), "", os.path.realpath(top))]
    while waiting:
        folder, inner, real_folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if not inner:
                raise InputError(f"The folder {files.text_of(folder)} can't be read: {error.strerror}.") from None
            yield _Entry(folder, os.path.basename(folder), inner.rpartition("/")[0], real_folder, readable=False)
            continue
        for entry in entries:
            if _is_hidden(entry):
                found.hidden += not entry.name.endswith(".part")
                continue
            if _is_folder(entry):
                real = os.path.realpath(entry.path)
                if real not in visited:
                    visited.add(real)
                    if entry.is_symlink():
                        found.roots.append(real)  # what lies there is a source too
                    waiting.append((entry.path, f"{inner}/{entry.name}" if inner else entry.name, real))
            else:
                # Asking the system for each file's real path would take most of the time of a large scan.
                link = entry.is_symlink()
                real = os.path.realpath(entry.path) if link else os.path.join(real_folder, entry.name)
                yield _Entry(entry.path, entry.name, inner, real)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    """A leading dot, or the attribute that Windows has for it."""
    if entry.name.startswith("."):
        return True
    if not system.WINDOWS:
        return False
    try:
        attributes = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return False
    return bool(attributes & 2)
