"""How a row of the list is drawn: the picture, the name over what the image is, and its mark."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionFocusRect, QStyleOptionViewItem, QWidget

from gui import theme
from gui.sources.model import MARKS, Mark, Role

SIDE = 48
"""Edge of a thumbnail on the screen."""
PAD = 4
GAP = 8
ICON = 16
BETWEEN = " · "


def row_height(widget: QWidget) -> int:
    """Height of every row: a thumbnail or two lines of text, whichever is more."""
    name = QFontMetrics(widget.font())
    small = QFontMetrics(theme.small_font(widget.font()))
    return max(SIDE, name.height() + small.height() + PAD) + 2 * PAD


class ImageDelegate(QStyledItemDelegate):
    """Draws one image of the list."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The same for every row."""
        widget = option.widget
        return QSize(4 * SIDE, row_height(widget))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a row."""
        widget: QWidget = option.widget
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, widget.palette().highlight())
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, widget.palette().alternateBase())

        well = QRect(rect.left() + GAP, rect.top() + (rect.height() - SIDE) // 2, SIDE, SIDE)
        self._picture(painter, well, index)
        right = rect.right() - GAP
        mark: Mark | None = index.data(Role.MARK)
        if mark:
            icon, role, _ = MARKS[mark.kind]
            place = QRect(right - ICON, rect.top() + (rect.height() - ICON) // 2, ICON, ICON)
            mode = QIcon.Mode.Selected if chosen else QIcon.Mode.Normal
            theme.icon(icon, role).paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
            right = place.left() - GAP
        left = well.right() + 1 + GAP
        self._words(painter, QRect(left, rect.top(), right - left, rect.height()), widget, index, chosen)
        if state & QStyle.StateFlag.State_HasFocus and not chosen:
            focus = QStyleOptionFocusRect()
            focus.rect = rect
            focus.state = state | QStyle.StateFlag.State_KeyboardFocusChange
            widget.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, focus, painter, widget)
        painter.restore()

    def _picture(self, painter: QPainter, well: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """The thumbnail as a whole, on the grey that images are judged on."""
        painter.fillRect(well, theme.color("surround"))
        pixmap: QPixmap | None = index.data(Role.THUMBNAIL)
        if pixmap is None:
            if index.data(Role.PROBLEM):
                inside = well.adjusted(GAP, GAP, -GAP, -GAP)
                # The well is dark in both themes, so the icon is light in both.
                theme.icon("image").paint(painter, inside, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Selected)
            return
        # Large enough for two screen pixels a point, as thumbnails are; small images stay small.
        size = pixmap.size()
        if size.width() > SIDE or size.height() > SIDE:
            size = size.scaled(well.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, max(1, size.width()), max(1, size.height()))
        place.moveCenter(well.center())
        painter.drawPixmap(place, pixmap)

    def _words(
        self,
        painter: QPainter,
        space: QRect,
        widget: QWidget,
        index: QModelIndex | QPersistentModelIndex,
        chosen: bool,
    ) -> None:
        """The name, and under it the folder and what the image is; each shortened to what fits."""
        font = widget.font()
        small = theme.small_font(font)
        upper, lower = QFontMetrics(font), QFontMetrics(small)
        top = space.top() + (space.height() - upper.height() - lower.height()) // 2
        palette = widget.palette()
        strong = palette.color(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine

        painter.setFont(font)
        painter.setPen(strong)
        name = upper.elidedText(index.data(Role.NAME), Qt.TextElideMode.ElideMiddle, space.width())
        painter.drawText(QRect(space.left(), top, space.width(), upper.height()), flags, name)

        painter.setFont(small)
        painter.setPen(strong if chosen else theme.color("muted"))
        second = second_line(
            index.data(Role.FOLDER), index.data(Role.PROBLEM) or index.data(Role.TEXT), lower, space.width()
        )
        painter.drawText(QRect(space.left(), top + upper.height(), space.width(), lower.height()), flags, second)


def second_line(folder: str, text: str, metrics: QFontMetrics, width: int) -> str:
    """Folder and text in one line; where they don't fit, the folder gives way first."""
    if folder and text:
        left = width - metrics.horizontalAdvance(BETWEEN + text)
        short = metrics.elidedText(folder, Qt.TextElideMode.ElideMiddle, max(0, left))
        if len(short) >= min(len(folder), 4):
            return f"{short}{BETWEEN}{text}"
        folder = ""
    return metrics.elidedText(text or folder, Qt.TextElideMode.ElideRight, width)
