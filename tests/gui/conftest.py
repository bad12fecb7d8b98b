"""Windows without a screen; a test that leaves a widget behind fails."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_window import alive, family

from gui.document import Document
from gui.main_window import MainWindow

_modules = 0


@pytest.fixture(autouse=True)
def no_widget_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every window that a test opened is gone after it (qtbot closes what was given to it)."""
    global _modules
    if len(sys.modules) > _modules:  # what modules hold need not be looked through after each test
        _modules = len(sys.modules)
        gc.collect()
        gc.freeze()
    yield
    if QApplication.instance() is None:
        return
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not left, f"left open: {left}"


@pytest.fixture
def document(qapp: QApplication) -> Document:
    """An empty document."""
    return Document()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A whole window with an engine; no process and no thread of it is left afterwards."""
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    made.begin()
    yield made
    assert made.controller is not None
    processes = family(made)
    made.running.active = False  # nobody is there to be asked
    made.close()
    assert made.controller.isFinished()
    qtbot.waitUntil(lambda: not any(alive(process) for process in processes), timeout=4000)
