"""The help: a list of pages with a search on the left, the page on the right.  Reads nothing from the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QKeyEvent, QPalette, QShowEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from gui import dress, helppages, helptext, theme
from gui.helppages import Page

NAME = Qt.ItemDataRole.UserRole


class HelpWindow(QDialog):
    """The help in a window of its own, beside which the work goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Slidetray help")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self.resize(960, 640)
        self._pages = {page.name: page for page in helppages.pages()}
        self._shortcuts = ""
        self._shown = ""

        self.search = _Search()
        self.search.setPlaceholderText("Search the help")
        self.search.setAccessibleName("Search the help")
        self.search.setClearButtonEnabled(True)
        dress.glass(self.search)
        self.list = QListWidget()
        self.list.setAccessibleName("Pages of the help")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.search.list = self.list
        self.nothing = QLabel("No page has these words.")
        self.nothing.setWordWrap(True)
        self.nothing.hide()
        self.reader = _Reader()
        self.reader.setAccessibleName("Page of the help")

        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        column.addWidget(self.search)
        column.addWidget(self.nothing)
        column.addWidget(self.list, 1)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self.reader)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([264, 696])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[2 * theme.GRID] * 4)
        whole.addWidget(splitter)

        self._fill()
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(self._chosen)
        theme.notifier.changed.connect(self._renew)
        self._renew()
        self.show_page(next(iter(self._pages)))

    # -- what the window asks ----------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        return self._shown

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Show a page: "start", "images", ..., "formats".

        Raises:
            KeyError: there is no such page.
        """
        self._pages[name]
        item = self._item(name)
        if item.isHidden():
            self.search.clear()
        self.list.setCurrentItem(item)
        if name != self._shown:
            self._show(name)

    @Slot(str)
    def show_step(self, tag: str) -> None:
        """Show what a step does, and its settings.

        Raises:
            KeyError: there is no such step.
        """
        from core import catalogue

        self.show_page(helppages.page_of_step(tag))
        self.reader.go_to(catalogue.steps()[tag].title)

    @Slot(str)
    def show_format(self, tag: str) -> None:
        """Show what an output format holds, and its options.

        Raises:
            KeyError: there is no such format.
        """
        from core import catalogue

        title = catalogue.formats()[tag].title
        self.show_page("formats")
        self.reader.go_to(title)

    def set_shortcuts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Tell the keys of the window's commands: (what it does, the keys as text)."""
        self._shortcuts = helppages.shortcuts(rows)
        if self._shown == helppages.KEYBOARD:
            self._show(self._shown)

    # -- inside ------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The search is where typing goes."""
        super().showEvent(event)
        self.search.setFocus()

    def _fill(self) -> None:
        section = ""
        for page in self._pages.values():
            if page.section != section:
                section = page.section
                head = QListWidgetItem(section)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                head.setFont(theme.small_font(self.font()))
                head.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
                head.setSizeHint(QSize(0, self.fontMetrics().height() + 2 * theme.GRID))
                self.list.addItem(head)
            item = QListWidgetItem(page.title)
            item.setData(NAME, page.name)
            item.setToolTip(page.title)
            item.setSizeHint(QSize(0, self.fontMetrics().height() + theme.GRID))
            self.list.addItem(item)

    def _item(self, name: str) -> QListWidgetItem:
        return next(item for item in self._items() if item.data(NAME) == name)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        head: QListWidgetItem | None = None
        first: QListWidgetItem | None = None
        for item in self._items():
            name = item.data(NAME)
            if name is None:
                head = item
                head.setHidden(True)
                continue
            has = _has(self._pages[name], wanted)
            item.setHidden(not has)
            if has and head is not None:
                head.setHidden(False)
            first = first or (item if has else None)
        self.nothing.setVisible(first is None)
        current = self.list.currentItem()
        if first is not None and (current is None or current.isHidden()):
            self.list.setCurrentItem(first)
        self.reader.mark(wanted)

    @Slot(QListWidgetItem)
    def _chosen(self, item: QListWidgetItem | None) -> None:
        name = item.data(NAME) if item is not None else None
        if name is not None and name != self._shown:
            self._show(name)

    def _show(self, name: str) -> None:
        self._shown = name
        text = self._pages[name].text
        if name == helppages.KEYBOARD and self._shortcuts:
            text = f"{text}\n\n{self._shortcuts}"
        self.reader.show_text(text)
        self.reader.mark(self.search.text().casefold().split())

    @Slot()
    def _renew(self) -> None:
        """Colours that are in the texts themselves."""
        for item in self._items():
            if item.data(NAME) is None:
                item.setForeground(theme.color("muted"))
        if self._shown:
            self._show(self._shown)


def _has(page: Page, wanted: Sequence[str]) -> bool:
    text = f"{page.title} {page.text}".casefold()
    return all(word in text for word in wanted)


class _Search(QLineEdit):
    """Arrow keys in the search move in the list."""

    list: QListWidget

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                super().keyPressEvent(event)
            return
        row = self.list.currentRow() + step
        while 0 <= row < self.list.count():
            item = self.list.item(row)
            if not item.isHidden() and item.data(NAME) is not None:
                self.list.setCurrentRow(row)
                return
            row += step


class _Reader(QTextBrowser):
    """Shows Markdown and nothing else: no links are followed, no files or addresses read."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """Nothing is loaded from anywhere."""
        return None

    def show_text(self, text: str) -> None:
        """Show a page from its top."""
        document = self.document()
        document.setDefaultFont(self.font())
        document.setDocumentMargin(2 * theme.GRID)
        document.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        helptext.dress(document, self.font())
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def go_to(self, heading: str) -> None:
        """Scroll so that a heading stands at the top."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text() == heading:
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top) - theme.GRID)
                self.setTextCursor(QTextCursor(block))
                return
            block = block.next()

    def mark(self, wanted: Sequence[str]) -> None:
        """Mark these words wherever they are."""
        marks = []
        for word in wanted:
            found = self.document().find(word)
            while not found.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = found
                mark.format.setBackground(self.palette().color(QPalette.ColorRole.Highlight))
                mark.format.setForeground(self.palette().color(QPalette.ColorRole.HighlightedText))
                marks.append(mark)
                found = self.document().find(word, found)
        self.setExtraSelections(marks)
