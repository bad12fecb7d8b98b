"""The first row of the output region: the folder, the format, the names, and what happens to old results."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from core import catalogue
from gui import dress, theme
from gui.document import Document
from gui.elide import ElidedEdit, ElidedLabel
from gui.notice import tooltip
from gui.output import naming
from gui.output.options import OptionsPopup

ARROW = "→"
BESIDE = "Beside the images"
CONFLICTS = {
    "rename": ("Keep both", "New results get a number behind their name; what is there stays."),
    "skip": ("Skip", "Images whose result is there already are left alone."),
    "overwrite": ("Replace", "Results that are there are replaced. Your own images never are."),
}
WIDEST = 16_777_215  # Qt's "as wide as you like"
NARROW = 1180  # pixels of the row under which the options' summary is cut shorter
ABOUT_WIDTHS = (72, 160)


class OutputFields(QWidget):
    """Edits where and how results are written, in the document."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._source: tuple[str, int, int] = ("", 0, 1)
        self._beside = os.path.expanduser("~")
        self.popup: OptionsPopup | None = None
        self.folder = ElidedEdit(self)
        self.browse = dress.tool(self, "folder", "Choose the folder…", "Choose the output folder")
        self.reset = dress.tool(self, "undo", "Back to the folder beside the images", "Default output folder")
        self.format = QComboBox(self)
        self.options = QPushButton(self)
        dress.icon(self.options, "settings")
        self.naming = ElidedEdit(self, window_undoes=True)
        part = "Insert a part of the name"
        self.tokens = dress.tool(self, "add", f"{part}: its folder, its number…", part)
        self.example = ElidedLabel(self, middle=True, fill=True, role="muted")
        self.conflict = QComboBox(self)
        self.menu = self._make_menu()
        self._set_up_places()
        self._set_up_names()
        self._lay_out()
        document.recipe_changed.connect(self.follow)
        document.output_changed.connect(self.follow)
        document.images_changed.connect(self.follow)
        self.follow()

    # -- making ----------------------------------------------------------------------------------------------

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for token, title, meaning in naming.parts():
            action = menu.addAction(f"{title}\t{token}")
            action.setData(token)
            action.setToolTip(f"{token}: {meaning}")
        menu.triggered.connect(self._insert)
        return menu

    def _set_up_places(self) -> None:
        self.folder.setAccessibleName("Output folder")
        self.folder.textEdited.connect(self._type_folder)
        self.folder.editingFinished.connect(self._finish_folder)
        self.browse.clicked.connect(self._browse)
        self.reset.clicked.connect(self._reset)
        self.format.setAccessibleName("Format")
        for tag, kind in catalogue.formats().items():
            self.format.addItem(kind.title, tag)
            self.format.setItemData(self.format.count() - 1, tooltip(kind.help), Qt.ItemDataRole.ToolTipRole)
        self.format.activated.connect(self._choose_format)
        self.options.clicked.connect(self._open_options)

    def _set_up_names(self) -> None:
        self.naming.setAccessibleName("Name of the results")
        self.naming.textEdited.connect(self.document.set_naming)
        self.tokens.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.tokens.setMenu(self.menu)
        self.conflict.setAccessibleName("If a result is there already")
        for policy, (title, help_text) in CONFLICTS.items():
            self.conflict.addItem(title, policy)
            self.conflict.setItemData(self.conflict.count() - 1, tooltip(help_text), Qt.ItemDataRole.ToolTipRole)
        self.conflict.activated.connect(self._choose_conflict)

    def _lay_out(self) -> None:
        for edit, least, most in ((self.folder, 104, WIDEST), (self.naming, 80, 200)):
            edit.setMinimumWidth(least)
            edit.setMaximumWidth(most)
            edit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.example.setMinimumWidth(80)
        heading = QLabel("Output", self)
        heading.setFont(theme.heading_font(heading.font()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(heading)
        row.addSpacing(8)
        self._field(row, "To", self.folder, 6)
        row.addWidget(self.browse)
        row.addWidget(self.reset)
        row.addSpacing(8)
        self._field(row, "As", self.format)
        row.addWidget(self.options)
        row.addSpacing(8)
        self._field(row, "Name", self.naming, 3)
        row.addWidget(self.tokens)
        row.addWidget(self.example, 4)
        row.addSpacing(8)
        self._field(row, "If there already", self.conflict)

    def _field(self, row: QHBoxLayout, title: str, editor: QWidget, stretch: int = 0) -> None:
        label = QLabel(title, self)
        label.setBuddy(editor)
        row.addWidget(label)
        row.addWidget(editor, stretch)

    # -- shown -----------------------------------------------------------------------------------------------

    def set_example_source(self, path: str, index: int, total: int) -> None:
        """The image that the example is made from: its place in the run from 0, and how many there are."""
        self._source = (path, index, total)
        self._show_example()

    @Slot()
    def follow(self) -> None:
        """Show the document as it is."""
        draft, folder = self.document.draft, self.document.output_folder()
        chosen = self.document.output
        typing = self.folder.hasFocus() and naming.folder_of(self.folder.text(), self._beside) == chosen
        if not typing:
            # Fixed while somebody types: a bare name lies beside what was there before.
            self._beside = os.path.dirname(folder) or os.path.expanduser("~")
            if self.folder.text() != chosen:
                self.folder.setText(chosen)
        self.folder.setPlaceholderText(BESIDE if chosen else folder or BESIDE)
        self.folder.setToolTip(tooltip(folder or "Beside the images, once some are added"))
        self.reset.setVisible(bool(chosen))
        self.format.setCurrentIndex(self.format.findData(draft.format))
        kind = catalogue.formats()[draft.format]
        self.format.setToolTip(tooltip(kind.help))
        self._show_options(kind, naming.summary(draft.format, draft.options))
        if self.naming.text() != draft.naming:
            self.naming.setText(draft.naming)
        self.naming.setToolTip(tooltip(f"{draft.naming}\nThe ending is added by itself; folders stay as they are."))
        self.conflict.setCurrentIndex(self.conflict.findData(draft.conflict))
        self.conflict.setToolTip(tooltip(CONFLICTS[draft.conflict][1]))
        self._show_example()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The summary of options is as long as there is room."""
        super().resizeEvent(event)
        draft = self.document.draft
        self._show_options(catalogue.formats()[draft.format], naming.summary(draft.format, draft.options))

    def _show_options(self, kind: catalogue.Kind, about: str) -> None:
        self.options.setEnabled(bool(kind.properties))
        # A "&" would be taken for a mark of a key.
        room = ABOUT_WIDTHS[self.width() >= NARROW]
        text = self.options.fontMetrics().elidedText(about or "Options", Qt.TextElideMode.ElideRight, room)
        self.options.setText(text.replace("&", "&&"))
        name = f"Options of {kind.title}"
        self.options.setAccessibleName(f"{name}: {about}" if about else name)
        told = f"{name}: {about}" if about else f"{name}, all as they are at first"
        self.options.setToolTip(tooltip(told if kind.properties else f"{kind.title} has no options."))

    def _show_example(self) -> None:
        path, index, total = self._source
        name = naming.example(self.document.draft, path, index, total)
        source = Path(path).name or naming.MADE_UP
        self.example.show_text(f"{ARROW} {name}" if name else "", f"{source} {ARROW} {name}" if name else "")

    # -- changed by the person -------------------------------------------------------------------------------

    @Slot(str)
    def _type_folder(self, text: str) -> None:
        self.document.set_output(naming.folder_of(text, self._beside))

    @Slot()
    def _finish_folder(self) -> None:
        if self.folder.text() != self.document.output:
            self.folder.setText(self.document.output)

    @Slot()
    def _browse(self) -> None:
        folder = self.document.output_folder()
        while folder and not os.path.isdir(folder) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        chosen = QFileDialog.getExistingDirectory(self, "Choose the output folder", folder)
        if chosen:
            self.document.set_output(os.path.normpath(chosen))

    @Slot()
    def _reset(self) -> None:
        self.document.set_output("")
        self.folder.setFocus()

    @Slot(int)
    def _choose_format(self, index: int) -> None:
        self.document.set_format(self.format.itemData(index))

    @Slot()
    def _open_options(self) -> None:
        if self.popup is not None:
            self.popup.deleteLater()
        self.popup = OptionsPopup(self.document, self)
        self.popup.show_above(self.options)

    @Slot(QAction)
    def _insert(self, action: QAction) -> None:
        self.naming.insert(str(action.data()))
        self.document.set_naming(self.naming.text())
        self.naming.setFocus()

    @Slot(int)
    def _choose_conflict(self, index: int) -> None:
        self.document.set_conflict(self.conflict.itemData(index))
