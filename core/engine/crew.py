"""Worker processes: made, and buried when they are dead.  Who they work for decides what they do."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Any

import psutil
import torch.multiprocessing as mp

from core import system
from core.engine import log, shared, worker
from core.engine.channel import Receiver, Sender, channel
from core.engine.executor import EngineError, Task

PRELOAD = "core.engine.preload"
FORKSERVER_GONE = 255  # what the exit code of a forkserver's child is when nobody is left to report it
MOST_FREE_TRIES = 20  # of a task, or a start, whose worker died with the forkserver

# multiprocessing looks after all children whenever one is started, and two threads that do so at the same time take
# each other's exit codes.
_starting = threading.Lock()


@dataclass(eq=False)
class Member:
    """A worker process and the channels to it."""

    number: int
    process: Any
    inbox: Sender
    outbox: Receiver
    table: shared.Table | None
    handle: psutil.Process | None
    task: Task | None = None
    due: float = 0.0
    ready: bool = False
    preloaded: bool = False
    setup: int = 0
    verdict: str = ""


class Crew:
    """The workers of one pool."""

    def __init__(self, method: str = system.START_METHOD, *, tables: bool = True) -> None:
        """Workers are started by `method`; `tables`: each gets shared memory for statistics."""
        self.forked = method == "forkserver"
        self.context: Any = mp.get_context(method)
        if self.forked:
            self.context.set_forkserver_preload([PRELOAD])
        self.alive: list[Member] = []
        self.with_tables = tables
        self.tables: list[shared.Table | None] = []
        self.numbers = 0

    def hire(self) -> Member:
        """Start one more worker; it gets ready meanwhile.

        Raises:
            EngineError: no process can be started.
        """
        for attempt in range(MOST_FREE_TRIES):
            try:
                self.alive.append(self._new())
                return self.alive[-1]
            except (OSError, EOFError) as error:  # the forkserver died just now; the next start makes another
                log.write(f"A worker could not be started: {error!r}")
                time.sleep(min(0.5, 0.05 * (attempt + 1)))
        raise EngineError("The worker processes can't be started. Restart the computer, or use --engine inline.")

    def _new(self) -> Member:
        their_inbox, inbox = channel(self.context)
        try:
            outbox, their_outbox = channel(self.context)
        except OSError:
            their_inbox.close()
            inbox.close()
            raise
        table = self._table()
        self.numbers += 1
        child = self.context.Process(
            target=worker.main,
            args=(their_inbox, their_outbox, table, self.forked),
            name=f"slidetray-worker-{self.numbers}",
            daemon=True,
        )
        try:
            # A forkserver's children ignore Ctrl-C anyway, and waiting for its torch must stay interruptible.
            with _starting, contextlib.nullcontext() if self.forked else system.deaf_to_interrupts():
                child.start()
        except BaseException:
            self.tables.append(table)
            inbox.close()
            outbox.close()
            raise
        finally:
            their_inbox.close()
            their_outbox.close()
        handle = None
        with contextlib.suppress(psutil.Error):
            handle = psutil.Process(child.pid)
        return Member(self.numbers, child, inbox, outbox, table, handle)

    def _table(self) -> shared.Table | None:
        if not self.with_tables:
            return None
        return self.tables.pop() if self.tables else shared.Table.make()

    def bury(self, dead: Member) -> int | None:
        """Make sure that a worker is dead, close its channels, and return its exit code."""
        if dead.handle is not None:
            with contextlib.suppress(psutil.Error):  # psutil knows when a number was given to another process
                dead.handle.kill()
        with _starting:
            dead.process.join(5)
            code: int | None = dead.process.exitcode
        if dead.handle is not None:
            # multiprocessing takes the child of a dead forkserver for dead; its job must not be handed on before.
            # A zombie is as dead; whose child it has become may take its time to collect it.
            end = time.monotonic() + 5
            with contextlib.suppress(psutil.Error):
                while dead.handle.status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
                    time.sleep(0.002)
        dead.inbox.close()
        dead.outbox.close()
        self.tables.append(dead.table)
        self.alive.remove(dead)
        with contextlib.suppress(ValueError):
            dead.process.close()
        return code

    def dismiss(self) -> None:
        """End all workers: politely, then not."""
        for member in self.alive:
            member.inbox.close()
        end = time.monotonic() + 1.0
        for member in list(self.alive):
            member.process.join(max(0.0, end - time.monotonic()))
            self.bury(member)
