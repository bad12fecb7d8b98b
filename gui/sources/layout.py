"""The widgets of the images region and where they stand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core import words
from gui import dress, theme
from gui.sources.actions import Actions
from gui.sources.imagelist import ImageList
from gui.sources.model import ImagesModel
from gui.sources.states import DropArea, DropHint, Message, Status
from gui.sources.tree import FolderTree


class Parts(QObject):
    """Makes the panel's widgets and shows one of its states; knows no document."""

    def __init__(self, panel: QWidget, model: ImagesModel, actions: Actions) -> None:
        super().__init__(panel)
        self._heading = QLabel("Images")
        self._heading.setFont(theme.heading_font(panel.font()))
        self.count = QLabel()
        dress.ink(self.count, "muted")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name")
        self.filter.setAccessibleName("Filter images by name")
        self.filter.setToolTip("Words that names must have; capitals don't matter")
        self.filter.setClearButtonEnabled(True)
        # Otherwise a folder that is dropped here would become text.
        self.filter.setAcceptDrops(False)
        dress.glass(self.filter)
        self.tree = FolderTree()
        self.list = ImageList(model)
        self.message = Message()
        self.status = Status()
        self.menu = QMenu(panel)
        self.menu.addActions([actions.reveal, actions.remove, actions.clear])
        self.menu.addSeparator()
        self.menu.addActions([actions.add_folder, actions.add_files])
        self.buttons = [self._button(action) for action in (actions.add_folder, actions.add_files, actions.remove)]
        self.buttons[2].setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.more = dress.tool(panel, "more", "More to do with images")
        self.more.setMenu(self.menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.empty = DropArea(actions.add_folder, actions.add_files)

        self._body = QStackedWidget()
        self._body.addWidget(self.list)
        self._body.addWidget(self.message)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._content())
        top = QHBoxLayout()
        top.addWidget(self._heading)
        top.addStretch()
        top.addWidget(self.count)
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        self.hint = DropHint(panel)

    def _content(self) -> QWidget:
        content = QWidget()
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.buttons[0])
        row.addWidget(self.buttons[1])
        row.addStretch()
        row.addWidget(self.buttons[2])
        row.addWidget(self.more)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.filter)
        column.addWidget(self.tree)
        column.addWidget(self._body, 1)
        column.addWidget(self.status)
        column.addLayout(row)
        return content

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return button

    # -- states ----------------------------------------------------------------------------------------------

    def show_empty(self, empty: bool) -> None:
        """Show the invitation to drop something, or what was added."""
        self._pages.setCurrentIndex(0 if empty else 1)

    def show_list(self) -> None:
        """Show the rows."""
        self._body.setCurrentWidget(self.list)

    def show_message(self, text: str, icon: tuple[str, str], busy: bool, button: str) -> None:
        """Show a message in the place of the rows."""
        self.message.tell(text, icon=icon, busy=busy, button=button)
        self._body.setCurrentWidget(self.message)

    def show_count(self, rows: int, total: int, *, filtered: bool) -> None:
        """Show how many images there are, and how many of them while a filter is on."""
        text = f"{words.thousands(rows)} of {words.thousands(total)}" if filtered else words.thousands(total)
        self.count.setText(text if total else "")
        self.count.setAccessibleName(f"{text} images")

    def clear_filter(self) -> None:
        """Take words and folder out of the filter, without a signal."""
        for widget in (self.filter, self.tree):
            widget.blockSignals(True)
        self.filter.clear()
        self.tree.choose(None)
        for widget in (self.filter, self.tree):
            widget.blockSignals(False)

    def fit_tree(self, most: int) -> None:
        """Give the tree the height of what it holds, up to `most`; hide it when there is nothing to choose."""
        self.tree.setVisible(self.tree.worth_showing)
        if self.tree.worth_showing:
            self.tree.setFixedHeight(max(1, min(self.tree.content_height(), most)))


class Keys(QObject):
    """Keys in the filter: Down leads into the list, Escape empties the filter, Enter applies it at once."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts)
        self.parts = parts
        parts.filter.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What the filter's box does not know."""
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            parts = self.parts
            if event.key() == Qt.Key.Key_Escape and parts.filter.text():
                # Taken before a shortcut of the window sees it.
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    parts.filter.clear()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                # It ends here: Enter elsewhere in the window starts the run.
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    parts.filter.returnPressed.emit()
                return True
            if event.key() == Qt.Key.Key_Down and event.type() == QEvent.Type.KeyPress:
                parts.list.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)
