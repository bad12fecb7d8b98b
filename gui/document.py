"""What the window is about: the images that were added, the recipe in progress, and where results go.

Every change of recipe or list is one entry of an undo stack.  The recipe in progress is a draft: its settings may be
wrong while they are being typed, and `recipe()` is None until they are right.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core import catalogue, files, words
from core import recipe as recipes
from gui.drafts import Draft, Images, StepDraft, lies_in, plain


class _Change(QUndoCommand):
    """Puts one state in the place of another; neighbouring changes of the same field become one."""

    def __init__(self, text: str, put: Callable[[Any], None], before: Any, after: Any, merge: str) -> None:
        super().__init__(text)
        self.put = put
        self.before = before
        self.after = after
        self.merge = merge

    def redo(self) -> None:
        self.put(self.after)

    def undo(self) -> None:
        self.put(self.before)

    def id(self) -> int:
        return 1 if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other.merge != self.merge:
            return False
        self.after = other.after
        # Back where it began: nothing to undo.
        self.setObsolete(self.after == self.before)
        return True


class Document(QObject):
    """The state of the window, with undo.  Knows no widgets."""

    recipe_changed = Signal()
    images_changed = Signal()
    output_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(500)
        self.draft = Draft()
        self.images = Images()
        self.output = ""
        """The output folder; "" is the default beside the input."""
        self.origin = ""
        """The built-in recipe's name, or the file that the recipe came from; "" for a new one."""
        self.saved = self.draft
        self._ids = 0

    # -- recipe ----------------------------------------------------------------------------------------------

    @property
    def edited(self) -> bool:
        """Whether the recipe differs from what was loaded or saved."""
        return plain(self.draft) != plain(self.saved)

    def step(self, step_id: int) -> StepDraft | None:
        """The step of this id."""
        return next((step for step in self.draft.steps if step.id == step_id), None)

    def problem(self, step: StepDraft) -> catalogue.Problem | None:
        """Why a step's settings can't be used."""
        return catalogue.problem("step", step.tag, step.settings)

    def recipe(self) -> recipes.Recipe | None:
        """The recipe, or None while something in it is wrong; steps that are switched off may be wrong."""
        try:
            return recipes.decode(self.encode(usable=True))
        except recipes.RecipeError:
            return None

    def trouble(self) -> str:
        """Why there is no recipe, in a sentence; "" when there is one."""
        for number, step in enumerate(self.draft.steps, 1):
            problem = self.problem(step) if step.enabled else None
            if problem is not None:
                return f"Step {number}, {catalogue.steps()[step.tag].title}: {problem.text}"
        try:
            recipes.decode(self.encode(usable=True))
        except recipes.RecipeError as error:
            return str(error)
        return ""

    def encode(self, *, usable: bool = False) -> bytes:
        """The draft as a recipe's JSON; `usable` leaves out steps that are switched off."""
        return json.dumps(plain(self.draft, usable=usable), ensure_ascii=False, indent=1).encode()

    def load(self, found: recipes.Recipe, origin: str) -> None:
        """Take a recipe; one entry of undo."""
        draft = self._draft(found)
        self._push(f"Choose {found.name}", self._put_state, self._state(), (draft, draft, origin))

    def save(self, path: Path) -> str:
        """Write the recipe to a file, whole or not at all; returns why it could not be, or "".

        A recipe that is saved under another file name takes that name.
        """
        draft = self.draft
        if str(path.absolute()) != self.origin:
            draft = msgspec.structs.replace(draft, name=path.name.removesuffix(recipes.SUFFIX) or draft.name)
        try:
            data = json.dumps(plain(draft), ensure_ascii=False, indent=1).encode() + b"\n"
            files.write_whole(path, data, files.new_run(), replace=True)
        except (OSError, UnicodeError) as error:  # a name may hold what is no text
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            return f"{words.one_line(path)} can't be written: {words.one_line(reason)}."
        self.draft = self.saved = draft
        self.origin = str(path.absolute())
        # What is typed from here on is an entry of its own, so that undo comes by what was saved.
        self.undo_stack.setClean()
        self.recipe_changed.emit()
        return ""

    def restore_recipe(self, found: recipes.Recipe, origin: str) -> None:
        """Begin with a recipe; no entry of undo."""
        draft = self._draft(found)
        self.restore(draft, draft, origin)

    def restore(self, draft: Draft, saved: Draft, origin: str) -> None:
        """Take up a state that was kept from an earlier start; no entry of undo."""
        self._ids = max([self._ids, *(step.id for step in draft.steps)])
        self.draft, self.saved, self.origin = draft, saved, origin
        self.recipe_changed.emit()

    def add_step(self, tag: str, at: int | None = None) -> int:
        """Add a step with its first settings (default: at the end); returns its id."""
        step = StepDraft(id=self._next(), tag=tag, settings=dict(catalogue.steps()[tag].initial))
        at = len(self.draft.steps) if at is None else at
        steps = (*self.draft.steps[:at], step, *self.draft.steps[at:])
        self._steps(f"Add {catalogue.steps()[tag].title}", steps)
        return step.id

    def remove_step(self, step_id: int) -> None:
        """Take a step out."""
        self._steps(f"Remove {self._title(step_id)}", tuple(step for step in self.draft.steps if step.id != step_id))

    def duplicate_step(self, step_id: int) -> int:
        """Put a copy behind a step; returns the copy's id."""
        at = [step.id for step in self.draft.steps].index(step_id)
        copy = msgspec.structs.replace(self.draft.steps[at], id=self._next())
        self._steps(
            f"Duplicate {self._title(step_id)}", (*self.draft.steps[: at + 1], copy, *self.draft.steps[at + 1 :])
        )
        return copy.id

    def move_step(self, step_id: int, to: int) -> None:
        """Move a step so that it stands at position `to` among the others."""
        moved = self.step(step_id)
        if moved is None:
            return
        rest = [step for step in self.draft.steps if step.id != step_id]
        steps = (*rest[:to], moved, *rest[to:])
        if steps != self.draft.steps:
            self._steps(f"Move {self._title(step_id)}", steps)

    def enable_step(self, step_id: int, enabled: bool) -> None:
        """Switch a step on or off."""
        self._replace(step_id, f"Switch {self._title(step_id)} {'on' if enabled else 'off'}", "", enabled=enabled)

    def set_step(self, step_id: int, settings: dict[str, Any], field: str = "") -> None:
        """Give a step new settings; neighbouring changes of one `field` are one entry of undo."""
        step = self.step(step_id)
        if step is not None and step.settings != settings:
            merge = f"step {step_id} {field}" if field else ""
            self._replace(step_id, f"Change {self._title(step_id)}", merge, settings=settings)

    def set_format(self, tag: str) -> None:
        """Choose the output format, with its first options."""
        if tag != self.draft.format:
            text = f"Write {catalogue.formats()[tag].title}"
            self._change(text, msgspec.structs.replace(self.draft, format=tag, options={}))

    def set_options(self, options: dict[str, Any], field: str = "") -> None:
        """Change the format's options."""
        if options != self.draft.options:
            draft = msgspec.structs.replace(self.draft, options=options)
            self._change("Change the format", draft, f"format {field}" if field else "")

    def set_naming(self, template: str) -> None:
        """Change how results are named."""
        if template != self.draft.naming:
            self._change("Change the names", msgspec.structs.replace(self.draft, naming=template), "naming")

    def set_conflict(self, policy: str) -> None:
        """Change what happens to results that are there already."""
        if policy != self.draft.conflict:
            self._change("Change what happens to old results", msgspec.structs.replace(self.draft, conflict=policy))

    # -- images ----------------------------------------------------------------------------------------------

    def add_inputs(self, paths: Iterable[str]) -> None:
        """Add folders and files; images that were taken out and lie in them come back."""
        there = frozenset(self.images.inputs)
        named = dict.fromkeys(map(files.text_of, paths))
        new = tuple(path for path in named if path not in there)
        tops = {*named, *(path.rstrip("/" + os.sep) for path in named)}
        back = frozenset(out for out in self.images.without if lies_in(out, tops))
        if new or back:
            text = f"Add {Path(next(iter(named))).name}" if len(named) == 1 else f"Add {len(named)} folders and files"
            after = Images(inputs=(*self.images.inputs, *new), without=self.images.without - back)
            self._push(text, self._put_images, self.images, after)

    def remove_input(self, path: str) -> None:
        """Take a folder or file out of the list as a whole."""
        inputs = tuple(one for one in self.images.inputs if one != path)
        if inputs != self.images.inputs:
            after = Images(inputs=inputs, without=self.images.without)
            self._push(f"Remove {Path(path).name}", self._put_images, self.images, after)

    def leave_out(self, paths: Iterable[str]) -> None:
        """Take single images out of the list."""
        without = self.images.without | frozenset(paths)
        if without != self.images.without:
            after = Images(inputs=self.images.inputs, without=without)
            self._push("Remove images", self._put_images, self.images, after)

    def clear_images(self) -> None:
        """Empty the list."""
        if self.images != Images():
            self._push("Remove all images", self._put_images, self.images, Images())

    # -- output ----------------------------------------------------------------------------------------------

    def set_output(self, folder: str) -> None:
        """Choose the output folder; "" for the default."""
        if folder != self.output:
            self.output = folder
            self.output_changed.emit()

    def output_folder(self) -> str:
        """Where results go: what was chosen, or "NAME - processed" beside the first input."""
        if os.path.isabs(self.output) or not self.images.inputs:
            return self.output
        first = Path(self.images.inputs[0])
        base = first if os.path.isdir(files.path_of(str(first))) else first.parent
        if self.output:  # a bare name lies beside the input, not in whatever folder the program was started from
            return str(base.parent / self.output)
        if not base.name:  # a whole drive: there is nothing beside it
            return str(Path.home() / "images - processed")
        return str(base.with_name(f"{base.name} - processed"))

    # -- inside ----------------------------------------------------------------------------------------------

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    def _draft(self, found: recipes.Recipe) -> Draft:
        steps = tuple(
            StepDraft(id=self._next(), tag=s.transform.tag(), settings=s.transform.settings(), enabled=s.enabled)
            for s in found.steps
        )
        return Draft(
            name=found.name,
            description=found.description,
            steps=steps,
            format=found.format.tag(),
            options=found.format.settings(),
            naming=found.naming,
            conflict=found.conflict,
        )

    def _title(self, step_id: int) -> str:
        step = self.step(step_id)
        return catalogue.steps()[step.tag].title if step else "a step"

    def _replace(self, step_id: int, text: str, merge: str, **changes: Any) -> None:
        steps = tuple(
            msgspec.structs.replace(step, **changes) if step.id == step_id else step for step in self.draft.steps
        )
        if steps != self.draft.steps:
            self._change(text, msgspec.structs.replace(self.draft, steps=steps), merge)

    def _steps(self, text: str, steps: tuple[StepDraft, ...]) -> None:
        self._change(text, msgspec.structs.replace(self.draft, steps=steps))

    def _change(self, text: str, draft: Draft, merge: str = "") -> None:
        self._push(text, self._put_draft, self.draft, draft, merge)

    def _push(self, text: str, put: Callable[[Any], None], before: Any, after: Any, merge: str = "") -> None:
        self.undo_stack.push(_Change(text, put, before, after, merge))

    def _state(self) -> tuple[Draft, Draft, str]:
        return self.draft, self.saved, self.origin

    def _put_draft(self, draft: Draft) -> None:
        # What is saved, and under which name, is no change: undoing past a save does not take it back.
        self.draft = msgspec.structs.replace(draft, name=self.draft.name)
        self.recipe_changed.emit()

    def _put_state(self, state: tuple[Draft, Draft, str]) -> None:
        self.draft, self.saved, self.origin = state
        self.recipe_changed.emit()

    def _put_images(self, images: Images) -> None:
        self.images = images
        self.images_changed.emit()
