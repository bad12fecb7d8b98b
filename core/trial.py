"""One image made for real, measured and thrown away: what estimates of a run come from."""

from __future__ import annotations

import time

import msgspec

from core import histogram, messages, process
from core.plan import Job
from core.transform import ScopedStep


def make(setup: messages.Setup, job: Job) -> tuple[int, float] | None:
    """(bytes of the results, seconds), or None where the image can't be made: the run will say why.

    A recipe that looks at all images first takes its range from this image alone, which changes neither much.
    """
    try:
        runner = process.Runner(setup)
        runner.image(job.item.path, 0)  # not counted: the first picture pays for loading the libraries
        started = time.perf_counter()
        for position in runner.passes:
            step = runner.steps[position]
            assert isinstance(step, ScopedStep)
            image = runner.image(job.item.path, position)
            table = histogram.empty(image.pixels.shape[2])
            key = histogram.count(image, table)
            ranges = [*runner.setup.ranges, {key: step.combine(key, table)}]
            runner = process.Runner(msgspec.structs.replace(setup, ranges=ranges))
        image = runner.image(job.item.path)
        size = sum(len(encoded.data) for encoded in runner.encoded(image))
        return size, round(time.perf_counter() - started, 4)
    except Exception:  # an image that can't be made is no sample
        return None
