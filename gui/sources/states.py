"""What stands where the list would: the invitation to drop something, and messages."""

from __future__ import annotations

import re

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui import dress, theme
from gui.elide import ElidedLabel
from gui.notice import tooltip
from gui.sources.drops import READABLE

_LONG = 80
"""Texts of more letters have a tooltip, for a name in them may be wider than the panel."""


def breakable(text: str) -> str:
    """Paths may be broken behind separators: one long word would widen the whole panel."""
    return re.sub(r"([/\\_-])", "\\1\u200b", text)


class DropArea(QWidget):
    """The empty list: where to drop, or what to press."""

    def __init__(self, add_folder: QAction, add_files: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Drop a folder of images here")
        title.setFont(theme.heading_font(self.font()))
        either = QLabel("or")
        reads = QLabel(f"Reads {READABLE}")
        reads.setFont(theme.small_font(self.font()))
        for label in (either, reads):
            dress.ink(label, "muted")
        for label in (title, either, reads):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.buttons = []
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        for action, icon in ((add_folder, "folder"), (add_files, "file")):
            button = QPushButton(action.text())
            button.setAccessibleName(action.text())
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            dress.icon(button, icon)
            row.addWidget(button)
            self.buttons.append(button)
        row.addStretch()

        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(dress.Icon(None, "image", "muted", side=48))
        layout.addSpacing(8)
        layout.addWidget(title)
        layout.addWidget(either)
        layout.addLayout(row)
        layout.addStretch(3)
        layout.addWidget(reads)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The edge of the area."""
        super().paintEvent(event)
        outline(self, theme.color("muted"), dashed=True)


class DropHint(QWidget):
    """Lies over the panel while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, shown: bool) -> None:
        """Come over the parent, or go."""
        parent = self.parentWidget()
        if shown and parent is not None:
            self.setGeometry(parent.rect())
            self.raise_()
        self.setVisible(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A veil, and what a drop does."""
        painter = QPainter(self)
        veil = QColor(self.palette().window().color())
        veil.setAlpha(230)
        painter.fillRect(self.rect(), veil)
        painter.setFont(theme.heading_font(self.font()))
        painter.setPen(theme.color("accent"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drop to add")
        painter.end()
        outline(self, theme.color("accent"), dashed=False)


class Message(QWidget):
    """A few words where the list would be, with an icon or a sign of progress, and perhaps something to press."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = dress.Icon(None, side=24)
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        self.label.setMinimumWidth(1)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(8)
        self.busy.setAccessibleName("Looking through folders")
        self.button = QPushButton()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._icon)
        layout.addWidget(self.label)
        layout.addWidget(self.busy)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.tell("")

    def tell(self, text: str, *, icon: tuple[str, str] = ("", ""), busy: bool = False, button: str = "") -> None:
        """Show this text; `icon` is a name and a colour of the theme's."""
        self.label.setText(breakable(text))
        self.label.setAccessibleName(text)
        self.label.setToolTip(tooltip(text) if len(text) > _LONG else "")
        self._icon.show_icon(*icon)
        self.busy.setVisible(busy)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))


class Status(QWidget):
    """One muted line, or a problem in as many lines as it takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = dress.Icon(None, "warning", "warning")
        self.line = ElidedLabel(fill=True, role="muted")
        self.problem = QLabel()
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        self.problem.setMinimumWidth(1)
        self.line.setFont(theme.small_font(self.font()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.problem, 1)
        self.tell("")

    def tell(self, text: str, problem: bool = False) -> None:
        """Show this text; nothing hides the line."""
        self.line.setText("" if problem else text)
        self.problem.setText(breakable(text) if problem else "")
        self.problem.setAccessibleName(text if problem else "")
        self.problem.setToolTip(tooltip(text) if problem and len(text) > _LONG else "")
        self.line.setVisible(not problem)
        self.problem.setVisible(problem)
        self._icon.setVisible(problem)
        self.setVisible(bool(text))


def outline(widget: QWidget, colour: QColor, *, dashed: bool) -> None:
    """Draw a rounded edge within a widget that is being painted."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1 if dashed else 2, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), 8, 8)
    painter.end()
