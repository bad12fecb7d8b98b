"""Texts that are cut where there is no room for them, and tell the whole as a tooltip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QStyle, QStyleOptionFrame, QWidget

from gui import dress
from gui.notice import tooltip


class ElidedLabel(QLabel):
    """One line of plain text, cut at its end or in its middle; then its tooltip gives the whole.

    It asks for the room that its text needs, or takes what others leave with `fill`.
    """

    def __init__(
        self, parent: QWidget | None = None, *, middle: bool = False, fill: bool = False, role: str = ""
    ) -> None:
        """`role` is the text's colour, one of the theme's."""
        super().__init__(parent)
        self.mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.fill = fill
        self.more = ""
        """What the tooltip adds, whether the text is cut or not."""
        self.setTextFormat(Qt.TextFormat.PlainText)
        across = QSizePolicy.Policy.Ignored if fill else QSizePolicy.Policy.Preferred
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        dress.ink(self, role)

    def setText(self, text: str) -> None:
        """Show `text`."""
        super().setText(text)
        self._tell()

    def show_text(self, text: str, more: str = "", role: str | None = None) -> None:
        """Show `text`; `more` is added to the tooltip, `role` is another colour."""
        self.more = more
        if role is not None:
            dress.ink(self, role)
        if text != self.text():
            super().setText(text)
        self._tell()

    def cut(self) -> bool:
        """Whether a part of the text is not seen."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters, or for none."""
        metrics = self.fontMetrics()
        least = 0 if self.fill else metrics.averageCharWidth() * 8
        return QSize(min(self.sizeHint().width(), least), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width cuts another part."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter = QPainter(self)
        box = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self.mode, box.width())
        align = int(self.alignment())
        self.style().drawItemText(painter, box, align, self.palette(), self.isEnabled(), text, self.foregroundRole())

    def _tell(self) -> None:
        parts = [self.text() if self.cut() else "", self.more]
        self.setToolTip(tooltip("\n".join(filter(None, parts))))


class ElidedEdit(QLineEdit):
    """A line of text that is cut in its middle while nobody types in it; its tooltip gives the whole."""

    def __init__(self, parent: QWidget | None = None, *, window_undoes: bool = False) -> None:
        """`window_undoes` leaves undo and redo to the window, whose history holds this text."""
        super().__init__(parent)
        self.window_undoes = window_undoes

    def event(self, event: QEvent) -> bool:
        """Leave undo to the window where it is told to."""
        if self.window_undoes and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = QKeySequence.StandardKey.Undo
            if event.matches(undo) or event.matches(QKeySequence.StandardKey.Redo):
                event.ignore()
                return False
        return super().event(event)

    def shown(self) -> str:
        """What is painted while nobody types."""
        return self.fontMetrics().elidedText(
            self.text() or self.placeholderText(), Qt.TextElideMode.ElideMiddle, self._room().width() - 4
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Both ends of a path say more than its first half."""
        text = self.text() or self.placeholderText()
        if self.hasFocus() or self.shown() == text:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        option = self._option()
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        role = QPalette.ColorRole.Text if self.text() else QPalette.ColorRole.PlaceholderText
        painter.setPen(self.palette().color(role))
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self._room().adjusted(2, 0, -2, 0), int(align), self.shown())

    def _option(self) -> QStyleOptionFrame:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        return option

    def _room(self) -> QRect:
        return self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, self._option(), self)
