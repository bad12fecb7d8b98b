"""Workers for somebody who looks, beside those of a run: previews and thumbnails are answered while a run goes on.

    window --> host: newest quick look  --> worker 1   a smaller picture within a tenth of a second
                     newest full look   --> worker 2   the run's own path
                     thumbnails, trials --> worker 2   when nobody waits for a full look

A newer look replaces an older one that was not begun.  A worker that crashes or takes too long costs its one answer.
Where no worker can be kept alive, every question is answered by a sentence that says so.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from core import looks, messages, plan, system, thumbnail
from core.engine import desk, log, pictures
from core.engine.channel import ClosedError, channel
from core.engine.crew import Crew, Member
from core.engine.executor import EngineError

QUICK, THOROUGH = 0, 1
SECONDS = 60.0  # for one answer
SHARE = 0.3  # of the free memory for one picture
MOST_STILLBORN = 5  # workers in a row that died before they were ready
NONE_LEFT = "Images can't be shown: the programs that read them don't start. Restart Slidetray; the log has more."
Made = Callable[[desk.Tried], None]


class Viewers:
    """Two workers and what they are asked; answers come from a thread of its own."""

    def __init__(self, tell: Callable[[looks.Seen | looks.Thumbnail], None], method: str = system.START_METHOD) -> None:
        """`tell` takes the answers."""
        self.tell = tell
        self.crew = Crew(method, tables=False)
        self.folder: Path | None = None
        self.lock = threading.Lock()
        self.looks: dict[bool, looks.Look] = {}
        self.small: deque[tuple[str, int]] = deque()
        self.tries: deque[tuple[desk.Try, Made]] = deque()
        self.holding: dict[int, tuple[desk.Question, Made | None]] = {}
        self.members: dict[int, Member] = {}
        self.stillborn = 0
        self.closed = self.called = False
        self.woken, self.waker = channel(self.crew.context)
        self.thread = threading.Thread(target=self._serve, name="viewers", daemon=True)

    def start(self) -> None:
        """Begin to get ready; returns at once."""
        self.thread.start()
        threading.Thread(target=thumbnail.trim, name="cache", daemon=True).start()

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
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- the thread --------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        with self.lock:
            if self.called:
                return  # a channel that fills up would hold the caller
            self.called = True
        with contextlib.suppress(ClosedError):
            self.waker.send(b"!")

    def _serve(self) -> None:
        try:
            self.folder = pictures.make()
            while not self.closed:
                for place in (QUICK, THOROUGH):
                    if place not in self.members:
                        self.members[place] = self.crew.hire()
                self._hand_out(self.folder)
                self._turn()
        except Exception:
            log.write(traceback.format_exc())  # without pictures, runs go on
            self._refuse()

    def _refuse(self) -> None:
        """Answer what is asked from now on, so that nobody waits."""
        self.crew.dismiss()
        self.members.clear()
        waiting: list[tuple[desk.Question | None, Made | None]] = [*self.holding.values()]
        self.holding.clear()
        while not self.closed:
            for question, made in waiting:
                if question is not None:
                    self._answer(_excuse(question, NONE_LEFT), made)
            waiting = [self._next(place, Path()) for place in (QUICK, THOROUGH)]
            if waiting == [(None, None)] * 2:
                self.woken.waiting(1.0)
                self._hear()

    def _hand_out(self, folder: Path) -> None:
        for place, member in self.members.items():
            if not member.ready or place in self.holding:
                continue
            question, made = self._next(place, folder)
            if question is None:
                continue
            self.holding[place] = question, made
            member.due = time.monotonic() + SECONDS
            with contextlib.suppress(ClosedError):  # it died just now; its sentinel tells the rest
                member.inbox.send(b"L%g " % SECONDS + desk.encode(question))

    def _next(self, place: int, folder: Path) -> tuple[desk.Question | None, Made | None]:
        memory = int(system.available_memory() * SHARE)
        with self.lock:
            look = self.looks.pop(place == THOROUGH, None)
            if look is not None:
                return desk.LookAt(look, str(folder), memory), None
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
        self._hear()
        gone = {place for thing in happened for t, place in sentinels.items() if t is thing}
        for place, member in self.members.items():
            if not self._drain(place, member) or (place in self.holding and time.monotonic() > member.due):
                gone.add(place)
        for place in gone:
            self._replace(place)

    def _hear(self) -> None:
        while self.woken.waiting():
            self.woken.receive()
        with self.lock:
            self.called = False  # who called until now is heard: questions are looked for after this

    def _drain(self, place: int, member: Member) -> bool:
        try:
            while member.outbox.waiting():
                message = member.outbox.receive()
                if not member.ready:
                    member.ready = True
                    self.stillborn = 0
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
        self.stillborn += not member.ready
        if self.stillborn > MOST_STILLBORN:
            raise EngineError(f"{self.stillborn} workers in a row ended before they were ready")
        if place in self.holding:
            question, made = self.holding.pop(place)
            self._clear_away(question)
            reason = "took too long to be shown" if late else "could not be shown: the program that read it ended"
            self._answer(_excuse(question, f"This image {reason}. It may be damaged."), made)

    def _clear_away(self, question: desk.Question) -> None:
        """Remove what a dead worker had begun: nobody is told of it."""
        if isinstance(question, desk.LookAt):
            for file in Path(question.folder).glob(f"{question.look.name}.*"):
                with contextlib.suppress(OSError):
                    file.unlink()


def _excuse(question: desk.Question, sentence: str) -> desk.Answer:
    match question:
        case desk.LookAt(look=look):
            return looks.Seen(number=look.number, path=look.path, full=look.full, problem=sentence)
        case desk.Small(path=path):
            return looks.Thumbnail(path=path, problem=sentence)
        case desk.Try(number=number):
            return desk.Tried(number)
