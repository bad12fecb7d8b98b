"""Workers for somebody who looks, beside those of a run: previews and thumbnails are answered while a run goes on.

    window --> host: newest quick look  --> worker 1   a smaller picture within a tenth of a second
                     newest full look   --> worker 2   the run's own path
                     thumbnails, trials --> worker 2   when nobody waits for a full look

A newer look replaces an older one that was not begun.  A worker that crashes or takes too long costs its one answer.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import psutil

from core import looks, messages, plan, system
from core.engine import desk, log
from core.engine.channel import ClosedError, channel
from core.engine.crew import Crew, Member

QUICK, THOROUGH = 0, 1
SECONDS = 60.0  # for one answer
SHARE = 0.3  # of the free memory for one picture
PREFIX = "slidetray-look-"
Made = Callable[[desk.Tried], None]


class Viewers:
    """Two workers and what they are asked; answers come from a thread of its own."""

    def __init__(self, tell: Callable[[looks.Seen | looks.Thumbnail], None], method: str = system.START_METHOD) -> None:
        """`tell` takes the answers."""
        self.tell = tell
        self.crew = Crew(method, tables=False)
        self.folder = _folder()
        self.lock = threading.Lock()
        self.looks: dict[bool, looks.Look] = {}
        self.small: deque[tuple[str, int]] = deque()
        self.tries: deque[tuple[desk.Try, Made]] = deque()
        self.holding: dict[int, tuple[desk.Question, Made | None]] = {}
        self.members: dict[int, Member] = {}
        self.closed = False
        self.woken, self.waker = channel(self.crew.context)
        self.thread = threading.Thread(target=self._serve, name="viewers", daemon=True)

    def start(self) -> None:
        """Begin to get ready; returns at once."""
        self.thread.start()

    def look(self, look: looks.Look) -> None:
        """Ask for pictures; replaces what was asked before and not begun."""
        with self.lock:
            self.looks[look.full] = look
        self._wake()

    def thumbnails(self, wanted: looks.Thumbnails) -> None:
        """Ask for thumbnails; replaces those asked before and not begun."""
        with self.lock:
            self.small = deque((path, wanted.side) for path in wanted.paths)
        self._wake()

    def try_out(self, setup: messages.Setup, jobs: list[plan.Job], made: Made) -> None:
        """Make a few images on trial; replaces trials not begun.  `made` is called from the viewers' thread."""
        with self.lock:
            self.tries = deque((desk.Try(setup, job, number), made) for number, job in enumerate(jobs))
        self._wake()

    def close(self) -> None:
        """End the workers and remove the pictures."""
        self.closed = True
        self._wake()
        if self.thread.is_alive():
            self.thread.join(5)
        self.crew.dismiss()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- the thread --------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        with contextlib.suppress(ClosedError):
            self.waker.send(b"!")

    def _serve(self) -> None:
        try:
            while not self.closed:
                for place in (QUICK, THOROUGH):
                    if place not in self.members:
                        self.members[place] = self.crew.hire()
                self._hand_out()
                self._turn()
        except Exception:
            import traceback

            log.write(traceback.format_exc())  # without pictures, runs go on

    def _hand_out(self) -> None:
        for place, member in self.members.items():
            if not member.ready or place in self.holding:
                continue
            question, made = self._next(place)
            if question is None:
                continue
            self.holding[place] = question, made
            member.due = time.monotonic() + SECONDS
            with contextlib.suppress(ClosedError):  # it died just now; its sentinel tells the rest
                member.inbox.send(b"L%g " % SECONDS + desk.encode(question))

    def _next(self, place: int) -> tuple[desk.Question | None, Made | None]:
        memory = int(system.available_memory() * SHARE)
        with self.lock:
            look = self.looks.pop(place == THOROUGH, None)
            if look is not None:
                return desk.LookAt(look, str(self.folder), memory), None
            if place == QUICK:
                return None, None
            if self.small:
                path, side = self.small.popleft()
                return desk.Small(path, side, memory), None
            if self.tries:
                return self.tries.popleft()
        return None, None

    def _turn(self) -> None:
        """Wait for something to happen, and deal with it."""
        places: dict[Any, int] = {m.outbox.connection: place for place, m in self.members.items()}
        sentinels: dict[Any, int] = {m.process.sentinel: place for place, m in self.members.items()}
        happened = wait([*places, *sentinels, self.woken.connection], 1.0)
        while self.woken.waiting():
            self.woken.receive()
        gone = {place for thing in happened for t, place in sentinels.items() if t is thing}
        for place, member in self.members.items():
            if not self._drain(place, member) or (place in self.holding and time.monotonic() > member.due):
                gone.add(place)
        for place in gone:
            self._replace(place)

    def _drain(self, place: int, member: Member) -> bool:
        try:
            while member.outbox.waiting():
                message = member.outbox.receive()
                if not member.ready:
                    member.ready = True
                    continue
                _, made = self.holding.pop(place)
                self._answer(desk.decode_answer(message), made)
        except ClosedError:
            return False
        return True

    def _answer(self, answer: desk.Answer, made: Made | None) -> None:
        if isinstance(answer, desk.Tried):
            if made is not None:
                made(answer)
        else:
            self.tell(answer)

    def _replace(self, place: int) -> None:
        member = self.members.pop(place)
        late = place in self.holding and time.monotonic() > member.due
        code = self.crew.bury(member)
        log.write(f"A worker for looking ended with {code}.")
        if place in self.holding:
            question, made = self.holding.pop(place)
            reason = "took too long to be shown" if late else "could not be shown: the program that read it ended"
            self._answer(_excuse(question, f"This image {reason}. It may be damaged."), made)


def _excuse(question: desk.Question, sentence: str) -> desk.Answer:
    match question:
        case desk.LookAt(look=look):
            return looks.Seen(number=look.number, path=look.path, full=look.full, problem=sentence)
        case desk.Small(path=path):
            return looks.Thumbnail(path=path, problem=sentence)
        case desk.Try(number=number):
            return desk.Tried(number)


def _folder() -> Path:
    """A folder for pictures; those of dead hosts are removed."""
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
