"""Short texts beside things: muted notes, and notices whose icon says what kind they are."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui import dress, theme


def tooltip(text: str) -> str:
    """A tooltip that shows a text as it is, though it may look like markup, and breaks its lines."""
    return f'<p style="white-space:pre-wrap">{html.escape(text)}</p>' if text else ""


class Note(QLabel):
    """A text in small type and a colour of the theme, broken into lines as wide as there is room."""

    def __init__(self, text: str = "", role: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.small_font(self.font()))
        dress.ink(self, role)


def first_sentence(text: str) -> str:
    """The first sentence of a text."""
    return text.partition(". ")[0].rstrip(".") + "." if text else ""


class Folded(Note):
    """A note of which the first sentence is shown, and the rest on request."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self.whole = text
        self.open = False
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.linkActivated.connect(self.turn)
        self._write()

    @Slot()
    def turn(self) -> None:
        """Show the rest, or hide it again."""
        self.open = not self.open
        self._write()

    def _write(self) -> None:
        first = first_sentence(self.whole)
        shown = self.whole if self.open else first
        link = f' <a href="#">{"Less" if self.open else "More"}</a>' if first != self.whole else ""
        self.setText(html.escape(shown) + link)
        self.setAccessibleName(shown)


class Notice(QWidget):
    """An icon and a sentence in the colour of a role ("error", "warning", "muted"); hidden while it has no text."""

    def __init__(self, icon: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._note = Note(role=role, parent=self)
        self._note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._note.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(dress.Icon(self, icon, role), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._note, 1)
        self.hide()

    def text(self) -> str:
        """What it says now; "" while it is hidden."""
        return self._note.text()

    def say(self, text: str) -> None:
        """Show a sentence, or hide for ""."""
        self._note.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
