"""A canvas on the screen, and the colours that it paints."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gui.preview.canvas import Canvas

RED, BLUE = (200, 30, 40), (20, 60, 220)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def canvas(qtbot: QtBot, qtlog: pytest.LogCaptureFixture) -> Iterator[Canvas]:
    """Qt has nothing to complain of afterwards."""
    widget = Canvas()
    widget.resize(400, 300)
    qtbot.addWidget(widget)
    widget.show()
    yield widget
    assert [record.message for record in qtlog.records] == []


@pytest.fixture
def painted(canvas: Canvas) -> Callable[[float, float], tuple[int, int, int]]:
    """The colour at a place of the canvas."""

    def colour(x: float, y: float) -> tuple[int, int, int]:
        found = QColor(canvas.grab().toImage().pixel(int(x), int(y)))
        return found.red(), found.green(), found.blue()

    return colour
