"""The steps region: the list of steps, and the form of the one that is selected."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFont, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core import catalogue
from gui import dress, theme
from gui.document import Document
from gui.form import SettingsForm
from gui.notice import Note
from gui.steps.delegate import StepDelegate
from gui.steps.menu import StepMenu
from gui.steps.model import StepsModel

NO_STEPS = "No steps: images are only converted to the chosen format. Add a step to change them."
WIDTH = 320
"""The least width at which every form can be read."""


class StepsPanel(QWidget):
    """The steps of the recipe in progress.  `step_selected` carries the selected step's id, -1 for none.

    Its actions (`add_action` and so on) are public, so that the window's menus can offer the same.
    """

    step_selected = Signal(int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.model = StepsModel(document, self)
        self.form: SettingsForm | None = None
        self._selected = -1
        self._row = -1
        self.menu = StepMenu(self)
        self.menu.chosen.connect(self.add_step)
        self._make_actions()
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setObjectName("steps")
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._make_top())
        self.splitter.addWidget(self._make_bottom())
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.splitter)
        self.setMinimumWidth(WIDTH)
        # After the model, which connected itself first.
        document.recipe_changed.connect(self._follow)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self._follow()

    def selected(self) -> int:
        """The selected step's id, -1 for none."""
        return self._selected

    @Slot(int)
    def select(self, step_id: int) -> None:
        """Select a step; -1 or one that there is not selects none."""
        self.list.setCurrentIndex(self.model.index(self.model.row_of(step_id)))

    @Slot()
    def show_menu(self) -> None:
        """Open the menu of steps to add."""
        self.menu.popup(self.add_button)

    @Slot(str)
    def add_step(self, tag: str) -> None:
        """Add a step at the end, and select it."""
        self.document.add_step(tag)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def remove_step(self) -> None:
        """Take the selected step out; the next one is selected."""
        if self._selected >= 0:
            self.document.remove_step(self._selected)

    @Slot()
    def duplicate_step(self) -> None:
        """Put a copy behind the selected step, and select it."""
        if self._selected >= 0:
            self.document.duplicate_step(self._selected)

    @Slot()
    def move_up(self) -> None:
        """Move the selected step before the one above."""
        if self._row > 0:
            self.document.move_step(self._selected, self._row - 1)

    @Slot()
    def move_down(self) -> None:
        """Move the selected step behind the one below."""
        if 0 <= self._row < self.model.rowCount() - 1:
            self.document.move_step(self._selected, self._row + 1)

    # -- making ----------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        key, within = Qt.Key, Qt.ShortcutContext.WidgetWithChildrenShortcut
        self.add_action = self._action("add", "Add step", "Ctrl+K", Qt.ShortcutContext.WindowShortcut)
        # Only in the list: in a form's lines, Delete deletes a character.
        self.remove_action = self._action(
            "remove", "Remove step", QKeySequence(key.Key_Delete), Qt.ShortcutContext.WidgetShortcut
        )
        self.duplicate_action = self._action("duplicate", "Duplicate step", "Ctrl+D", within)
        self.up_action = self._action("up", "Move step up", "Alt+Up", within)
        self.down_action = self._action("down", "Move step down", "Alt+Down", within)
        self.add_action.triggered.connect(self.show_menu)
        self.remove_action.triggered.connect(self.remove_step)
        self.duplicate_action.triggered.connect(self.duplicate_step)
        self.up_action.triggered.connect(self.move_up)
        self.down_action.triggered.connect(self.move_down)
        self.addActions([self.add_action, self.duplicate_action, self.up_action, self.down_action])

    def _action(self, icon: str, text: str, keys: str | QKeySequence, context: Qt.ShortcutContext) -> QAction:
        action = QAction(text, self)
        dress.icon(action, icon)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(context)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({shown})")
        return action

    def _make_top(self) -> QWidget:
        heading = QLabel("Steps", self)
        heading.setFont(theme.heading_font(self.font()))
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(StepDelegate(self.list))
        self.list.setAccessibleName("Steps")
        self.list.setAccessibleDescription("Space switches a step on or off. Alt with Up or Down moves it.")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.addActions([self.add_action, self.duplicate_action, self.remove_action, self.up_action])
        self.list.addAction(self.down_action)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.empty = Note(NO_STEPS, parent=self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.list)
        self.pages.addWidget(self.empty)
        self.pages.setMinimumHeight(112)
        tools = QHBoxLayout()
        tools.setSpacing(0)
        self.add_button = self._button(self.add_action)
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        tools.addWidget(self.add_button)
        tools.addStretch(1)
        for action in (self.up_action, self.down_action, self.duplicate_action, self.remove_action):
            last = self._button(action)
            tools.addWidget(last)
        self.last_button = last
        top = QWidget(self)
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self.pages, 1)
        column.addLayout(tools)
        return top

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(action.text())
        return button

    def _make_bottom(self) -> QWidget:
        self.title = QLabel(self)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)
        self.none = Note("Select a step to see its settings.", parent=self)
        self.scroller = QScrollArea(self)
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bottom = QWidget(self)
        column = QVBoxLayout(bottom)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.none)
        column.addWidget(self.scroller, 1)
        # Without a form, the sentence stays at the top.
        column.addStretch(0)
        bottom.setMinimumHeight(128)
        return bottom

    # -- following the document --------------------------------------------------------------------------------

    @Slot()
    def _follow(self) -> None:
        """After any change: keep the selection, go to what came back, or to what took its place."""
        ids = self.model.ids()
        if len(self.model.new) == 1:
            row = ids.index(self.model.new[0])
        elif self._selected in ids:
            row = ids.index(self._selected)
        else:
            row = min(max(self._row, 0), len(ids) - 1)
        self.model.new = []
        self.list.setCurrentIndex(self.model.index(row))
        self.pages.setCurrentWidget(self.list if ids else self.empty)
        self._show(row)

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        # While rows come and go Qt selects neighbours for a moment; what is selected in the end, `_follow` says.
        if not self.model.busy:
            self._show(current.row())

    def _show(self, row: int) -> None:
        ids = self.model.ids()
        step_id = ids[row] if 0 <= row < len(ids) else -1
        changed, self._selected, self._row = step_id != self._selected, step_id, row
        for action in (self.remove_action, self.duplicate_action):
            action.setEnabled(row >= 0)
        self.up_action.setEnabled(row > 0)
        self.down_action.setEnabled(0 <= row < len(ids) - 1)
        step = self.document.step(step_id)
        if changed:
            old, self.form = self.form, None
            if old is not None:
                self.scroller.takeWidget()
                old.deleteLater()
            if step is not None:
                self.form = SettingsForm(catalogue.steps()[step.tag], step.settings)
                # Room for the scroll bar, so that it never covers an editor.
                self.form.setContentsMargins(0, 0, 8, 8)
                self.form.changed.connect(self._settings_changed)
                self.scroller.setWidget(self.form)
                # What is made late stands at the end of the window's tab order; it belongs behind the list.
                stop: QWidget = self.last_button
                for after in self.form.stops():
                    QWidget.setTabOrder(stop, after)
                    stop = after
        if self.form is not None and step is not None:
            self.form.set_settings(step.settings)
            self.form.set_problem(self.document.problem(step))
        self.title.setText(catalogue.steps()[step.tag].title if step else "")
        self.title.setVisible(step is not None)
        self.scroller.setVisible(step is not None)
        self.none.setVisible(step is None and bool(ids))
        if changed:
            self.step_selected.emit(step_id)

    @Slot(object, str)
    def _settings_changed(self, settings: dict[str, Any], name: str) -> None:
        self.document.set_step(self._selected, settings, name)
