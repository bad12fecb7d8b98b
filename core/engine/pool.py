"""The supervisor of worker processes.

    supervisor --- its own channel: setup, job ---> worker 1      one job in flight a worker
               <-- its own channel: ready, answer --              (so it is known what a dead worker held)
               === sentinel (death) ===============
                                 ... the same for worker 2, 3 ...

It waits on all readers and sentinels together, and drains a reader before it believes a sentinel.  A worker that dies
or exceeds its deadline is killed and replaced; what it held is tried once more when nothing else runs, and given up
if that fails too.  When the forkserver itself is killed, living workers look dead: they are killed before their jobs
are handed on, and nobody is blamed.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

import msgspec
import psutil
import torch.multiprocessing as mp

from core import histogram, system, words
from core.engine import log, shared, worker
from core.engine.channel import ClosedError, Receiver, Sender, channel
from core.engine.executor import EngineError, Sink, Task

PRELOAD = "core.engine.preload"
FORKSERVER_GONE = 255  # what the exit code of a forkserver's child is when nobody is left to report it
GRACE = 2.0  # seconds that jobs in flight get to finish after a cancel
MOST_FREE_TRIES = 20  # of a task, or a start, whose worker died with the forkserver
MOST_FAILED_STARTS = 5  # one after another
decode_ready = msgspec.json.Decoder(worker.Ready).decode


@dataclass(eq=False)
class _Worker:
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


@dataclass
class _Round:
    """One call of `execute`."""

    number: int
    setup: bytes
    queue: deque[Task]
    sink: Sink
    suspects: deque[Task] = field(default_factory=deque)
    tries: dict[int, int] = field(default_factory=dict)
    free_tries: dict[int, int] = field(default_factory=dict)


class Pool:
    """Worker processes that stay warm between runs."""

    name = "processes"

    def __init__(self, workers: int, *, memory: int, method: str = system.START_METHOD) -> None:
        """Prepare a pool of `workers`; jobs in flight together may take `memory` bytes by estimate."""
        self.workers = workers
        self.memory = memory
        self.forked = method == "forkserver"
        self.context: Any = mp.get_context(method)
        if self.forked:
            self.context.set_forkserver_preload([PRELOAD])
        self.alive: list[_Worker] = []
        self.tables: list[shared.Table | None] = []
        self.rounds = 0
        self.numbers = 0
        self.failed_starts = 0.0

    # -- workers ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring the pool to its size; workers get ready meanwhile."""
        while len(self.alive) < self.workers:
            self._spawn()

    def _spawn(self) -> None:
        for attempt in range(MOST_FREE_TRIES):
            try:
                self.alive.append(self._new_worker())
                return
            except (OSError, EOFError) as error:  # the forkserver died just now; the next start makes another
                log.write(f"A worker could not be started: {error!r}")
                time.sleep(min(0.5, 0.05 * (attempt + 1)))
        raise EngineError("The worker processes can't be started. Restart the computer, or use --engine inline.")

    def _new_worker(self) -> _Worker:
        their_inbox, inbox = channel(self.context)
        try:
            outbox, their_outbox = channel(self.context)
        except OSError:
            their_inbox.close()
            inbox.close()
            raise
        table = self.tables.pop() if self.tables else shared.Table.make()
        self.numbers += 1
        child = self.context.Process(
            target=worker.main,
            args=(their_inbox, their_outbox, table, self.forked),
            name=f"slidetray-worker-{self.numbers}",
            daemon=True,
        )
        try:
            # A forkserver's children ignore Ctrl-C anyway, and waiting for its torch must stay interruptible.
            with contextlib.nullcontext() if self.forked else system.deaf_to_interrupts():
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
        return _Worker(self.numbers, child, inbox, outbox, table, handle)

    def _bury(self, dead: _Worker) -> int | None:
        """Make sure that a worker is dead, close its channels, and return its exit code."""
        if dead.handle is not None:
            with contextlib.suppress(psutil.Error):  # psutil knows when a number was given to another process
                dead.handle.kill()
        dead.process.join(5)
        if dead.handle is not None:
            # multiprocessing takes the child of a dead forkserver for dead; its job must not be handed on before.
            # A zombie is as dead; whose child it has become may take its time to collect it.
            end = time.monotonic() + 5
            with contextlib.suppress(psutil.Error):
                while dead.handle.status() != psutil.STATUS_ZOMBIE and time.monotonic() < end:
                    time.sleep(0.002)
        code: int | None = dead.process.exitcode
        dead.inbox.close()
        dead.outbox.close()
        self.tables.append(dead.table)
        self.alive.remove(dead)
        with contextlib.suppress(ValueError):
            dead.process.close()
        return code

    # -- one round of tasks ----------------------------------------------------------------------------------

    def execute(self, setup: bytes, tasks: Sequence[Task], sink: Sink, cancelled: Callable[[], bool]) -> None:
        """Run all tasks; see Executor."""
        self.rounds += 1
        now = _Round(self.rounds, setup, deque(tasks), sink)
        for member in self.alive:
            if member.ready:
                sink.worker_started(member.number, member.process.pid)
        while not cancelled():
            while len(self.alive) < self.workers and not cancelled():
                self._spawn()
            self._assign(now)
            if not (now.queue or now.suspects or self._busy()):
                return
            self._turn(now, 0.1)
        self._finish_flights(now)

    def _finish_flights(self, now: _Round) -> None:
        """After a cancel: a short while for the jobs in flight, then an end."""
        end = time.monotonic() + GRACE
        while self._busy() and time.monotonic() < end:
            self._turn(now, 0.05)
        for member in self._busy():
            member.task = None
            self._bury(member)

    def _busy(self) -> list[_Worker]:
        return [member for member in self.alive if member.task is not None]

    def _assign(self, now: _Round) -> None:
        busy = self._busy()
        used = sum(member.task.cost for member in busy if member.task)
        for member in self.alive:
            if not member.ready or member.task is not None:
                continue
            if now.queue:
                task, again = now.queue[0], False
                if busy and used + task.cost > self.memory:
                    return
                now.queue.popleft()
            elif now.suspects and not busy:
                task, again = now.suspects.popleft(), True  # by itself: nothing else runs
            else:
                return
            self._hand(member, task, now, again)
            busy = [*busy, member]
            used += task.cost

    def _hand(self, member: _Worker, task: Task, now: _Round, again: bool) -> None:
        member.task = task
        member.due = time.monotonic() + task.seconds
        now.sink.started(task, member.number)
        try:
            if member.setup != now.number:
                member.inbox.send(b"S" + now.setup)
                member.setup = now.number
            member.inbox.send(b"W%g " % task.seconds + (task.again if again else task.first))
        except ClosedError:
            pass  # it died just now; its sentinel tells the rest

    def _turn(self, now: _Round, timeout: float) -> None:
        """Wait for something to happen, and deal with it."""
        members: dict[Any, _Worker] = {member.outbox.connection: member for member in self.alive}
        sentinels: dict[Any, _Worker] = {member.process.sentinel: member for member in self.alive}
        members |= sentinels
        soonest = min((m.due for m in self._busy()), default=float("inf")) - time.monotonic()
        happened = wait(list(members), max(0.0, min(timeout, soonest)))
        gone: list[_Worker] = []
        for thing in happened:
            member = members[thing]
            if member in gone:
                continue
            if not self._drain(member, now) or thing in sentinels:
                gone.append(member)
        clock = time.monotonic()
        for member in self._busy():
            if member not in gone and clock > member.due and member.task:
                member.verdict = f"It took longer than {words.duration(member.task.seconds)} and was stopped"
                gone.append(member)
        for member in gone:
            self._replace(member, now)

    def _drain(self, member: _Worker, now: _Round) -> bool:
        """Read all that a worker has said; whether its channel is still open."""
        try:
            while member.outbox.waiting():
                message = member.outbox.receive()
                if not member.ready:
                    member.ready = True
                    self.failed_starts = 0.0
                    ready = decode_ready(message)
                    member.preloaded = ready.preloaded
                    if self.forked and not ready.preloaded:
                        log.write("The forkserver's preload failed; workers are slow to start.")
                    now.sink.worker_started(member.number, ready.pid)
                elif member.task is not None:
                    task, member.task = member.task, None
                    now.sink.answered(task, message, member.table.rows if member.table else histogram.empty(0))
        except ClosedError:
            return False
        return True

    def _replace(self, member: _Worker, now: _Round) -> None:
        task, member.task = member.task, None
        code = self._bury(member)
        log.write(f"Worker {member.number} ended with {code}; it held {task.index if task else 'nothing'}.")
        if not member.ready:
            # A killed forkserver takes those with it that were about to start; that says nothing about them.
            self.failed_starts += 1 if code != FORKSERVER_GONE else 1 / MOST_FREE_TRIES
            if self.failed_starts >= MOST_FAILED_STARTS:
                raise EngineError("The worker processes end as soon as they start; the log has more.")
        if task is None:
            return
        if self.forked and code == FORKSERVER_GONE and not member.verdict:
            # Nobody knows how this worker ended; most likely it was well.
            now.free_tries[task.index] = now.free_tries.get(task.index, 0) + 1
            if now.free_tries[task.index] <= MOST_FREE_TRIES:
                now.suspects.append(task)
                return
        now.tries[task.index] = now.tries.get(task.index, 0) + 1
        if now.tries[task.index] < 2:
            now.suspects.append(task)
            return
        reason = member.verdict or _cause(code)
        now.sink.lost(task, f"{reason}, twice. The image may be damaged, or too large for this machine.")

    def close(self) -> None:
        """End all workers: politely, then not."""
        for member in self.alive:
            member.inbox.close()
        end = time.monotonic() + 1.0
        for member in list(self.alive):
            member.process.join(max(0.0, end - time.monotonic()))
            self._bury(member)


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        if name == "SIGKILL":
            return "The process that worked on it was killed (perhaps memory ran out)"
        return f"The process that worked on it crashed ({name})"
    return f"The process that worked on it ended unexpectedly ({code})"
