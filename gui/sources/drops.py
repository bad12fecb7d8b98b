"""What a drop brings, and which files can be read."""

from __future__ import annotations

from PySide6.QtCore import QDir, QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from core import recipe

SUFFIXES = (
    *(".tif", ".tiff", ".tf8", ".btf", ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif"),
    *(".webp", ".gif", ".bmp", ".dib"),
)
"""Endings of images that can be read, as the file dialog offers them; a test compares them with the codecs'."""
READABLE = "TIFF, PNG, JPEG, WebP, GIF and BMP"


def dropped_paths(mime: QMimeData) -> list[str]:
    """The local files and folders in what is dropped or pasted, each once, without a slash at the end."""
    local = (url.toLocalFile() for url in mime.urls() if url.isLocalFile())
    return list(dict.fromkeys(QDir.toNativeSeparators(QDir.cleanPath(path)) for path in local if path))


def dropped_images(mime: QMimeData) -> list[str]:
    """The same, or nothing when a recipe is among them: recipes are the whole window's."""
    paths = dropped_paths(mime)
    return [] if any(path.lower().endswith(recipe.SUFFIX) for path in paths) else paths


def dialog_filter() -> str:
    """The kinds of files that the file dialog offers."""
    # Some systems' dialogs tell capitals apart, and microscopes write both.
    patterns = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in SUFFIXES)
    return f"Images ({patterns});;All files (*)"


class DropTarget(QObject):
    """Lets a widget take folders and images that are dropped on it.

    What it leaves alone (recipes, text) goes on to the widgets around it.
    """

    dropped = Signal(list)
    hovered = Signal(bool)
    """Something that can be dropped here comes over the widget, or is gone again."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The widget's drag and drop events."""
        if isinstance(event, QDropEvent):  # entering and moving are kinds of it
            paths = dropped_images(event.mimeData())
            entering = event.type() == QEvent.Type.DragEnter
            dropping = event.type() == QEvent.Type.Drop
            if entering or dropping:
                self.hovered.emit(entering and bool(paths))
            if not paths:
                event.ignore()
                return True
            # Never a move: the files stay where they are.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if dropping:
                self.dropped.emit(paths)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hovered.emit(False)
        return super().eventFilter(watched, event)
