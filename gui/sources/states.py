"""What stands where the list would: the invitation to drop something, and messages."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui import theme
from gui.sources.drops import READABLE

_LONG = 80
"""Texts of more letters have a tooltip, for a name in them may be wider than the panel."""


def muted(widget: QWidget) -> None:
    """Give a label the colour of secondary text."""
    palette = widget.palette()
    palette.setColor(widget.foregroundRole(), theme.color("muted"))
    widget.setPalette(palette)


def breakable(text: str) -> str:
    """Paths may be broken behind separators: one long word would widen the whole panel."""
    return re.sub(r"([/\\_-])", "\\1\u200b", text)


class ElidedLabel(QLabel):
    """One line, shortened to what fits; the whole is in its tooltip and its accessible name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_whole(self, text: str) -> None:
        """Show this text."""
        self._whole = text
        self.setAccessibleName(text)
        self._shorten()

    def whole(self) -> str:
        """The text that is shown, unshortened."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten it anew."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width()))
        self.setText(shown)
        self.setToolTip(f"<qt>{escape(self._whole)}</qt>" if shown != self._whole else "")


class DropArea(QWidget):
    """The empty list: where to drop, or what to press."""

    def __init__(self, add_folder: QAction, add_files: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = (add_folder, add_files)
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel("Drop a folder of images here")
        title.setFont(theme.heading_font(self.font()))
        self._or = QLabel("or")
        self._reads = QLabel(f"Reads {READABLE}")
        self._reads.setFont(theme.small_font(self.font()))
        for label in (title, self._or, self._reads):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.buttons = []
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        for action in self._actions:
            button = QPushButton(action.text())
            button.setAccessibleName(action.text())
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            row.addWidget(button)
            self.buttons.append(button)
        row.addStretch()

        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._icon)
        layout.addSpacing(8)
        layout.addWidget(title)
        layout.addWidget(self._or)
        layout.addLayout(row)
        layout.addStretch(3)
        layout.addWidget(self._reads)
        theme.notifier.changed.connect(self._dress)
        self._dress()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The edge of the area."""
        super().paintEvent(event)
        outline(self, theme.color("muted"), dashed=True)

    @Slot()
    def _dress(self) -> None:
        self._icon.setPixmap(theme.icon("image", "muted").pixmap(QSize(48, 48), self.devicePixelRatio()))
        for label in (self._or, self._reads):
            muted(label)
        for button, name in zip(self.buttons, ("folder", "file"), strict=True):
            button.setIcon(theme.icon(name))


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
        self._icon_name = ("", "")
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
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
        theme.notifier.changed.connect(self._dress)
        self.tell("")

    def tell(self, text: str, *, icon: tuple[str, str] = ("", ""), busy: bool = False, button: str = "") -> None:
        """Show this text; `icon` is a name and a colour of the theme's."""
        self.label.setText(breakable(text))
        self.label.setAccessibleName(text)
        self.label.setToolTip(f"<qt>{escape(text)}</qt>" if len(text) > _LONG else "")
        self._icon_name = icon
        self._icon.setVisible(bool(icon[0]))
        self.busy.setVisible(busy)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self._dress()

    @Slot()
    def _dress(self) -> None:
        name, role = self._icon_name
        if name:
            self._icon.setPixmap(theme.icon(name, role).pixmap(QSize(24, 24), self.devicePixelRatio()))


class Status(QWidget):
    """One muted line, or a problem in as many lines as it takes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self.line = ElidedLabel()
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
        theme.notifier.changed.connect(self._dress)
        self._dress()
        self.tell("")

    def tell(self, text: str, problem: bool = False) -> None:
        """Show this text; nothing hides the line."""
        self.line.set_whole("" if problem else text)
        self.problem.setText(breakable(text) if problem else "")
        self.problem.setAccessibleName(text if problem else "")
        self.problem.setToolTip(f"<qt>{escape(text)}</qt>" if problem and len(text) > _LONG else "")
        self.line.setVisible(not problem)
        self.problem.setVisible(problem)
        self._icon.setVisible(problem)
        self.setVisible(bool(text))

    @Slot()
    def _dress(self) -> None:
        muted(self.line)
        self._icon.setPixmap(theme.icon("warning", "warning").pixmap(QSize(16, 16), self.devicePixelRatio()))


def outline(widget: QWidget, colour: QColor, *, dashed: bool) -> None:
    """Draw a rounded edge within a widget that is being painted."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1 if dashed else 2, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), 8, 8)
    painter.end()
