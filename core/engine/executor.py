"""What all executors have in common.  They know tasks and answers, and nothing of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from torch import Tensor


class Task(msgspec.Struct, frozen=True):
    """A piece of work.

    `first` is the message for the first try, `again` for any further one; `cost` the bytes of memory it may take;
    `seconds` its deadline.
    """

    index: int
    first: bytes
    again: bytes
    cost: int
    seconds: float


class Sink(Protocol):
    """Who listens to an executor.  All calls come from the thread that called `execute`."""

    def worker_started(self, worker: int, pid: int) -> None:
        """A worker is ready."""

    def started(self, task: Task, worker: int) -> None:
        """A task was handed to a worker."""

    def answered(self, task: Task, answer: bytes, table: Tensor) -> None:
        """A task was answered; `table` is the worker's, valid during this call."""

    def lost(self, task: Task, reason: str) -> None:
        """A task was given up: its worker crashed or hung, and did so again when it was tried by itself."""


class EngineError(RuntimeError):
    """The engine itself can't work; the message is one plain sentence."""


class Executor(Protocol):
    """Runs tasks."""

    name: str
    workers: int
    memory: int
    """Bytes that jobs in flight may take together, by estimate."""

    def start(self) -> None:
        """Begin to get ready; returns at once."""

    def execute(self, setup: bytes, tasks: Sequence[Task], sink: Sink, cancelled: Callable[[], bool]) -> None:
        """Run all tasks; returns when each was answered or lost, or soon after `cancelled` says so.

        Raises:
            EngineError: no worker can be kept alive.
        """

    def close(self) -> None:
        """End all workers."""
