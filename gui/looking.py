"""When the preview is asked for: a quick picture after each change, the full one when the hands rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gui.document import Document
from gui.preview.pixels import Pixels, Shown
from gui.preview.view import PreviewPanel
from gui.sources.view import ImagesPanel

if TYPE_CHECKING:
    from gui.controller import RunController

REST = 250  # milliseconds without a change before the full picture is made
SAMPLE = 13  # images that stand for a set
LEAST_LONGEST, MOST_LONGEST = 512, 2048  # pixels of a quick picture


class Looking(QObject):
    """Connects list, recipe and preview by way of the controller."""

    def __init__(self, document: Document, images: ImagesPanel, panel: PreviewPanel, parent: QObject) -> None:
        super().__init__(parent)
        self.document = document
        self.images = images
        self.panel = panel
        self.controller: RunController | None = None
        self.path = ""
        self.placed = False
        """Whether a plane of the stack was chosen; the first look is at its middle."""
        self.before: dict[bool, Pixels] = {}
        """The picture before the recipe, reduced and full, of this image and plane."""
        self.asked: dict[bool, int] = {}
        self._past = 0
        """The last question about another image or plane: its answer is of no use any more."""
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._quick)
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._full)
        images.look_at.connect(self.look_at)
        images.moved.connect(self._tell_position)
        panel.plane_changed.connect(self._plane)
        panel.step_wanted.connect(images.step)
        document.recipe_changed.connect(self.again)

    def use(self, controller: RunController) -> None:
        """Ask this engine from now on."""
        self.controller = controller
        controller.seen.connect(self._take)
        self.again()

    def _tell_position(self) -> None:
        if self.path:
            self.panel.tell_position(*self.images.position())

    def look_at(self, path: str) -> None:
        """Show another image; "" for none."""
        if path != self.path:
            self.path = path
            self.placed = False
            self._forget()
        if not path:
            self.panel.clear()
            return
        self.again()

    def again(self) -> None:
        """The recipe or the image changed."""
        if not self.path:
            return
        if self.controller is not None and self.controller.given_up:
            self.panel.stop_waiting()
            return
        if self.document.recipe() is None:  # the step says what is wrong; the last good picture stays
            self._soon.stop()
            self._rest.stop()
            self.panel.stop_waiting()
            return
        self.panel.expect(self.path, self.images.position())
        self._soon.start()
        self._rest.start()

    def renew(self) -> None:
        """A new engine knows nothing of what was asked."""
        self.asked.clear()
        self.again()

    def _forget(self) -> None:
        self.before.clear()
        self._past = max(self._past, *self.asked.values(), 0)
        self.asked.clear()

    def _plane(self, t: int, z: int) -> None:
        self._forget()
        self.again()

    def _quick(self) -> None:
        self._ask(full=False)

    def _full(self) -> None:
        self._ask(full=True)

    def _ask(self, *, full: bool) -> None:
        recipe = self.document.recipe()
        if self.controller is None or recipe is None or not self.path:
            return
        canvas = self.panel.canvas
        dots = canvas.devicePixelRatioF()
        longest = round(max(canvas.width(), canvas.height()) * dots / 128) * 128
        t, z = self.panel.plane() if self.placed else (0, -1)
        self.asked[full] = self.controller.look(
            self.path,
            recipe.encode(),
            full=full,
            longest=min(MOST_LONGEST, max(LEAST_LONGEST, longest)),
            t=t,
            z=z,
            sample=self._sample() if recipe.passes else [],
            total=self.images.count(),
            before=full not in self.before,
        )

    def _sample(self) -> list[str]:
        """Images that stand for all, evenly spread."""
        paths = self.images.paths()
        return (
            [paths[round(i * (len(paths) - 1) / (SAMPLE - 1))] for i in range(SAMPLE)] if len(paths) > SAMPLE else paths
        )

    def _take(self, shown: Shown) -> None:
        seen = shown.seen
        newest = max(self.asked.get(seen.full, 0), self.asked.get(False, 0) if seen.full else 0)
        if seen.path != self.path or seen.number < newest or seen.number <= self._past:
            return  # of another image, or of what the recipe was before the last change
        last = self.panel.shown.seen if self.panel.shown else None
        if last is not None and last.path == seen.path and last.number > seen.number:
            return  # the full picture of the same state was quicker
        if shown.before is not None:
            self.before[seen.full] = shown.before
        before = self.before.get(True) or self.before.get(False)
        self.panel.show_answer(shown, before)
        if not self.placed:
            self.placed = True
            self.panel.set_plane(seen.t, seen.z)
