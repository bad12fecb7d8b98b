"""Headers that were read once: sums are asked for after every change of a recipe, and the files stay the same."""

from __future__ import annotations

import os
from pathlib import Path

from core import codecs
from core.image import ImageError, Outline

MOST = 20_000


class Headers:
    """Remembers outlines, and why a header could not be read, until the file changes."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[int, int, Outline | ImageError]] = {}

    def probe(self, path: Path) -> Outline:
        """As `codecs.probe`, from memory where the file's time and size are the same.

        Raises:
            ImageError: the header can't be read.
            OSError: the file can't be opened.
        """
        status = os.stat(path)
        key = str(path)
        known = self.known.get(key)
        if known is None or known[:2] != (status.st_mtime_ns, status.st_size):
            found: Outline | ImageError
            try:
                found = codecs.probe(path)
            except ImageError as error:
                found = error.with_traceback(None)
            if len(self.known) >= MOST:
                del self.known[next(iter(self.known))]
            known = self.known[key] = (status.st_mtime_ns, status.st_size, found)
        if isinstance(known[2], ImageError):
            raise known[2]
        return known[2]
