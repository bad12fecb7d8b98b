"""The images region of the window."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.sources.actions import Actions
from gui.sources.dialogs import Dialogs
from gui.sources.drops import DropTarget, dropped_paths
from gui.sources.editing import Editing
from gui.sources.layout import Keys, Parts
from gui.sources.model import ImagesModel
from gui.sources.progress import Progress, below_rows, instead_of_rows

if TYPE_CHECKING:
    from core.looks import Scanned, Thumbnail

__all__ = ["ImagesPanel", "dropped_paths"]

TYPING = 120
"""Milliseconds without a key before the filter works."""


class ImagesPanel(QWidget):
    """Shows what the document's inputs hold, and changes them."""

    look_at = Signal(str)
    """The image that is current now; "" when there is none."""
    thumbnails_wanted = Signal(list)
    """Paths whose thumbnails are missing, those in sight first."""
    moved = Signal()
    """Where the current image stands among those that are shown may have changed."""
    count_changed = Signal(int)
    """How many images there are, whatever the filter."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.commands = Actions(self)
        self.model = ImagesModel(self)
        self.model.set_without(document.images.without)
        self._current = ""
        self._count = 0
        self._progress = Progress()

        self.parts = Parts(self, self.model, self.commands)
        self.list = self.parts.list
        self.tree = self.parts.tree
        self.filter = self.parts.filter
        self.drops = DropTarget(self)
        self.dialogs = Dialogs(document, self)
        self.editing = Editing(document, self.model, self.parts, self.commands)
        self.keys = Keys(self.parts)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._connect()
        self._refresh()

    def _connect(self) -> None:
        actions, parts = self.commands, self.parts
        actions.add_folder.triggered.connect(self.dialogs.ask_folder)
        actions.add_files.triggered.connect(self.dialogs.ask_files)
        actions.find.triggered.connect(self.focus_filter)
        self.document.images_changed.connect(self._images_changed)
        self.filter.textChanged.connect(self._typed)
        self.filter.returnPressed.connect(self._filter)
        self._typing.timeout.connect(self._filter)
        self.tree.folder_chosen.connect(self._filter)
        self.tree.resized.connect(self._fit_tree)
        self.list.looked_at.connect(self._looked_at)
        self.list.thumbnails_wanted.connect(self.thumbnails_wanted)
        self.list.typed.connect(self._typed_in_list)
        parts.message.button.clicked.connect(self._answer_message)
        self.drops.dropped.connect(self.document.add_inputs)
        self.drops.hovered.connect(parts.hint.cover)

    # -- the scan --------------------------------------------------------------------------------------------

    @Slot()
    def scan_started(self) -> None:
        """A scan of the document's inputs begins; what is shown stays until its first images come."""
        self._progress.begin(scanning=bool(self.document.images.inputs))
        self.list.ask_again()
        self._refresh()

    @Slot(object)
    def take_scanned(self, found: Scanned) -> None:
        """A part of the scan's answer; parts of older scans are ignored."""
        if not self.document.images.inputs or not self._progress.take(found):
            return
        if self._progress.fresh and (found.items or found.over):
            self._progress.fresh = False
            inputs = self.document.images.inputs
            # The same folder stays selected, whichever of the inputs it is now.
            self.model.folder = self.tree.chosen_among(inputs)
            self.model.replace(inputs, found.items)
        elif found.items:
            self.model.append(found.items)
        if found.over:
            self._grow_tree()
        self._settle()
        self._refresh()

    @Slot(object)
    def take_thumbnail(self, found: Thumbnail) -> None:
        """A thumbnail that was asked for."""
        self.model.take_thumbnail(found)

    @Slot()
    def ask_thumbnails_again(self) -> None:
        """What was asked will not be answered (the engine was started anew): ask for what is in sight."""
        self.list.ask_again()

    def _settle(self) -> None:
        """After the rows changed: the same image is current if it is there, otherwise the first."""
        row = self.model.row(self._current) if self._current else -1
        if row >= 0:
            if self.list.current_row() != row:
                self.list.select_row(row)
        elif self.model.rowCount() and not (self._current and self._progress.scanning):
            self.list.select_row(0)
        elif not self.model.total and not self._progress.scanning:
            self._looked_at("")

    # -- images ----------------------------------------------------------------------------------------------

    def problems(self) -> dict[str, str]:
        """Images of the list whose small picture could not be made, and why."""
        return {path: why for path, why in self.model.thumbnails.problems().items() if self.model.row(path) >= 0}

    def visible_paths(self) -> list[str]:
        """The images that the filter lets through, in order."""
        return self.model.visible_paths()

    def paths(self) -> list[str]:
        """All images, in order."""
        return self.model.paths()

    def count(self) -> int:
        """How many images there are; quicker than their paths."""
        return self.model.total

    def current_path(self) -> str:
        """The image that is looked at, "" without one."""
        return self._current

    def position(self) -> tuple[int, int]:
        """Where the current image stands among those shown, from 0 (-1: it is not shown), and how many there are."""
        return (self.model.row(self._current) if self._current else -1), self.model.rowCount()

    @Slot(int)
    def step(self, by: int) -> None:
        """Go to another image: 1 is the next, -1 the one before; the ends hold."""
        rows = self.model.rowCount()
        if rows:
            row = self.position()[0]
            self.list.select_row(0 if row < 0 else min(max(row + by, 0), rows - 1))

    @Slot(str)
    def select_path(self, path: str) -> None:
        """Make an image the current one; a filter that hides it is taken away."""
        if self.model.row(path) < 0 and path in self.model.paths():
            self._current = path
            self.show_all()
            self.look_at.emit(path)
        elif self.model.row(path) >= 0:
            self.list.select_row(self.model.row(path))

    @Slot(dict)
    def set_marks(self, marks: dict[str, tuple[str, str]]) -> None:
        """Mark images by path, each with a kind (done, failed, problem, skipped) and a sentence; others have none."""
        self.model.set_marks(marks)

    @Slot(str, str, str)
    def mark(self, path: str, kind: str, sentence: str) -> None:
        """Mark one image."""
        self.model.mark(path, kind, sentence)

    @Slot()
    def clear_marks(self) -> None:
        """Take all marks away."""
        self.model.set_marks({})

    @Slot(str)
    def _looked_at(self, path: str) -> None:
        if path != self._current:
            self._current = path
            self.look_at.emit(path)

    @Slot()
    def _images_changed(self) -> None:
        images = self.document.images
        if not images.inputs:
            self._progress.begin(scanning=False)
            self.model.without = images.without
            self.model.replace((), ())
            self.model.thumbnails.clear()
            self.parts.clear_filter()
            self.model.set_filter((), None)
            self._grow_tree()
        elif images.without != self.model.without:
            # Whoever removes images goes on with the one after them.
            row = max(0, self.list.current_row())
            order = chain(range(row, self.model.rowCount()), range(row - 1, -1, -1))
            left = next((path for path in map(self.model.path, order) if path not in images.without), "")
            at = self.list.verticalScrollBar().value()
            self.model.set_without(images.without)
            self._grow_tree()
            self.list.verticalScrollBar().setValue(at)
            if left and self.model.row(self._current) < 0:
                self.list.select_row(self.model.row(left))
        self._settle()
        self._refresh()

    # -- the filter ------------------------------------------------------------------------------------------

    @Slot()
    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    @Slot()
    def show_all(self) -> None:
        """Take the filter away."""
        self.parts.clear_filter()
        self._filter()

    @Slot()
    def _answer_message(self) -> None:
        if self.model.total:
            self.show_all()
        else:
            self.document.clear_images()

    @Slot()
    def _typed(self) -> None:
        self._typing.start()

    @Slot(str)
    def _typed_in_list(self, text: str) -> None:
        self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self.filter.insert(text)

    @Slot()
    def _filter(self) -> None:
        self._typing.stop()
        self.model.set_filter(self.filter.text().split(), self.tree.chosen_among(self.model.inputs))
        self._settle()
        self._refresh()

    # -- what is shown ---------------------------------------------------------------------------------------

    def _grow_tree(self) -> None:
        self.tree.show_folders(self.model.inputs, self.model.folders(), self.model.single)
        self._fit_tree()

    @Slot()
    def _fit_tree(self) -> None:
        self.parts.fit_tree(self.height() // 3)

    @Slot()
    def _refresh(self) -> None:
        """Show counts, state and messages anew."""
        parts, model = self.parts, self.model
        total, rows = model.total, model.rowCount()
        filtered = bool(model.words) or model.folder is not None
        parts.show_count(rows, total, filtered=filtered and bool(total))
        parts.show_empty(not self.document.images.inputs)
        if rows:
            parts.show_list()
        else:
            parts.show_message(*instead_of_rows(self._progress, model, self.filter.text()))
        parts.status.tell(*below_rows(self._progress, model))
        self.editing.refresh()
        self.moved.emit()
        if total != self._count:
            self._count = total
            self.count_changed.emit(total)

    # -- Qt's events -----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The tree keeps to a third of the height."""
        super().resizeEvent(event)
        self._fit_tree()
