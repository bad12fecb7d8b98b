"""A run as it is watched: each state, the bar, the buttons, the table."""

from __future__ import annotations

import html

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import events
from gui.run import sentences
from gui.run.view import RunPanel

LEFT = Qt.MouseButton.LeftButton


def started(total: int, jobs: int | None = None) -> list[events.Event]:
    begun = [
        events.JobStarted(time=0, item=f"{i}.tif", sources=[f"/in/{i}.tif"], worker=1)
        for i in range(total if jobs is None else jobs)
    ]
    return [events.RunStarted(time=0, run="r", total=total, engine="processes", workers=2, reason="x"), *begun]


def done(number: int, *notes: str) -> events.JobFinished:
    return events.JobFinished(
        time=0, item=f"{number}.tif", sources=[f"/in/{number}.tif"], targets=[f"/out/{number}.png"], seconds=0.1,
        warnings=list(notes),
    )  # fmt: skip


def failed(number: int) -> events.JobFailed:
    return events.JobFailed(
        time=0, item=f"{number}.tif", sources=[f"/in/{number}.tif"], stage="decode", message="It is cut off."
    )


def finished(status: str, **counts: object) -> events.RunFinished:
    told: dict = {"done": 0, "failed": 0, "skipped": 0, "left": 0, "seconds": 12.3, **counts}
    return events.RunFinished(time=0, status=status, **told)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def panel(qtbot: QtBot) -> RunPanel:
    made = RunPanel()
    qtbot.addWidget(made)
    made.resize(1280, 240)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def begin(panel: RunPanel, total: int, *, measures: bool = False) -> Clock:
    panel.begin(total, measures)
    clock = Clock()
    panel.tally.clock = clock
    return clock


def test_a_run_from_beginning_to_end(panel: RunPanel, qtbot: QtBot) -> None:
    clock = begin(panel, 384)
    assert panel.sentence() == "Starting…"
    assert panel.progress.maximum() == 0  # it only shows that something goes on
    panel.take(started(384))
    panel.set_bound("the processor")
    for number in range(7):
        clock.now += 1
        panel.take([done(number * 31 + i) for i in range(31)])
    qtbot.waitUntil(lambda: panel.sentence() == "217 of 384 · 31 images/s · 5 s left · bound by the processor")
    assert (panel.progress.value(), panel.progress.maximum()) == (217, 384)
    assert not panel.progress.isTextVisible()
    assert panel.cancel_button.isVisible()
    assert not panel.back_button.isVisible()
    panel.take([done(300 + i) for i in range(167)])
    panel.take([finished("done", done=384)])
    assert panel.sentence() == "384 done."
    assert panel.detail.text() == "12 s, 31 images/s."
    assert panel.progress.value() == 384
    assert panel.icon.isVisible()
    assert not panel.cancel_button.isVisible()
    assert not panel.retry_button.isVisible()
    for button, signal in ((panel.folder_button, panel.open_folder_wanted), (panel.back_button, panel.back_wanted)):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, LEFT)
    assert panel.back_button.text() == "Back"


def test_a_first_pass_is_told(panel: RunPanel) -> None:
    begin(panel, 384, measures=True)
    panel.take(started(384, jobs=120))
    panel.refresh()
    assert panel.sentence() == "Looking at all images first, 120 of 384"
    assert panel.progress.value() == 120


def test_failures_are_told_and_tried_again(panel: RunPanel, qtbot: QtBot) -> None:
    begin(panel, 4)
    panel.take([*started(4), done(0), failed(1), done(2, "16-bit becomes 8-bit."), failed(3)])
    panel.refresh()
    assert panel.sentence().startswith("4 of 4 · 2 failed")
    panel.take([finished("failed", done=2, failed=2, seconds=2.0)])
    assert panel.sentence() == "2 done, 2 failed."
    assert panel.detail.text() == "2.0 s, 1.0 images/s. 1 image with notes."
    assert "1 image: 16-bit becomes 8-bit." in panel.detail.toolTip()
    with qtbot.waitSignal(panel.retry_wanted) as retried:
        QTest.mouseClick(panel.retry_button, LEFT)
    assert retried.args == [["/in/1.tif", "/in/3.tif"]]
    panel.begin(2)
    assert panel.model.rowCount() == 0
    assert panel.cancel_button.isVisible()
    assert not panel.retry_button.isVisible()


def test_escape_cancels_once(panel: RunPanel, qtbot: QtBot) -> None:
    begin(panel, 384)
    panel.take([*started(384), *(done(i) for i in range(120))])
    asked: list[int] = []
    panel.cancel_wanted.connect(lambda: asked.append(1))
    panel.results.setFocus()
    qtbot.waitUntil(panel.results.hasFocus)
    QTest.keyClick(panel.results, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.state == "cancelling")
    assert panel.sentence().startswith("Stopping.")
    assert not panel.cancel_button.isEnabled()
    panel.cancel()
    panel.take([finished("interrupted", done=120, left=264)])
    assert asked == [1]
    assert panel.sentence() == "Stopped: 120 done, 264 left. Every finished image is whole."
    assert panel.progress.value() == 120


def test_the_keyboard_goes_on_from_cancel(panel: RunPanel, qtbot: QtBot) -> None:
    begin(panel, 2)
    panel.take([*started(2), done(0)])
    panel.cancel_button.setFocus()
    qtbot.waitUntil(panel.cancel_button.hasFocus)
    panel.take([finished("done", done=2)])
    assert panel.folder_button.hasFocus()


def test_what_hits_every_image_is_a_sentence(panel: RunPanel) -> None:
    begin(panel, 384)
    panel.take([*started(384), done(0)])
    panel.take([finished("stopped", done=1, left=383, reason="The disk is full")])
    assert panel.sentence() == "Stopped: The disk is full. 1 done, 383 left."
    assert panel.detail.text() == "Every finished image is whole."


def test_a_dead_engine_is_told_with_what_is_left(panel: RunPanel) -> None:
    begin(panel, 384)
    panel.take([*started(384), done(0), failed(1)])
    panel.host_died("The engine stopped unexpectedly")
    assert panel.sentence() == "The engine stopped unexpectedly."
    assert panel.detail.text() == "1 done, 1 failed, 382 left."
    assert panel.state == "over"
    panel.take([done(2)])  # what was still on its way
    assert panel.model.rowCount() == 2


def test_a_refused_run_goes_back(panel: RunPanel, qtbot: QtBot) -> None:
    begin(panel, 384)
    panel.refused("The output folder can't be written to.")
    assert panel.sentence() == "The output folder can't be written to."
    assert panel.back_button.text() == "Back"
    assert not panel.folder_button.isVisible()
    panel.host_died("Too late.")
    assert panel.sentence() == "The output folder can't be written to."


def test_rows_are_looked_at_by_mouse_and_keyboard(panel: RunPanel) -> None:
    begin(panel, 3)
    panel.take([*started(3), done(0), failed(1), done(2)])
    seen: list[str] = []
    panel.look_at.connect(seen.append)
    QTest.mouseClick(panel.results.viewport(), LEFT, pos=panel.results.visualRect(panel.model.index(0, 1)).center())
    QTest.keyClick(panel.results, Qt.Key.Key_Down)
    QTest.keyClick(panel.results, Qt.Key.Key_Return)
    assert seen == ["/in/1.tif", "/in/0.tif", "/in/0.tif"]


def test_tabbing_into_the_table_shows_where_one_is_and_looks_at_nothing(panel: RunPanel, qtbot: QtBot) -> None:
    begin(panel, 2)
    panel.toggle.setFocus()
    panel.take([*started(2), done(0), done(1)])
    seen: list[str] = []
    panel.look_at.connect(seen.append)
    panel.results.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(panel.results.hasFocus)
    assert panel.results.selectionModel().hasSelection()
    assert seen == []


class Opener(QObject):
    """Stands for the system's file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def test_the_menu_of_a_row(panel: RunPanel, qtbot: QtBot) -> None:
    begin(panel, 2)
    panel.take([*started(2), done(0), failed(1)])
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")
    try:
        panel.results.menu_wanted.emit(1, QPoint(10, 10))
        menu = panel.menu
        assert menu is not None
        shown, revealed, copied = menu.actions()
        revealed.trigger()
        assert opener.opened == ["/out"]
    finally:
        QDesktopServices.unsetUrlHandler("file")
    copied.trigger()
    assert QGuiApplication.clipboard().text() == "0.tif: Done"
    with qtbot.waitSignal(panel.look_at) as looked:
        shown.trigger()
    assert looked.args == ["/in/0.tif"]
    menu.close()
    panel.results.menu_wanted.emit(0, QPoint(10, 10))
    assert panel.menu is not None
    assert not panel.menu.actions()[1].isEnabled()  # what failed has no result
    panel.menu.close()


def test_the_menu_opens_by_key_on_the_current_row(panel: RunPanel) -> None:
    begin(panel, 2)
    panel.take([*started(2), done(0), done(1)])
    panel.results.selectRow(1)
    asked: list[int] = []
    panel.results.menu_wanted.disconnect(panel.show_menu)
    panel.results.menu_wanted.connect(lambda row, place: asked.append(row))
    here = QPoint(0, 0)
    QApplication.sendEvent(panel.results, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, here, here))
    assert asked == [1]


def test_results_can_be_folded_away(panel: RunPanel) -> None:
    begin(panel, 1)
    QTest.mouseClick(panel.toggle, LEFT)
    assert not panel.results.isVisible()
    assert panel.bar.isVisible()
    QTest.mouseClick(panel.toggle, LEFT)
    assert panel.results.isVisible()


@pytest.mark.parametrize("total", [0, 1, 100_000])
def test_any_number_of_images(panel: RunPanel, total: int) -> None:
    begin(panel, total)
    panel.take(started(total, jobs=0))
    for start in range(0, total, 5000):
        panel.take([done(i) for i in range(start, min(start + 5000, total))])
    panel.take([finished("done", done=total)])
    assert panel.sentence() == f"{total:,} done."
    assert panel.model.rowCount() == total
    assert panel.progress.maximum() == max(1, total)


def test_long_sentences_are_cut_with_the_whole_in_a_tooltip(panel: RunPanel) -> None:
    begin(panel, 1)
    reason = "Durchflusszytometrieauswertung " * 20 + "can't go on."
    panel.take([finished("stopped", left=1, reason=reason)])
    QApplication.processEvents()
    assert panel.line.cut()
    assert html.escape(reason) in panel.line.toolTip()
    assert panel.back_button.geometry().right() <= panel.width() - 16
    assert panel.minimumSizeHint().width() < 1000


def test_time_left_moves_in_steps_that_can_be_read() -> None:
    assert [sentences.left_text(s) for s in (0.2, 4.6, 23, 27, 94, 200)] == [
        "1 s", "5 s", "25 s", "30 s", "95 s", "3 min",
    ]  # fmt: skip


def test_all_skipped_is_no_success_that_made_something() -> None:
    told = sentences.ending(finished("done", skipped=384), 0)
    assert told == sentences.Ending("skipped", "Nothing was left to do: 384 skipped.")


def test_every_control_has_a_name(panel: RunPanel) -> None:
    for widget in (
        panel.results, panel.progress, panel.toggle, panel.cancel_button, panel.retry_button, panel.folder_button,
        panel.back_button,
    ):  # fmt: skip
        assert widget.accessibleName()
