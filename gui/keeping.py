"""Keeps the window's state soon after each change, and gives it back at the next start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QTimer

from core import files
from gui import keeper
from gui.drafts import Images, is_usable

if TYPE_CHECKING:
    from gui.main_window import MainWindow

SOON = 1000  # milliseconds
WIDEST = 100_000  # pixels of a column


class Keeping(QObject):
    """Between the window and the file of `gui.keeper`."""

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self.window = window
        self.path = path
        self._timer = QTimer(self, singleShot=True, interval=SOON)
        self._timer.timeout.connect(self.now)
        self._restore(keeper.load(path))
        document = window.document
        for signal in (document.recipe_changed, document.images_changed, document.output_changed):
            signal.connect(self.soon)
        window.arrangement.columns.splitterMoved.connect(self.soon)

    def soon(self, *_: object) -> None:
        """Keep it after a moment in which nothing more changes."""
        self._timer.start()

    def now(self) -> None:
        """Keep it now."""
        self._timer.stop()
        window, document = self.window, self.window.document
        kept = keeper.Kept(
            theme=window.theme_mode,
            geometry=bytes(window.saveGeometry().toBase64().data()).decode("ascii"),
            columns=window.arrangement.columns.sizes(),
            side_by_side=window.preview.canvas.side_by_side,
            draft=document.draft,
            saved=document.saved,
            origin=document.origin,
            inputs=list(document.images.inputs),
            without=sorted(document.images.without),
            output=document.output,
            recent=window.recent,
            folder=window.dialog_folder,
        )
        problem = keeper.save(kept, self.path)
        if problem:
            window.statusBar().showMessage(problem, 15_000)

    def _restore(self, kept: keeper.Kept) -> None:
        window, document = self.window, self.window.document
        if kept.theme in ("light", "dark"):
            window.use_theme(kept.theme)
        if kept.geometry.isascii():
            window.restoreGeometry(QByteArray.fromBase64(kept.geometry.encode("ascii")))
        columns = [width for width in kept.columns if 0 <= width < WIDEST]
        if len(columns) == len(kept.columns) == window.arrangement.columns.count():
            window.arrangement.columns.setSizes(columns)
        if kept.side_by_side:
            window.preview.beside.setChecked(True)
            window.preview.canvas.set_side_by_side(True)
        # What can't be looked at (a name too long, a folder that is closed, a share that is gone) is not there.
        window.recent = [path for path in kept.recent if os.path.isfile(path)][: keeper.MOST_RECENT]
        window.bar.set_recent(window.recent)
        window.dialog_folder = kept.folder
        if kept.draft is not None and is_usable(kept.draft):
            saved = kept.saved if kept.saved is not None and is_usable(kept.saved) else kept.draft
            document.restore(kept.draft, saved, kept.origin)
        document.output = kept.output
        there = tuple(path for path in kept.inputs if os.path.isabs(path) and os.path.exists(files.path_of(path)))
        if there:
            document.images = Images(inputs=there, without=frozenset(kept.without))
            document.images_changed.emit()
        document.output_changed.emit()
