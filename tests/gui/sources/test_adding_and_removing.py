"""Dropping, choosing, removing and taking back."""

from __future__ import annotations

from pathlib import Path

import pytest
from image_lists import listed, path, scan
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core.looks import Thumbnail
from gui.document import Document
from gui.sources.drops import dropped_images, dropped_paths
from gui.sources.view import ImagesPanel

NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
COPY = Qt.DropAction.CopyAction


def names(panel: ImagesPanel) -> list[str]:
    return [Path(one).name for one in panel.visible_paths()]


def mime(*paths: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(one) for one in paths])
    return data


def drag(panel: ImagesPanel, data: QMimeData) -> bool:
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, data, LEFT, NO_KEYS)
    QApplication.sendEvent(panel, enter)
    return enter.isAccepted()


def drop(panel: ImagesPanel, data: QMimeData) -> QDropEvent:
    # With Shift, which asks for a move.
    keys = Qt.KeyboardModifier.ShiftModifier
    event = QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, data, LEFT, keys)
    event.setDropAction(Qt.DropAction.MoveAction)
    QApplication.sendEvent(panel, event)
    return event


# -- dropping --------------------------------------------------------------------------------------------------


def test_folders_and_files_are_dropped(panel: ImagesPanel, document: Document) -> None:
    data = mime("/data/plate_01/", "/data/one.tif", "/data/plate_01")
    assert drag(panel, data)
    assert panel.parts.hint.isVisible()
    event = drop(panel, data)
    assert event.isAccepted()
    assert event.dropAction() == COPY, "never moved"
    assert not panel.parts.hint.isVisible()
    assert [Path(one).name for one in document.images.inputs] == ["plate_01", "one.tif"]
    assert document.undo_stack.count() == 1


def test_leaving_takes_the_hint_away(panel: ImagesPanel) -> None:
    drag(panel, mime("/data"))
    QApplication.sendEvent(panel, QDragLeaveEvent())
    assert not panel.parts.hint.isVisible()


def test_recipes_text_and_the_web_are_left_to_the_window(panel: ImagesPanel, document: Document) -> None:
    text, web = QMimeData(), QMimeData()
    text.setText("/data/plate_01")
    web.setUrls([QUrl("https://example.org/a.tif")])
    for data in (text, web, mime("/data/a.slidetray"), mime("/data/plate", "/data/My.SLIDETRAY")):
        assert not drag(panel, data)
        assert not drop(panel, data).isAccepted()
        assert not panel.parts.hint.isVisible()
    assert document.images.inputs == ()
    assert dropped_paths(web) == []
    assert len(dropped_paths(mime("/data/a.slidetray"))) == 1
    assert dropped_images(mime("/data/a.slidetray")) == []


def test_nothing_inside_catches_drops(ten: ImagesPanel) -> None:
    for widget in (ten.filter, ten.list, ten.list.viewport(), ten.tree, ten.tree.viewport()):
        assert not widget.acceptDrops()
    assert ten.acceptDrops()


# -- choosing --------------------------------------------------------------------------------------------------


def test_folder_and_files_are_chosen_in_dialogs(
    qtbot: QtBot, panel: ImagesPanel, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/data/plate_01")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (["/x/a.tif", "/x/b.tif"], ""))
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(panel, Qt.Key.Key_O, both)
    assert [Path(one).as_posix() for one in document.images.inputs] == ["/data/plate_01"]
    QTest.keyClick(panel, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert len(document.images.inputs) == 3
    document.undo_stack.undo()
    document.undo_stack.undo()
    panel.parts.empty.buttons[0].click()
    assert len(document.images.inputs) == 1


def test_a_dialog_that_is_left_adds_nothing(
    panel: ImagesPanel, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    panel.commands.add_folder.trigger()
    panel.commands.add_files.trigger()
    assert document.undo_stack.count() == 0


# -- removing --------------------------------------------------------------------------------------------------


def test_selected_images_are_removed_and_come_back(ten: ImagesPanel, document: Document) -> None:
    seen: list[str] = []
    ten.look_at.connect(seen.append)
    ten.list.setFocus()
    ten.step(1)
    for _ in range(2):
        QTest.keyClick(ten.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert ten.commands.remove.text() == "Remove 3 images"
    assert seen[-1] == path("a3.tif")
    QTest.keyClick(ten.list, Qt.Key.Key_Delete)
    assert document.images.without == {path("a1.tif"), path("a2.tif"), path("a3.tif")}
    assert names(ten)[:3] == ["a0.tif", "a4.tif", "a5.tif"]
    assert ten.current_path() == path("a4.tif"), "the next one"
    assert ten.parts.count.text() == "7"
    assert ten.tree.topLevelItem(0).text(1) == "7"
    document.undo_stack.undo()
    assert len(names(ten)) == 10
    assert ten.current_path() == path("a4.tif")
    assert ten.position() == (4, 10)


def test_removing_the_last_image_goes_back_to_the_one_before(ten: ImagesPanel) -> None:
    ten.list.setFocus()
    QTest.keyClick(ten.list, Qt.Key.Key_End)
    QTest.keyClick(ten.list, Qt.Key.Key_Delete)
    assert ten.position() == (8, 9)


def test_all_images_may_be_taken_out(ten: ImagesPanel, document: Document) -> None:
    seen: list[str] = []
    ten.look_at.connect(seen.append)
    ten.list.setFocus()
    QTest.keyClick(ten.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    ten.commands.remove.trigger()
    assert ten.parts.message.label.text().startswith("All images were taken out.")
    assert seen == [""]
    assert not ten.commands.remove.isEnabled()
    document.undo_stack.undo()
    assert len(names(ten)) == 10
    assert seen == ["", path("a0.tif")]


def test_delete_in_the_filter_is_for_its_text(ten: ImagesPanel, document: Document) -> None:
    ten.filter.setFocus()
    QTest.keyClicks(ten.filter, "a")
    QTest.keyClick(ten.filter, Qt.Key.Key_Home)
    QTest.keyClick(ten.filter, Qt.Key.Key_Delete)
    assert ten.filter.text() == ""
    assert document.images.without == frozenset()


def test_everything_is_removed_and_comes_back(ten: ImagesPanel, document: Document) -> None:
    seen: list[str] = []
    counts: list[int] = []
    ten.look_at.connect(seen.append)
    ten.count_changed.connect(counts.append)
    ten.take_thumbnail(Thumbnail(path=path("a0.tif"), problem="Cut off."))
    ten.filter.setText("a")
    QTest.keyClick(ten.filter, Qt.Key.Key_Return)
    ten.commands.clear.trigger()
    assert document.images.inputs == ()
    assert ten.parts.empty.isVisible()
    assert (ten.paths(), seen, counts, ten.filter.text()) == ([], [""], [0], "")
    assert not ten.commands.clear.isEnabled()
    assert not ten.model.thumbnails.known(path("a0.tif")), "files may have changed when they come again"
    document.undo_stack.undo()
    scan(ten, 2, listed("a0.tif"))
    assert names(ten) == ["a0.tif"]


def test_the_folder_of_an_image_is_opened(qtbot: QtBot, ten: ImagesPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    ten.select_path(path("day 1/b1.tif"))
    ten.list.setFocus()
    ten.commands.reveal.trigger()
    ten.tree.choose((0, "day 2"))
    ten.tree.setFocus()
    ten.commands.reveal.trigger()
    assert [Path(one) for one in opened] == [Path(path("day 1")), Path(path("day 2"))]


def test_the_menu_has_the_same_commands(qtbot: QtBot, ten: ImagesPanel) -> None:
    ten.list.customContextMenuRequested.emit(QPoint(20, 20))
    menu = ten.parts.menu
    qtbot.waitUntil(menu.isVisible)
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert texts == ["Show in folder", "Remove", "Remove all", "Add folder", "Add files"]
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
