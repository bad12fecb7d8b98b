"""The menu to add a step from: all steps in groups, found by typing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from core import catalogue
from gui import dress, theme
from gui.notice import Note, first_sentence, tooltip
from gui.steps.paint import look, write

Index = QModelIndex | QPersistentModelIndex
TAG = int(Qt.ItemDataRole.UserRole)
ABOUT = TAG + 1
WIDTH, HEIGHT = 400, 464
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def rank(kind: catalogue.Kind, typed: str) -> int:
    """How well a step answers what was typed: 0 is best, -1 not at all.  Every word has to occur."""
    names = [name.lower() for name in (kind.title, kind.tag, *kind.aliases)]
    parts = typed.lower().split()
    whole = " ".join([*names, kind.group.lower(), kind.help.lower()])
    if not all(part in whole for part in parts):
        return -1
    sought = " ".join(parts)
    if any(name.startswith(sought) for name in names):
        return 0
    return 1 if any(sought in name for name in names) else 2


class StepMenu(QFrame):
    """A popup: type to search, arrows move, Enter adds, Escape closes.  `chosen` carries the step's tag."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Add step")
        self._pointer = QCursor.pos()
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search steps")
        self.search.setAccessibleName("Search steps")
        self.search.setClearButtonEnabled(True)
        dress.glass(self.search)
        self.search.textChanged.connect(self.show_matches)
        self.search.installEventFilter(self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Steps to add")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        # The line keeps the focus: typing and the arrows work at the same time.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.itemClicked.connect(self.choose)
        self.list.itemEntered.connect(self._point_at)
        self.nothing = Note("No step does that. Try another word, such as blur, size or contrast.", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        self.resize(WIDTH, HEIGHT)
        self.show_matches("")

    def popup(self, anchor: QWidget) -> None:
        """Open at a button: below it, or where there is room on the screen."""
        self.search.clear()
        self.show_matches("")
        room = anchor.screen().availableGeometry()
        height = min(HEIGHT, room.height() - 16)
        width = min(WIDTH, room.width() - 16)
        at = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        if at.y() + height > room.bottom():
            above = anchor.mapToGlobal(QPoint(0, -4)).y() - height
            at.setY(above if above >= room.top() else room.bottom() - height)
        at.setX(max(room.left(), min(at.x(), room.right() - width)))
        self.setGeometry(QRect(at, QSize(width, height)))
        self._pointer = QCursor.pos()
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def tags(self) -> list[str]:
        """The steps that are offered now, in their order."""
        found = (self.list.item(row).data(TAG) for row in range(self.list.count()))
        return [str(tag) for tag in found if tag]

    @Slot(str)
    def show_matches(self, typed: str) -> None:
        """Offer the steps that answer what was typed, in their groups; the best one is selected."""
        self.list.clear()
        ranked = [(rank(kind, typed), kind) for kind in catalogue.steps().values()]
        group, best = "", None
        for fit, kind in ranked:
            if fit < 0:
                continue
            if kind.group != group:
                group = kind.group
                self._add_heading(group)
            item = self._add_step(kind)
            if best is None or fit < best[0]:
                best = (fit, item)
        if best:
            self.list.setCurrentItem(best[1])
            if best[1] is self.list.item(1):
                self.list.scrollToTop()
        self.nothing.setVisible(best is None)

    @Slot(QListWidgetItem)
    def choose(self, item: QListWidgetItem) -> None:
        """Close and tell what was chosen."""
        tag = item.data(TAG)
        if tag:
            self.close()
            self.chosen.emit(tag)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the line that are for the list."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in MOVES:
                self._move(event.key())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = self.list.currentItem()
                if item is not None:
                    self.choose(item)
                return True
        return super().eventFilter(watched, event)

    def _move(self, key: int) -> None:
        steps = [row for row in range(self.list.count()) if self.list.item(row).data(TAG)]
        if not steps:
            return
        far = 5 if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) else 1
        down = key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown)
        at = steps.index(self.list.currentRow()) + (far if down else -far)
        at = min(max(at, 0), len(steps) - 1)
        self.list.setCurrentRow(steps[at])
        if at == 0:
            # With its group's title.
            self.list.scrollToTop()

    @Slot(QListWidgetItem)
    def _point_at(self, item: QListWidgetItem) -> None:
        # Rows that scroll by under a pointer that rests are "entered" too; the keys are meant then.
        moved, self._pointer = QCursor.pos() != self._pointer, QCursor.pos()
        if moved and item.data(TAG):
            self.list.setCurrentItem(item)

    def _add_heading(self, title: str) -> None:
        item = QListWidgetItem(title, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add_step(self, kind: catalogue.Kind) -> QListWidgetItem:
        item = QListWidgetItem(kind.title, self.list)
        item.setData(TAG, kind.tag)
        item.setData(ABOUT, first_sentence(kind.help))
        item.setToolTip(tooltip(kind.help.replace("`", "")))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{kind.title}. {first_sentence(kind.help)}")
        return item


class _Delegate(QStyledItemDelegate):
    """A group's title in small type; a step's title with a line about it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = look(option)
        small = QFontMetrics(row.small).height()
        return QSize(200, row.line + small + 8 if index.data(TAG) else small + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = look(option)
        text = str(index.data())
        painter.save()
        if index.data(TAG):
            row.style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, row.widget)
            line = QRect(row.rect.left() + 16, row.rect.top() + 4, row.rect.width() - 24, row.line)
            write(painter, row.font, row.strong, line, text)
            line = QRect(line.left(), line.bottom() + 1, line.width(), QFontMetrics(row.small).height())
            write(painter, row.small, row.muted, line, str(index.data(ABOUT)))
        else:
            heading = QFont(row.small)
            heading.setWeight(QFont.Weight.DemiBold)
            write(painter, heading, theme.color("muted"), row.rect.adjusted(8, 6, -8, 0), text)
        painter.restore()
