"""The list of steps follows the document, row by row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QSignalSpy
from steps_shown import fill

from core import recipe as recipes
from gui.document import Document
from gui.form import DISPLAY_ONLY
from gui.steps.model import MIME, StepsModel

CHECK = Qt.ItemDataRole.CheckStateRole


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
