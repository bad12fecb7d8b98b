"""Small parts that the bottom of the window is made of: text that is cut honestly, and a table to look from."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionFrame,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui import theme

Index = QModelIndex | QPersistentModelIndex


def tip(text: str) -> str:
    """A tooltip that shows `text` as it is, wrapped; a file name may look like HTML."""
    return f'<p style="white-space:pre-wrap">{html.escape(text)}</p>' if text else ""


class ElidedLabel(QLabel):
    """One line of plain text, cut where there is no room; then its tooltip gives the whole."""

    def __init__(
        self, parent: QWidget | None = None, *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, role: str = ""
    ) -> None:
        super().__init__(parent)
        self.mode = mode
        self.role = role
        self.more = ""
        """What the tooltip adds, whether the text is cut or not."""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        theme.notifier.changed.connect(self.recolour)
        self.recolour()

    def show_text(self, text: str, more: str = "", role: str | None = None) -> None:
        """Show `text`; `more` is added to the tooltip, `role` is a colour of the theme."""
        self.more = more
        if role is not None and role != self.role:
            self.role = role
            self.recolour()
        if text != self.text():
            self.setText(text)
        self._tell()

    def recolour(self) -> None:
        """Take the colour from the theme again."""
        palette = QPalette()
        if self.role:
            palette.setColor(QPalette.ColorRole.WindowText, theme.color(self.role))
        self.setPalette(palette)

    def cut(self) -> bool:
        """Whether a part of the text is not seen."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        metrics = self.fontMetrics()
        return QSize(min(self.sizeHint().width(), metrics.averageCharWidth() * 8), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width cuts another part."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), self.mode, self.contentsRect().width())
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            text,
            self.foregroundRole(),
        )

    def _tell(self) -> None:
        parts = [self.text() if self.cut() else "", self.more]
        self.setToolTip(tip("\n".join(filter(None, parts))))


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


class _Cell(QStyledItemDelegate):
    """Draws rows rather than cells, and cuts names in their middle: beginnings and ends tell images apart."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus  # the row is selected, which is enough
        if index.column() == 0:
            option.textElideMode = Qt.TextElideMode.ElideMiddle
        if option.icon.isNull():
            # Room for an icon that is not there brings the text under its column's title.
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationSize = QSize(1, 1)


class LookTable(QTableView):
    """A table of images: a click, Enter or the arrow keys choose one to look at."""

    chosen = Signal(int)
    """The row that is to be looked at."""
    menu_wanted = Signal(int, QPoint)
    """A row and a place on the screen for its menu."""
    copy_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_Cell(self))
        rows = self.verticalHeader()
        rows.hide()
        # Fixed: rows that measure themselves make a long table slow.
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(24, self.fontMetrics().height() + 8))
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        copy = QAction("Copy message", self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.addAction(copy)

    def columns(self, widths: dict[int, int], wide: int) -> None:
        """Give columns their widths; `wide` takes what is left."""
        head = self.horizontalHeader()
        for column, width in widths.items():
            head.resizeSection(column, width)
        head.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by the keyboard sees where the keyboard is; nothing is looked at yet."""
        super().focusInEvent(event)
        if self.currentIndex().isValid() and not self.selectionModel().hasSelection():
            self.selectRow(self.currentIndex().row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click looks, on the row that is the current one already too."""
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.chosen.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter looks, and so does going to another row."""
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        row = self.currentIndex().row()
        if row >= 0 and (row != before or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            event.accept()
            self.chosen.emit(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row under the mouse, or of the current one."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).bottomLeft() if keyboard else event.pos()
            self.menu_wanted.emit(index.row(), self.viewport().mapToGlobal(place))

    def _copy(self) -> None:
        if self.currentIndex().isValid():
            self.copy_wanted.emit(self.currentIndex().row())
