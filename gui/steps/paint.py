"""What the painters of rows share: the members of Qt's options with their types, and a line of text."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QWidget

from gui import theme


class Look(NamedTuple):
    """How and where a row is drawn."""

    rect: QRect
    font: QFont
    small: QFont
    line: int
    """Height of a line in `font`."""
    strong: QColor
    muted: QColor
    selected: bool
    style: QStyle
    widget: QWidget | None

    def color(self, role: str) -> QColor:
        """A colour of the theme, or that of selected text, beside which the theme's could not be read."""
        return self.strong if self.selected else theme.color(role)

    @property
    def mode(self) -> QIcon.Mode:
        """How icons are drawn."""
        return QIcon.Mode.Selected if self.selected else QIcon.Mode.Normal


def look(option: QStyleOptionViewItem) -> Look:
    """The row's look; the option is a plain struct, whose members Qt's type stubs don't know."""
    plain: Any = option
    widget: QWidget | None = plain.widget
    font = QFont(plain.font)
    selected = bool(plain.state & QStyle.StateFlag.State_Selected)
    role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
    strong = QColor(plain.palette.color(role))
    return Look(
        rect=QRect(plain.rect),
        font=font,
        small=theme.small_font(font),
        line=QFontMetrics(font).height(),
        strong=strong,
        muted=strong if selected else theme.color("muted"),
        selected=selected,
        style=widget.style() if widget is not None else QApplication.style(),
        widget=widget,
    )


def write(
    painter: QPainter,
    font: QFont,
    colour: QColor,
    rect: QRect,
    text: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line of text, with an ellipsis where there is no room; the row's tooltip has the whole."""
    painter.setFont(font)
    painter.setPen(colour)
    short = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter), short)
