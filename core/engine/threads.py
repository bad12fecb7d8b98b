"""Threads in this process: no start-up, shared memory for free, and no protection from a crash or a hang."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Sequence

from core import histogram, messages, process
from core.engine.executor import Sink, Task


class Threads:
    """Runs tasks in threads; the decoders and torch release the interpreter's lock for most of their work."""

    name = "threads"
    memory = 0

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def start(self) -> None:
        """Threads are made for each call."""

    def execute(self, setup: bytes, tasks: Sequence[Task], sink: Sink, cancelled: Callable[[], bool]) -> None:
        """Run all tasks; see Executor."""
        import torch

        torch.set_num_threads(1)
        runner = process.Runner(messages.decode_setup(setup))
        measures = runner.setup.measure is not None
        answers: queue.SimpleQueue[tuple[int, Task, bytes | BaseException]] = queue.SimpleQueue()
        inboxes: list[queue.SimpleQueue[Task | None]] = []
        tables = []
        crew = []
        for number in range(self.workers):
            inbox: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
            table = histogram.empty(histogram.MOST_CHANNELS if measures else 0)

            def work(
                number: int = number,
                inbox: queue.SimpleQueue[Task | None] = inbox,
                table: torch.Tensor = table,
            ) -> None:
                while (task := inbox.get()) is not None:
                    answer: bytes | BaseException
                    try:
                        answer = messages.encode(runner.handle(messages.decode_work(task.first), table))
                    except BaseException as error:
                        answer = error
                    answers.put((number, task, answer))

            inboxes.append(inbox)
            tables.append(table)
            crew.append(threading.Thread(target=work, name=f"slidetray-{number + 1}", daemon=True))
            crew[-1].start()
            sink.worker_started(number + 1, os.getpid())
        waiting = list(reversed(tasks))
        idle = list(range(self.workers))
        flying = 0
        try:
            while (waiting and not cancelled()) or flying:
                while idle and waiting and not cancelled():
                    number, task = idle.pop(), waiting.pop()
                    sink.started(task, number + 1)
                    inboxes[number].put(task)
                    flying += 1
                if not flying:
                    break
                try:
                    number, task, answer = answers.get(timeout=0.1)
                except queue.Empty:
                    continue
                flying -= 1
                idle.append(number)
                if isinstance(answer, BaseException):
                    raise answer
                sink.answered(task, answer, tables[number])
        finally:
            for inbox in inboxes:
                inbox.put(None)
            for thread in crew:
                thread.join()

    def close(self) -> None:
        """Nothing to end."""
