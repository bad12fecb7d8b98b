"""The steps region: what is selected is shown as a form, and stays selected."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from steps_shown import fill, row_center

from core import recipe as recipes
from gui.document import Document
from gui.steps.view import NO_STEPS, StepsPanel


def test_without_steps_it_says_what_happens_and_selects_none(document: Document, panel: StepsPanel) -> None:
    assert panel.empty.isVisible()
    assert panel.empty.text() == NO_STEPS
    assert panel.selected() == -1
    assert panel.form is None
    assert not panel.remove_action.isEnabled()
    fill(document, "invert")
    assert not panel.empty.isVisible()
    assert panel.list.isVisible()
    document.undo_stack.undo()
    assert panel.empty.isVisible()
    assert panel.selected() == -1


def test_what_is_added_is_selected_and_told_once(document: Document, panel: StepsPanel) -> None:
    told = QSignalSpy(panel.step_selected)
    ids = fill(document, "resize", "invert")
    assert panel.selected() == ids[1]
    assert panel.list.currentIndex().row() == 1
    assert [told.at(i)[0] for i in range(told.count())] == ids
    assert panel.title.text() == "Invert"


def test_a_click_selects_and_shows_the_form(document: Document, panel: StepsPanel) -> None:
    ids = fill(document)
    told = QSignalSpy(panel.step_selected)
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=row_center(panel, 0))
    assert told.at(0)[0] == ids[0] == panel.selected()
    assert panel.form is not None
    assert panel.form.kind.tag == "resize"
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.selected() == ids[1]
    assert panel.form.kind.tag == "gamma"


def test_after_a_removal_the_next_is_selected_and_undo_selects_what_came_back(
    document: Document, panel: StepsPanel
) -> None:
    ids = fill(document)
    panel.select(ids[1])
    told = QSignalSpy(panel.step_selected)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert panel.model.ids() == [ids[0], ids[2], ids[3]]
    assert panel.selected() == ids[2]
    document.undo_stack.undo()
    assert panel.selected() == ids[1]
    assert [told.at(i)[0] for i in range(told.count())] == [ids[2], ids[1]]
    panel.select(ids[3])
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert panel.selected() == ids[2]
    for _ in range(3):
        QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert panel.selected() == -1
    assert panel.form is None


def test_undo_of_a_change_elsewhere_keeps_selection_and_form(document: Document, panel: StepsPanel) -> None:
    ids = fill(document)
    document.set_step(ids[1], {"gamma": 2.0}, "gamma")
    panel.select(ids[0])
    form = panel.form
    told = QSignalSpy(panel.step_selected)
    document.undo_stack.undo()
    document.undo_stack.redo()
    document.move_step(ids[0], 2)
    assert panel.selected() == ids[0]
    assert panel.list.currentIndex().row() == 2
    assert panel.form is form
    assert told.count() == 0


def test_another_recipe_selects_a_step_at_the_same_place(document: Document, panel: StepsPanel) -> None:
    fill(document)
    document.load(recipes.decode(b'{"version": 1, "name": "x", "steps": [{"step": "invert"}, {"step": "flip"}]}'), "")
    assert panel.title.text() == "Flip"
    document.undo_stack.undo()
    assert panel.selected() == document.draft.steps[1].id
    panel.select(-1)
    assert panel.selected() == -1
    assert panel.none.isVisible()


def test_tab_goes_from_the_list_through_the_form_and_only_then_on(document: Document, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    panel, behind = StepsPanel(document, window), QLineEdit(window)
    row = QHBoxLayout(window)
    row.addWidget(panel)
    row.addWidget(behind)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    fill(document, "invert", "rotate", "crop")
    assert panel.form is not None
    panel.list.setFocus()
    seen: list[QWidget] = []
    while QApplication.focusWidget() is not behind and len(seen) < 20:
        seen.append(QApplication.focusWidget())
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
    assert seen[0] is panel.list
    assert seen[1] is panel.add_button
    assert seen[-4:] == [panel.form.fields[name].editor for name in ("width", "height", "x", "y")]
