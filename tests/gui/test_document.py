"""The state of the window: every change can be undone, neighbouring changes merge, nothing wrong gets into a recipe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core import recipe as recipes
from gui.document import Document
from gui.drafts import Draft, Images, StepDraft

RECIPE = {
    "version": recipes.VERSION,
    "name": "Two steps",
    "description": "",
    "steps": [{"step": "resize", "longest": 64}, {"step": "invert", "enabled": False}],
    "output": {"format": {"type": "jpeg", "quality": 70}, "name": "{stem}", "conflict": "rename"},
}


def loaded(document: Document) -> None:
    document.load(recipes.decode(json.dumps(RECIPE).encode()), "two-steps")


def filled(document: Document) -> list[int]:
    return [document.add_step(tag) for tag in ("resize", "invert", "gamma")]


CHANGES: dict[str, Callable[[Document], object]] = {
    "add": lambda d: d.add_step("crop"),
    "add at": lambda d: d.add_step("crop", 0),
    "remove": lambda d: d.remove_step(2),
    "duplicate": lambda d: d.duplicate_step(1),
    "move": lambda d: d.move_step(1, 2),
    "switch": lambda d: d.enable_step(2, False),
    "settings": lambda d: d.set_step(1, {"percent": 10.0}),
    "format": lambda d: d.set_format("tiff"),
    "options": lambda d: d.set_options({"compression": 9}),
    "naming": lambda d: d.set_naming("{stem}_small"),
    "conflict": lambda d: d.set_conflict("skip"),
    "load": loaded,
    "inputs": lambda d: d.add_inputs(["/data/plate_02"]),
    "remove input": lambda d: d.remove_input("/data/plate_01"),
    "leave out": lambda d: d.leave_out(["/data/plate_01/a.tif"]),
    "clear": lambda d: d.clear_images(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_one_entry_of_undo(document: Document, name: str) -> None:
    filled(document)
    document.add_inputs(["/data/plate_01"])
    before, count = (document.draft, document.images, document.origin), document.undo_stack.count()
    CHANGES[name](document)
    after = (document.draft, document.images, document.origin)
    assert after != before
    assert document.undo_stack.count() == count + 1
    assert document.undo_stack.undoText()
    document.undo_stack.undo()
    assert (document.draft, document.images, document.origin) == before
    document.undo_stack.redo()
    assert (document.draft, document.images, document.origin) == after


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.set_step(1, dict(d.step(1).settings), "longest"),
        lambda d: d.enable_step(1, True),
        lambda d: d.move_step(1, 0),
        lambda d: d.move_step(99, 0),
        lambda d: d.set_step(99, {}),
        lambda d: d.set_format("png"),
        lambda d: d.set_options({}),
        lambda d: d.set_naming("{stem}"),
        lambda d: d.set_conflict("rename"),
        lambda d: d.add_inputs([]),
        lambda d: d.remove_input("/nowhere"),
        lambda d: d.leave_out([]),
        lambda d: d.clear_images(),
    ],
)
def test_what_changes_nothing_is_no_entry(document: Document, change: Callable[[Document], object]) -> None:
    filled(document)
    count = document.undo_stack.count()
    change(document)
    assert document.undo_stack.count() == count


def test_neighbouring_changes_of_one_field_are_one_entry(document: Document) -> None:
    first, _, gamma = filled(document)
    count = document.undo_stack.count()
    for value in (1.2, 1.25, 1.256):
        document.set_step(gamma, {"gamma": value}, "gamma")
    assert document.undo_stack.count() == count + 1
    document.set_step(first, {"longest": 10}, "longest")
    document.set_step(gamma, {"gamma": 2.0}, "gamma")
    assert document.undo_stack.count() == count + 3
    document.undo_stack.undo()
    assert document.step(gamma).settings == {"gamma": 1.256}
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.step(gamma).settings == {}
    assert document.step(first).settings == {"longest": 1024}


def test_changes_of_other_fields_or_of_several_do_not_merge(document: Document) -> None:
    step = document.add_step("crop")
    count = document.undo_stack.count()
    document.set_step(step, {"width": 1, "height": 256}, "width")
    document.set_step(step, {"width": 1, "height": 2}, "height")
    document.set_step(step, {"width": 3, "height": 2})
    document.set_step(step, {"width": 4, "height": 2})
    assert document.undo_stack.count() == count + 4


def test_typing_a_name_and_options_merge_by_themselves(document: Document) -> None:
    for text in ("a", "ab", "abc"):
        document.set_naming(text)
    for quality in (9, 8):
        document.set_options({"compression": quality}, "compression")
    document.set_options({"compression": 8, "bits": "8"}, "bits")
    assert document.undo_stack.count() == 3


def test_signals_say_what_changed(document: Document) -> None:
    seen: list[str] = []
    document.recipe_changed.connect(lambda: seen.append("recipe"))
    document.images_changed.connect(lambda: seen.append("images"))
    document.output_changed.connect(lambda: seen.append("output"))
    document.add_step("invert")
    document.add_inputs(["/data/a"])
    document.set_output("/results")
    document.set_output("/results")
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert seen == ["recipe", "images", "output", "images", "recipe"]


def test_ids_stay_while_steps_move_and_change(document: Document) -> None:
    a, b, c = filled(document)
    document.move_step(a, 2)
    assert [step.id for step in document.draft.steps] == [b, c, a]
    document.set_step(a, {"percent": 5.0})
    assert document.step(a).settings == {"percent": 5.0}
    copy = document.duplicate_step(b)
    assert [step.id for step in document.draft.steps] == [b, copy, c, a]
    assert len({a, b, c, copy}) == 4


def test_edited_is_a_comparison_with_what_was_loaded(document: Document) -> None:
    loaded(document)
    assert not document.edited
    document.add_step("gamma")
    assert document.edited
    document.undo_stack.undo()
    assert not document.edited
    document.set_naming("{stem}_x")
    document.set_naming("{stem}")
    assert not document.edited


def test_saving_takes_the_mark_away_and_names_the_recipe(document: Document, tmp_path: Path) -> None:
    document.add_step("invert")
    assert document.edited
    path = tmp_path / "Mine.slidetray"
    assert document.save(path) == ""
    assert not document.edited
    assert (document.draft.name, document.origin) == ("Mine", str(path))
    assert recipes.decode(path.read_bytes()) == document.recipe()
    assert [found.name for found in tmp_path.iterdir()] == ["Mine.slidetray"]
    document.add_step("gamma")
    assert document.edited


def test_a_save_that_fails_says_why_and_leaves_the_mark(document: Document, tmp_path: Path) -> None:
    document.add_step("invert")
    said = document.save(tmp_path / "nowhere" / "Mine.slidetray")
    assert "can't be written" in said
    assert document.edited
    assert document.origin == ""


def test_saving_keeps_a_wrong_setting(document: Document, tmp_path: Path) -> None:
    step = document.add_step("gamma")
    document.set_step(step, {"gamma": "abc"})
    assert document.save(tmp_path / "a.slidetray") == ""
    assert json.loads((tmp_path / "a.slidetray").read_bytes())["steps"] == [{"step": "gamma", "gamma": "abc"}]


def test_the_first_recipe_is_no_entry_of_undo(document: Document) -> None:
    document.restore_recipe(recipes.decode(json.dumps(RECIPE).encode()), "two-steps")
    assert (document.draft.name, document.origin) == ("Two steps", "two-steps")
    assert not document.undo_stack.canUndo()
    assert not document.edited


def test_undoing_a_choice_of_recipe_brings_the_edited_one_back(document: Document) -> None:
    document.add_step("gamma")
    before = document.draft
    loaded(document)
    assert document.draft.name == "Two steps"
    assert [step.enabled for step in document.draft.steps] == [True, False]
    assert (document.draft.format, document.draft.options) == ("jpeg", {"quality": 70})
    document.undo_stack.undo()
    assert document.draft == before
    assert document.origin == ""
    assert document.edited


def test_a_wrong_setting_is_kept_and_said_and_gives_no_recipe(document: Document) -> None:
    step = document.add_step("gamma")
    assert document.recipe() is not None
    assert document.trouble() == ""
    document.set_step(step, {"gamma": "abc"}, "gamma")
    assert document.recipe() is None
    assert "gamma" in document.trouble().lower()
    problem = document.problem(document.step(step))
    assert problem is not None
    assert problem.field == "gamma"
    assert document.step(step).settings == {"gamma": "abc"}


def test_a_step_that_is_off_may_be_wrong_and_is_kept(document: Document) -> None:
    step = document.add_step("gamma")
    document.set_step(step, {"gamma": 500})
    document.enable_step(step, False)
    recipe = document.recipe()
    assert recipe is not None
    assert not recipe.steps
    kept = json.loads(document.encode())["steps"]
    assert kept == [{"step": "gamma", "gamma": 500, "enabled": False}]


def test_restore_takes_up_a_state_without_an_entry(document: Document) -> None:
    draft = Draft(name="Kept", steps=(StepDraft(id=7, tag="invert", settings={}),))
    document.restore(draft, Draft(), "somewhere")
    assert (document.draft, document.origin) == (draft, "somewhere")
    assert document.undo_stack.count() == 0
    assert document.edited
    assert document.add_step("gamma") > 7


def test_inputs_are_added_once_and_in_order(document: Document) -> None:
    document.add_inputs(["/b", "/a", "/b"])
    document.add_inputs(["/a", "/c"])
    assert document.images == Images(inputs=("/b", "/a", "/c"))
    assert "2" in document.undo_stack.text(0)
    document.leave_out(["/a/1.tif"])
    document.remove_input("/b")
    assert document.images == Images(inputs=("/a", "/c"), without=frozenset({"/a/1.tif"}))


def test_results_go_beside_the_first_input_unless_said_otherwise(document: Document, tmp_path: Path) -> None:
    assert document.output_folder() == ""
    (tmp_path / "plate").mkdir()
    document.add_inputs([str(tmp_path / "plate")])
    assert document.output_folder() == str(tmp_path / "plate - processed")
    document.clear_images()
    document.add_inputs([str(tmp_path / "plate" / "a.tif")])
    assert document.output_folder() == str(tmp_path / "plate - processed")
    document.set_output("/results")
    assert document.output_folder() == "/results"


def test_nothing_lies_beside_a_whole_drive(document: Document) -> None:
    document.add_inputs([Path.cwd().anchor])
    assert document.output_folder() == str(Path.home() / "images - processed")


def test_names_that_are_no_text_are_kept_as_text(document: Document) -> None:
    document.add_inputs(["/data/\udcff"])  # as the command line gives them
    document.images.inputs[0].encode()
    document.output_folder().encode()


def test_undo_past_a_save_is_an_edit_of_what_was_saved(document: Document, tmp_path: Path) -> None:
    document.add_step("invert")
    path = tmp_path / "Mine.slidetray"
    document.save(path)
    document.undo_stack.undo()
    assert document.edited
    assert (document.draft.name, document.origin) == ("Mine", str(path))
    document.undo_stack.redo()
    assert not document.edited


def test_changes_before_and_after_a_save_do_not_merge(document: Document, tmp_path: Path) -> None:
    step = document.add_step("gamma")
    document.set_step(step, {"gamma": 2.0}, "gamma")
    document.save(tmp_path / "Mine.slidetray")
    document.set_step(step, {"gamma": 3.0}, "gamma")
    document.undo_stack.undo()
    assert document.step(step).settings == {"gamma": 2.0}
    assert not document.edited


def test_typing_back_what_was_there_leaves_no_entry(document: Document) -> None:
    step = document.add_step("gamma")
    document.set_step(step, {"gamma": 2.0}, "gamma")
    document.set_step(step, {}, "gamma")
    assert document.undo_stack.count() == 1
