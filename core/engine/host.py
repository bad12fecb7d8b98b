"""The engine's own process: owns the pool, runs what its client asks for, and sends events back in batches.

The client's process never imports torch, and no crash here can take it down.  The pool stays warm between runs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from core import events, looks, messages, plan, system, words
from core.engine import log, pictures, run
from core.engine.channel import ClosedError, Receiver, Sender
from core.engine.choose import Choice, choose
from core.engine.commands import Batch, Cancel, Message, Refused, Start, Sum, Warm, decode_command, encode
from core.engine.executor import Executor
from core.engine.survey import Survey

if TYPE_CHECKING:
    from core.engine.viewers import Viewers

BATCH = 0.05  # seconds between two batches: at most 20 a second
MOST = 200  # events in one batch, which keeps messages small


class Outbox:
    """Collects events and sends them in batches from a thread of its own."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.lock = threading.Lock()
        self.sending = threading.Lock()  # apart: a client that does not listen must not stop the run
        self.deaf = False
        self.waiting: list[events.Event] = []
        self.changed = threading.Event()
        threading.Thread(target=self._serve, name="outbox", daemon=True).start()

    def emit(self, event: events.Event) -> None:
        """Add an event; returns at once."""
        with self.lock:
            self.waiting.append(event)
        self.changed.set()

    def send(self, message: Message) -> None:
        """Send what is no event, after the events before it."""
        with self.sending:
            self._flush()
            self._send(encode(message))

    def flush(self) -> None:
        """Send what has been collected, in order, whichever thread asks for it."""
        with self.sending:
            self._flush()

    def _flush(self) -> None:
        with self.lock:
            waiting, self.waiting = self.waiting, []
        for start in range(0, len(waiting), MOST):
            self._send(encode(Batch(waiting[start : start + MOST])))  # type: ignore[arg-type]

    def _send(self, message: bytes) -> None:
        try:
            if not self.deaf:
                self.sender.send(message)
        except ClosedError:
            self.deaf = True  # the client is gone; the command channel says so too, and ends the run in order

    def _serve(self) -> None:
        while True:
            self.changed.wait()
            self.changed.clear()
            time.sleep(BATCH)
            self.flush()


def main(inbox: Receiver, sender: Sender) -> None:
    """Serve one client until it closes its channel or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.redirect()
    system.own_sockets(pictures.PREFIX)
    system.end_with_parent()
    Host(inbox, sender).serve()


class Host:
    """Takes commands in one thread and runs in another, so that a cancel is heard during a run."""

    def __init__(self, inbox: Receiver, sender: Sender) -> None:
        self.inbox = inbox
        self.outbox = Outbox(sender)
        self.closed = threading.Event()
        self.requests: list[tuple[run.Request, threading.Event]] = []
        self.cancels: set[threading.Event] = set()
        self.wanted = threading.Condition()
        self.viewers: Viewers | None = None
        self.up = threading.Event()
        self.early: list[looks.Look | looks.Thumbnails] = []
        """What was asked before there were workers to look."""
        self.survey = Survey(self.outbox.send, self._try_out)
        self.executor: Executor | None = None
        self.choice: Choice | None = None

    def serve(self) -> None:
        """Warm up, then run one request after another."""
        threading.Thread(target=self._listen, name="commands", daemon=True).start()  # lists need no torch
        self._executor(choose("auto", None, 1 << 30)).start()
        self._start_viewers()
        self.outbox.send(Warm(os.getpid()))
        while True:
            with self.wanted:
                self.wanted.wait_for(lambda: self.requests or self.closed.is_set())
                if self.closed.is_set():
                    break
                request, cancelled = self.requests.pop(0)
            self._run(request, cancelled)
            with self.wanted:
                self.cancels.discard(cancelled)
        if self.viewers is not None:
            self.viewers.close()
        if self.executor is not None:
            self.executor.close()

    def _start_viewers(self) -> None:
        from core.engine.viewers import Viewers

        viewers = Viewers(self.outbox.send)
        viewers.start()
        with self.wanted:  # until all are handed on: what comes meanwhile is newer
            self.viewers = viewers
            for question in self.early:
                self._hand_on(viewers, question)
            self.early.clear()
        self.up.set()

    def _look(self, question: looks.Look | looks.Thumbnails) -> None:
        with self.wanted:
            if self.viewers is None:
                self.early.append(question)
            else:
                self._hand_on(self.viewers, question)

    def _hand_on(self, viewers: Viewers, question: looks.Look | looks.Thumbnails) -> None:
        if isinstance(question, looks.Look):
            viewers.look(question)
        else:
            viewers.thumbnails(question)

    def _try_out(self, setup: messages.Setup, jobs: list[plan.Job], made: Callable[[Any], None]) -> None:
        self.up.wait()  # called from a thread that has nothing else to do
        if self.viewers is not None:
            self.viewers.try_out(setup, jobs, made)

    def _listen(self) -> None:
        while True:
            try:
                command = decode_command(self.inbox.receive())
            except ClosedError:
                with self.wanted:
                    self._cancel()
                    self.closed.set()
                    self.wanted.notify()
                    loading = self.viewers is None
                if loading:  # libraries, for seconds: nothing is under way, and nobody waits for it any more
                    system.leave_at_once(1, "")
                return
            match command:
                case Start(request=request):
                    with self.wanted:
                        cancelled = threading.Event()
                        self.cancels.add(cancelled)
                        self.requests.append((request, cancelled))
                        self.wanted.notify()
                case Cancel():
                    with self.wanted:
                        self._cancel()
                case Sum():
                    self.survey.sum(command)
                case looks.Scan():
                    self.survey.scan(command)
                case _:
                    self._look(command)

    def _cancel(self) -> None:
        for cancelled in self.cancels:
            cancelled.set()

    def _executor(self, choice: Choice) -> Executor:
        """The executor that is there, when it fits; else a new one."""
        if self.executor is not None and self.choice is not None:
            same = choice.engine == self.choice.engine
            if same and (choice.workers == self.executor.workers or choice.engine == "inline"):
                self.executor.memory = choice.memory
                return self.executor
            self.executor.close()
        self.executor, self.choice = run.make_executor(choice), choice
        return self.executor

    def _run(self, request: run.Request, cancelled: threading.Event) -> None:
        try:
            prepared = run.prepare(request, self.survey.listed(request))
            run.open_folder(prepared.plan.folder)
        except run.RefusedError as error:
            self.outbox.send(Refused(str(error)))
            return
        except Exception:
            log.write(traceback.format_exc())
            self.outbox.send(Refused(f"Something went wrong inside Slidetray; details are in {log.folder()}."))
            return
        choice = prepared.choice
        if request.workers is None and self.executor is not None and choice.engine == self.executor.name:
            # Few images do not make the warm pool smaller.
            workers = max(choice.workers, self.executor.workers)
            reason = choice.reason
            if workers != choice.workers:
                reason = f"{words.count(workers, 'worker process', 'worker processes')}, which were ready"
            choice = msgspec.structs.replace(choice, workers=workers, reason=reason)
            prepared = msgspec.structs.replace(prepared, choice=choice)
        run.Run(prepared, self._executor(choice), self.outbox.emit, cancelled.is_set).go()
        self.outbox.flush()
