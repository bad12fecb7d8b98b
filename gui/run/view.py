"""The bottom of the window during and after a run: what became of each image, and where the run stands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QPoint, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QVBoxLayout, QWidget

from core import events, words
from core.tally import Tally
from gui import dress, theme
from gui.elide import ElidedLabel
from gui.run import sentences
from gui.run.model import ResultsModel
from gui.run.sentences import Ending
from gui.table import LookTable

State = Literal["idle", "running", "cancelling", "over"]
TOLD_EVERY = 250  # milliseconds between two texts of progress: slow enough to be read
STOPPING = "Stopping. Images that are being made now are finished or dropped…"


class RunPanel(QWidget):
    """Watches one run after another.

    `results` (the table) stands above `bar` (progress, a line of text, buttons); a splitter that holds the panel can
    make it as low as the bar alone.
    """

    cancel_wanted = Signal()
    look_at = Signal(str)
    """The path of an image that is to be shown before and after."""
    open_folder_wanted = Signal()
    retry_wanted = Signal(list)
    """Paths of the images that failed."""
    rest_wanted = Signal()
    """The images that the run did not come to are to be made."""
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state: State = "idle"
        self.tally = Tally(False)
        self.ending: Ending | None = None
        self.bound = ""
        self.model = ResultsModel(self)
        self.results = LookTable(self)
        self.bar = QWidget(self)
        self.progress = QProgressBar(self.bar)
        self.icon = dress.Icon(self.bar)
        self.line = ElidedLabel(self.bar)
        self.detail = ElidedLabel(self.bar, role="muted")
        self.toggle = QPushButton("Results", self.bar)
        self.cancel_button = QPushButton("Cancel", self.bar)
        self.retry_button = QPushButton("Retry failed", self.bar)
        self.rest_button = QPushButton("Make the rest", self.bar)
        self.folder_button = QPushButton("Open folder", self.bar)
        self.back_button = QPushButton("Back", self.bar)
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_EVERY)
        self._timer.timeout.connect(self.refresh)
        self.menu: QMenu | None = None
        self._build()
        self._show()

    def _build(self) -> None:
        self.results.setModel(self.model)
        self.results.setAccessibleName("Results")
        self.results.setAccessibleDescription("What became of each image, failures first.  Enter shows an image.")
        self.results.setMinimumHeight(0)
        self.results.columns({0: 320, 2: 280}, wide=1)
        self.results.chosen.connect(self._look)
        self.results.copy_wanted.connect(self._copy)
        self.results.menu_wanted.connect(self.show_menu)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setAccessibleName("Progress")
        self.toggle.setCheckable(True)
        self.toggle.setChecked(True)
        self.toggle.setToolTip("Show or hide what became of each image")
        self.cancel_button.setShortcut("Esc")
        self.cancel_button.setToolTip("Stop after the images that are being made now (Esc).  Finished images stay.")
        self.retry_button.setToolTip("Try the images that failed once more")
        self.rest_button.setToolTip("Go on with the images that were not made; finished ones are left alone")
        self.folder_button.setToolTip("Open the folder that the results are in")
        self.back_button.setToolTip("Back to the output settings")
        for button, act in (
            (self.toggle, self._toggle),
            (self.cancel_button, self.cancel),
            (self.retry_button, self._retry),
            (self.rest_button, self.rest_wanted),
            (self.folder_button, self.open_folder_wanted),
            (self.back_button, self.back_wanted),
        ):
            button.clicked.connect(act)
            button.setAccessibleName(button.text())
        dress.icon(self.folder_button, "folder")
        dress.icon(self.cancel_button, "stop")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.icon)
        row.addWidget(self.line)
        row.addWidget(self.detail, 1)
        row.addSpacing(8)
        for button in (
            self.toggle,
            self.retry_button,
            self.rest_button,
            self.folder_button,
            self.back_button,
            self.cancel_button,
        ):
            row.addWidget(button)
        inside = QVBoxLayout(self.bar)
        inside.setContentsMargins(16, 8, 16, 8)
        inside.setSpacing(8)
        inside.addWidget(self.progress)
        inside.addLayout(row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.results, 1)
        whole.addWidget(self.bar)

    # -- told by the window --------------------------------------------------------------------------------------

    def begin(self, total_hint: int, measures: bool = False) -> None:
        """A run of about this many images was asked for; `measures`: all images are looked at first."""
        self.model.clear()
        self.tally = Tally(measures)
        self.tally.total = total_hint
        self.ending = None
        self.bound = ""
        self.state = "running"
        self._timer.start()
        self._show()
        self.refresh()

    @Slot(list)
    def take(self, batch: Sequence[events.Event]) -> None:
        """Events of the run, in order."""
        if self.state not in ("running", "cancelling"):
            return
        first = not self.tally.started and not self.tally.over
        for event in batch:
            self.tally.take(event)
        self.model.take(batch)
        last = next((event for event in batch if isinstance(event, events.RunFinished)), None)
        if last is not None:
            self._end(sentences.ending(last, self.model.noted, self.tally.files))
        elif first:
            self.refresh()  # from then on by the timer, so that bar and text always tell the same

    @Slot(str)
    def set_bound(self, text: str) -> None:
        """What holds the run up: "the processor", "the disk", or "" for nothing in particular."""
        self.bound = text

    @Slot(str)
    def host_died(self, sentence: str) -> None:
        """The engine is gone, and with it the run."""
        if self.state in ("running", "cancelling"):
            self._end(sentences.died(sentence, self.tally))

    @Slot(str)
    def refused(self, sentence: str) -> None:
        """The run did not begin."""
        if self.state in ("running", "cancelling"):
            self._end(Ending("error", sentence))

    @Slot()
    def cancel(self) -> None:
        """Ask for the run's end; the panel shows it when it comes."""
        if self.state == "running":
            self.state = "cancelling"
            self._show()
            self.refresh()
            self.cancel_wanted.emit()

    def sentence(self) -> str:
        """Where the run stands, or how it ended, in one sentence."""
        return self.line.text()

    # -- shown ---------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show where the run stands now."""
        if self.ending is not None:
            return
        text = STOPPING if self.state == "cancelling" else sentences.progress(self.tally, self.bound)
        self.line.show_text(text)
        self._show_progress()

    def _show_progress(self) -> None:
        tally = self.tally
        counted = tally.started if tally.looking and self.ending is None else tally.over
        waiting = self.ending is None and not counted
        # Without a maximum the bar only says that something goes on.
        self.progress.setRange(0, 0 if waiting else max(1, tally.total))
        self.progress.setValue(0 if waiting else min(counted, max(1, tally.total)))

    def _end(self, ending: Ending) -> None:
        had_focus = self.cancel_button.hasFocus()
        self.state = "over"
        self.ending = ending
        self._timer.stop()
        self._show_progress()
        self._show()
        if had_focus:
            (self.folder_button if self.tally.done else self.back_button).setFocus()

    def _show(self) -> None:
        over = self.state == "over"
        self.cancel_button.setVisible(not over)
        self.cancel_button.setEnabled(self.state == "running")
        self.retry_button.setVisible(over and bool(self.model.failed_sources))
        self.rest_button.setVisible(over and self.tally.total > self.tally.over)
        self.folder_button.setVisible(over and bool(self.tally.done or self.tally.skipped))
        self.back_button.setVisible(over)
        self.back_button.setText("Back")
        self.back_button.setAccessibleName(self.back_button.text())
        ending = self.ending
        self.detail.show_text(ending.detail if ending else "", self._notes() if ending else "")
        if ending:
            self.line.show_text(ending.text)
        icon = ending.icon if ending else ""
        self.icon.show_icon(icon, icon if icon in ("error", "warning", "ok") else "muted")
        self._point()

    def _notes(self) -> str:
        """The most frequent notes of the whole run, for the tooltip."""
        told = self.tally.warnings.most_common(10)
        return "\n".join(f"{words.count(times, 'image')}: {text}" for text, times in told)

    def _point(self) -> None:
        dress.icon(self.toggle, "down" if self.toggle.isChecked() else "up")

    @Slot()
    def _toggle(self) -> None:
        self.results.setVisible(self.toggle.isChecked())
        self._point()

    # -- the table -----------------------------------------------------------------------------------------------

    @Slot(int)
    def _look(self, row: int) -> None:
        source = self.model.row(row)[1].source
        if source:
            self.look_at.emit(source)

    @Slot(int)
    def _copy(self, row: int) -> None:
        QGuiApplication.clipboard().setText(self.model.message(row))

    @Slot(int, QPoint)
    def show_menu(self, row: int, place: QPoint) -> None:
        """What can be done with a row, at a place on the screen."""
        if self.menu is not None:
            self.menu.deleteLater()
        menu = self.menu = QMenu(self)
        result, source = self.model.row(row)[1].result, self.model.row(row)[1].source
        shown = menu.addAction(theme.icon("eye"), "Show before and after")
        shown.setEnabled(bool(source))
        shown.triggered.connect(lambda: self.look_at.emit(source))
        revealed = menu.addAction(theme.icon("folder"), "Show result in folder")
        revealed.setEnabled(bool(result))
        revealed.triggered.connect(lambda: _open_folder_of(result))
        # The row may have moved down by the time: what is copied is what the menu was opened on.
        message = self.model.message(row)
        copied = menu.addAction(theme.icon("duplicate"), "Copy message")
        copied.triggered.connect(lambda: QGuiApplication.clipboard().setText(message))
        menu.popup(place)

    @Slot()
    def _retry(self) -> None:
        self.retry_wanted.emit(list(dict.fromkeys(self.model.failed_sources)))


def _open_folder_of(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(os.path.dirname(path)))
