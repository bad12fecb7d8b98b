"""The menu to add a step from."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot
from steps_shown import fill, titles

from core import catalogue
from gui.document import Document
from gui.steps.menu import StepMenu, rank
from gui.steps.view import StepsPanel


def test_the_key_opens_the_menu_and_enter_adds(document: Document, panel: StepsPanel, qtbot: QtBot) -> None:
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert panel.menu.isVisible()
    QTest.keyClicks(panel.menu.search, "blur")
    QTest.keyClick(panel.menu.search, Qt.Key.Key_Return)
    assert not panel.menu.isVisible()
    assert titles(panel) == ["Gaussian blur"]
    qtbot.waitUntil(panel.list.hasFocus)
    assert document.undo_stack.count() == 1


def test_the_key_works_while_a_line_of_the_form_has_the_focus(document: Document, panel: StepsPanel) -> None:
    fill(document, "gamma")
    assert panel.form is not None
    panel.form.fields["gamma"].editor.setFocus()
    window = panel.windowHandle()
    assert window is not None
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert panel.menu.isVisible()
    panel.menu.close()


def test_escape_closes_the_menu_and_adds_nothing(document: Document, panel: StepsPanel) -> None:
    QTest.mouseClick(panel.add_button, Qt.MouseButton.LeftButton)
    assert panel.menu.isVisible()
    QTest.keyClick(panel.menu.search, Qt.Key.Key_Escape)
    assert not panel.menu.isVisible()
    assert not document.draft.steps


def test_the_menu_offers_all_steps_in_their_groups(menu: StepMenu) -> None:
    assert menu.tags() == list(catalogue.steps())
    shown = [menu.list.item(row).text() for row in range(menu.list.count())]
    groups = list(dict.fromkeys(kind.group for kind in catalogue.steps().values()))
    assert [text for text in shown if text in groups] == groups
    assert menu.list.currentItem().text() == "Crop"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("blur", "gaussian-blur"),
        ("GAUSSIAN", "gaussian-blur"),
        ("rescale-int", "rescale-intensity"),
        ("stretch-contrast", "rescale-intensity"),
        ("greyscale", "grayscale"),
        ("imagenet", "normalize"),
        ("mirror image", "flip"),
        ("re", "resize"),
    ],
)
def test_search_finds_by_title_tag_alias_and_help(menu: StepMenu, typed: str, first: str) -> None:
    QTest.keyClicks(menu.search, typed)
    assert first in menu.tags()
    assert menu.list.currentItem().text() == catalogue.steps()[first].title
    assert len(menu.tags()) < len(catalogue.steps())


def test_names_are_better_answers_than_help() -> None:
    crop, resize = catalogue.steps()["crop"], catalogue.steps()["resize"]
    assert rank(crop, "crop") == 0
    assert rank(catalogue.steps()["gaussian-blur"], "blur") in (0, 1)
    assert rank(resize, "antialiasing") == 2
    assert rank(crop, "antialiasing") == -1


def test_nothing_found_is_said_and_enter_does_nothing(menu: StepMenu) -> None:
    chosen = QSignalSpy(menu.chosen)
    QTest.keyClicks(menu.search, "qqq")
    assert menu.tags() == []
    assert menu.nothing.isVisible()
    QTest.keyClick(menu.search, Qt.Key.Key_Down)
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert chosen.count() == 0
    assert menu.isVisible()


def test_arrows_move_over_group_titles_while_typing_goes_on(menu: StepMenu) -> None:
    chosen = QSignalSpy(menu.chosen)
    titles_in_order = [kind.title for kind in catalogue.steps().values()]
    for title in titles_in_order[1:]:
        QTest.keyClick(menu.search, Qt.Key.Key_Down)
        assert menu.list.currentItem().text() == title
    QTest.keyClick(menu.search, Qt.Key.Key_Down)
    assert menu.list.currentItem().text() == titles_in_order[-1]
    QTest.keyClick(menu.search, Qt.Key.Key_PageUp)
    assert menu.list.currentItem().text() == titles_in_order[-6]
    QTest.keyClicks(menu.search, "crop")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert chosen.at(0)[0] == "crop"


def test_a_pointer_that_rests_over_the_list_takes_nothing_from_the_arrows(menu: StepMenu) -> None:
    view = menu.list
    under = view.item(4)
    QTest.mouseMove(view.viewport(), view.visualItemRect(view.item(2)).center())
    QTest.mouseMove(view.viewport(), view.visualItemRect(under).center())
    assert view.currentItem() is under
    for row in (5, 6):
        QTest.keyClick(menu.search, Qt.Key.Key_Down)
        view.itemEntered.emit(under)  # as Qt does when rows scroll by under a pointer that rests
        assert view.currentRow() >= row


def test_a_click_chooses_a_step_and_not_a_group(menu: StepMenu) -> None:
    chosen = QSignalSpy(menu.chosen)
    view = menu.list
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualItemRect(view.item(0)).center())
    assert chosen.count() == 0
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualItemRect(view.item(2)).center())
    assert chosen.at(0)[0] == view.item(2).data(int(Qt.ItemDataRole.UserRole))
    assert not menu.isVisible()


def test_the_menu_opens_anew_each_time_and_on_the_screen(panel: StepsPanel) -> None:
    panel.show_menu()
    QTest.keyClicks(panel.menu.search, "blur")
    panel.menu.close()
    panel.show_menu()
    assert panel.menu.search.text() == ""
    assert panel.menu.tags() == list(catalogue.steps())
    assert panel.screen().availableGeometry().contains(panel.menu.geometry())
    panel.menu.close()
