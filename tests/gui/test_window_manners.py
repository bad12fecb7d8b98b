"""Closing, keeping, keys, drops while something runs: how the window behaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from real_window import LONG, alive, click, drop, family, make_plate, ready

from core import recipe
from gui import keeper
from gui.keeping import Keeping
from gui.main_window import ENDING, MainWindow


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


def test_the_end_of_the_session_ends_a_run_without_a_question(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.document.load(recipe.load("quick-look"), "quick-look")
    drop(window, make_plate(tmp_path / "plate", 300))
    qtbot.waitUntil(ready(window, 306), timeout=LONG)
    click(window.output.start_button)
    qtbot.waitUntil(lambda: window.run.tally.done > 2, timeout=LONG)
    app = QApplication.instance()
    assert app is not None
    app.setProperty(ENDING, True)
    try:
        assert window.close()
    finally:
        app.setProperty(ENDING, None)


@pytest.mark.skipif(sys.platform == "win32", reason="ends by signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_and_leaves_nothing(number: int, tmp_path: Path) -> None:
    names = {"SLIDETRAY_CONFIG": "settings", "SLIDETRAY_LOG": "log", "SLIDETRAY_CACHE": "cache", "TMPDIR": "temporary"}
    places = {name: str(tmp_path / place) for name, place in names.items()}
    (tmp_path / "temporary").mkdir()
    program = subprocess.Popen(
        [sys.executable, "-m", "core", "open", str(make_plate(tmp_path / "plate"))],
        env={**os.environ, **places, "QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    end = time.monotonic() + LONG / 1000
    while not list((tmp_path / "temporary").glob("slidetray-look-*/listener-*")) and time.monotonic() < end:
        time.sleep(0.1)
    family = psutil.Process(program.pid).children(recursive=True)
    program.send_signal(number)
    _, errors = program.communicate(timeout=30)
    assert program.returncode == 0, errors
    assert b"Traceback" not in errors
    assert not any(alive(process) for process in family)
    assert not list((tmp_path / "temporary").iterdir())
    assert (tmp_path / "settings" / "window.json").is_file()


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


LONG_NAME = "/" + "x" * 300
HOSTILE = (
    {"columns": [1 << 62, -5, 1]},
    {"columns": [1 << 40] * 3},
    {"geometry": "\N{LATIN SMALL LETTER E WITH ACUTE}"},
    {"recent": [LONG_NAME, "a\0b"], "inputs": [LONG_NAME, "a\0b", "", "README.md"], "output": LONG_NAME},
    {"draft": {"steps": [{"id": 1, "tag": "of a newer version", "settings": {}}]}},
    {"draft": {"format": "of a newer version"}},
    {"draft": {"conflict": "of a newer version"}},
    {"draft": {"steps": [{"id": 1, "tag": "gamma", "settings": {}}] * 2}},
    {"draft": {"steps": [{"id": 1 << 70, "tag": "gamma", "settings": {}}]}},
    {"draft": {"steps": [{"id": 1, "tag": "resize", "settings": {"method": 1 << 70, "longest": [{"a": 1 << 70}]}}]}},
    {"draft": {"options": {"quality": -(1 << 70)}, "format": "jpeg"}},
)


@pytest.mark.parametrize("kept", HOSTILE, ids=lambda kept: "-".join(kept))
def test_what_no_window_would_have_kept_costs_only_itself(
    kept: dict[str, object], qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "window.json"
    file.write_bytes(json.dumps(kept).encode())
    window = MainWindow()
    qtbot.addWidget(window)
    window.keeping = Keeping(window, file)
    window.show()
    assert window.document.draft.name == "Microscopy to 8 bit"
    step = window.document.draft.steps[0]
    window.steps.select(step.id)
    window.document.enable_step(step.id, False)
    window.document.undo_stack.undo()
    window.keeping.now()
    assert msgspec.json.decode(file.read_bytes())["origin"] == "microscopy-8bit"
    window.close()


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


def test_names_that_look_like_markup_are_shown_as_they_are(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    place = make_plate(tmp_path / "<b>bold & <img src=x>")
    (place / "day 1" / "<i>x.png").write_bytes(b"")
    recipe_file = tmp_path / "<b>mine.slidetray"
    recipe_file.write_bytes(b"{}")
    drop(window, place)
    qtbot.waitUntil(ready(window, 7), timeout=LONG)
    drop(window, recipe_file)
    boxes = window.findChildren(QMessageBox)
    assert [box.textFormat() for box in boxes] == [Qt.TextFormat.PlainText]
    boxes[0].close()
    assert "<b>mine" in boxes[0].text()
    window.images.step(1)
    qtbot.waitUntil(lambda: bool(window.preview.shown), timeout=LONG)
    for widget in window.findChildren(QWidget):
        assert "<b>bold" not in widget.toolTip(), widget
        assert "<i>x" not in widget.toolTip(), widget
        if isinstance(widget, QLabel) and ("<b>" in widget.text() or "<i>" in widget.text()):
            assert widget.textFormat() == Qt.TextFormat.PlainText, widget


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_where_no_engine_can_be_had_the_window_says_so_for_good(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    controller = window.controller
    assert controller is not None
    drop(window, make_plate(tmp_path / "plate"))
    qtbot.waitUntil(ready(window, 6), timeout=LONG)
    deaths: list[str] = []
    controller.died.connect(lambda sentence, _: deaths.append(sentence))
    while not controller.given_up:
        before = len(deaths)
        process = controller.client.process
        if process is not None and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        qtbot.waitUntil(lambda before=before: len(deaths) > before, timeout=LONG)
        qtbot.waitUntil(lambda: bool(controller.given_up) or controller.client.alive, timeout=LONG)
    assert window.running.reason() == controller.given_up == window.output.sentence.text()
    assert not window.output.start_button.isEnabled()
    window.running.start()
    assert not window.running.active
    drop(window, make_plate(tmp_path / "another"))  # nobody will ever list it
    assert not window.running.scanning
    assert window.running.reason() == controller.given_up
    QTest.qWait(400)
    assert not window.preview.state.text()


def test_the_system_theme_and_both_others_can_be_chosen(window: MainWindow) -> None:
    for mode in ("dark", "light", "system"):
        window.menus.actions[f"theme_{mode}"].trigger()
        assert window.theme_mode == mode
    window.use_theme("light")
