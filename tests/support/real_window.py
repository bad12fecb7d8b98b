"""A real window with a real engine, and hands for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import tifffile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow

LONG = 30_000  # milliseconds: the engine loads torch


def make_plate(place: Path, more: int = 0) -> Path:
    """Six 16-bit pictures in two folders, and as many larger ones as wanted."""
    rng = np.random.default_rng(3)
    for number in range(6):
        inner = place / ("day 1" if number % 2 else "day 2")
        inner.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(inner / f"well {number}.tif", rng.poisson(900 + 100 * number, (80, 100)).astype(np.uint16))
    for number in range(more):
        tifffile.imwrite(place / f"more {number}.tif", rng.poisson(900, (400, 400)).astype(np.uint16))
    return place


def alive(process: psutil.Process) -> bool:
    """Whether a process runs; one that waits to be collected does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def family(window: MainWindow) -> list[psutil.Process]:
    """The engine's host and all below it."""
    assert window.controller is not None
    host = window.controller.client.process
    if host is None or not host.is_alive():
        return []
    parent = psutil.Process(host.pid)
    return [parent, *parent.children(recursive=True)]


def drop(target: QWidget, *paths: Path) -> None:
    """Drag files over a widget and let go, as with a file manager."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(target, QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys))
    QApplication.sendEvent(target, QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys))


def click(button: QPushButton) -> None:
    """Press a button with the mouse."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center())


def ready(window: MainWindow, count: int) -> Callable[[], bool]:
    """Whether so many images are listed and can be run."""
    return lambda: window.images.count() == count and not window.running.reason()


def run_to_end(window: MainWindow, qtbot: QtBot) -> None:
    """Press Start, and wait."""
    with qtbot.waitSignal(window.running.ended, timeout=LONG):
        click(window.output.start_button)
