"""What can be done in the images region, for its buttons and menus and for the window's menu."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui import dress


class Actions(QObject):
    """The actions.  They belong to the panel, so their keys work in its whole window, and Delete within the panel."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.add_folder = self._make("Add folder", "folder", "Add all images of a folder", "Ctrl+Shift+O")
        self.add_files = self._make("Add files", "file", "Add single images", "Ctrl+O")
        self.remove = self._make("Remove", "remove", "Take what is selected out of the list")
        # The key that a Mac calls Delete is Backspace elsewhere.
        keys = [Qt.Key.Key_Delete, *([Qt.Key.Key_Backspace] if sys.platform == "darwin" else [])]
        self.remove.setShortcuts([QKeySequence(key) for key in keys])
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.clear = self._make("Remove all", "", "Empty the list; files stay where they are")
        self.reveal = self._make("Show in folder", "open", "Open the folder that this lies in")
        self.find = self._make("Filter images", "search", "Type a part of a name", QKeySequence.StandardKey.Find)
        panel.addActions([self.add_folder, self.add_files, self.remove, self.clear, self.reveal, self.find])

    def _make(self, text: str, icon: str, tip: str, keys: str | QKeySequence.StandardKey | None = None) -> QAction:
        action = QAction(text, self)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        native = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({native})" if native else tip)
        action.setStatusTip(tip)
        if icon:
            dress.icon(action, icon)
        return action
