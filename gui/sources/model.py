"""The rows of the list: up to 100,000 images, filtered by words and folder."""

from __future__ import annotations

import os
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import compress
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.notice import tooltip
from gui.sources.thumbnails import Thumbnails

if TYPE_CHECKING:
    from core.looks import Listed, Thumbnail

SINGLE = -1
"""The root of files that were added one by one."""
Key = tuple[int, str]
"""A folder: which of the inputs it came with, and where it lies under that ("" for the input itself, slashes)."""


class Role(IntEnum):
    """What the model tells of a row beside its name."""

    PATH = Qt.ItemDataRole.UserRole + 1
    NAME = Qt.ItemDataRole.UserRole + 2
    FOLDER = Qt.ItemDataRole.UserRole + 3
    THUMBNAIL = Qt.ItemDataRole.UserRole + 4
    TEXT = Qt.ItemDataRole.UserRole + 5
    MARK = Qt.ItemDataRole.UserRole + 6
    PROBLEM = Qt.ItemDataRole.UserRole + 7


class Mark(NamedTuple):
    """What became of an image: done, failed, problem or skipped, and a sentence about it."""

    kind: str
    sentence: str


MARKS = {
    "done": ("ok", "ok", "Done"),
    "failed": ("error", "error", "Failed"),
    "problem": ("warning", "warning", "Problem"),
    "skipped": ("skipped", "muted", "Skipped"),
}
"""Icon, colour and word of each kind of mark."""

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ImagesModel(QAbstractListModel):
    """Images in the order of the scan; rows are those that are not taken out and that the filter lets through.

    Filtering is one pass over plain lists and one reset: a proxy model would ask Python for every row.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = Thumbnails()
        self.without: frozenset[str] = frozenset()
        self.words: tuple[str, ...] = ()
        self.folder: Key | None = None
        self.total = 0
        """Images without those taken out, whatever the filter."""
        self.single: set[int] = set()
        """Inputs that are images themselves."""
        self.inputs: tuple[str, ...] = ()
        """What `Listed.root` counts."""
        self._tops: list[str] = []  # the same as whole paths
        self._items: list[Listed] = []
        self._names: list[str] = []  # casefolded, for the filter
        self._folder_of = array("L")  # for each item, its number in _keys
        self._keys: list[Key] = []
        self._numbers: dict[Key, int] = {}
        self._places: dict[tuple[int, str], int] = {}  # (root, directory) -> number in _keys
        self._counts: list[int] = []
        self._rows: list[Listed] = []
        self._row_of: dict[str, int] | None = {}
        self._marks: dict[str, Mark] = {}

    # -- contents --------------------------------------------------------------------------------------------

    def replace(self, tops: Sequence[str], items: Sequence[Listed]) -> None:
        """Begin a new list; `tops` are the inputs that `Listed.root` counts."""
        self.beginResetModel()
        self.inputs = tuple(tops)
        self._tops = [os.path.abspath(top) for top in tops]
        for held in (self._items, self._names, self._keys, self._counts):
            held.clear()
        self._folder_of = array("L")
        self._numbers.clear()
        self.single.clear()
        self._places.clear()
        self.total = 0
        self._rows = self._take(items)
        self._row_of = None
        self.endResetModel()

    def append(self, items: Sequence[Listed]) -> None:
        """Add images at the end: one insertion, however many."""
        shown = self._take(items)
        if not shown:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(shown) - 1)
        self._rows.extend(shown)
        if self._row_of is not None:
            self._row_of.update((item.path, first + at) for at, item in enumerate(shown))
        self.endInsertRows()

    def set_without(self, without: frozenset[str]) -> None:
        """Take these out; those taken out before and not named are in again."""
        if without != self.without:
            self.without = without
            self._filter()

    def set_filter(self, words: Iterable[str], folder: Key | None) -> None:
        """Show images whose name has all these words, in this folder or below."""
        wanted = tuple(dict.fromkeys(word.casefold() for word in words))
        if (wanted, folder) != (self.words, self.folder):
            self.words, self.folder = wanted, folder
            self._filter()

    def _take(self, items: Sequence[Listed]) -> list[Listed]:
        """Hold these items; returns those that are shown."""
        begin = len(self._items)
        self._items.extend(items)
        self._names.extend(os.path.basename(item.path).casefold() for item in items)
        self._folder_of.extend(map(self._place, items))
        return self._passing(begin)

    def _place(self, item: Listed) -> int:
        directory = os.path.dirname(item.path)
        top = self._tops[item.root] if item.root < len(self._tops) else ""
        place = (item.root, directory)
        if item.path == top:
            self.single.add(item.root)
            place = (SINGLE, "")
        number = self._places.get(place)
        if number is None:
            # From the path, for `folder` begins with the input's name where two inputs hold equal folders.
            if place[0] == SINGLE or directory == top:
                inner = ""
            elif directory.startswith(os.path.join(top, "")):
                inner = directory[len(os.path.join(top, "")) :].replace(os.sep, "/")
            else:
                inner = item.folder
            number = self._numbers.setdefault((place[0], inner), len(self._keys))
            if number == len(self._keys):
                self._keys.append((place[0], inner))
                self._counts.append(0)
            self._places[place] = number
        return number

    def _passing(self, begin: int) -> list[Listed]:
        """Items from `begin` on that are shown; those not taken out are counted for their folders."""
        items = self._items[begin:] if begin else self._items
        places = self._folder_of[begin:] if begin else self._folder_of
        names = self._names[begin:] if begin else self._names
        inside = [is_below(key, self.folder) for key in self._keys]
        passing = [inside[place] for place in places]
        if self.without:
            here = [item.path not in self.without for item in items]
            passing = [a and b for a, b in zip(here, passing, strict=True)]
            counted: Iterable[int] = compress(places, here)
        else:
            counted = places
        for place, count in Counter(counted).items():
            self._counts[place] += count
            self.total += count
        for word in self.words:
            passing = [a and word in name for a, name in zip(passing, names, strict=True)]
        return list(compress(items, passing))

    def _filter(self) -> None:
        self.beginResetModel()
        self.total = 0
        self._counts = [0] * len(self._keys)
        self._rows = self._passing(0)
        self._row_of = None
        self.endResetModel()

    # -- questions -------------------------------------------------------------------------------------------

    @property
    def held(self) -> int:
        """Images of the scan, those taken out included."""
        return len(self._items)

    def folders(self) -> dict[Key, int]:
        """How many images lie directly in each folder, in the order of the list."""
        return dict(zip(self._keys, self._counts, strict=True))

    def path(self, row: int) -> str:
        """The path in a row, "" where there is no such row."""
        return self._rows[row].path if 0 <= row < len(self._rows) else ""

    def row(self, path: str) -> int:
        """The row of a path, -1 where it is not shown."""
        if self._row_of is None:
            self._row_of = {item.path: row for row, item in enumerate(self._rows)}
        return self._row_of.get(path, -1)

    def paths(self) -> list[str]:
        """All images, whatever the filter."""
        return [item.path for item in self._items if item.path not in self.without]

    def visible_paths(self) -> list[str]:
        """The images in the rows."""
        return [item.path for item in self._rows]

    def paths_in(self, folder: Key) -> list[str]:
        """All images in a folder and below."""
        inside = [is_below(key, folder) for key in self._keys]
        pairs = zip(self._items, self._folder_of, strict=True)
        return [item.path for item, place in pairs if inside[place] and item.path not in self.without]

    # -- pictures and marks ----------------------------------------------------------------------------------

    def take_thumbnail(self, found: Thumbnail) -> None:
        """Show a picture in its row."""
        self.thumbnails.take(found)
        self._changed(self.row(found.path))

    def set_marks(self, marks: Mapping[str, tuple[str, str]]) -> None:
        """Put these marks, by path, in the place of all others."""
        self._marks = {path: Mark(*mark) for path, mark in marks.items()}
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def mark(self, path: str, kind: str, sentence: str) -> None:
        """Mark one image."""
        self._marks[path] = Mark(kind, sentence)
        if kind == "done":
            self.thumbnails.forgive(path)
        self._changed(self.row(path))

    def _changed(self, row: int) -> None:
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    def _mark(self, path: str) -> Mark | None:
        if path in self._marks:
            return self._marks[path]
        problem = self.thumbnails.problem(path)
        return Mark("problem", problem) if problem else None

    # -- what Qt asks ----------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Rows that are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row shows; see `Role`."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        item = self._rows[index.row()]
        match role:
            case Role.PATH:
                return item.path
            case Qt.ItemDataRole.DisplayRole | Role.NAME:
                return os.path.basename(item.path)
            case Role.FOLDER:
                return item.folder
            case Role.THUMBNAIL:
                return self.thumbnails.pixmap(item.path)
            case Role.TEXT:
                return self.thumbnails.text(item.path)
            case Role.PROBLEM:
                return self.thumbnails.problem(item.path)
            case Role.MARK:
                return self._mark(item.path)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip("\n".join([item.path, *self._words(item)]))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join([os.path.basename(item.path), *filter(None, [item.folder]), *self._words(item)])
            case _:
                return None

    def _words(self, item: Listed) -> list[str]:
        """What the image is, and what became of it."""
        mark = self._mark(item.path)
        told = f"{MARKS[mark.kind][2]}: {mark.sentence}" if mark and mark.sentence else mark and MARKS[mark.kind][2]
        return [words for words in (self.thumbnails.text(item.path), told) if words]


def is_below(key: Key, folder: Key | None) -> bool:
    """Whether a folder is this one or lies under it; None is everything."""
    if folder is None:
        return True
    root, inner = folder
    return key[0] == root and (not inner or key[1] == inner or key[1].startswith(f"{inner}/"))
