"""What wears the theme: icons and text colours that are given once and follow every change by themselves."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction, QIcon, QPalette
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QToolButton, QWidget

from gui import theme


class _Worn(QObject):
    """Lives as long as the thing that wears it, its parent, and hears of the theme no longer."""

    def __init__(self, target: QObject) -> None:
        super().__init__(target)
        theme.notifier.changed.connect(self.renew)

    def wear(self, name: str, role: str) -> None:
        self.name, self.role = name, role
        self.renew()

    @Slot()
    def renew(self) -> None:
        raise AssertionError("every kind says how it is put on")  # pragma: no cover


class _Icon(_Worn):
    @Slot()
    def renew(self) -> None:
        target: Any = self.parent()
        target.setIcon(theme.icon(self.name, self.role) if self.name else QIcon())


class _Ink(_Worn):
    @Slot()
    def renew(self) -> None:
        target: Any = self.parent()
        palette = QPalette()
        if self.role:
            palette.setColor(target.foregroundRole(), theme.color(self.role))
        target.setPalette(palette)


def icon(target: QAction | QAbstractButton, name: str, role: str = "") -> None:
    """Give an action or button an icon in the colour of a role ("": of text); another one takes its place."""
    _worn(target, _Icon).wear(name, role)


def ink(target: QWidget, role: str) -> None:
    """Write a label's text in the colour of a role; "" is the colour of all text."""
    _worn(target, _Ink).wear("", role)


def _worn(target: QObject, kind: type[_Worn]) -> _Worn:
    there = target.findChild(kind, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return there if isinstance(there, _Worn) else kind(target)


def tool(parent: QWidget, icon_name: str, tip: str, name: str = "", *, checkable: bool = False) -> QToolButton:
    """A small flat button that shows an icon; its accessible name is its tip without the key behind it, or `name`."""
    button = QToolButton(parent)
    button.setAutoRaise(True)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setToolTip(tip)
    button.setAccessibleName(name or tip.partition(" (")[0])
    icon(button, icon_name)
    return button


def glass(line: QLineEdit) -> None:
    """Mark a line as one to search with."""
    action = QAction(line)
    line.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
    icon(action, "search", "muted")


class Icon(QLabel):
    """An icon beside a text."""

    def __init__(self, parent: QWidget | None = None, name: str = "", role: str = "", *, side: int = 16) -> None:
        super().__init__(parent)
        self.side = side
        self.name, self.role = name, role
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.notifier.changed.connect(self.renew)
        self.renew()

    def show_icon(self, name: str, role: str = "") -> None:
        """Show another icon in the colour of a role; no name hides it."""
        self.name, self.role = name, role
        self.renew()
        self.setVisible(bool(name))

    @Slot()
    def renew(self) -> None:
        """Draw it for the current theme."""
        if self.name:
            size = QSize(self.side, self.side)
            self.setPixmap(theme.icon(self.name, self.role).pixmap(size, self.devicePixelRatio()))
