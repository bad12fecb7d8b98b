"""The steps of the recipe in progress as a model for Qt's views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from core import catalogue, words
from gui.document import Document
from gui.drafts import StepDraft
from gui.form import DISPLAY_ONLY, in_words
from gui.notice import tooltip

MIME = "application/x-slidetray-step"
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Row(NamedTuple):
    """A step as the list shows it."""

    step: StepDraft
    title: str
    summary: str
    problem: str
    display_only: bool


class StepsModel(QAbstractListModel):
    """Follows the document: rows come, go, move and change one by one, so that selection and focus stay."""

    TITLE = int(Qt.ItemDataRole.DisplayRole)
    SUMMARY = int(Qt.ItemDataRole.UserRole) + 1
    ENABLED = SUMMARY + 1
    PROBLEM = SUMMARY + 2
    """Why the step can't be used, in a sentence; "" when it can."""
    DISPLAY_ONLY = SUMMARY + 3
    ID = SUMMARY + 4

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.busy = False
        """Whether it is taking over a change: rows may not yet be those of the document."""
        self.new: list[int] = []
        """The ids that the latest change brought."""
        self._rows = [self._row(step) for step in document.draft.steps]
        document.recipe_changed.connect(self.sync)

    # -- reading ---------------------------------------------------------------------------------------------

    def ids(self) -> list[int]:
        """The ids of the steps in their order."""
        return [row.step.id for row in self._rows]

    def row_of(self, step_id: int) -> int:
        """Where a step stands, -1 for nowhere."""
        ids = self.ids()
        return ids.index(step_id) if step_id in ids else -1

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many steps."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = TITLE) -> Any:
        """A step's title, summary and state."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case self.TITLE:
                return row.title
            case self.SUMMARY:
                return row.summary
            case self.ENABLED:
                return row.step.enabled
            case self.PROBLEM:
                return row.problem
            case self.DISPLAY_ONLY:
                return row.display_only
            case self.ID:
                return row.step.id
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if row.step.enabled else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(" ".join(_said(row)))
            case Qt.ItemDataRole.AccessibleTextRole:
                state = "on" if row.step.enabled else "off"
                return f"Step {index.row() + 1}, {state}: {' '.join(_said(row))}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Steps can be switched and dragged; between them, they can be dropped."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flag = Qt.ItemFlag
        return (
            flag.ItemIsEnabled
            | flag.ItemIsSelectable
            | flag.ItemIsUserCheckable
            | flag.ItemIsDragEnabled
            | flag.ItemNeverHasChildren
        )

    # -- changing, through the document ------------------------------------------------------------------------

    def setData(self, index: Index, value: Any, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        """Switch a step on or off."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.document.enable_step(self._rows[index.row()].step.id, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def supportedDropActions(self) -> Qt.DropAction:
        """Steps are moved; copies are made by Duplicate."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """What can be dropped: a step of this list."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The dragged step's id."""
        data = QMimeData()
        data.setData(MIME, str(self._rows[indexes[0].row()].step.id).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Move the dropped step in front of `row`; -1 is the end."""
        text = bytes(data.data(MIME).data()).decode()
        at = self.row_of(int(text)) if text.isdigit() else -1
        return at >= 0 and self._move(at, len(self._rows) if row < 0 else row)

    def moveRows(self, source: Index, row: int, count: int, target: Index, before: int) -> bool:
        """Move one step in front of another; the list view asks for it when a row is dropped."""
        return count == 1 and not source.isValid() and not target.isValid() and self._move(row, before)

    def _move(self, row: int, before: int) -> bool:
        self.document.move_step(self._rows[row].step.id, before - 1 if before > row else before)
        return True

    # -- following ---------------------------------------------------------------------------------------------

    @Slot()
    def sync(self) -> None:
        """Take over the document's steps, row by row."""
        self.busy = True
        wanted = self.document.draft.steps
        self.new = []
        self._drop_lost({step.id for step in wanted})
        for at, step in enumerate(wanted):
            self._bring(at, step, [one.id for one in wanted])
        for at, step in enumerate(wanted):
            if self._rows[at].step != step:
                self._rows[at] = self._row(step)
                self.dataChanged.emit(self.index(at), self.index(at))
        self.busy = False

    def _drop_lost(self, wanted: set[int]) -> None:
        for at in reversed(range(len(self._rows))):
            if self._rows[at].step.id not in wanted:
                self.beginRemoveRows(ROOT, at, at)
                del self._rows[at]
                self.endRemoveRows()

    def _bring(self, at: int, step: StepDraft, order: list[int]) -> None:
        """Have the step's row at `at`, with as few moves as a person would make."""
        found = self.row_of(step.id)
        if found == at:
            return
        if found < 0:
            self.beginInsertRows(ROOT, at, at)
            self._rows.insert(at, self._row(step))
            self.endInsertRows()
            self.new.append(step.id)
        elif found == at + 1:
            # The row that stands here was moved down.
            self._shift(at, min(order.index(self._rows[at].step.id), len(self._rows) - 1))
        else:
            self._shift(found, at)

    def _shift(self, row: int, to: int) -> None:
        self.beginMoveRows(ROOT, row, row, ROOT, to + 1 if to > row else to)
        self._rows.insert(to, self._rows.pop(row))
        self.endMoveRows()

    def _row(self, step: StepDraft) -> Row:
        kind = catalogue.steps()[step.tag]
        problem = self.document.problem(step)
        return Row(
            step=step,
            title=kind.title,
            summary=catalogue.summary(step.tag, step.settings),
            problem=in_words(kind, problem) if problem else "",
            display_only=not kind.measurable,
        )


def _said(row: Row) -> list[str]:
    parts = [row.title, row.problem or row.summary, DISPLAY_ONLY if row.display_only else ""]
    return [words.sentence(part) for part in parts if part]
