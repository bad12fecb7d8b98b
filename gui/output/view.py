"""The bottom of the window before a run: where and how results are written, what they come to, and Start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core import catalogue
from gui import dress, theme
from gui.document import Document
from gui.elide import ElidedLabel
from gui.notice import tooltip
from gui.output import naming, sums
from gui.output.check import CheckPanel
from gui.output.fields import OutputFields

if TYPE_CHECKING:
    from core.looks import Sums

__all__ = ["CheckPanel", "OutputPanel"]
SOON = 300  # milliseconds: sums that come sooner replace the old ones without a word between
ADDING = "Adding up what a run would make…"
CHECK = "Look at all images before the run: problems, losses, size and time"
START = "Make the results"


class OutputPanel(QWidget):
    """Edits the document's output, shows what a run would make, and starts it."""

    start_wanted = Signal()
    check_wanted = Signal()
    problems_wanted = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._reason = ""
        self._sums: Sums | None = None
        self._adding = QTimer(self)
        self._adding.setSingleShot(True)
        self._adding.setInterval(SOON)
        self._adding.timeout.connect(self._is_late)
        self.fields = OutputFields(document, self)
        self.icon = dress.Icon(self)
        self.sentence = ElidedLabel(self)
        self.loss_icon = dress.Icon(self, "warning", "warning")
        self.loss = ElidedLabel(self, role="warning")
        self.problems = QPushButton(self)
        dress.icon(self.problems, "error", "error")
        self.check_button = QPushButton("Check", self)
        self.start_button = QPushButton("Start", self)
        self._build()
        document.recipe_changed.connect(self._say)
        self._say()

    def _build(self) -> None:
        self.sentence.setAccessibleDescription("What a run would make, or why none can start")
        self.problems.setFlat(True)
        self.problems.setToolTip("Show what can't be made, and why")
        self.problems.clicked.connect(self.problems_wanted)
        self.check_button.setAccessibleName("Check")
        self.check_button.clicked.connect(self.check_wanted)
        self.start_button.setAccessibleName("Start")
        self.start_button.clicked.connect(self.start_wanted)
        theme.make_primary(self.start_button)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.icon, self.sentence, self.loss_icon, self.loss, self.problems):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.check_button)
        row.addWidget(self.start_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 8, 16, 8)
        rows.setSpacing(8)
        rows.addWidget(self.fields)
        rows.addLayout(row)

    # -- told by the window ------------------------------------------------------------------------------------

    @Slot(str)
    def set_ready(self, reason: str) -> None:
        """Why no run can start, in a sentence; "" when one can."""
        self._reason = reason
        self._say()

    @Slot(object)
    def show_sums(self, told: Sums) -> None:
        """Show what a run would make."""
        self._adding.stop()
        self._sums = told
        self._say()

    @Slot()
    def show_summing(self) -> None:
        """New sums are on their way; the old ones stay for a moment, so that nothing flickers."""
        if self._sums is not None and self._sums.problem:
            self._sums = None  # what stood in the way may be gone
        self._adding.start()
        self._say()

    def set_example_source(self, path: str, index: int, total: int) -> None:
        """The image that the example of a name is made from: its place from 0, and how many there are."""
        self.fields.set_example_source(path, index, total)

    # -- shown -------------------------------------------------------------------------------------------------

    @Slot()
    def _is_late(self) -> None:
        self._sums = None
        self._say(adding=True)

    @Slot()
    def _say(self, *, adding: bool = False) -> None:
        """One sentence: what is in the way, or else what a run would make."""
        wrong, told = self._wrong(), self._sums
        refused = sums.sentence(told) if told and told.problem else ""
        blocked = wrong or self._reason or refused
        error = bool(wrong) or bool(refused and not self._reason)
        text = blocked or (sums.sentence(told) if told else ADDING if adding else "")
        self.sentence.show_text(text, role="error" if error else "muted" if blocked or not told else "")
        losses = sums.losses(told) if told and not blocked else []
        more = f" And {len(losses) - 1} more." if len(losses) > 1 else ""
        self.loss.show_text(losses[0] + more if losses else "", "\n".join(losses) if more else "")
        problems = sums.problems(told) if told and not blocked else ""
        self.problems.setText(problems)
        self.problems.setAccessibleName(problems)
        if error:
            self.icon.show_icon("error", "error")
        else:
            self.icon.show_icon("info" if blocked else "", "muted")
        for widget in (self.loss, self.loss_icon):
            widget.setVisible(bool(losses))
        self.problems.setVisible(bool(problems))
        for button, ready in ((self.start_button, START), (self.check_button, CHECK)):
            button.setEnabled(not blocked)
            button.setToolTip(tooltip(blocked or ready))

    def _wrong(self) -> str:
        """What is wrong with what was typed in this region."""
        draft = self.document.draft
        problem = catalogue.problem("format", draft.format, draft.options)
        return naming.trouble(draft.naming) or (problem.text if problem else "")
