"""How a picture is drawn on the canvas: which of its levels, over which ground, and the line that divides two."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from gui.preview.pixels import Pixels

SQUARE = 8  # pixels of the checker under transparent pictures


def draw(painter: QPainter, pixels: Pixels, target: QRectF, clip: QRect, dots: float) -> None:
    """Draw the part of a picture that lies in `clip`.

    Args:
        painter: Where to.
        pixels: The picture.
        target: Where the whole of it lies.
        clip: What may be painted on.
        dots: Pixels of the screen a pixel of the layout.
    """
    visible = target.intersected(QRectF(clip))
    if visible.isEmpty():
        return
    level = pixels.levels[0]
    for smaller in pixels.levels[1:]:
        if smaller.width() >= target.width() * dots * 0.75:
            level = smaller
    scale_x, scale_y = level.width() / target.width(), level.height() / target.height()
    source = QRectF(
        (visible.left() - target.left()) * scale_x,
        (visible.top() - target.top()) * scale_y,
        visible.width() * scale_x,
        visible.height() * scale_y,
    )
    painter.save()
    painter.setClipRect(clip)
    if pixels.about.form == "rgba":
        painter.fillRect(visible, QBrush(_checker()))
    # Enlarged pixels stay squares: what is between them was never measured.
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale_x * 2 > dots)
    painter.drawImage(visible, level, source)
    painter.restore()


def draw_line(painter: QPainter, x: int, height: int) -> None:
    """Draw the line between before and after, with the handle that it is dragged by."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    top, bottom = QPointF(x + 0.5, 0), QPointF(x + 0.5, height)  # the middle of a pixel: a sharp line
    painter.setPen(QPen(QColor(0, 0, 0, 120), 3))
    painter.drawLine(top, bottom)
    painter.setPen(QPen(QColor(255, 255, 255), 1))
    painter.drawLine(top, bottom)
    middle = QPointF(x + 0.5, height / 2)
    painter.setBrush(QColor(255, 255, 255))
    painter.setPen(QPen(QColor(0, 0, 0, 120), 1))
    painter.drawEllipse(middle, 10, 10)
    painter.setPen(QPen(QColor(60, 60, 60), 1.5))
    for side in (-1, 1):
        tip = middle + QPointF(side * 6, 0)
        painter.drawLine(tip, tip + QPointF(-side * 3, -3))
        painter.drawLine(tip, tip + QPointF(-side * 3, 3))
    painter.restore()


def _checker() -> QPixmap:
    made = QPixmap(2 * SQUARE, 2 * SQUARE)
    made.fill(QColor(200, 200, 200))
    painter = QPainter(made)
    for corner in (0, SQUARE):
        painter.fillRect(QRect(corner, corner, SQUARE, SQUARE), QColor(160, 160, 160))
    painter.end()
    return made
