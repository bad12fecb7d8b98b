"""How large and how long a run will be, from making a few of its images for real and throwing them away."""

from __future__ import annotations

import time

import msgspec

from core import check, files, histogram, messages, process
from core.engine import log
from core.engine.run import Prepared
from core.transform import ScopedStep

SAMPLE = 3
MOST_SECONDS = 8.0
START_UP = 3.0  # seconds until the workers are ready


def estimate(prepared: Prepared, found: check.Check) -> check.Check:
    """The check with its size and time filled in, as far as images can be made.

    A recipe that looks at all images first takes its range from the sample here, which changes neither figure much.
    """
    plan, recipe = prepared.plan, prepared.recipe
    good = [job for job, item in zip(plan.jobs, found.items, strict=True) if not item.problem]
    chosen = good[:: max(1, len(good) // SAMPLE)][:SAMPLE]
    setup = messages.Setup(
        run=files.new_run(),
        recipe=prepared.request.recipe,
        folder=plan.folder,
        conflict=plan.conflict,
        memory=prepared.choice.memory,
    )
    begun = time.perf_counter()
    seconds: list[float] = []
    sizes: list[int] = []
    scale = sum(job.item.size for job in good) / max(1, sum(job.item.size for job in chosen))
    for job in chosen:
        if time.perf_counter() - begun > MOST_SECONDS:
            break
        runner = process.Runner(setup)
        try:
            runner.image(job.item.path, 0)  # not counted: the first picture pays for loading the libraries
            started = time.perf_counter()
            for position in recipe.passes:
                step = recipe.active[position]
                assert isinstance(step, ScopedStep)
                image = runner.image(job.item.path, position)
                table = histogram.empty(image.pixels.shape[2])
                key = histogram.count(image, table)
                ranges = [*runner.setup.ranges, {key: step.combine(key, table)}]
                runner = process.Runner(msgspec.structs.replace(setup, ranges=ranges))
            image = runner.image(job.item.path)
            sizes.append(sum(len(encoded.data) for encoded in runner.encoded(image)))
            seconds.append(time.perf_counter() - started)
        except Exception as error:  # an image that can't be made is no sample; the run will say why
            log.write(f"No estimate from {job.item.path}: {error!r}")
    if not seconds:
        return found
    counted = len(seconds) / len(chosen)
    return msgspec.structs.replace(
        found,
        bytes=round(sum(sizes) / counted * scale),
        seconds=round(START_UP + sum(seconds) / counted * scale / prepared.choice.workers, 1),
        sample=len(seconds),
    )
