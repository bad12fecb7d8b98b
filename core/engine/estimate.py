"""How large and how long a run will be, from making a few of its images for real and throwing them away."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import msgspec

from core import check, files, messages, trial
from core.engine.run import Prepared
from core.plan import Job

SAMPLE = 3
MOST_SECONDS = 8.0
START_UP = 3.0  # seconds until the workers are ready


def sample(jobs: Sequence[Job], count: int = SAMPLE) -> list[Job]:
    """A few jobs, the same ones each time.

    By chance and not evenly spread: names come in patterns (every other file a thumbnail, every third a channel).
    """
    chosen = random.Random(len(jobs)).sample(range(len(jobs)), min(count, len(jobs)))  # noqa: S311 - no secret
    return [jobs[index] for index in sorted(chosen)]


def setup(prepared: Prepared) -> messages.Setup:
    """What trials have in common."""
    return messages.Setup(
        run=files.new_run(),
        recipe=prepared.request.recipe,
        folder=prepared.plan.folder,
        conflict=prepared.plan.conflict,
        memory=prepared.choice.memory,
    )


def scaled(
    found: check.Check, jobs: Sequence[Job], tried: Sequence[Job], made: Sequence[tuple[int, float]], workers: int
) -> check.Check:
    """The check with size and time of all `jobs`, by their files' sizes, from those that were `tried` and `made`."""
    if not made:
        return found
    scale = sum(job.item.size for job in jobs) / max(1, sum(job.item.size for job in tried)) * len(tried) / len(made)
    return msgspec.structs.replace(
        found,
        bytes=round(sum(size for size, _ in made) * scale),
        seconds=round(sum(seconds for _, seconds in made) * scale / workers, 1),
        sample=len(made),
    )


def estimate(prepared: Prepared, found: check.Check) -> check.Check:
    """The check with its size and time filled in, as far as images can be made, in this very process."""
    good = [job for job, item in zip(prepared.plan.jobs, found.items, strict=True) if not item.problem]
    begun = time.perf_counter()
    tried: list[Job] = []
    made: list[tuple[int, float]] = []
    for job in sample(good):
        if time.perf_counter() - begun > MOST_SECONDS:
            break
        tried.append(job)
        result = trial.make(setup(prepared), job)
        if result:
            made.append(result)
    found = scaled(found, good, tried, made, prepared.choice.workers)
    seconds = found.seconds
    return found if seconds is None else msgspec.structs.replace(found, seconds=round(seconds + START_UP, 1))
