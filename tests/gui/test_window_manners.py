"""Closing, keeping, keys, drops while something runs: how the window behaves."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from real_window import LONG, alive, click, drop, family, make_plate, ready

from core import recipe
from gui import keeper
from gui.keeping import Keeping
from gui.main_window import MainWindow


def answer(text: str) -> list[str]:
    """Press the button with this text in the next question; returns what was asked, once it was."""
    asked: list[str] = []

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        asked.append(box.text())
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(20, press)
    return asked


def test_closing_during_a_run_asks_once_and_ends_everything(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = make_plate(tmp_path / "plate", 300)
    window.document.load(recipe.load("quick-look"), "quick-look")
    drop(window, folder)
    qtbot.waitUntil(ready(window, 306), timeout=LONG)
    click(window.output.start_button)
    qtbot.waitUntil(lambda: window.run.tally.done > 2, timeout=LONG)
    asked = answer("Keep running")
    assert not window.close()
    assert asked == ["The run is not finished."]
    assert window.isVisible()
    assert window.running.active
    processes = family(window)
    assert len(processes) > 3
    asked = answer("Stop and close")
    assert window.close()
    assert len(asked) == 1
    qtbot.waitUntil(lambda: not any(alive(process) for process in processes), timeout=4000)
    results = tmp_path / "plate - processed"
    assert list(results.rglob("*.png"))
    assert not list(results.rglob(".*.part"))


def test_what_was_in_progress_is_there_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    folder = make_plate(tmp_path / "plate")
    file = tmp_path / "settings" / "window.json"
    first = MainWindow()
    qtbot.addWidget(first)
    first.keeping = Keeping(first, file)
    first.document.add_inputs([str(folder)])
    first.document.leave_out([str(folder / "day 1" / "well 1.tif")])
    step = first.document.add_step("gamma")
    first.document.set_step(step, {"gamma": 0.0}, "gamma")  # wrong, and still what was typed
    first.document.set_output(str(tmp_path / "elsewhere"))
    first.resize(1100, 700)
    qtbot.waitUntil(file.is_file, timeout=5000)  # by itself, soon: a crash comes unannounced
    qtbot.waitUntil(lambda: "elsewhere" in file.read_text(), timeout=5000)
    first.close()

    second = MainWindow()
    qtbot.addWidget(second)
    second.keeping = Keeping(second, file)
    assert second.document.images == first.document.images
    assert second.document.draft == first.document.draft
    assert second.document.edited
    assert second.document.output == str(tmp_path / "elsewhere")
    assert not second.document.undo_stack.canUndo()
    assert second.height() == first.height() == 700  # the width is as much as this screen has
    second.close()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"draft": 3, "theme": "dark", "columns": "x"}', b"\xff\xfe"])
def test_damaged_settings_cost_only_themselves(content: bytes, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(content)
    window = MainWindow()
    qtbot.addWidget(window)
    window.keeping = Keeping(window, file)
    assert window.document.draft.name == "Microscopy to 8 bit"
    window.keeping.now()
    assert msgspec.json.decode(file.read_bytes())["origin"] == "microscopy-8bit"
    assert keeper.load(file).theme == window.theme_mode
    window.close()


def test_keys_alone_bring_images_to_results(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.open_paths([str(make_plate(tmp_path / "plate"))])
    qtbot.waitUntil(ready(window, 6), timeout=LONG)
    window.activateWindow()
    first = window.images.current_path()
    QTest.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert window.images.current_path() != first
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    menu = window.steps.menu
    qtbot.waitUntil(menu.isVisible, timeout=2000)
    for key in "invert":
        QTest.keyClick(QApplication.focusWidget() or menu, key)
    QTest.keyClick(QApplication.focusWidget() or menu, Qt.Key.Key_Return)
    assert [step.tag for step in window.document.draft.steps] == ["rescale-intensity", "invert"]
    qtbot.waitUntil(lambda: not window.running.reason(), timeout=LONG)
    with qtbot.waitSignal(window.running.ended, timeout=LONG):
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "6 done" in window.run.sentence()


def test_every_control_can_be_reached_and_has_a_name(window: MainWindow) -> None:
    window.open_paths([])
    for control in window.findChildren(QWidget):
        focusable = control.focusPolicy() & Qt.FocusPolicy.TabFocus
        if (
            not focusable
            or not control.isVisibleTo(window)
            or control.window() is not window
            or control.focusProxy() is not None
        ):
            continue
        labels = [label for label in window.findChildren(QLabel) if label.buddy() is control]
        text = control.text() if isinstance(control, QAbstractButton) else ""
        assert control.accessibleName() or text or labels, control


def test_help_opens_at_the_step_that_has_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.steps.select(window.document.draft.steps[0].id)
    window.steps.list.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert window._help is not None
    assert window._help.isVisible()
    assert window._help.page == "steps-display-range-and-intensity"  # type: ignore[attr-defined]
    window._help.close()


def test_what_is_dropped_during_a_run_waits_and_costs_nothing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.document.load(recipe.load("quick-look"), "quick-look")
    drop(window, make_plate(tmp_path / "one", 100))
    qtbot.waitUntil(ready(window, 106), timeout=LONG)
    with qtbot.waitSignal(window.running.ended, timeout=LONG):
        click(window.output.start_button)
        qtbot.waitUntil(lambda: window.run.tally.done > 2, timeout=LONG)
        drop(window, make_plate(tmp_path / "two"))
        qtbot.waitUntil(lambda: window.images.count() == 112, timeout=LONG)
    assert window.run.tally.done == 106
    assert not (tmp_path / "one - processed" / "two").exists()


def test_the_system_theme_and_both_others_can_be_chosen(window: MainWindow) -> None:
    for mode in ("dark", "light", "system"):
        window.menus.actions[f"theme_{mode}"].trigger()
        assert window.theme_mode == mode
    window.use_theme("light")
