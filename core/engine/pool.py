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

import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

import msgspec

from core import histogram, system, words
from core.engine import log, worker
from core.engine.channel import ClosedError
from core.engine.crew import FORKSERVER_GONE, MOST_FREE_TRIES, Crew, Member
from core.engine.executor import EngineError, Sink, Task

GRACE = 2.0  # seconds that jobs in flight get to finish after a cancel
MOST_FAILED_STARTS = 5  # one after another
decode_ready = msgspec.json.Decoder(worker.Ready).decode


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
        self.crew = Crew(method)
        self.forked = self.crew.forked
        self.rounds = 0
        self.failed_starts = 0.0

    @property
    def alive(self) -> list[Member]:
        """The workers there are."""
        return self.crew.alive

    def start(self) -> None:
        """Bring the pool to its size; workers get ready meanwhile."""
        while len(self.alive) < self.workers:
            self.crew.hire()

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
                self.crew.hire()
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
            self.crew.bury(member)

    def _busy(self) -> list[Member]:
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

    def _hand(self, member: Member, task: Task, now: _Round, again: bool) -> None:
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
        members: dict[Any, Member] = {member.outbox.connection: member for member in self.alive}
        sentinels: dict[Any, Member] = {member.process.sentinel: member for member in self.alive}
        members |= sentinels
        soonest = min((m.due for m in self._busy()), default=float("inf")) - time.monotonic()
        happened = wait(list(members), max(0.0, min(timeout, soonest)))
        gone: list[Member] = []
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

    def _drain(self, member: Member, now: _Round) -> bool:
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

    def _replace(self, member: Member, now: _Round) -> None:
        task, member.task = member.task, None
        code = self.crew.bury(member)
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
        reason = member.verdict or cause(code)
        now.sink.lost(task, f"{reason}, twice. The image may be damaged, or too large for this machine.")

    def close(self) -> None:
        """End all workers."""
        self.crew.dismiss()


def cause(code: int | None) -> str:
    """Why a process ended, in words, from its exit code."""
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        if name == "SIGKILL":
            return "The process that worked on it was killed (perhaps memory ran out)"
        return f"The process that worked on it crashed ({name})"
    return f"The process that worked on it ended unexpectedly ({code})"
