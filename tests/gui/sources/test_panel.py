"""The images panel: scanning, choosing and filtering."""

from __future__ import annotations

import sys
from pathlib import Path

import shiboken6
from image_lists import TOP, listed, path, scan
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.looks import Scanned
from gui import theme
from gui.document import Document
from gui.sources.view import ImagesPanel


def names(panel: ImagesPanel) -> list[str]:
    return [Path(one).name for one in panel.visible_paths()]


def collect(signal: object) -> list[object]:
    seen: list[object] = []
    signal.connect(seen.append)  # type: ignore[attr-defined]
    return seen


# -- scanning --------------------------------------------------------------------------------------------------


def test_empty_it_invites_to_drop_something(panel: ImagesPanel) -> None:
    assert panel.parts.empty.isVisible()
    assert [button.text() for button in panel.parts.empty.buttons] == ["Add folder", "Add files"]
    assert (panel.paths(), panel.position(), panel.current_path()) == ([], (-1, 0), "")


def test_a_scan_tells_how_far_it_is_and_then_shows_images(panel: ImagesPanel, document: Document) -> None:
    document.add_inputs([TOP])
    looked, counts = collect(panel.look_at), collect(panel.count_changed)
    panel.scan_started()
    panel.take_scanned(Scanned(number=1, seen=3200))
    assert panel.parts.message.isVisible()
    assert panel.parts.message.label.text() == "Looking through folders: 3,200 files"
    assert panel.parts.message.busy.isVisible()
    panel.take_scanned(Scanned(number=1, seen=4000, items=listed("a.tif", "b.tif")))
    assert panel.list.isVisible()
    assert looked == [path("a.tif")], "the first is looked at before the scan is over"
    panel.take_scanned(Scanned(number=1, seen=4000, items=listed("c.tif")))
    panel.take_scanned(Scanned(number=1, seen=4001, over=True, left_out="12 files left out (no images)"))
    assert names(panel) == ["a.tif", "b.tif", "c.tif"]
    assert counts == [2, 3]
    assert panel.parts.count.text() == "3"
    assert panel.parts.status.line.text() == "12 files left out (no images)"
    assert looked == [path("a.tif")]
    assert panel.position() == (0, 3)


def test_what_is_left_out_is_whole_in_the_tooltip(ten: ImagesPanel) -> None:
    long = "12 files left out (no images); 3 hidden files and folders left out; 2 links left out <to> files"
    scan(ten, 2, listed("a.tif"), left_out=long)
    line = ten.parts.status.line
    assert line.cut()
    assert "&lt;to&gt; files" in line.toolTip()
    assert line.text() == long


def test_a_problem_is_a_sentence_with_an_icon(panel: ImagesPanel, document: Document) -> None:
    document.add_inputs([TOP])
    scan(panel, 1, problem=f"{TOP} is not there. Check the name")
    message = panel.parts.message
    assert message.label.accessibleName() == f"{TOP} is not there. Check the name."
    assert message.button.text() == "Remove all"
    message.button.click()
    assert document.images.inputs == ()
    assert panel.parts.empty.isVisible()


def test_a_problem_beside_images_stands_below_them(ten: ImagesPanel) -> None:
    scan(ten, 2, listed("a.tif"), problem="A part can't be read.")
    assert ten.list.isVisible()
    assert ten.parts.status.problem.isVisible()
    assert ten.parts.status.problem.accessibleName() == "A part can't be read."


def test_a_folder_without_images_says_so(panel: ImagesPanel, document: Document) -> None:
    document.add_inputs([TOP])
    scan(panel, 1, left_out="3 files left out (no images)")
    assert panel.parts.message.label.text() == "No images in what was added."
    assert panel.parts.status.line.text() == "3 files left out (no images)"


def test_a_new_scan_keeps_the_old_list_until_its_first_images_come(ten: ImagesPanel) -> None:
    ten.select_path(path("a3.tif"))
    looked = collect(ten.look_at)
    ten.scan_started()
    ten.take_scanned(Scanned(number=2, seen=100))
    assert len(names(ten)) == 10
    assert ten.parts.status.line.text() == "Looking through folders: 100 files"
    ten.take_scanned(Scanned(number=2, seen=200, items=listed("a0.tif", "a1.tif")))
    assert names(ten) == ["a0.tif", "a1.tif"]
    ten.take_scanned(Scanned(number=2, seen=200, items=listed("a3.tif")))
    ten.take_scanned(Scanned(number=2, seen=200, over=True))
    assert looked == [], "the same image all the time"
    assert ten.position() == (2, 3)
    assert ten.list.current_row() == 2


def test_a_selected_image_that_is_gone_gives_way_to_the_first(ten: ImagesPanel) -> None:
    ten.select_path(path("a3.tif"))
    looked = collect(ten.look_at)
    scan(ten, 2, listed("a1.tif"), listed("a2.tif"))
    assert looked == [path("a1.tif")]
    scan(ten, 3)
    assert looked == [path("a1.tif"), ""]
    assert ten.current_path() == ""


def test_parts_of_an_older_scan_are_ignored(ten: ImagesPanel) -> None:
    scan(ten, 3, listed("x.tif"))
    ten.take_scanned(Scanned(number=2, seen=5, items=listed("old.tif")))
    assert names(ten) == ["x.tif"]


def test_a_hundred_thousand_images_come_and_are_filtered(qtbot: QtBot, panel: ImagesPanel, document: Document) -> None:
    document.add_inputs([TOP])
    resets, inserts = [], []
    panel.model.modelReset.connect(lambda: resets.append(1))
    panel.model.rowsInserted.connect(lambda: inserts.append(1))
    asked = collect(panel.thumbnails_wanted)
    parts = [listed(*(f"day/im_{i:05}.tif" for i in range(start, start + 500))) for start in range(0, 100_000, 500)]
    scan(panel, 1, *parts)
    assert (len(resets), len(inserts)) == (1, 199)
    qtbot.waitUntil(lambda: bool(asked))
    QTest.keyClicks(panel.filter, "9999")
    assert len(resets) == 1, "typing waits for a pause"
    qtbot.waitUntil(lambda: panel.parts.count.text() == "19 of 100,000")
    assert len(resets) == 2, "four keys are one pass"
    panel.filter.clear()
    qtbot.waitUntil(lambda: panel.parts.count.text() == "100,000")
    QTest.keyClick(panel.list, Qt.Key.Key_End)
    assert panel.position() == (99_999, 100_000)
    assert panel.count() == 100_000
    assert sum(len(one) for one in asked if isinstance(one, list)) < 100


# -- choosing --------------------------------------------------------------------------------------------------


def test_a_click_looks_at_an_image(qtbot: QtBot, ten: ImagesPanel) -> None:
    place = ten.list.visualRect(ten.model.index(2)).center()
    with qtbot.waitSignal(ten.look_at) as caught:
        QTest.mouseClick(ten.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [path("a2.tif")]


def test_arrows_home_and_end_go_through_the_list(ten: ImagesPanel) -> None:
    ten.list.setFocus()
    for key, row in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_End, 9),
        (Qt.Key.Key_Up, 8),
        (Qt.Key.Key_Home, 0),
    ):
        QTest.keyClick(ten.list, key)
        assert ten.position() == (row, 10)
    assert ten.current_path() == path("a0.tif")


def test_step_goes_along_what_is_shown_and_holds_at_the_ends(qtbot: QtBot, ten: ImagesPanel) -> None:
    looked = collect(ten.look_at)
    ten.step(1)
    ten.step(1)
    ten.step(-5)
    ten.step(-1)
    assert looked == [path("a1.tif"), path("a2.tif"), path("a0.tif")]
    ten.filter.setText("b")
    QTest.keyClick(ten.filter, Qt.Key.Key_Return)
    ten.step(1)
    assert ten.position() == (1, 2)
    ten.step(9)
    assert ten.current_path() == path("day 1/b1.tif")


def test_an_image_is_selected_by_its_path_even_behind_a_filter(ten: ImagesPanel) -> None:
    looked = collect(ten.look_at)
    ten.select_path(path("a4.tif"))
    ten.filter.setText("b0")
    QTest.keyClick(ten.filter, Qt.Key.Key_Return)
    ten.select_path(path("day 2/c0.tif"))
    assert looked == [path("a4.tif"), path("day 1/b0.tif"), path("day 2/c0.tif")]
    assert ten.filter.text() == ""
    assert ten.position() == (8, 10)
    assert ten.list.current_row() == 8
    ten.select_path("/not/here.tif")
    assert ten.current_path() == path("day 2/c0.tif")


# -- filtering -------------------------------------------------------------------------------------------------


def test_the_filter_counts_and_keeps_the_image_that_is_looked_at(qtbot: QtBot, ten: ImagesPanel) -> None:
    ten.select_path(path("day 1/b1.tif"))
    looked = collect(ten.look_at)
    QTest.keyClicks(ten.filter, "B tif")
    qtbot.waitUntil(lambda: ten.parts.count.text() == "2 of 10")
    assert names(ten) == ["b0.tif", "b1.tif"]
    assert ten.position() == (1, 2)
    QTest.keyClicks(ten.filter, " nothing")
    qtbot.waitUntil(lambda: ten.parts.count.text() == "0 of 10")
    assert ten.parts.message.label.text() == "Nothing matches “B tif nothing”."
    assert ten.position() == (-1, 0)
    ten.parts.message.button.click()
    assert ten.parts.count.text() == "10"
    assert ten.filter.text() == ""
    assert looked == []


def test_keys_lead_into_the_filter_and_out_of_it(qtbot: QtBot, ten: ImagesPanel) -> None:
    ten.list.setFocus()
    QTest.keyClick(ten.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert ten.filter.hasFocus()
    QTest.keyClicks(ten.filter, "c0")
    QTest.keyClick(ten.filter, Qt.Key.Key_Return)
    assert names(ten) == ["c0.tif"]
    QTest.keyClick(ten.filter, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(names(ten)) == 10)
    QTest.keyClick(ten.filter, Qt.Key.Key_Down)
    assert ten.list.hasFocus()
    QTest.keyClick(ten.list, Qt.Key.Key_D)
    assert ten.filter.text() == "d"
    assert ten.filter.hasFocus()


# -- for everybody ---------------------------------------------------------------------------------------------


def test_everything_has_a_name_and_a_place_in_the_tab_order(qtbot: QtBot, ten: ImagesPanel) -> None:
    ten.filter.setFocus()
    reached: list[QWidget] = []
    for _ in range(12):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    parts = ten.parts
    assert reached == [ten.filter, ten.tree, ten.list, *parts.buttons, parts.more]
    for widget in reached:
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_icons_and_rows_follow_the_theme(qtbot: QtBot, ten: ImagesPanel, qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    light = ten.parts.more.icon().cacheKey(), ten.commands.remove.icon().cacheKey()
    white = ten.grab().toImage().pixelColor(200, 540)
    theme.apply(qapp, "dark")
    dark = ten.parts.more.icon().cacheKey(), ten.commands.remove.icon().cacheKey()
    black = ten.grab().toImage().pixelColor(200, 540)
    theme.apply(qapp, "light")
    assert black.lightness() < white.lightness()
    assert not set(light) & set(dark)


def test_a_panel_that_is_gone_does_not_hear_of_the_theme(qapp: QApplication, document: Document) -> None:
    made = ImagesPanel(document)
    made.show()
    made.close()
    shiboken6.delete(made)
    theme.notifier.changed.emit()
    document.add_inputs([TOP])


def test_enter_in_the_filter_goes_no_further(ten: ImagesPanel, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    layout.addWidget(ten)
    started: list[int] = []
    key = QShortcut(QKeySequence(Qt.Key.Key_Return), window)
    key.activated.connect(lambda: started.append(1))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    ten.filter.setFocus()
    QTest.keyClicks(ten.filter, "a1")
    QTest.keyClick(ten.filter, Qt.Key.Key_Return)
    assert names(ten) == ["a1.tif"]
    assert started == []
    ten.list.setFocus()
    QTest.keyClick(ten.list, Qt.Key.Key_Return)
    assert started == [1]
    ten.setParent(None)


def test_left_and_right_are_left_to_the_window(ten: ImagesPanel) -> None:
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        ten.list.keyPressEvent(event)
        assert not event.isAccepted()


def test_delete_is_backspace_only_on_a_mac(ten: ImagesPanel) -> None:
    keys = [one.toString() for one in ten.commands.remove.shortcuts()]
    assert keys == (["Del", "Backspace"] if sys.platform == "darwin" else ["Del"])
