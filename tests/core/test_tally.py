"""Counts of a run: steady rate, time left, the first pass."""

from __future__ import annotations

import pytest

from core import events
from core.tally import RECENT, STEADY, Tally, rate_text


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def started(total: int, at: int | None = None) -> list[events.Event]:
    jobs = [events.JobStarted(time=0, item=str(i), sources=[], worker=1) for i in range(total if at is None else at)]
    return [events.RunStarted(time=0, run="r", total=total, engine="processes", workers=2, reason=""), *jobs]


def finished(number: int) -> list[events.Event]:
    return [
        events.JobFinished(time=0, item=str(i), sources=[], targets=[], seconds=0, warnings=[]) for i in range(number)
    ]


def take(tally: Tally, batch: list[events.Event]) -> None:
    for event in batch:
        tally.take(event)


def test_the_recent_rate_forgets_a_slow_beginning() -> None:
    clock = Clock()
    tally = Tally(False, clock)
    take(tally, started(10_000))
    clock.now += 60
    take(tally, finished(10))  # a slow start
    for _ in range(300):
        clock.now += 0.1
        take(tally, finished(3))
    assert tally.recent_rate() == pytest.approx(30, rel=0.05)
    assert tally.rate() == pytest.approx(910 / 90)
    assert tally.seconds_left() == pytest.approx((10_000 - 910) / 30, rel=0.05)
    assert len(tally._samples) < 4 * RECENT + 5


def test_slow_results_are_averaged_over_more_time() -> None:
    clock = Clock()
    tally = Tally(False, clock)
    take(tally, started(1000))
    for number in range(200):
        clock.now += 6 if number % 2 else 2  # one in 4 s, unevenly
        take(tally, finished(1))
        if number > STEADY:
            assert tally.recent_rate() == pytest.approx(0.25, rel=0.15)
    assert len(tally._samples) < STEADY + 5


def test_a_stall_is_seen() -> None:
    clock = Clock()
    tally = Tally(False, clock)
    take(tally, started(1000))
    for _ in range(40):
        clock.now += 0.5
        take(tally, finished(5))
    before = tally.recent_rate()
    clock.now += 30
    assert tally.recent_rate() < before / 2


def test_a_first_pass_has_no_rate_and_does_not_slow_the_second() -> None:
    clock = Clock()
    tally = Tally(True, clock)
    take(tally, started(100))
    clock.now += 500
    take(tally, [events.JobFailed(time=0, item="x", sources=[], stage="decode", message="")])
    assert tally.looking
    assert tally.recent_rate() == 0.0
    assert tally.seconds_left() is None
    for _ in range(20):
        clock.now += 1
        take(tally, finished(2))
    assert not tally.looking
    assert tally.recent_rate() == pytest.approx(2, rel=0.1)
    assert tally.left == 59


def test_rates_in_words() -> None:
    assert [rate_text(rate) for rate in (31.2, 9.4, 0.42, 0.05)] == [
        "31 images/s", "9.4 images/s", "0.4 images/s", "3.0 images/min",
    ]  # fmt: skip
