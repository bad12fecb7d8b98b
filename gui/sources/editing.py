"""What is done with what is selected: taking it out, opening its folder."""

from __future__ import annotations

import os

from PySide6.QtCore import QEvent, QObject, QPoint, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from core import words
from gui.document import Document
from gui.sources.actions import Actions
from gui.sources.layout import Parts
from gui.sources.model import ImagesModel, Key


class Editing(QObject):
    """Lets the commands work on the tree's folder or the list's images, whichever had the focus last."""

    def __init__(self, document: Document, model: ImagesModel, parts: Parts, commands: Actions) -> None:
        super().__init__(parts)
        self.document = document
        self.model = model
        self.parts = parts
        self.commands = commands
        self._in_tree = False
        commands.remove.triggered.connect(self.remove_selected)
        commands.clear.triggered.connect(document.clear_images)
        commands.reveal.triggered.connect(self.show_in_folder)
        parts.list.chosen_changed.connect(self.refresh)
        for shown in (parts.tree, parts.list):
            shown.customContextMenuRequested.connect(self._show_menu)
        # Buttons may have the focus meanwhile.
        for widget in (parts.filter, parts.tree, parts.list):
            widget.installEventFilter(self)

    def _folder(self) -> Key | None:
        """The folder that is selected, as the model counts it."""
        return self.parts.tree.chosen_among(self.model.inputs)

    @Slot()
    def remove_selected(self) -> None:
        """Take out the folder that is selected in the tree, if that has the focus, or else the selected images."""
        if not self._in_tree:
            self.document.leave_out(self.model.path(row) for row in self.parts.list.selected_rows())
            return
        key = self._folder()
        if key is None:
            return
        root, inner = key
        if root >= 0 and not inner:
            self.document.remove_input(self.model.inputs[root])
        else:
            self.document.leave_out(self.model.paths_in(key))

    @Slot()
    def show_in_folder(self) -> None:
        """Open the folder of what is selected in the system's file manager."""
        key = self.parts.tree.chosen() if self._in_tree else None
        folder = self.parts.tree.place(key) if key else ""
        folder = folder or os.path.dirname(self.model.path(self.parts.list.current_row()))
        if folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

    @Slot()
    def refresh(self) -> None:
        """Let the commands say what they would do now."""
        commands, key = self.commands, self.parts.tree.chosen()
        selected = self.parts.list.selected_count()
        if self._in_tree:
            commands.remove.setText(f"Remove {self.parts.tree.title(key)}" if key else "Remove")
        else:
            commands.remove.setText(f"Remove {words.count(selected, 'image')}" if selected > 1 else "Remove")
        commands.remove.setEnabled(key is not None if self._in_tree else selected > 0)
        commands.reveal.setEnabled(self.parts.list.current_row() >= 0 or (self._in_tree and key is not None))
        commands.clear.setEnabled(bool(self.document.images.inputs))

    @Slot(QPoint)
    def _show_menu(self, at: QPoint) -> None:
        shown = self.parts.tree if self._in_tree else self.parts.list
        self.parts.menu.popup(shown.viewport().mapToGlobal(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note where the focus was last."""
        if event.type() == QEvent.Type.FocusIn:
            self._in_tree = watched is self.parts.tree
            self.refresh()
        return super().eventFilter(watched, event)
