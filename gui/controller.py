"""The window's way to the engine: a thread that keeps the host alive, sends questions and turns answers into signals.

The host loads torch in its own process; nothing here does.  A host that dies is started again, with a plain message.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QThread, Signal

from core import looks
from core.engine import log
from core.engine.channel import channel
from core.engine.client import EngineClient, HostDiedError, Request
from core.engine.commands import Batch, Refused, Sum, Warm
from core.events import RunFinished
from gui.preview.pixels import Shown

RESTARTS, WITHIN = 3, 30.0  # more deaths than this in so many seconds: it would only die again
PATIENCE = 8_000  # milliseconds for the engine to end by itself
BUSY = 85.0  # per cent of the processor from which on it is what bounds a run
DIED = 'The engine stopped unexpectedly and was started again. Finished images are whole; "Make the rest" goes on.'
GAVE_UP = "The engine can't be kept running. Restart Slidetray; the log has more."


class RunController(QThread):
    """Drives `core.engine.client`; all methods are called from the window's thread and return at once."""

    warmed = Signal()
    scanned = Signal(object)
    thumbnail = Signal(object)
    seen = Signal(object)
    """A `gui.preview.pixels.Shown`."""
    sums = Signal(object)
    events = Signal(list)
    refused = Signal(str)
    died = Signal(str, bool)
    """A sentence, and whether a run was under way."""
    bound = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.client = EngineClient()
        self.numbers = {"scan": 0, "look": 0, "sum": 0}
        self.running = False
        self.given_up = ""
        """Why there will be no engine any more, in a sentence."""
        self._waiting: deque[Callable[[], None]] = deque()
        self._leaving = False
        self._deaths: deque[float] = deque(maxlen=RESTARTS)
        self._measured = 0.0
        import multiprocessing

        self._woken, self._waker = channel(multiprocessing.get_context("spawn"))

    # -- asked by the window -----------------------------------------------------------------------------------

    def scan(self, inputs: list[str]) -> int:
        """List what lies in folders and files; the answer's number is returned."""
        number = self._number("scan")
        self._ask(looks.Scan(number=number, inputs=inputs))
        return number

    def look(self, path: str, recipe: bytes, **more: Any) -> int:
        """Show an image before and after; see `core.looks.Look` for the rest."""
        number = self._number("look")
        self._ask(looks.Look(number=number, path=path, recipe=msgspec.Raw(recipe), **more))
        return number

    def thumbnails(self, paths: list[str], side: int = 96) -> None:
        """Ask for small pictures."""
        self._ask(looks.Thumbnails(paths=paths, side=side))

    def sum(self, request: Request, *, deep: bool = False) -> int:
        """Ask what a run would make."""
        number = self._number("sum")
        self._ask(Sum(number=number, request=request, deep=deep))
        return number

    def start_run(self, request: Request) -> None:
        """Run."""
        self.running = True
        self._later(lambda: self.client.run(request))

    def cancel(self) -> None:
        """End the run; its last event still comes."""
        self._later(self.client.cancel)

    def shutdown(self) -> None:
        """End the engine and this thread; waits for them."""
        self._leaving = True
        self._wake()
        if not self.wait(PATIENCE):  # an engine that is stuck takes no message, and whoever sends one waits with it
            self.client.kill()
            self.wait(PATIENCE)

    def _number(self, kind: str) -> int:
        self.numbers[kind] += 1
        return self.numbers[kind]

    def _ask(self, question: Any) -> None:
        self._later(lambda: self.client.ask(question))

    def _later(self, send: Callable[[], None]) -> None:
        self._waiting.append(send)
        if len(self._waiting) == 1:  # else it is awake already; a channel that fills up would hold the window
            self._wake()

    def _wake(self) -> None:
        if not self.isFinished():  # nobody would read it
            self._waker.send(b"!")

    # -- the thread --------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until `shutdown`."""
        up = self._start()
        while up and not self._leaving:
            try:
                self._turn()
            except HostDiedError:
                up = self._leaving or self._restart()
            except Exception:  # costs one answer; without this thread nothing would be answered any more
                log.write(traceback.format_exc())
        self.client.close()

    def _start(self) -> bool:
        try:
            self.client.start()
        except OSError:
            self.given_up = GAVE_UP
            self.died.emit(GAVE_UP, False)
            return False
        return True

    def _turn(self) -> None:
        receiver = self.client.receiver
        if receiver is None:
            raise HostDiedError("The engine is not running.")
        happened = wait([receiver.connection, self._woken.connection], 0.5)
        if self._woken.connection in happened:
            while self._woken.waiting():
                self._woken.receive()
            while self._waiting:
                self._hand_on(self._waiting.popleft())
        if receiver.connection in happened:
            self._tell(self.client.receive(0))
        self._measure()

    def _hand_on(self, send: Callable[[], None]) -> None:
        try:
            send()
        except HostDiedError:
            raise
        except Exception:  # costs this question alone; those behind it wait for no other call
            log.write(traceback.format_exc())

    def _tell(self, message: Any) -> None:
        match message:
            case Batch(events=batch):
                if any(isinstance(event, RunFinished) for event in batch):
                    self.running = False
                self.events.emit(batch)
            case looks.Seen():
                self.seen.emit(Shown(message))
            case looks.Thumbnail():
                self.thumbnail.emit(message)
            case looks.Scanned():
                self.scanned.emit(message)
            case looks.Sums():
                self.sums.emit(message)
            case Refused(message=sentence):
                self.running = False
                self.refused.emit(sentence)
            case Warm():
                self.warmed.emit()

    def _restart(self) -> bool:
        was_running, self.running = self.running, False
        now = time.monotonic()
        too_often = len(self._deaths) == RESTARTS and now - self._deaths[0] < WITHIN
        self._deaths.append(now)
        self._waiting.clear()
        self.given_up = GAVE_UP if too_often else ""
        self.died.emit(GAVE_UP if too_often else DIED, was_running)
        return not too_often and self._start()

    def _measure(self) -> None:
        """What bounds the run: the processor, or else what the files lie on."""
        now = time.monotonic()
        if self.running and now - self._measured > 1.0:
            self._measured = now
            import psutil

            busy = psutil.cpu_percent(None)
            self.bound.emit("the processor" if busy >= BUSY else "the disk" if busy > 0 else "")
