"""The output region on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.document import Document
from gui.output.view import OutputPanel


@pytest.fixture
def make(qtbot: QtBot) -> Callable[[Document], OutputPanel]:
    def made(document: Document) -> OutputPanel:
        panel = OutputPanel(document)
        qtbot.addWidget(panel)
        panel.resize(1280, panel.sizeHint().height())
        panel.show()
        qtbot.waitExposed(panel)
        panel.activateWindow()
        return panel

    return made


@pytest.fixture
def panel(make: Callable[[Document], OutputPanel], document: Document, tmp_path: Path) -> OutputPanel:
    (tmp_path / "plate_01").mkdir()
    document.add_inputs([str(tmp_path / "plate_01")])
    return make(document)
