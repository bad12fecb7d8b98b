"""The menus: every action of the window, with its key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from gui.main_window import MainWindow

Key = QKeySequence.StandardKey


class Menus:
    """Builds the menu bar and keeps its actions."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.actions: dict[str, QAction] = {}
        bar = window.menuBar()
        self._file(bar.addMenu("&File"))
        self._edit(bar.addMenu("&Edit"))
        self._recipe(bar.addMenu("&Recipe"))
        self._view(bar.addMenu("&View"))
        self._run(bar.addMenu("R&un"))
        self._help(bar.addMenu("&Help"))

    def _add(
        self, menu: QMenu, name: str, text: str, done: Callable[[], object], key: Key | str | None = None
    ) -> QAction:
        action = QAction(text, self.window)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda *_: done())
        menu.addAction(action)
        self.actions[name] = action
        return action

    def _file(self, menu: QMenu) -> None:
        window = self.window
        images = window.images.commands
        menu.addActions([images.add_folder, images.add_files, images.clear])
        menu.addSeparator()
        self._add(menu, "open_results", "Open the results' &folder", window.running.open_folder)
        menu.addSeparator()
        quits = self._add(menu, "quit", "&Quit", window.close, Key.Quit)
        quits.setMenuRole(QAction.MenuRole.QuitRole)

    def _edit(self, menu: QMenu) -> None:
        stack = self.window.document.undo_stack
        for name, action, key in (
            ("undo", stack.createUndoAction(self.window, "&Undo"), Key.Undo),
            ("redo", stack.createRedoAction(self.window, "&Redo"), Key.Redo),
        ):
            action.setShortcuts(key)
            menu.addAction(action)
            self.actions[name] = action
        menu.addSeparator()
        steps = self.window.steps
        menu.addActions([steps.duplicate_action, steps.up_action, steps.down_action, steps.remove_action])
        menu.addSeparator()
        menu.addAction(self.window.images.commands.find)

    def _recipe(self, menu: QMenu) -> None:
        window = self.window
        self._add(menu, "new_recipe", "&New recipe", window.new_recipe, Key.New)
        self._add(menu, "open_recipe", "&Open\N{HORIZONTAL ELLIPSIS}", window.open_recipe, "Ctrl+Shift+L")
        self._add(menu, "save", "&Save", window.save_recipe, Key.Save)
        self._add(menu, "save_as", "Save &as\N{HORIZONTAL ELLIPSIS}", window.save_recipe_as, "Ctrl+Shift+S")
        menu.addSeparator()
        menu.addAction(window.steps.add_action)

    def _view(self, menu: QMenu) -> None:
        window = self.window
        self._add(menu, "next", "&Next image", lambda: window.images.step(1), "Ctrl+Right")
        self._add(menu, "previous", "&Previous image", lambda: window.images.step(-1), "Ctrl+Left")
        menu.addSeparator()
        self._add(menu, "fit", "&Whole image", window.preview.canvas.fit, "Ctrl+0")
        self._add(menu, "single", "Actual si&ze (100 %)", window.preview.single.click, "Ctrl+1")
        self._add(menu, "wipe", "Before and after with a &line", window.preview.wipe.click, "Ctrl+Shift+W")
        self._add(menu, "beside", "Before and after side &by side", window.preview.beside.click, "Ctrl+Shift+B")
        menu.addSeparator()
        themes = menu.addMenu("&Theme")
        group = QActionGroup(window)
        for mode, text in (("system", "As the &system"), ("light", "&Light"), ("dark", "&Dark")):
            action = self._add(themes, f"theme_{mode}", text, partial(window.use_theme, mode))
            action.setCheckable(True)
            group.addAction(action)

    def _run(self, menu: QMenu) -> None:
        window = self.window
        self._add(menu, "check", "&Check", window.running.check, "Ctrl+Shift+C")
        self._add(menu, "start", "&Start", window.running.start, "Ctrl+Return")
        self._add(menu, "cancel", "&Cancel the run", window.running.cancel, "Ctrl+.")

    def _help(self, menu: QMenu) -> None:
        window = self.window
        self._add(menu, "help", "&Help", window.show_help, Key.HelpContents)
        about = self._add(menu, "about", "&About Slidetray", window.show_about)
        about.setMenuRole(QAction.MenuRole.AboutRole)

    def shortcuts(self) -> list[tuple[str, str]]:
        """(what, keys) of every action that has a key, for the help."""
        found = []
        for menu in self.window.menuBar().findChildren(QMenu):
            for action in menu.actions():
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                if keys:
                    found.append((action.text().replace("&", "").rstrip("\N{HORIZONTAL ELLIPSIS}"), keys))
        return found

    def refresh(self, *, running: bool, reason: str) -> None:
        """Switch actions on and off."""
        self.actions["start"].setEnabled(not running and not reason)
        self.actions["check"].setEnabled(not running and not reason)
        self.actions["cancel"].setEnabled(running)
