"""Lists of images as the engine answers them."""

from __future__ import annotations

from pathlib import Path

from core.looks import Listed, Scanned
from gui.sources.view import ImagesPanel

TOP = str(Path("/data/plate_01").absolute())
SECOND = str(Path("/data/second").absolute())


def listed(*inner: str, top: str = TOP, root: int = 0) -> list[Listed]:
    """Images of these paths under an input."""
    return [
        Listed(key=one, path=str(Path(top, one)), folder=one.rpartition("/")[0], size=1, root=root) for one in inner
    ]


def path(inner: str, top: str = TOP) -> str:
    return str(Path(top, inner))


def scan(panel: ImagesPanel, number: int, *parts: list[Listed], **last: str) -> None:
    """A whole scan, as the engine answers it."""
    panel.scan_started()
    panel.take_scanned(Scanned(number=number, seen=10))
    for part in parts:
        panel.take_scanned(Scanned(number=number, seen=20, items=part))
    panel.take_scanned(Scanned(number=number, seen=20, over=True, **last))
