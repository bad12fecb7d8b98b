"""The bar above the regions: which recipe, whether it was edited, save, undo and redo, light or dark."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from core import recipe as recipes
from gui import dress, theme
from gui.document import Document
from gui.editors import ComboBox
from gui.elide import ElidedLabel
from gui.notice import tooltip

OPEN = "\0open"


class RecipeBar(QWidget):
    """Chooses recipes; opening and saving files is the window's."""

    chosen = Signal(str)
    """A built-in recipe's name, or a file."""
    open_wanted = Signal()
    save_wanted = Signal()
    theme_wanted = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.recent: list[str] = []
        self.label = QLabel("&Recipe", self)
        self.chooser = ComboBox(self)
        self.chooser.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.chooser.setMinimumContentsLength(28)
        self.chooser.setAccessibleName("Recipe")
        self.label.setBuddy(self.chooser)
        self.edited = QLabel("edited", self)
        dress.ink(self.edited, "muted")
        self.description = ElidedLabel(self, fill=True, role="muted")
        self.save = dress.tool(self, "save", "Save the recipe (Ctrl+S)", "Save")
        self.undo = dress.tool(self, "undo", "Undo")
        self.redo = dress.tool(self, "redo", "Redo")
        self.theme = dress.tool(self, "theme", "Light or dark")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID)
        for widget in (self.label, self.chooser, self.edited, self.save):
            row.addWidget(widget)
        row.addWidget(self.description, 1)
        for widget in (self.undo, self.redo, self.theme):
            row.addWidget(widget)
        self.save.clicked.connect(self.save_wanted)
        self.undo.clicked.connect(document.undo_stack.undo)
        self.redo.clicked.connect(document.undo_stack.redo)
        self.theme.clicked.connect(self._other_theme)
        self.chooser.activated.connect(self._activated)
        document.recipe_changed.connect(self.refresh)
        document.undo_stack.indexChanged.connect(self._undoable)
        self._set_fonts()
        self.refresh()
        self._undoable()

    def _set_fonts(self) -> None:
        for label in (self.edited, self.description):
            label.setFont(theme.small_font(self.font()))

    def changeEvent(self, event: QEvent) -> None:
        """A new font reaches the small texts too."""
        if event.type() == QEvent.Type.FontChange and hasattr(self, "theme"):
            self._set_fonts()
        super().changeEvent(event)

    def set_recent(self, files: list[str]) -> None:
        """The user's own recipes, the latest first."""
        self.recent = files
        self.refresh()

    def refresh(self) -> None:
        """Show the document's recipe."""
        document = self.document
        box = self.chooser
        box.blockSignals(True)
        box.clear()
        for name, built_in in recipes.builtin().items():
            box.addItem(built_in.name, name)
            box.setItemData(box.count() - 1, tooltip(built_in.description), Qt.ItemDataRole.ToolTipRole)
        own = [path for path in self.recent if path not in recipes.builtin()]
        if document.origin and document.origin not in recipes.builtin() and document.origin not in own:
            own = [document.origin, *own]
        if own:
            box.insertSeparator(box.count())
        for path in own:
            box.addItem(Path(path).name.removesuffix(recipes.SUFFIX), path)
            box.setItemData(box.count() - 1, tooltip(path), Qt.ItemDataRole.ToolTipRole)
        if not document.origin:
            box.insertItem(0, document.draft.name, "")
        box.insertSeparator(box.count())
        box.addItem("Open a recipe\N{HORIZONTAL ELLIPSIS}", OPEN)
        box.setCurrentIndex(max(0, box.findData(document.origin)))
        box.blockSignals(False)
        self.edited.setVisible(document.edited)
        self.save.setVisible(document.edited)
        self.description.setText(document.draft.description)

    def _activated(self, index: int) -> None:
        chosen = self.chooser.itemData(index)
        if chosen == OPEN:
            self.refresh()
            self.open_wanted.emit()
        elif chosen:
            self.chosen.emit(chosen)

    def _undoable(self, *_: object) -> None:
        stack = self.document.undo_stack
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())
        undo = f"Undo: {stack.undoText()} (Ctrl+Z)" if stack.canUndo() else "Nothing to undo"
        redo = f"Redo: {stack.redoText()} (Ctrl+Shift+Z)" if stack.canRedo() else "Nothing to redo"
        self.undo.setToolTip(tooltip(undo))
        self.redo.setToolTip(tooltip(redo))

    def _other_theme(self) -> None:
        self.theme_wanted.emit("light" if theme.is_dark() else "dark")
