"""How a step looks in the list: number, box, title and summary; a problem or "display only" at the right."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui import theme
from gui.steps.model import StepsModel
from gui.steps.paint import Look, look, write

Index = QModelIndex | QPersistentModelIndex
GAP = 8
AIR = 5
"""Above and below the two lines."""
NUMBER = 16
ICON = 16
CHECK = Qt.ItemDataRole.CheckStateRole


class Places(NamedTuple):
    """Where the parts of a row are."""

    number: QRect
    check: QRect
    title: QRect
    summary: QRect


class StepDelegate(QStyledItemDelegate):
    """Paints a step, and switches it by a click on its box or the space bar."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines and air."""
        row = look(option)
        return QSize(160, row.line + QFontMetrics(row.small).height() + AIR * 2)

    def check_rect(self, option: QStyleOptionViewItem, index: Index) -> QRect:
        """Where the box of a row is."""
        return _places(look(option), index).check

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = look(option)
        painter.save()
        row.style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, row.widget)
        places = _places(row, index)
        write(painter, row.small, row.muted, places.number, str(index.row() + 1), Qt.AlignmentFlag.AlignRight)
        enabled, problem = bool(index.data(StepsModel.ENABLED)), bool(index.data(StepsModel.PROBLEM))
        _draw_check(painter, option, row, places.check, enabled)
        title = QRect(places.title)
        title.setRight(_draw_marker(painter, row, places.title, index))
        write(painter, row.font, row.strong if enabled else row.muted, title, str(index.data(StepsModel.TITLE)))
        write(painter, row.small, row.color("error" if problem else "muted"), places.summary, _second(index))
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Switch the step by a click on its box or by the space bar."""
        if isinstance(event, QKeyEvent):
            switch = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space
        elif isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            # On release, which also follows each click of a double click.
            inside = self.check_rect(option, index).adjusted(-4, -4, 4, 4).contains(event.position().toPoint())
            switch = inside and event.type() == QEvent.Type.MouseButtonRelease
        else:
            switch = False
        if not switch:
            return False
        on = bool(index.data(StepsModel.ENABLED))
        return model.setData(index, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked, CHECK)


def _second(index: Index) -> str:
    return str(index.data(StepsModel.PROBLEM) or index.data(StepsModel.SUMMARY))


def _places(row: Look, index: Index) -> Places:
    rect = row.rect.adjusted(GAP // 2, AIR, -GAP, -AIR)
    side = row.style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, row.widget)
    number = QRect(rect.left(), rect.top(), NUMBER, row.line)
    check = QRect(number.right() + 1 + GAP, rect.top() + (row.line - side) // 2, side, side)
    left = check.right() + 1 + GAP
    title = QRect(left, rect.top(), rect.right() - left, row.line)
    if not _second(index):
        # A title alone stands in the middle.
        for part in (number, check, title):
            part.translate(0, (rect.height() - row.line) // 2)
    return Places(
        number, check, title, QRect(left, rect.top() + row.line, rect.right() - left, rect.height() - row.line)
    )


def _draw_check(painter: QPainter, option: QStyleOptionViewItem, row: Look, rect: QRect, enabled: bool) -> None:
    flag = QStyle.StateFlag
    box: Any = QStyleOptionViewItem(option)
    box.rect = rect
    box.state = (box.state & ~flag.State_HasFocus) | (flag.State_On if enabled else flag.State_Off)
    row.style.drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter, row.widget)


def _draw_marker(painter: QPainter, row: Look, line: QRect, index: Index) -> int:
    """Draw the icon and word at the right, if any; returns how far the title may go."""
    if index.data(StepsModel.PROBLEM):
        name, word, role = "error", "Problem", "error"
    elif index.data(StepsModel.DISPLAY_ONLY):
        name, word, role = "eye", "Display only", "warning"
    else:
        return line.right()
    width = QFontMetrics(row.small).horizontalAdvance(word) + 2
    text = QRect(line.right() - width, line.top(), width, line.height())
    picture = QRect(text.left() - 4 - ICON, line.center().y() - ICON // 2, ICON, ICON)
    theme.icon(name, role).paint(painter, picture, Qt.AlignmentFlag.AlignCenter, row.mode)
    write(painter, row.small, row.color(role), text, word)
    return picture.left() - GAP
