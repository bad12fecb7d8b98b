"""Counts of a run, made from its events: how far it is, how fast it goes, how long it will take."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable

from core import events, words

RECENT = 10.0  # seconds that the recent rate is taken over
STEADY = 20  # ... or as many results, where they come slowly
SAMPLE = 0.25  # seconds between two notes of how far the run was


class Tally:
    """Counts of a run so far."""

    def __init__(self, measures: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.measures = measures
        self.clock = clock
        self.total = self.started = self.done = self.failed = self.skipped = self.files = 0
        self.workers = 0
        self.began = 0.0
        self.first_result = 0.0
        self.warnings: Counter[str] = Counter()
        self._samples: deque[tuple[float, int]] = deque()

    def take(self, event: events.Event) -> None:
        """Count one event."""
        now = self.clock()
        match event:
            case events.RunStarted(total=total, workers=workers):
                self.total, self.workers, self.began = total, workers, now
            case events.JobStarted():
                self.started += 1
                if not self.measures:
                    self.first_result = self.first_result or now
                    self._note(now)
            case events.JobFinished(warnings=warnings, targets=targets):
                self.done += 1
                self.files += len(targets)
                self.first_result = self.first_result or now
                self.warnings.update(warnings)
                self._note(now)
            case events.JobFailed():
                self.failed += 1
                self._note(now)
            case events.JobSkipped():
                self.skipped += 1

    @property
    def over(self) -> int:
        """Items that are over, one way or the other."""
        return self.done + self.failed + self.skipped

    @property
    def left(self) -> int:
        """Items that are not over."""
        return max(0, self.total - self.over)

    @property
    def looking(self) -> bool:
        """Whether the run is in a first pass, which gives no results yet."""
        return self.measures and self.done == 0

    def rate(self) -> float:
        """Images a second: since the first was begun, or since the first result where there was a pass before it."""
        seconds = self.clock() - self.first_result if self.first_result else 0.0
        counted = self.done + self.failed - self.measures
        return counted / seconds if seconds > 0 and counted > 0 else 0.0

    def recent_rate(self) -> float:
        """Images a second of late: over the last seconds, or the last results where they come slowly."""
        if self.looking or not self._samples:
            return 0.0
        since, before = self._samples[0]
        seconds, counted = self.clock() - since, self.done + self.failed - before
        return counted / seconds if seconds > 0 and counted > 0 else 0.0

    def seconds_left(self) -> float | None:
        """How long it will take at the recent rate; None while that can't be told."""
        rate = self.recent_rate()
        return self.left / rate if rate > 0 else None

    def state(self) -> str:
        """Where the run stands, in words."""
        if self.looking:
            return f"looking at all images first, {words.thousands(self.started)} of {words.thousands(self.total)}"
        text = f"{words.thousands(self.over)} of {words.thousands(self.total)}"
        rate = self.rate()
        if rate > 0:
            left = (self.total - self.over) / rate
            text += f", {rate_text(rate)}, {words.duration(left)} left"
        return text + (f", {words.thousands(self.failed)} failed" if self.failed else "")

    def _note(self, now: float) -> None:
        counted = self.done + self.failed
        samples = self._samples
        if self.looking:
            samples.clear()  # what fails in a first pass says nothing of how fast results come
            return
        if not samples or now - samples[-1][0] >= SAMPLE:
            samples.append((now, counted))
        while len(samples) > 2 and now - samples[1][0] >= RECENT and counted - samples[1][1] >= STEADY:
            samples.popleft()


def rate_text(rate: float) -> str:
    """31.2 -> "31 images/s"; 0.42 -> "0.4 images/s"; slower than one in ten seconds, by the minute."""
    if 0 < rate < 0.095:
        return f"{rate * 60:.1f} images/min"
    return f"{rate:.0f} images/s" if rate >= 9.5 else f"{rate:.1f} images/s"
