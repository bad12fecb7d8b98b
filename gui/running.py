"""Sums, check, start and what follows: connects the bottom of the window with the engine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from core import events
from gui.document import Document
from gui.output.check import CheckPanel
from gui.output.view import OutputPanel
from gui.run.view import RunPanel
from gui.sources.view import ImagesPanel

if TYPE_CHECKING:
    from core import looks
    from core.check import Check
    from core.engine.client import Request
    from gui.controller import RunController

REST = 400  # milliseconds without a change before sums are asked for


class Running(QObject):
    """What can be run, what a run would make, and the run itself."""

    began = Signal()
    ended = Signal(str)
    """With one sentence for who is looking at another window."""
    check_shown = Signal(bool)
    readiness = Signal()
    """What can be started changed, for another reason than the document."""

    def __init__(
        self,
        document: Document,
        images: ImagesPanel,
        output: OutputPanel,
        checks: CheckPanel,
        panel: RunPanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.document = document
        self.images = images
        self.output = output
        self.checks = checks
        self.panel = panel
        self.controller: RunController | None = None
        self.scanning = False
        self.active = False
        self.folder = ""
        self._asked = 0
        self._problem = ""
        """What a run would be refused for, as the last sums told it."""
        self._told = 0
        self._open: dict[str, None] = {}
        """Paths that the last run was to make and did not come to, in order."""
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._sum)
        output.start_wanted.connect(self.start)
        output.check_wanted.connect(self.check)
        output.problems_wanted.connect(self.check)
        checks.closed.connect(self._hide_check)
        panel.cancel_wanted.connect(self.cancel)
        panel.open_folder_wanted.connect(self.open_folder)
        panel.retry_wanted.connect(self.retry)
        panel.rest_wanted.connect(self.rest)
        document.recipe_changed.connect(self.changed)
        document.output_changed.connect(self.changed)
        images.count_changed.connect(self.changed)

    def use(self, controller: RunController) -> None:
        """Ask this engine from now on."""
        self.controller = controller
        controller.sums.connect(self._take_sums)
        controller.events.connect(self._take_events)
        controller.refused.connect(self._refused)
        controller.died.connect(self._died)
        controller.bound.connect(self.panel.set_bound)
        self.changed()

    # -- what a run would make ---------------------------------------------------------------------------------

    def changed(self, *_: object) -> None:
        """Images, recipe or output changed."""
        self._asked = 0
        self._problem = ""
        reason = self.reason()
        self.output.set_ready(reason)
        self._hide_check()
        if not reason and self.controller is not None:
            self.output.show_summing()
            self._rest.start()
        else:
            self._rest.stop()

    def reason(self) -> str:
        """Why nothing can be started now, in a sentence; "" when it can."""
        if self.controller is not None and self.controller.given_up:
            return self.controller.given_up
        if self.scanning:
            return "Looking through folders\N{HORIZONTAL ELLIPSIS}"
        if not self.images.count():
            return "Add images first: drop a folder on this window."
        return self.document.trouble() or self._problem

    def request(self, only: list[str] | None = None) -> Request | None:
        """What would be run now."""
        from core.engine.client import Request  # not before the first paint

        recipe = self.document.recipe()
        if recipe is None:
            return None
        return Request(
            recipe=msgspec.Raw(recipe.encode()),
            inputs=list(self.document.images.inputs),
            folder=self.document.output_folder(),
            without=sorted(self.document.images.without),
            only=only or [],
        )

    def _sum(self) -> None:
        request = self.request()
        if request is not None and self.controller is not None:
            self._asked = self.controller.sum(request)

    def check(self) -> None:
        """Read every header, and list what can't be made."""
        request = self.request()
        if request is not None and self.controller is not None and not self.reason():
            self.output.show_summing()
            self._asked = self.controller.sum(request, deep=True)

    def _take_sums(self, sums: looks.Sums) -> None:
        if sums.number != self._asked:
            return
        if sums.problem != self._problem:
            self._problem = sums.problem
            self.readiness.emit()
        if sums.checked and sums.check is not None:
            sums = self._with_known_problems(sums, sums.check)
        self.output.show_sums(sums)
        if sums.checked:
            self.checks.show_sums(sums)
            if sums.number == self._told:
                return  # the same with an estimate: the list may have been closed meanwhile
            self._told = sums.number
            for item in sums.check.items if sums.check else []:
                if item.problem and item.sources:
                    self.images.mark(item.sources[0], "problem", item.problem)
            self.check_shown.emit(True)

    def _with_known_problems(self, sums: looks.Sums, found: Check) -> looks.Sums:
        """A check reads headers only; what its small picture has told of an image counts too."""
        from core.check import ItemCheck

        told = {path for item in found.items if item.problem for path in item.sources}
        further = [
            ItemCheck(item=Path(path).name, sources=[path], problem=sentence)
            for path, sentence in self.images.problems().items()
            if path not in told
        ]
        items = [*found.items, *further]
        files = max(0, found.files - len(further))
        return msgspec.structs.replace(sums, check=msgspec.structs.replace(found, items=items, files=files))

    def _hide_check(self) -> None:
        self.check_shown.emit(False)

    # -- the run -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run what is there."""
        self._start(None)

    def retry(self, paths: list[str]) -> None:
        """Run again what failed."""
        self._start(paths)

    def rest(self) -> None:
        """Go on with what the last run did not come to."""
        there = set(self.images.paths())
        self._start([path for path in self._open if path in there])

    def _start(self, only: list[str] | None) -> None:
        request = self.request(only)
        if request is None or self.controller is None or self.active or self.reason():
            return
        if only is not None and not only:
            return
        self.active = True
        self.folder = request.folder
        self._asked = 0  # a check that is under way must not cover the results
        self._rest.stop()
        self._open = dict.fromkeys(only or self.images.paths())
        self.images.clear_marks()
        recipe = self.document.recipe()
        measures = recipe is not None and bool(recipe.passes)
        self.panel.begin(len(only) if only else self.images.count(), measures)
        self.controller.start_run(request)
        self.began.emit()

    def cancel(self) -> None:
        """End the run."""
        if self.controller is not None and self.active:
            self.controller.cancel()

    def _take_events(self, batch: list[events.AnyEvent]) -> None:
        if not self.active:
            return
        self.panel.take(batch)
        for event in batch:
            if isinstance(event, events.JobFinished | events.JobFailed | events.JobSkipped):
                self._open.pop(event.sources[0], None)
            match event:
                case events.JobFinished(sources=[path, *_]):
                    self.images.mark(path, "done", "")
                case events.JobFailed(sources=[path, *_], message=sentence):
                    self.images.mark(path, "failed", sentence)
                case events.JobSkipped(sources=[path, *_], reason=sentence):
                    self.images.mark(path, "skipped", sentence)
                case events.RunFinished():
                    self._finish(self.panel.sentence())

    def _refused(self, sentence: str) -> None:
        if self.active:
            self.panel.refused(sentence)
            self._finish(sentence)

    def _died(self, sentence: str, was_running: bool) -> None:
        if self.active:
            self.panel.host_died(sentence)
            self._finish(sentence)

    def _finish(self, sentence: str) -> None:
        self.active = False
        self.ended.emit(sentence)

    def open_folder(self) -> None:
        """Show the results in the system's own window."""
        folder = self.folder or self.document.output_folder()
        while folder and not os.path.isdir(folder) and Path(folder).parent != Path(folder):
            folder = str(Path(folder).parent)
        QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
