"""The list of images: rows of one height, and thumbnails asked for what is in sight."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from gui.sources.delegate import ImageDelegate, row_height
from gui.sources.model import ImagesModel

WAIT = 60
"""Milliseconds between what changes the rows in sight and the question for their thumbnails."""


class ImageList(QTableView):
    """Shows an `ImagesModel`.

    A table of one column: a QListView lays out every row again at each insertion and asks Python for each of them,
    a quarter of a second at 100,000 rows; a table with rows of one height asks for those in sight.
    """

    looked_at = Signal(str)
    """The image that the user, or a change of the list, made the current one; "" when there is none."""
    thumbnails_wanted = Signal(list)
    typed = Signal(str)
    """Letters that were typed here, for the filter."""
    chosen_changed = Signal()

    def __init__(self, model: ImagesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = model
        self._asked: set[str] = set()
        self._delegate = ImageDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.setAccessibleName("List of images")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_row_height()

        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT)
        self._timer.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self.ask_soon)
        self.verticalScrollBar().rangeChanged.connect(self.ask_soon)
        model.modelReset.connect(self.ask_soon)
        model.rowsInserted.connect(self.ask_soon)

    # -- which images ----------------------------------------------------------------------------------------

    def current_row(self) -> int:
        """The row of the current image, -1 without one."""
        return self.currentIndex().row()

    def select_row(self, row: int) -> None:
        """Make one row the current one, and the only one that is selected, and bring it into sight."""
        index = self.images.index(row)
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
        self.scrollTo(index)

    def selected_rows(self) -> list[int]:
        """The rows that are selected, from top to bottom."""
        # By ranges: an index for each of 100,000 rows would take a third of a second.
        return sorted({row for one in self._ranges() for row in range(one.top(), one.bottom() + 1)})

    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(one.height() for one in self._ranges())

    def _ranges(self) -> list[QItemSelectionRange]:
        return self.selectionModel().selection().toList()

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Tell which image is looked at."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.looked_at.emit(self.images.path(current.row()))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that other images are selected."""
        super().selectionChanged(selected, deselected)
        self.chosen_changed.emit()

    # -- thumbnails ------------------------------------------------------------------------------------------

    @Slot()
    def ask_soon(self) -> None:
        """Ask for the thumbnails in sight shortly; what changes meanwhile is part of the same question."""
        if not self._timer.isActive():
            self._timer.start()

    def ask_again(self) -> None:
        """Nobody will answer what was asked so far: ask anew."""
        self._asked.clear()
        self.ask_soon()

    @Slot()
    def _ask(self) -> None:
        rows = self.images.rowCount()
        if not rows or not self.isVisible():
            return
        height = self.viewport().height()
        first = max(0, self.rowAt(0))
        page = height // self.verticalHeader().defaultSectionSize() + 1
        last = self.rowAt(height - 1)
        last = rows - 1 if last < 0 else last
        wanted = [self.images.path(row) for row in range(first, min(rows, last + 1 + page))]
        wanted = [path for path in wanted if not self.images.thumbnails.known(path)]
        # A question that holds all of these is being answered: putting it again would only begin it anew.
        if wanted and not self._asked.issuperset(wanted):
            self._asked = set(wanted)
            self.thumbnails_wanted.emit(wanted)

    # -- Qt's events -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other rows come into sight."""
        super().resizeEvent(event)
        self.ask_soon()

    def showEvent(self, event: QShowEvent) -> None:
        """All rows come into sight."""
        super().showEvent(event)
        self.ask_soon()

    def changeEvent(self, event: QEvent) -> None:
        """Rows follow the size of the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._set_row_height()

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the ends of the list; a table's would stay in the row."""
        if action == QAbstractItemView.CursorAction.MoveHome:
            return self.images.index(0)
        if action == QAbstractItemView.CursorAction.MoveEnd:
            return self.images.index(self.images.rowCount() - 1)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right belong to whoever steps through images, not to the one column."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters filter the list; Qt's own search would ask Python for every row."""
        if search.strip():
            self.typed.emit(search)

    def _set_row_height(self) -> None:
        height = row_height(self)
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height)
