"""A dry run: what a plan will make, what cannot be made, and what results lose.  Reads headers, no pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from core import codecs, process, trouble
from core.codecs import Limits
from core.image import Outline
from core.items import Item
from core.plan import Job, Plan, plane_targets
from core.recipe import Recipe
from core.transform import ScopedStep


class ItemCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One item's prospects.  `problem` is why it can't be made; `width` to `stored` describe the result."""

    item: str
    sources: list[str]
    targets: list[str] = []
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    stored: str | None = None
    losses: list[str] = []
    problem: str | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would do."""

    recipe: str
    folder: str
    total: int
    items: list[ItemCheck]
    skipped: list[ItemCheck]
    collisions: list[str]
    left_out: str
    notes: list[str]
    files: int
    bytes: int | None = None
    """Estimated size of all results together, in bytes."""
    seconds: float | None = None
    """Estimated time, in seconds."""
    sample: int = 0
    """How many images the estimates come from."""

    @property
    def problems(self) -> list[ItemCheck]:
        """The items that can't be made."""
        return [item for item in self.items if item.problem]


def check(
    recipe: Recipe,
    plan: Plan,
    memory: int,
    jobs: Sequence[Job] | None = None,
    go_on: Callable[[], None] = lambda: None,
    probe: Callable[[Path], Outline] | None = None,
) -> Check:
    """Look at every item of a plan whose jobs may each use `memory` bytes, or at some of its `jobs`.

    `go_on` is called before each item; what it raises ends the check.  `probe` reads a header, or
    remembers it (default: codecs.probe).
    """
    limits = process.limits_for(memory)
    items = []
    for job in plan.jobs if jobs is None else jobs:
        go_on()
        items.append(_item(recipe, job, limits, probe or codecs.probe))
    return Check(
        recipe=recipe.name,
        folder=plan.folder,
        total=plan.total,
        items=items,
        skipped=[_named(item, problem=None, losses=[reason]) for item, reason in plan.skipped],
        collisions=plan.collisions,
        left_out="; ".join(filter(None, [plan.found.summary(), *plan.remarks])),
        notes=notes(recipe),
        files=sum(len(item.targets) for item in items),
    )


def notes(recipe: Recipe) -> list[str]:
    """What the recipe itself means for all results."""
    found = []
    for step in recipe.active:
        if isinstance(step, ScopedStep) and step.measures_all():
            found.append(
                f"{step.title} takes one range for all files (each channel within a file by itself): "
                "run files of different channels apart."
            )
        if (
            isinstance(step, ScopedStep)
            and getattr(step, "scope", "") == "image"
            and getattr(step, "mode", "") != "fixed"
        ):
            found.append(f"{step.title} looks at each image by itself: brightness can't be compared between results.")
        elif not step.measurable:
            found.append(f"{step.title} changes values for display: don't measure brightness in the results.")
    return list(dict.fromkeys(found))


def predict(recipe: Recipe, outline: Outline, limits: Limits) -> Outline:
    """The outline of the result, from that of the source.

    Raises:
        ImageError: a step or the format refuses such an image, in the words that the run would use.
    """
    for step in recipe.active:
        outline = process.affordable(step.outline(outline), limits)
    recipe.format.outline(outline)
    return outline


def _item(recipe: Recipe, job: Job, limits: Limits, probe: Callable[[Path], Outline]) -> ItemCheck:
    try:
        source = probe(job.item.path)
        limits.check(source)
        outline = predict(recipe, source, limits)
    except Exception as error:  # whatever it is, the run would tell it as this image's failure
        return _named(job.item, problem=trouble.explain("decode", error).message, losses=[])
    targets = [job.target]
    if not recipe.format.many_planes:
        targets = plane_targets(job.target, outline.t, outline.z, outline.files_a_plane)
    losses = recipe.format.losses(outline)
    if source.more:
        losses = [*losses, "The file holds further images of other sizes; only the first is read."]
    return ItemCheck(
        item=job.item.key,
        sources=[source.path for source in job.item.sources],
        targets=targets,
        width=outline.width,
        height=outline.height,
        channels=outline.channels,
        stored=outline.stored,
        losses=losses,
    )


def _named(item: Item, *, problem: str | None, losses: list[str]) -> ItemCheck:
    return ItemCheck(item=item.key, sources=[source.path for source in item.sources], problem=problem, losses=losses)
