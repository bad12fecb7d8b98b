"""The steps region: keys, clicks and drags change the recipe, typing in the form does."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication
from steps_shown import check_center, fill, row_center, titles

from gui import theme
from gui.document import Document
from gui.steps.model import MIME, StepsModel
from gui.steps.view import StepsPanel


def test_keys_duplicate_and_move_with_undo(document: Document, panel: StepsPanel) -> None:
    ids = fill(document)
    panel.select(ids[0])
    panel.list.setFocus()
    alt, control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
    assert not panel.up_action.isEnabled()
    QTest.keyClick(panel.list, Qt.Key.Key_Down, alt)
    assert panel.model.ids() == [ids[1], ids[0], ids[2], ids[3]]
    assert panel.selected() == ids[0]
    QTest.keyClick(panel.list, Qt.Key.Key_Up, alt)
    assert panel.model.ids() == ids
    QTest.keyClick(panel.list, Qt.Key.Key_D, control)
    assert titles(panel)[:2] == ["Resize", "Resize"]
    assert panel.selected() == document.draft.steps[1].id not in ids
    panel.select(ids[3])
    assert not panel.down_action.isEnabled()
    assert panel.up_action.isEnabled()


def test_buttons_do_the_same_and_say_what_they_do(document: Document, panel: StepsPanel) -> None:
    fill(document, "resize", "invert")
    for action in (panel.up_action, panel.duplicate_action, panel.remove_action):
        button = next(b for b in panel.findChildren(type(panel.add_button)) if b.defaultAction() is action)
        assert button.accessibleName() == action.text()
        assert button.toolTip().startswith(action.text())
        assert not button.icon().isNull()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert titles(panel) == ["Invert", "Resize"]
    assert document.undo_stack.count() == 5


def test_the_context_menu_has_the_same_actions(panel: StepsPanel) -> None:
    assert panel.list.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu
    offered = {action.text() for action in panel.list.actions()}
    assert offered == {"Add step", "Remove step", "Duplicate step", "Move step up", "Move step down"}


def test_delete_in_the_form_deletes_no_step(document: Document, panel: StepsPanel) -> None:
    fill(document, "gamma")
    assert panel.form is not None
    editor = panel.form.fields["gamma"].editor
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert titles(panel) == ["Gamma"]


def test_space_and_a_click_on_the_box_switch_a_step(document: Document, panel: StepsPanel) -> None:
    ids = fill(document)
    panel.select(ids[0])
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    assert not document.draft.steps[0].enabled
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=check_center(panel, 1))
    assert not document.draft.steps[1].enabled
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=row_center(panel, 1))
    assert not document.draft.steps[1].enabled
    document.undo_stack.undo()
    assert document.draft.steps[1].enabled


def test_typing_in_the_form_changes_the_step_as_one_entry(document: Document, panel: StepsPanel) -> None:
    (gamma,) = fill(document, "gamma")
    assert panel.form is not None
    editor: Any = panel.form.fields["gamma"].editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "2.25")
    assert document.step(gamma).settings == {"gamma": 2.25}
    assert panel.model.index(0).data(StepsModel.SUMMARY) == "gamma 2.25"
    assert document.undo_stack.count() == 2
    assert editor.hasFocus()
    document.undo_stack.undo()
    assert editor.lineEdit().text() == "1"
    assert panel.form.fields["gamma"].editor is editor


def test_a_bad_value_is_said_in_form_and_list_and_is_not_lost(document: Document, panel: StepsPanel) -> None:
    gamma, other = fill(document, "gamma", "invert")
    panel.select(gamma)
    assert panel.form is not None
    editor: Any = panel.form.fields["gamma"].editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "2x")
    sentence = 'Gamma must be a number from 0.05 to 10, not "2x".'
    assert panel.form.problem_text() == sentence
    assert panel.model.index(0).data(StepsModel.PROBLEM) == sentence
    panel.select(other)
    panel.select(gamma)
    assert panel.form is not None
    editor = panel.form.fields["gamma"].editor
    assert editor.lineEdit().text() == "2x"
    assert panel.form.problem_text() == sentence
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "2")
    assert panel.form.problem_text() == ""
    assert panel.model.index(0).data(StepsModel.PROBLEM) == ""


def test_a_row_is_taken_along_by_the_mouse_and_stays_selected_where_it_is_dropped(
    document: Document, panel: StepsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(document)
    panel.select(ids[0])
    assert panel.list.dragDropMode() == QAbstractItemView.DragDropMode.InternalMove
    taken: list[bytes] = []
    mime = panel.model.mimeData

    def take(indexes: Any) -> QMimeData:
        data = mime(indexes)
        taken.append(bytes(data.data(MIME).data()))
        return data

    monkeypatch.setattr(panel.model, "mimeData", take)
    viewport, start = panel.list.viewport(), row_center(panel, 0)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(viewport, start + QPoint(0, 24))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 24))
    assert taken == [str(ids[0]).encode()]
    # What the list view does with a drop; a screen without a mouse has no drops.
    assert panel.model.ids() == ids
    assert panel.model.moveRow(QModelIndex(), 0, QModelIndex(), 3)
    assert panel.model.ids() == [ids[1], ids[2], ids[0], ids[3]]
    assert panel.selected() == ids[0]
    assert panel.list.currentIndex().row() == 2


def test_rows_are_painted_in_both_themes_with_what_they_say(
    document: Document, panel: StepsPanel, qapp: QApplication
) -> None:
    ids = fill(document, "gamma", "resize", "invert")
    plain = panel.list.grab().toImage()
    document.set_step(ids[0], {"gamma": 99})
    assert panel.list.grab().toImage() != plain
    try:
        theme.apply(qapp, "light")
        light = panel.grab().toImage()
        assert not panel.add_action.icon().isNull()
        before = panel.add_action.icon().cacheKey()
        theme.apply(qapp, "dark")
        assert panel.grab().toImage() != light
        assert panel.add_action.icon().cacheKey() != before
    finally:
        theme.apply(qapp, "light")
