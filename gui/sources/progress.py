"""How far the scan is, and what is said of that in the place of the rows and under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QKeySequence

from core import words
from gui.sources.model import ImagesModel

if TYPE_CHECKING:
    from core.looks import Scanned


@dataclass
class Progress:
    """The state of the newest scan."""

    number: int = -1
    scanning: bool = False
    fresh: bool = True
    """None of its images came yet: the list still shows those of the scan before."""
    seen: int = 0
    left_out: str = ""
    problem: str = ""

    def begin(self, *, scanning: bool) -> None:
        """A scan begins, or there is nothing to scan."""
        self.scanning, self.fresh = scanning, True
        self.seen, self.left_out, self.problem = 0, "", ""

    def take(self, found: Scanned) -> bool:
        """Note a part of an answer; False when it is one of an older scan."""
        if found.number < self.number:
            return False
        if found.number > self.number:
            self.begin(scanning=True)
            self.number = found.number
        self.seen = max(self.seen, found.seen)
        self.left_out = found.left_out or self.left_out
        self.problem = found.problem or self.problem
        self.scanning = not found.over
        return True

    @property
    def looking(self) -> str:
        """What is going on, with the number of files so far."""
        return f"Looking through folders: {words.count(self.seen, 'file')}" if self.seen else "Looking for images"


class Told(NamedTuple):
    """What stands in the place of the rows."""

    text: str
    icon: tuple[str, str] = ("", "")
    busy: bool = False
    button: str = ""


def instead_of_rows(progress: Progress, model: ImagesModel, filter_text: str) -> Told:
    """Why there are no rows."""
    if progress.scanning and not model.total:
        return Told(progress.looking, busy=True)
    if progress.problem and not model.total:
        return Told(words.sentence(progress.problem), ("warning", "warning"), button="Remove all")
    if model.total:
        where = f"Nothing matches “{filter_text.strip()}”" if model.words else "There is no image"
        return Told(f"{where} in this folder." if model.folder else f"{where}.", button="Show all images")
    if model.held:
        undo = QKeySequence(QKeySequence.StandardKey.Undo).toString(QKeySequence.SequenceFormat.NativeText)
        return Told(f"All images were taken out. {undo} brings them back.", button="Remove all")
    return Told("No images in what was added.", ("info", "muted"), button="Remove all")


def below_rows(progress: Progress, model: ImagesModel) -> tuple[str, bool]:
    """The line under the rows, and whether it is a problem."""
    if progress.problem and model.total:
        return words.sentence(progress.problem), True
    if progress.scanning:
        return (progress.looking if model.total else ""), False
    return progress.left_out, False
