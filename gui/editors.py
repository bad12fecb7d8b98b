"""The bare editors of a form: Qt's own, with manners that suit a form that scrolls and a document with undo."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QWidget

from gui.notice import tooltip

BOX_WIDTH = 112


class LineEdit(QLineEdit):
    """A line of a form.  Undo, redo and the window's own shortcuts are the window's, not the line's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # A file that is dropped here is for the window.
        self.setAcceptDrops(False)

    def event(self, event: QEvent) -> bool:
        """Leave shortcuts alone that a line would otherwise take for itself."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_windows(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type, but don't undo in this line alone: the document would not know of it."""
        if _is_windows(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _is_windows(event: QKeyEvent) -> bool:
    keys = QKeySequence.StandardKey
    return any(event.matches(key) for key in (keys.Undo, keys.Redo)) or (
        event.key() == Qt.Key.Key_K and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )


class NumberBox(QAbstractSpinBox):
    """A line with arrows.  Unlike Qt's spin boxes it can be empty, and keeps what is not in its range."""

    stepped = Signal(int)
    # Of the class at first: Qt asks for them while it makes its own part.
    up = True
    down = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLineEdit(LineEdit(self))
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(BOX_WIDTH)

    def stepBy(self, steps: int) -> None:
        """Ask for the next value."""
        self.stepped.emit(steps)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which arrows lead anywhere."""
        flags = QAbstractSpinBox.StepEnabledFlag
        return (flags.StepUpEnabled if self.up else flags.StepNone) | (
            flags.StepDownEnabled if self.down else flags.StepNone
        )

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the value only where the person is: scrolling over a form must not."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ComboBox(QComboBox):
    """A choice that the wheel changes only where the person is, and that may be narrower than its longest text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)

    def offer(self, text: str, data: Any) -> None:
        """Add a choice; where there is no room for it, its tooltip says it."""
        self.addItem(text, data)
        self.setItemData(self.count() - 1, tooltip(text), Qt.ItemDataRole.ToolTipRole)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the form, unless the person is here."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
