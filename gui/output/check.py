"""What a check found: images that can't be made and why, then what results lose and what else is worth knowing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core import words
from gui import dress, theme
from gui.elide import ElidedLabel
from gui.notice import tooltip
from gui.output import sums
from gui.table import Index, LookTable, TitledModel

if TYPE_CHECKING:
    from core.looks import Sums

ROLES = {"error": "error", "warning": "warning", "info": "muted"}


class Finding(NamedTuple):
    """One row: what it is about, what was found, and the image to look at ("" for none)."""

    icon: str
    about: str
    text: str
    path: str = ""


def findings(told: Sums) -> list[Finding]:
    """What a check found, problems first."""
    check = told.check
    if check is None:
        return []
    rows = [
        Finding("error", item.item, item.problem, item.sources[0] if item.sources else "")
        for item in check.items
        if item.problem
    ]
    first: dict[str, str] = {}
    for item in check.items:
        for loss in item.losses:
            first.setdefault(loss, item.sources[0] if item.sources else "")
    rows += [
        Finding("warning", words.count(times, "image"), f"Loses: {words.sentence(loss)}", first.get(loss, ""))
        for loss, times in told.losses
    ]
    rows += [Finding("info", "Names", text) for text in check.collisions]
    if check.left_out:
        rows.append(Finding("info", "Left out", words.sentence(check.left_out[:1].upper() + check.left_out[1:])))
    rows += [Finding("info", "Recipe", text) for text in check.notes]
    return rows


class FindingsModel(TitledModel):
    """The findings as a table."""

    titles = ("Image", "What was found")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Finding] = []

    def show_rows(self, rows: list[Finding]) -> None:
        """Show these instead of what was there; the same again (sums come twice) leave the selection alone."""
        if rows == self.rows:
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """All findings."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return words.one_line((row.about, row.text)[column], 1000)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip((row.path or row.about, row.text)[column])
        if role == Qt.ItemDataRole.DecorationRole and column == 1:
            return theme.icon(row.icon, ROLES[row.icon])
        return None


class CheckPanel(QWidget):
    """Shows the result of a check."""

    look_at = Signal(str)
    """The path of an image that is to be looked at."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FindingsModel(self)
        self.icon = dress.Icon(self)
        self.verdict = ElidedLabel(self)
        self.close_button = dress.tool(self, "close", "Close (Esc)", "Close the result of the check")
        self.close_button.clicked.connect(self.closed)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.closed)
        self.table = LookTable(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName("What the check found")
        self.table.columns({0: 360}, wide=1)
        self.table.chosen.connect(self._look)
        self.table.copy_wanted.connect(self._copy)
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self.icon)
        row.addWidget(self.verdict, 1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    @Slot(object)
    def show_sums(self, told: Sums) -> None:
        """Show what was found."""
        check = told.check
        bad = bool(told.problem) or bool(check and check.problems)
        icon = "error" if bad else "warning" if told.losses else "ok"
        self.icon.show_icon(icon, icon)
        self.verdict.show_text(sums.verdict(check) if check and not told.problem else sums.sentence(told))
        self.model.show_rows(findings(told))
        self.table.setVisible(bool(self.model.rows))

    @Slot(int)
    def _look(self, row: int) -> None:
        path = self.model.rows[row].path
        if path:
            self.look_at.emit(path)

    @Slot(int)
    def _copy(self, row: int) -> None:
        found = self.model.rows[row]
        QGuiApplication.clipboard().setText(f"{found.about}: {found.text}")
