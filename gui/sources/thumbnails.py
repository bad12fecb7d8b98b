"""Small pictures that are held ready, and what is known of each image from making them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtGui import QPixmap

if TYPE_CHECKING:
    from core.looks import Thumbnail


LIMIT = 1000
"""Pictures of 96 x 96 pixels take 37 MB then; those that were dropped come back from the cache on the disk."""


class Thumbnails:
    """Pictures by path, the most recently shown `limit` of them; words about images are all kept."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._texts: dict[str, str] = {}
        self._without: dict[str, str] = {}

    def take(self, found: Thumbnail) -> None:
        """Keep what the engine made of one image."""
        if found.text:
            self._texts[found.path] = found.text
        pixmap = QPixmap(found.file) if found.file else QPixmap()
        if pixmap.isNull():
            self._without[found.path] = found.problem
            self._pixmaps.pop(found.path, None)
            return
        self._without.pop(found.path, None)
        self._pixmaps[found.path] = pixmap
        self._pixmaps.move_to_end(found.path)
        while len(self._pixmaps) > self.limit:
            self._pixmaps.popitem(last=False)

    def known(self, path: str) -> bool:
        """Whether there is a picture, or none can be made: nothing is left to ask."""
        return path in self._pixmaps or path in self._without

    def pixmap(self, path: str) -> QPixmap | None:
        """The picture, which counts as shown now."""
        pixmap = self._pixmaps.get(path)
        if pixmap is not None:
            self._pixmaps.move_to_end(path)
        return pixmap

    def text(self, path: str) -> str:
        """What the image is, in a few words."""
        return self._texts.get(path, "")

    def problem(self, path: str) -> str:
        """Why there is no picture; "" where there is one or it was not asked for yet."""
        return self._without.get(path, "")

    def problems(self) -> dict[str, str]:
        """Every image that has no picture, and why."""
        return dict(self._without)

    def forgive(self, path: str) -> None:
        """An image that could not be shown was made after all (it was mended): its picture can be asked for again."""
        self._without.pop(path, None)

    def clear(self) -> None:
        """Forget everything."""
        self._pixmaps.clear()
        self._texts.clear()
        self._without.clear()
