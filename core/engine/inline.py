"""One image after the other in this very process.  Nothing can be interrupted, and a crash ends everything."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from core import histogram, messages, process
from core.engine.executor import Sink, Task


class Inline:
    """Runs tasks in the thread that calls it."""

    name = "inline"
    workers = 1
    memory = 0

    def start(self) -> None:
        """Nothing to get ready."""

    def execute(self, setup: bytes, tasks: Sequence[Task], sink: Sink, cancelled: Callable[[], bool]) -> None:
        """Run all tasks; see Executor."""
        runner = process.Runner(messages.decode_setup(setup))
        table = histogram.empty(histogram.MOST_CHANNELS if runner.setup.measure is not None else 0)
        sink.worker_started(1, os.getpid())
        for task in tasks:
            if cancelled():
                return
            sink.started(task, 1)
            sink.answered(task, messages.encode(runner.handle(messages.decode_work(task.first), table)), table)

    def close(self) -> None:
        """Nothing to end."""
