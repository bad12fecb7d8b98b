"""The steps region: the list follows the document, keys and clicks change it, and what was selected stays so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHBoxLayout, QLineEdit, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from core import catalogue
from core import recipe as recipes
from gui import theme
from gui.document import Document
from gui.form import DISPLAY_ONLY
from gui.steps.delegate import StepDelegate
from gui.steps.menu import StepMenu, rank
from gui.steps.model import MIME, StepsModel
from gui.steps.view import NO_STEPS, StepsPanel

CHECK = Qt.ItemDataRole.CheckStateRole


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


def fill(document: Document, *tags: str) -> list[int]:
    return [document.add_step(tag) for tag in tags or ("resize", "gamma", "invert", "flip")]


def row_center(panel: StepsPanel, row: int) -> QPoint:
    return panel.list.visualRect(panel.model.index(row)).center()


def check_center(panel: StepsPanel, row: int) -> QPoint:
    index = panel.model.index(row)
    option: Any = QStyleOptionViewItem()
    panel.list.initViewItemOption(option)
    option.rect = panel.list.visualRect(index)
    delegate = panel.list.itemDelegate()
    assert isinstance(delegate, StepDelegate)
    return delegate.check_rect(option, index).center()


def titles(panel: StepsPanel) -> list[str]:
    return [str(panel.model.index(row).data()) for row in range(panel.model.rowCount())]


# -- model ---------------------------------------------------------------------------------------------------


def test_the_model_says_what_a_step_is(document: Document, model: StepsModel) -> None:
    resize, gamma = fill(document, "resize", "gamma")
    document.set_step(gamma, {"gamma": 50})
    document.enable_step(resize, False)
    first, second = model.index(0), model.index(1)
    assert first.data() == "Resize"
    assert first.data(StepsModel.SUMMARY) == "longest side 1024 px"
    assert first.data(StepsModel.ENABLED) is False
    assert first.data(CHECK) == Qt.CheckState.Unchecked
    assert first.data(StepsModel.PROBLEM) == ""
    assert first.data(StepsModel.DISPLAY_ONLY) is False
    assert first.data(StepsModel.ID) == resize
    assert second.data(StepsModel.PROBLEM) == "Gamma must be a number from 0.05 to 10, not 50."
    assert second.data(StepsModel.DISPLAY_ONLY) is True
    assert "Gamma must be a number" in second.data(Qt.ItemDataRole.ToolTipRole)
    assert DISPLAY_ONLY.split(":")[0] in second.data(Qt.ItemDataRole.ToolTipRole)
    assert second.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Step 2, on: Gamma.")
    assert first.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Step 1, off: Resize.")


def test_a_change_of_settings_touches_its_row_alone(document: Document, model: StepsModel) -> None:
    _, gamma, _, _ = fill(document)
    changed = QSignalSpy(model.dataChanged)
    others = [
        QSignalSpy(s) for s in (model.modelReset, model.rowsInserted, model.rowsRemoved, model.rowsMoved)
    ]  # fmt: skip
    document.set_step(gamma, {"gamma": 2.0})
    assert changed.count() == 1
    assert changed.at(0)[0].row() == changed.at(0)[1].row() == 1
    document.set_naming("{stem}_x")
    assert changed.count() == 1
    assert [spy.count() for spy in others] == [0, 0, 0, 0]


@pytest.mark.parametrize(("row", "to"), [(0, 1), (0, 3), (3, 0), (2, 1), (1, 3)])
def test_a_move_is_one_move_of_one_row(document: Document, model: StepsModel, row: int, to: int) -> None:
    ids = fill(document)
    moved = QSignalSpy(model.rowsMoved)
    others = [QSignalSpy(s) for s in (model.modelReset, model.rowsInserted, model.rowsRemoved)]
    document.move_step(ids[row], to)
    assert model.ids() == [step.id for step in document.draft.steps]
    assert moved.count() == 1
    document.undo_stack.undo()
    assert model.ids() == ids
    assert moved.count() == 2
    assert [spy.count() for spy in others] == [0, 0, 0]


def test_rows_come_and_go_one_by_one(document: Document, model: StepsModel) -> None:
    ids = fill(document)
    reset, inserted, removed = (QSignalSpy(s) for s in (model.modelReset, model.rowsInserted, model.rowsRemoved))
    document.remove_step(ids[1])
    document.add_step("crop", 0)
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert model.ids() == ids
    assert (reset.count(), inserted.count(), removed.count()) == (0, 2, 2)


def test_any_other_recipe_is_followed(document: Document, model: StepsModel) -> None:
    fill(document)
    other = recipes.decode(b'{"version": 1, "name": "x", "steps": [{"step": "invert"}, {"step": "flip"}]}')
    document.load(other, "")
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Invert", "Flip"]
    document.undo_stack.undo()
    assert model.ids() == [step.id for step in document.draft.steps]


def test_a_step_is_switched_through_the_model_with_undo(document: Document, model: StepsModel) -> None:
    fill(document)
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsUserCheckable
    assert model.setData(model.index(1), Qt.CheckState.Unchecked, CHECK)
    assert not document.draft.steps[1].enabled
    document.undo_stack.undo()
    assert document.draft.steps[1].enabled
    assert not model.setData(model.index(1), "x")


@pytest.mark.parametrize(("row", "before"), [(0, 4), (0, 2), (3, 0), (2, 1)])
def test_a_dropped_row_is_moved_by_the_document(document: Document, model: StepsModel, row: int, before: int) -> None:
    ids = fill(document)
    rest = [one for one in ids if one != ids[row]]
    at = before - 1 if before > row else before
    wanted = [*rest[:at], ids[row], *rest[at:]]
    data = model.mimeData([model.index(row)])
    assert model.canDropMimeData(data, Qt.DropAction.MoveAction, before, 0, QModelIndex())
    assert model.dropMimeData(data, Qt.DropAction.MoveAction, before, 0, QModelIndex())
    assert model.ids() == wanted
    document.undo_stack.undo()
    assert model.moveRow(QModelIndex(), row, QModelIndex(), before)
    assert model.ids() == wanted
    assert document.undo_stack.undoText().startswith("Move")


def test_nothing_is_dropped_onto_a_step_or_from_elsewhere(document: Document, model: StepsModel) -> None:
    ids = fill(document)
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsDropEnabled
    data = model.mimeData([model.index(0)])
    data.setData(MIME, b"999")
    assert not model.dropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert model.ids() == ids


# -- panel: selection ------------------------------------------------------------------------------------------


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


# -- panel: changes --------------------------------------------------------------------------------------------


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


# -- menu ------------------------------------------------------------------------------------------------------


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


@pytest.fixture
def menu(qtbot: QtBot) -> StepMenu:
    made = StepMenu()
    qtbot.addWidget(made)
    made.show()
    return made


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
