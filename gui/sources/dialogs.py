"""The dialogs in which folders and files are chosen."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.document import Document
from gui.sources.drops import dialog_filter


class Dialogs(QObject):
    """Adds what is chosen to the document; the system's own dialogs where it has any."""

    def __init__(self, document: Document, panel: QWidget) -> None:
        super().__init__(panel)
        self.document = document
        self.panel = panel

    @Slot()
    def ask_folder(self) -> None:
        """Let the user choose a folder to add."""
        folder = QFileDialog.getExistingDirectory(self.panel, "Add a folder of images", self._begin_at())
        if folder:
            self.document.add_inputs([os.path.normpath(folder)])

    @Slot()
    def ask_files(self) -> None:
        """Let the user choose files to add."""
        found, _ = QFileDialog.getOpenFileNames(self.panel, "Add images", self._begin_at(), dialog_filter())
        if found:
            self.document.add_inputs(map(os.path.normpath, found))

    def _begin_at(self) -> str:
        """Dialogs open beside what was added last."""
        inputs = self.document.images.inputs
        return os.path.dirname(inputs[-1]) if inputs else ""
