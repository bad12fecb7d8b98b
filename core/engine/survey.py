"""The host's answers about images that are not run yet: lists of what folders hold, and what a run would make."""

from __future__ import annotations

import os
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from core import check, items, looks, messages, plan
from core.engine import desk, estimate, log, run
from core.engine.commands import Sum
from core.engine.headers import Headers

CHUNK = 500  # images in one message
MOST_PROBLEMS = 1000
MOST_LOOKED = 2000  # images whose headers are all read for the sums; of more, a sample of HEADERS
HEADERS = 30
Tell = Callable[[looks.Scanned | looks.Sums], None]
TryOut = Callable[[messages.Setup, list[plan.Job], Callable[[desk.Tried], None]], None]


class _Replaced(Exception):  # noqa: N818 - not an error: a newer question made this one idle
    pass


class Survey:
    """Scans and sums, each in a thread of its own; a newer question ends an older one."""

    def __init__(self, tell: Tell, try_out: TryOut) -> None:
        """`tell` takes the answers, from any thread; `try_out` makes images on trial."""
        self.tell = tell
        self.try_out = try_out
        self.lock = threading.Lock()
        self.headers = Headers()
        self.found: tuple[tuple[str, ...], items.Found] | None = None
        self.newest: dict[str, int] = {}

    # -- lists -------------------------------------------------------------------------------------------------

    def scan(self, wanted: looks.Scan) -> None:
        """List what lies in the inputs."""
        self._begin("scan", wanted.number, lambda: self._scan(wanted))

    def _scan(self, wanted: looks.Scan) -> None:
        number = wanted.number

        def progress(seen: int) -> None:
            self._check_newest("scan", number)
            self.tell(looks.Scanned(number=number, seen=seen))

        try:
            found = items.scan(wanted.inputs, progress)
        except items.InputError as error:
            self.tell(looks.Scanned(number=number, seen=0, over=True, problem=str(error)))
            return
        with self.lock:
            self._check_newest("scan", number)  # a newer list must not be replaced by an older one
            self.found = tuple(wanted.inputs), found
        listed = [
            looks.Listed(key=i.key, path=i.sources[0].path, folder=i.folder, size=i.size, root=i.root)
            for i in found.items
        ]
        for start in range(0, max(1, len(listed)), CHUNK):
            self._check_newest("scan", number)
            part = listed[start : start + CHUNK]
            last = start + CHUNK >= len(listed)
            self.tell(
                looks.Scanned(
                    number=number, seen=len(listed), items=part, over=last, left_out=found.summary() if last else ""
                )
            )

    def listed(self, request: run.Request) -> items.Found | None:
        """What the last scan found for a request's inputs, so that a run makes what was seen; None: not scanned."""
        with self.lock:
            if self.found is None or self.found[0] != tuple(request.inputs):
                return None
            return self.found[1]

    # -- sums --------------------------------------------------------------------------------------------------

    def sum(self, wanted: Sum) -> None:
        """Say what a run would make."""
        self._begin("sum", wanted.number, lambda: self._sum(wanted))

    def _sum(self, wanted: Sum) -> None:
        number = wanted.number
        try:
            prepared = run.prepare(wanted.request, self.listed(wanted.request))
        except run.RefusedError as error:
            self.tell(looks.Sums(number=number, problem=str(error)))
            return
        closed = _closed(prepared.plan.folder)
        if closed:
            self.tell(looks.Sums(number=number, problem=closed))
            return
        jobs = prepared.plan.jobs
        stop = lambda: self._check_newest("sum", number)  # noqa: E731
        whole = wanted.deep or len(jobs) <= MOST_LOOKED
        part = jobs if whole else estimate.sample(jobs, HEADERS)
        found = check.check(prepared.recipe, prepared.plan, prepared.choice.memory, part, stop, self.headers.probe)
        losses = Counter(loss for item in found.items for loss in item.losses)
        good = [job for job, item in zip(part, found.items, strict=True) if not item.problem]
        files = found.files if whole else round(found.files / max(1, len(part)) * len(jobs))
        told = msgspec.structs.replace(
            found, files=files, items=found.problems[:MOST_PROBLEMS], skipped=[], collisions=found.collisions[:200]
        )
        answer = looks.Sums(
            number=number,
            images=prepared.plan.total,
            check=told,
            checked=wanted.deep,
            looked=None if whole else len(part),
            skipped=len(prepared.plan.skipped),
            remarks=prepared.plan.remarks,
            losses=losses.most_common(20),
            example=jobs[0].target if jobs else "",
        )
        self._check_newest("sum", number)
        self.tell(answer)
        chosen = estimate.sample(good)
        made: list[tuple[int, float]] = []
        answered: list[int] = []

        def tried(result: desk.Tried) -> None:
            answered.append(result.number)
            if result.bytes is not None and result.seconds is not None:
                made.append((result.bytes, result.seconds))
            if len(answered) == len(chosen) and made and self.newest["sum"] == number:
                fair = estimate.scaled(told, good if whole else jobs, chosen, made, prepared.choice.workers)
                self.tell(msgspec.structs.replace(answer, check=fair))

        if chosen:
            self.try_out(estimate.setup(prepared), chosen, tried)

    # -- both --------------------------------------------------------------------------------------------------

    def _begin(self, kind: str, number: int, work: Callable[[], None]) -> None:
        self.newest[kind] = number

        def guarded() -> None:
            try:
                work()
            except _Replaced:
                pass
            except Exception:
                log.write(traceback.format_exc())
                sentence = f"Something went wrong inside Slidetray; details are in {log.folder()}."
                if kind == "scan":
                    self.tell(looks.Scanned(number=number, seen=0, over=True, problem=sentence))
                else:
                    self.tell(looks.Sums(number=number, problem=sentence))

        threading.Thread(target=guarded, name=kind, daemon=True).start()

    def _check_newest(self, kind: str, number: int) -> None:
        if self.newest[kind] != number:
            raise _Replaced


def _closed(folder: str) -> str:
    """Why results can't be written to a folder that is there or will be made; "" when nothing speaks against it."""
    place = Path(folder)
    while not place.exists() and place.parent != place:
        place = place.parent
    if place.is_dir() and not os.access(place, os.W_OK):
        return f"The output folder {folder} can't be written to. Choose another one."
    return ""
