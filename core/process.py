"""One job: decode -> steps -> encode -> whole file.  THE path: whoever makes an image makes it here.

Nothing is raised for what is wrong with one image: the answer says at which stage it failed, and why, in one plain
sentence.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core import codecs, files, histogram, optimize, recipe, words
from core.codecs import Limits, exif
from core.image import Image, ImageError, Outline
from core.messages import Answer, Done, Failed, Measured, Setup, Skipped, Work
from core.plan import plane_targets
from core.transform import ScopedStep, StepError, Transform
from core.trouble import TroubleError, is_writable, stage

if TYPE_CHECKING:
    from torch import Tensor

# Decoding, steps and encoding hold a few copies of the pixels, most of them as floats.
COPIES = 5


class Runner:
    """A recipe made ready to be applied to one job after another."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.recipe = recipe.decode(bytes(setup.recipe))
        self.steps = self.recipe.active
        self.passes = self.recipe.passes
        self.limits = limits_for(setup.memory)

    def handle(self, work: Work, table: Tensor | None = None) -> Answer:
        """Do what the setup asks for: take statistics into `table`, or make the results."""
        try:
            if self.setup.measure is not None and table is not None:
                return self._measure(work, table)
            return self._process(work)
        except TroubleError as trouble:
            return trouble.answer

    def image(self, path: Path, upto: int | None = None) -> Image:
        """Decode a file and apply the steps before position `upto` (default: all).

        Raises:
            ImageError: in the decoder or a step.
            OSError: the file can't be read.
        """
        return self.apply(self._decode(path, upto), upto)

    def _decode(self, path: Path, upto: int | None) -> Image:
        return codecs.decode(path, optimize.size_hint(self.steps[:upto]), self.limits)

    def apply(self, image: Image, upto: int | None = None) -> Image:
        """Apply the steps before position `upto` (default: all)."""
        for position, step in enumerate(self.steps[:upto]):
            image = self.step(step, position, image)
        return image

    def step(self, step: Transform, position: int, image: Image) -> Image:
        """Apply the step that stands at `position`, or one that stands in for it."""
        if isinstance(step, ScopedStep) and position in self.passes:
            return step.apply_ranges(image, self.setup.ranges[self.passes.index(position)])
        affordable(step.outline(image.outline), self.limits)
        return step.run(image)

    def _measure(self, work: Work, table: Tensor) -> Measured:
        position = self.setup.measure
        image = self._guarded(work, position)
        if image.role == "labels":
            return Measured("", 0)
        with stage("transform"):
            if not len(table):
                raise ImageError("Statistics over all images need shared memory, and this system gives none.")
            key = histogram.count(image, table)
        return Measured(key, image.pixels.shape[2])

    def _guarded(self, work: Work, upto: int | None) -> Image:
        path = work.job.item.path
        with stage("decode"):
            image = self._decode(path, upto)
        with stage("transform"):
            return self.apply(image, upto)

    def _process(self, work: Work) -> Answer:
        started = time.perf_counter()
        image = self._guarded(work, None)
        if image.metadata.exif:
            height, width = image.pixels.shape[-2:]
            metadata = replace(image.metadata, exif=exif.sized(image.metadata.exif, width, height))
            image = image.but(metadata=metadata)
        with stage("encode"):
            warnings = [*self.recipe.format.losses(image.outline)]
            placed, lost = self._place(image, work)
            if not placed:
                return Skipped(f"{Path(work.job.target).name} is already in the output folder.")
        warnings = list(dict.fromkeys([*image.warnings, *warnings, *lost]))
        return Done(placed, warnings, round(time.perf_counter() - started, 4))

    def targets(self, target: str, outline: Outline) -> list[str]:
        """The files that an image becomes: one, or one a plane where the format holds single pictures."""
        if self.recipe.format.many_planes:
            return [target]
        return plane_targets(target, outline.t, outline.z, outline.files_a_plane)

    def encoded(self, image: Image) -> Iterator[codecs.Encoded]:
        """The files' contents, in the order of `targets`."""
        return (self.recipe.format.encode(picture) for picture in self._pictures(image))

    def _pictures(self, image: Image) -> Iterator[Image]:
        if self.recipe.format.many_planes:
            yield image
            return
        t, z, c = image.pixels.shape[:3]
        step = 3 if c == 3 else 1
        for frame in range(t):
            for plane in range(z):
                alpha = None if image.alpha is None else image.alpha[frame : frame + 1, plane : plane + 1]
                for channel in range(0, c, step):
                    pixels = image.pixels[frame : frame + 1, plane : plane + 1, channel : channel + step]
                    yield image.but(pixels=pixels, alpha=alpha, warnings=())

    def _place(self, image: Image, work: Work) -> tuple[list[str], list[str]]:
        """Write every picture under its name, or all of them under free names where the policy is to rename."""
        if not Path(self.setup.folder).is_dir():
            message = f"The output folder {self.setup.folder} is no longer there."
            raise TroubleError(Failed("encode", message, fatal=True))
        policy = self.setup.conflict
        number = self._number(image, work) if policy == "rename" else 1
        placed: list[str] = []
        try:
            return placed, self._planes(image, work, number, placed)
        except BaseException:
            if policy != "overwrite":  # half a stack is no result
                for target in placed:
                    with contextlib.suppress(OSError):
                        os.unlink(target)
            raise

    def _planes(self, image: Image, work: Work, number: int, placed: list[str]) -> list[str]:
        policy = self.setup.conflict
        warnings: list[str] = []
        for plane, picture in enumerate(self._pictures(image)):
            target = self.targets(numbered(work.job.target, number), image.outline)[plane]
            if policy == "skip" and not work.again and os.path.lexists(target):
                continue
            encoded = self.recipe.format.encode(picture)
            warnings += encoded.warnings
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            while True:
                try:
                    self._write(Path(target), encoded.data, replace=policy == "overwrite", again=work.again)
                except FileExistsError:  # it appeared just now
                    if policy == "skip":
                        break
                    number += 1
                    target = self.targets(numbered(work.job.target, number), image.outline)[plane]
                    continue
                placed.append(target)
                break
        return warnings

    def _number(self, image: Image, work: Work) -> int:
        """The lowest number under which no plane meets a file.

        On a second try, files with the very bytes that are to be written are those of the first.
        """
        number = 1
        while True:
            targets = self.targets(numbered(work.job.target, number), image.outline)
            there = [os.path.lexists(target) for target in targets]
            if not any(there):
                return number
            if work.again:
                encoded = zip(targets, there, self.encoded(image), strict=True)
                if all(not is_there or Path(target).read_bytes() == e.data for target, is_there, e in encoded):
                    return number
            number += 1

    def _write(self, target: Path, data: bytes, *, replace: bool, again: bool) -> None:
        try:
            files.write_whole(target, data, self.setup.run, replace=replace, again=again)
        except OSError as error:
            if error.errno == errno.EFBIG and len(data) >= 1 << 31:
                size = words.size(len(data))
                raise ImageError(f"The result takes {size}, more than a file can hold in this folder.") from None
            if error.errno in (errno.EACCES, errno.EPERM) and is_writable(self.setup.folder):
                # Not the whole folder: this one file is locked or open elsewhere, or its own folder is protected.
                raise ImageError(f"{target.name} can't be written: {os.strerror(error.errno)}.") from None
            raise


def limits_for(memory: int) -> Limits:
    """What a decoder may use where a job may use `memory` bytes."""
    return Limits(memory=max(1, memory // COPIES))


def affordable(outline: Outline, limits: Limits) -> Outline:
    """The outline of a step's result, when it fits in memory.

    Raises:
        StepError: it does not; the message says how large it would be.
    """
    if outline.nbytes > limits.memory:
        raise StepError(
            f"The result would have {words.thousands(outline.width)} x {words.thousands(outline.height)} pixels, "
            f"which takes {words.size(outline.nbytes)} of memory; {words.size(limits.memory)} can be used."
        )
    return outline


def numbered(target: str, number: int) -> str:
    """`a.png` -> `a (2).png`; number 1 is the name itself."""
    if number == 1:
        return target
    stem, suffix = os.path.splitext(target)
    return f"{stem} ({number}){suffix}"
