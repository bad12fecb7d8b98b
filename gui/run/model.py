"""What became of each image, as a table: failures first, then what has notes, what was skipped, what is done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, Qt

from core import events, words
from gui import theme
from gui.notice import tooltip
from gui.table import Index, TitledModel

FAILED, NOTED, SKIPPED, DONE = range(4)
ICONS = (("error", "error"), ("warning", "warning"), ("skipped", "muted"), ("ok", "ok"))


class Row(NamedTuple):
    """One image that is over.  Folders are shared between rows, so that 100,000 of them stay small."""

    item: str
    folder: str
    """With `name`: the path of the source."""
    name: str
    into: str
    """With `target`: the path of the first result; empty when there is none."""
    target: str
    files: int
    text: str
    """Why it failed or was skipped, or its notes, a line each."""

    @property
    def source(self) -> str:
        """The path of the source."""
        return self.folder + self.name

    @property
    def result(self) -> str:
        """The path of the first result; empty when there is none."""
        return self.into + self.target


def _row(event: events.JobFinished | events.JobFailed | events.JobSkipped) -> tuple[int, Row]:
    source = event.sources[0] if event.sources else ""
    folder, name = _apart(source, event.item)
    if isinstance(event, events.JobFinished):
        into, target = _apart(event.targets[0], "") if event.targets else ("", "")
        text = sys.intern("\n".join(dict.fromkeys(map(_plain, event.warnings))))
        row = Row(event.item, folder, name, into, target, len(event.targets), text)
        return (NOTED if event.warnings else DONE), row
    if isinstance(event, events.JobFailed):
        return FAILED, Row(event.item, folder, name, "", "", 0, sys.intern(event.message))
    return SKIPPED, Row(event.item, folder, name, "", "", 0, event.reason)


def _apart(path: str, item: str) -> tuple[str, str]:
    """A path as a shared beginning and the rest, which is the item's own text where they are alike."""
    if item and path.endswith(item):
        return sys.intern(path[: -len(item)]), item
    cut = max(path.rfind("/"), path.rfind("\\")) + 1
    return sys.intern(path[:cut]), path[cut:]


def _plain(text: str) -> str:
    return text if text.isprintable() else words.one_line(text, 1000)


class ResultsModel(TitledModel):
    """Takes events in batches and keeps the failures on top."""

    titles = ("Image", "Result", "Files")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sections: tuple[list[Row], ...] = ([], [], [], [])
        self.failed_sources: list[str] = []
        """Paths of all sources of the images that failed, in order."""

    def clear(self) -> None:
        """Begin anew."""
        self.beginResetModel()
        self.sections = ([], [], [], [])
        self.failed_sources = []
        self.endResetModel()

    def take(self, batch: Sequence[events.Event]) -> None:
        """Add what is over; at most one insertion a section."""
        new: tuple[list[Row], ...] = ([], [], [], [])
        for event in batch:
            if isinstance(event, events.JobFinished | events.JobFailed | events.JobSkipped):
                section, row = _row(event)
                new[section].append(row)
                if section == FAILED:
                    self.failed_sources += event.sources
        at = 0
        for rows, added in zip(self.sections, new, strict=True):
            at += len(rows)
            if added:
                self.beginInsertRows(QModelIndex(), at, at + len(added) - 1)
                rows += added
                self.endInsertRows()
                at += len(added)

    @property
    def noted(self) -> int:
        """How many images are done with notes."""
        return len(self.sections[NOTED])

    def row(self, number: int) -> tuple[int, Row]:
        """The section and content of a row."""
        for section, rows in enumerate(self.sections):
            if number < len(rows):
                return section, rows[number]
            number -= len(rows)
        raise IndexError(number)

    def message(self, number: int) -> str:
        """A row in one line of plain text, to be copied."""
        section, row = self.row(number)
        return f"{_plain(row.item)}: {_result(section, row)}"

    # -- Qt ------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        """All images that are over."""
        return 0 if parent is not None and parent.isValid() else sum(map(len, self.sections))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid():
            return None
        section, row = self.row(index.row())
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (_plain(row.item), _result(section, row), _files(row))[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip((row.source, _result(section, row, "\n"), _files(row, whole=True))[column])
        if role == Qt.ItemDataRole.DecorationRole and column == 1:
            return theme.icon(*ICONS[section])
        return None


def _result(section: int, row: Row, between: str = "; ") -> str:
    if section == FAILED:
        return f"Failed: {_plain(row.text)}"
    if section == SKIPPED:
        return f"Skipped: {_plain(row.text)}"
    if section == DONE:
        return "Done"
    notes = row.text.split("\n")
    return f"Done, {words.count(len(notes), 'note')}: {between.join(note.rstrip('.') for note in notes)}."


def _files(row: Row, *, whole: bool = False) -> str:
    if not row.files:
        return ""
    name = row.result if whole else _plain(row.target)
    return name if row.files == 1 else f"{words.count(row.files, 'file')}, the first is {name}"
