"""How the regions stand in the window: three columns over the bottom, with splitters that are remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from gui.main_window import MainWindow

COLUMNS = (280, 340, 660)
LISTS_HEIGHT = 190


class Layout(QObject):
    """Puts the window's regions into splitters and stacks."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        self.columns.setChildrenCollapsible(False)
        self.columns.setObjectName("columns")
        for index, (region, width) in enumerate(
            zip((window.images, window.steps, window.preview), COLUMNS, strict=True)
        ):
            region.setMinimumWidth(width * 2 // 3)
            self.columns.addWidget(region)
            self.columns.setStretchFactor(index, 1 if index == 2 else 0)
        self.columns.setSizes(list(COLUMNS))
        self.lists = QStackedWidget()
        self.lists.addWidget(window.checks)
        self.lists.addWidget(window.run.results)
        self.lists.hide()
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.rows.setChildrenCollapsible(False)
        self.rows.addWidget(self.columns)
        self.rows.addWidget(self.lists)
        self.rows.setStretchFactor(0, 1)
        self.rows.setStretchFactor(1, 0)
        self.bottom = QStackedWidget()
        self.bottom.addWidget(window.output)
        self.bottom.addWidget(window.run.bar)
        whole = QWidget(window)
        box = QVBoxLayout(whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(window.bar)
        box.addWidget(_line(whole))
        box.addWidget(self.rows, 1)
        box.addWidget(_line(whole))
        box.addWidget(self.bottom)
        window.setCentralWidget(whole)
        window.resize(1280, 760)
        window.setMinimumSize(1000, 620)
        window.run.toggle.toggled.connect(self._show_results)
        window.running.check_shown.connect(self.show_check)
        window.run.back_wanted.connect(self.show_output)

    def _show_list(self, widget: QWidget) -> None:
        self.lists.setCurrentWidget(widget)
        if not self.lists.isVisible():
            self.lists.show()
            height = self.rows.height()
            self.rows.setSizes([height - LISTS_HEIGHT, LISTS_HEIGHT])

    def show_check(self, shown: bool) -> None:
        """The list of a check's problems, or not."""
        if shown:
            self._show_list(self.window.checks)
        elif self.lists.currentWidget() is self.window.checks:
            self.lists.hide()

    def show_run(self) -> None:
        """The bottom of a run, with its results above."""
        self.bottom.setCurrentWidget(self.window.run.bar)
        # In a turn of its own: both together would take longer than a frame.
        QTimer.singleShot(0, self, self._show_wanted_results)

    def _show_wanted_results(self) -> None:
        if self.bottom.currentWidget() is self.window.run.bar:
            self._show_results(self.window.run.toggle.isChecked())

    def _show_results(self, shown: bool) -> None:
        if shown:
            self._show_list(self.window.run.results)
        else:
            self.lists.hide()

    def show_output(self) -> None:
        """Back to what can be started."""
        self.bottom.setCurrentWidget(self.window.output)
        self.lists.hide()
        self.window.running.changed()


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line
