"""How often each value occurs, before or after: one curve a channel, with the values at both ends."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core import words
from gui import theme

if TYPE_CHECKING:
    from core.looks import Picture

RGB = (QColor(229, 83, 83), QColor(64, 168, 94), QColor(78, 128, 235))
CHANNELS = (
    QColor(214, 60, 214),
    QColor(64, 168, 94),
    QColor(60, 150, 235),
    QColor(214, 160, 30),
    QColor(229, 83, 83),
    QColor(130, 130, 130),
)


class Histogram(QWidget):
    """Heights are square roots of counts, so that few bright pixels stay visible beside a dark background."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.picture: Picture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Histogram {title.lower()}")
        self.setToolTip("How often each value occurs. Heights are square roots, so that rare values can be seen.")

    def sizeHint(self) -> QSize:
        """Low and wide."""
        return QSize(200, 76)

    def show_picture(self, picture: Picture | None) -> None:
        """Show a picture's counts, or nothing."""
        self.picture = picture
        self.setAccessibleDescription("" if picture is None else self._ends(picture))
        self.update()

    def _ends(self, picture: Picture) -> str:
        low, high = picture.span
        return f"{value(low)} to {value(high)}"

    def paintEvent(self, event: QPaintEvent) -> None:
        """Curves over a base line, the title above and the ends below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.small_font(self.font())
        painter.setFont(font)
        line = painter.fontMetrics().height()
        box = QRectF(0, line + 2, self.width(), max(8, self.height() - 2 * line - 4))
        muted = theme.color("muted")
        painter.setPen(muted)
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, self.title)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if self.picture is not None and self.picture.counts:
            self._draw_curves(painter, self.picture, box)
            low, high = self.picture.span
            below = QRectF(0, box.bottom() + 2, self.width(), line)
            painter.setPen(muted)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, value(low))
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, value(high))
        painter.end()

    def _draw_curves(self, painter: QPainter, picture: Picture, box: QRectF) -> None:
        colour = picture.role == "colour" and len(picture.counts) == 3
        # The ends often hold the whole background or everything saturated: the rest sets the scale.
        inner = [count for counts in picture.counts for count in counts[1:-1]]
        top = sqrt(max(inner, default=0) or max(max(counts) for counts in picture.counts) or 1)
        for channel, counts in enumerate(picture.counts):
            if len(picture.counts) == 1:
                tint = theme.color("accent")
            else:
                tint = (RGB if colour else CHANNELS)[channel % (3 if colour else len(CHANNELS))]
            width = box.width() / len(counts)
            points = [QPointF(box.left(), box.bottom())]
            for index, count in enumerate(counts):
                y = box.bottom() - min(1.0, sqrt(count) / top) * box.height()
                points += [QPointF(box.left() + index * width, y), QPointF(box.left() + (index + 1) * width, y)]
            points.append(QPointF(box.right(), box.bottom()))
            fill = QColor(tint)
            fill.setAlpha(90 if len(picture.counts) > 1 else 150)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF(points))


def value(number: float) -> str:
    """A value as people read it: whole numbers with grouping, others with four digits."""
    if (float(number).is_integer() or abs(number) >= 1000) and abs(number) < 1e15:
        return words.thousands(round(number))
    return f"{number:.4g}"
