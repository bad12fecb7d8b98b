"""The steps region: its model under Qt's own tester, its panel and its menu."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from gui.document import Document
from gui.steps.menu import StepMenu
from gui.steps.model import StepsModel
from gui.steps.view import StepsPanel


@pytest.fixture
def model(document: Document) -> Iterator[StepsModel]:
    made = StepsModel(document)
    # Qt's own tester watches each change of rows.
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield made
    tester.deleteLater()
    made.deleteLater()


@pytest.fixture
def panel(document: Document, qtbot: QtBot) -> StepsPanel:
    made = StepsPanel(document)
    qtbot.addWidget(made)
    made.resize(360, 560)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def menu(qtbot: QtBot) -> StepMenu:
    made = StepMenu()
    qtbot.addWidget(made)
    made.show()
    return made
