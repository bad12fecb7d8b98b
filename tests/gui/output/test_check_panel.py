"""The result of a check as a list."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.check import Check, ItemCheck
from core.looks import Sums
from gui.output.view import CheckPanel


def told(bad: int = 0, total: int = 384, losses: list[tuple[str, int]] | None = None, **changes: object) -> Sums:
    items = [
        ItemCheck(item=f"day/{i}.tif", sources=[f"/data/day/{i}.tif"], problem=f"Number {i} is cut off.")
        for i in range(bad)
    ]
    parts: dict = {
        "recipe": "r", "folder": "/o", "total": total, "items": items, "skipped": [], "collisions": [],
        "left_out": "", "notes": [], "files": total - bad,
    }  # fmt: skip
    return Sums(number=1, images=total, check=Check(**{**parts, **changes}), checked=True, losses=losses or [])


@pytest.fixture
def panel(qtbot: QtBot) -> CheckPanel:
    made = CheckPanel()
    qtbot.addWidget(made)
    made.resize(1280, 240)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(panel: CheckPanel) -> list[tuple[str, str]]:
    model = panel.model
    return [(model.index(r, 0).data(), model.index(r, 1).data()) for r in range(model.rowCount())]


def test_all_is_well(panel: CheckPanel) -> None:
    panel.show_sums(told())
    assert (
        panel.verdict.text() == "No problems found in 384 images; damage inside a file is only found when it is made."
    )
    assert not panel.table.isVisible()
    panel.show_sums(told(total=1))
    assert panel.verdict.text() == "No problems found in 1 image; damage inside a file is only found when it is made."


def test_problems_come_first_then_losses_then_remarks(panel: CheckPanel) -> None:
    panel.show_sums(
        told(
            2,
            losses=[("16-bit becomes 8-bit", 384)],
            collisions=["a becomes b (2), because another image becomes b."],
            left_out="3 files left out (no images)",
            notes=["One range for all files."],
        )
    )
    assert panel.verdict.text() == "2 problems. 382 images of 384 can be made."
    assert shown(panel) == [
        ("day/0.tif", "Number 0 is cut off."),
        ("day/1.tif", "Number 1 is cut off."),
        ("384 images", "Loses: 16-bit becomes 8-bit."),
        ("Names", "a becomes b (2), because another image becomes b."),
        ("Left out", "3 files left out (no images)."),
        ("Recipe", "One range for all files."),
    ]
    assert not panel.model.index(0, 1).data(Qt.ItemDataRole.DecorationRole).isNull()
    assert "/data/day/0.tif" in panel.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_click_and_the_keyboard_look_at_an_image(panel: CheckPanel, qtbot: QtBot) -> None:
    panel.show_sums(told(3))
    seen: list[str] = []
    panel.look_at.connect(seen.append)
    place: QPoint = panel.table.visualRect(panel.model.index(1, 1)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert [path[-5:] for path in seen] == ["1.tif", "1.tif", "2.tif", "2.tif"]
    panel.table.activateWindow()
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    QTest.keySequence(panel.table, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QGuiApplication.clipboard().text() == "day/2.tif: Number 2 is cut off."


def test_the_same_again_leaves_the_selection(panel: CheckPanel) -> None:
    panel.show_sums(told(3))
    panel.table.selectRow(2)
    panel.show_sums(told(3))
    assert panel.table.currentIndex().row() == 2


def test_it_closes_by_button_and_escape(panel: CheckPanel, qtbot: QtBot) -> None:
    panel.show_sums(told(1))
    with qtbot.waitSignal(panel.closed):
        QTest.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
    panel.activateWindow()
    panel.table.setFocus()
    qtbot.waitUntil(panel.table.hasFocus)
    with qtbot.waitSignal(panel.closed):
        QTest.keyClick(panel.table, Qt.Key.Key_Escape)


def test_more_problems_than_a_check_lists(panel: CheckPanel) -> None:
    panel.show_sums(told(1000, total=100_000))
    assert panel.verdict.text().startswith("1,000 or more problems.")


def test_a_refusal_is_said(panel: CheckPanel) -> None:
    panel.show_sums(Sums(number=1, problem="The output folder is a file."))
    assert panel.verdict.text() == "The output folder is a file."
