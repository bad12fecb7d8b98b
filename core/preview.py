"""One image before and after a recipe: the run's own path, and first the same steps on fewer pixels.

A full preview decodes, applies and encodes as the run does, and shows what a reader of the result would see.  A
reduced one applies the same steps to a smaller picture, each told how much smaller (`Transform.at_scale`).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from core import codecs, files, histogram, optimize, picture, process, recipe, trouble, words
from core.histogram import Ranges
from core.image import Image, ImageError, Outline
from core.looks import Look, Picture, Seen
from core.messages import Setup
from core.transform import ScopedStep
from core.transforms.geometry.resize import Resize

Counted = tuple[dict[str, Ranges], int]  # ranges, and how many images they come from
QUICK_SAMPLE, FULL_SAMPLE = 4, 12
KEPT = 3  # reduced sources kept for the next edit


class Viewer:
    """Answers `Look`s in a worker; keeps the reduced sources it has decoded and the ranges it has taken."""

    def __init__(self) -> None:
        self.sources: dict[tuple[Any, ...], tuple[Image, Outline]] = {}
        self.ranges: dict[tuple[Any, ...], Counted] = {}

    def see(self, look: Look, folder: Path, memory: int) -> Seen:
        """The pictures, written into `folder`; what is wrong with the image or the recipe is in the answer."""
        started = time.perf_counter()
        seen = self._see(look, folder, memory)
        return msgspec.structs.replace(seen, seconds=round(time.perf_counter() - started, 4))

    def _see(self, look: Look, folder: Path, memory: int) -> Seen:
        answer = Seen(number=look.number, path=look.path, full=look.full)
        file = folder / look.name
        setup = Setup(run="preview", recipe=look.recipe, folder=str(folder), conflict="rename", memory=memory)
        limits = process.limits_for(memory)
        path = Path(files.path_of(look.path))
        try:
            runner = process.Runner(setup)
        except recipe.RecipeError as error:
            return msgspec.structs.replace(answer, problem=str(error))
        try:
            outline = codecs.probe(path)
            limits.check(outline)
            if look.z < 0:  # where there is most to be seen
                look = msgspec.structs.replace(look, z=outline.z // 2)
            answer = msgspec.structs.replace(answer, t=look.t, z=look.z)
            if look.full:
                source, reduced = codecs.decode(path, None, limits), False
            else:
                source, reduced = self._source(path, outline, look, limits)
            before = None
            if look.before:
                before = self._written(source, look, file.with_suffix(".before"), outline)
                answer = msgspec.structs.replace(answer, before=before)
        except Exception as error:  # whatever it is, it is told as the run tells it
            return msgspec.structs.replace(answer, problem=trouble.explain("decode", error).message)
        try:
            notes = []
            if runner.passes:
                ranges, counted = self._ranges(runner, look, outline, memory)
                runner = process.Runner(msgspec.structs.replace(setup, ranges=ranges))
                if counted < (look.total or max(2, len(look.sample))):
                    notes.append(f"range taken from {words.count(counted, 'image')}, the run looks at all of them")
            if look.full:
                made = self._full(runner, path, source)
                result = made.outline
            else:
                made, result = self._reduced(runner, source, outline)
            if (
                result.channels == 3
                and result.role == "intensity"
                and (outline.role == "colour" or outline.channels == 1)
            ):
                made = made.but(role="colour")  # normalised colours are shown as colours, over one range
            # Steps that change brightness on purpose get a range of their own, all others are shown like the source.
            like = source if all(step.measurable for step in runner.steps) else None
            answer = self._after(answer, runner, made, result, look, file, like)
        except Exception as error:
            return msgspec.structs.replace(answer, problem=trouble.explain("transform", error).message)
        if reduced:
            notes.insert(0, "made from fewer pixels")
        note = f"Approximate: {words.listing(notes)}." if notes else ""
        return msgspec.structs.replace(answer, note=note)

    def _written(self, image: Image, look: Look, file: Path, outline: Outline, like: Image | None = None) -> Picture:
        shown = picture.plane(image, look.t, look.z).but(full=(outline.height, outline.width))
        like = like and picture.plane(like, look.t, look.z)
        with _storing(file):
            return picture.write(shown, file, longest=look.longest, planes=(outline.z, outline.t), like=like)

    # -- full --------------------------------------------------------------------------------------------------

    def _full(self, runner: process.Runner, path: Path, source: Image) -> Image:
        """What the run makes of the image before it is encoded."""
        if optimize.size_hint(runner.steps) is not None:
            return runner.image(path)  # decoded at reduced size, as in the run
        return runner.apply(source)

    # -- reduced -----------------------------------------------------------------------------------------------

    def _source(self, path: Path, outline: Outline, look: Look, limits: codecs.Limits) -> tuple[Image, bool]:
        """The image with about `longest` pixels along its longer side, one plane where it has many."""
        status = os.stat(path)
        key = (str(path), status.st_mtime_ns, status.st_size, look.longest, look.t, look.z)
        if key in self.sources:
            self.sources[key] = self.sources.pop(key)  # the longest unused is the first to go
        else:
            shrink = Resize(longest=look.longest, enlarge=False, method="bilinear")
            image = picture.plane(codecs.decode(path, shrink.size, limits), look.t, look.z)
            # Of its own: a view of one plane would keep the whole stack.
            alpha = None if image.alpha is None else image.alpha.clone()
            image = image.but(pixels=image.pixels.clone(), alpha=alpha)
            target = shrink.size(outline.height, outline.width)
            if tuple(image.pixels.shape[-2:]) != target:
                height, width = target
                image = Resize(width=width, height=height, mode="stretch", method="bilinear").apply_image(
                    image.but(full=None)
                )
            while len(self.sources) >= KEPT:
                del self.sources[next(iter(self.sources))]
            self.sources[key] = image.but(full=None), outline
        image = self.sources[key][0]
        reduced = tuple(image.pixels.shape[-2:]) != (outline.height, outline.width) or outline.z * outline.t > 1
        return image, reduced

    def _reduced(self, runner: process.Runner, image: Image, outline: Outline) -> tuple[Image, Outline]:
        """The recipe's steps on fewer pixels, and what the whole result would be."""
        for position, step in enumerate(runner.steps):
            after = process.affordable(step.outline(outline), runner.limits)
            smaller = step.at_scale(outline, *image.pixels.shape[-2:])
            image = runner.step(smaller, position, image.but(full=None))
            outline = after
        return image, outline

    # -- both --------------------------------------------------------------------------------------------------

    def _after(
        self,
        answer: Seen,
        runner: process.Runner,
        image: Image,
        outline: Outline,
        look: Look,
        file: Path,
        like: Image | None,
    ) -> Seen:
        """The result as its reader would see it: encoded, and decoded again where Slidetray reads the format."""
        runner.recipe.format.outline(outline)
        said = [*image.warnings, *runner.recipe.format.losses(outline)]
        image = image.but(full=None)
        shown = picture.plane(image, look.t, look.z)
        made = list(runner.encoded(shown))
        size: int | None = None
        if look.full:
            # Plane by plane: a stack need not lie in memory a second time.
            rest = runner.encoded(image) if outline.z * outline.t > 1 else iter(made)
            size = 0
            for encoded in rest:
                size += len(encoded.data)
                said += encoded.warnings
        said += [warning for encoded in made for warning in encoded.warnings]
        shown = self._as_read(runner, shown, made, file.with_suffix(".result"))
        after = self._written(shown, look, file.with_suffix(".after"), outline, like)
        return msgspec.structs.replace(answer, after=after, warnings=list(dict.fromkeys(said)), bytes=size)

    def _as_read(self, runner: process.Runner, image: Image, made: list[codecs.Encoded], file: Path) -> Image:
        import torch

        if runner.recipe.format.tag() not in {codec.name for codec in codecs.CODECS}:
            return image
        read: list[Image] = []
        try:
            for encoded in made:
                with _storing(file):
                    file.write_bytes(encoded.data)
                read.append(codecs.decode(file, None, runner.limits))
        finally:
            file.unlink(missing_ok=True)
        if len(read) == 1:
            role = "labels" if image.role == "labels" else read[0].role
            return read[0].but(role=role)
        together = torch.cat([one.pixels for one in read], dim=2)
        return read[0].but(pixels=together, alpha=read[0].alpha, role=image.role)

    # -- ranges of a whole set ---------------------------------------------------------------------------------

    def _ranges(
        self, runner: process.Runner, look: Look, outline: Outline, memory: int
    ) -> tuple[list[dict[str, Ranges]], int]:
        """What the run's first passes would find, from this image and some that stand for the others."""
        sample = [path for path in look.sample if path != look.path]
        wanted = FULL_SAMPLE if look.full else QUICK_SAMPLE
        chosen = [look.path, *sample[:: max(1, -(-len(sample) // wanted))][:wanted]]
        steps = msgspec.json.encode([(s.tag(), s.settings()) for s in runner.steps])
        ranges: list[dict[str, Ranges]] = []
        counted = 0
        for position in runner.passes:
            # A range that was taken for a full preview serves the quick ones after it.
            key = (steps, position, look.total, tuple(map(_state, look.sample)), self._kind(outline))
            if key in self.ranges and look.path in look.sample:
                found, counted = self.ranges[key]
                ranges.append(found)
                continue
            counted = len(chosen)
            setup = msgspec.structs.replace(runner.setup, ranges=ranges, memory=memory)
            earlier = process.Runner(setup)
            step = runner.steps[position]
            assert isinstance(step, ScopedStep)
            totals: dict[str, Any] = {}
            for path in chosen:
                with contextlib.suppress(Exception):  # the run will say by name what it can't read
                    image = earlier.image(Path(files.path_of(path)), position)
                    if image.role != "labels":
                        table = histogram.empty(image.pixels.shape[2])
                        name = histogram.count(image, table)
                        totals[name] = histogram.merged(totals.get(name), table)
            found = {name: step.combine(name, table) for name, table in totals.items()}
            # A smaller picture's values are computed ones; what was counted in stored values holds for them too.
            found |= {histogram.computed(name): ranges_ for name, ranges_ in found.items()} | found
            if look.full and look.path in look.sample:
                self.ranges = {key: (found, counted)}
            ranges.append(found)
        return ranges, counted

    def _kind(self, outline: Outline) -> tuple[str, str, int]:
        return outline.stored, outline.role, outline.channels


def _state(path: str) -> tuple[str, int, int]:
    """What changes when a file does."""
    try:
        status = os.stat(files.path_of(path))
    except OSError:
        return path, 0, 0
    return path, status.st_mtime_ns, status.st_size


@contextlib.contextmanager
def _storing(file: Path) -> Iterator[None]:
    """Tells what is wrong with the folder of the pictures from what is wrong with the image."""
    try:
        yield
    except OSError as error:
        raise ImageError(
            f"The preview can't be shown: {file.parent} can't be written to ({error.strerror or error}). "
            "Make room on this disk."
        ) from None
