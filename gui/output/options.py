"""The options of the output format, in a small window above their button."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core import catalogue
from gui.document import Document

WIDTH = 360


class OptionsPopup(QFrame):
    """Shows the form of the document's format; closes by Escape or a click elsewhere."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        from gui.form import SettingsForm

        super().__init__(parent, Qt.WindowType.Popup)
        self.document = document
        self.format = document.draft.format
        kind = catalogue.formats()[self.format]
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(f"Options of {kind.title}")
        self.form = SettingsForm(kind, document.draft.options, self, describe=False)
        self.form.changed.connect(self._take)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self.form)
        document.recipe_changed.connect(self._follow)
        self._judge()

    def show_above(self, anchor: QWidget) -> None:
        """Open with the left edges in line, above the anchor, or below it where there is no room."""
        self.setMinimumWidth(WIDTH)
        self.adjustSize()
        screen = anchor.screen().availableGeometry()
        top, low = anchor.mapToGlobal(QPoint(0, 0)), anchor.mapToGlobal(QPoint(0, anchor.height()))
        y = top.y() - self.height() - 4
        x = max(screen.left(), min(top.x(), screen.right() - self.width()))
        self.move(x, y if y >= screen.top() else low.y() + 4)
        self.show()
        self.form.setFocus()
        self.focusNextChild()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and Enter close."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
        else:
            super().keyPressEvent(event)

    @Slot(object, str)
    def _take(self, options: dict[str, Any], field: str) -> None:
        self.document.set_options(options, field)
        self._judge()

    @Slot()
    def _follow(self) -> None:
        draft = self.document.draft
        if draft.format != self.format:
            self.close()
        elif draft.options != self.form.settings():
            self.form.set_settings(draft.options)
            self._judge()

    def _judge(self) -> None:
        draft = self.document.draft
        self.form.set_problem(catalogue.problem("format", draft.format, draft.options))
