"""An images panel with a list in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from image_lists import TOP, listed, scan
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui.document import Document
from gui.sources.view import ImagesPanel


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> ImagesPanel:
    """An empty panel in its usual size."""
    made = ImagesPanel(document)
    qtbot.addWidget(made)
    made.resize(288, 560)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def ten(panel: ImagesPanel, document: Document) -> ImagesPanel:
    """A panel with ten images: a0.tif to a5.tif, and four in two folders."""
    document.add_inputs([TOP])
    inner = [f"a{i}.tif" for i in range(6)] + ["day 1/b0.tif", "day 1/b1.tif", "day 2/c0.tif", "day 2/deep/d0.tif"]
    scan(panel, 1, listed(*inner))
    return panel


@pytest.fixture
def png(tmp_path: Path) -> Callable[[int, int], str]:
    """Makes a picture such as the engine leaves in the cache."""

    def make(width: int, height: int) -> str:
        image = QImage(width, height, QImage.Format.Format_RGB32)
        image.fill(QColor("red"))
        file = tmp_path / f"{width}x{height}.png"
        assert image.save(str(file))
        return str(file)

    return make
