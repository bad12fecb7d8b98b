"""Workers, the forkserver and jobs that die or hang: nothing is lost, nothing is made twice, nothing hangs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing import forkserver

import psutil
import pytest

from core import events
from core.engine.pool import Pool

VICTIM = "a/image 5.tif"


def strike(mine, number: int, item: str = VICTIM, times: int = 1) -> list[int]:
    """Send a signal to the worker that takes up `item`, as often as it is taken up, up to `times`."""
    struck: list[int] = []
    hand = mine.executor._hand

    def watched(member, task, now, again) -> None:
        hand(member, task, now, again)
        if mine.run.open[task.index].item.key == item and len(struck) < times:
            os.kill(member.process.pid, number)
            struck.append(member.process.pid)

    mine.executor._hand = watched
    return struck


@pytest.fixture(autouse=True)
def _unwatched(request: pytest.FixtureRequest, pools: Callable[[str], Pool]):
    yield
    for method in ("forkserver", "spawn"):
        if "pool" in request.fixturenames or method == "forkserver":
            pools(method).__dict__.pop("_hand", None)


def test_a_killed_worker_is_replaced_and_its_image_made(pool: Pool, record) -> None:
    mine = record(pool)
    struck = strike(mine, signal.SIGKILL)
    last = mine.go()
    assert len(struck) == 1
    assert (last.status, last.done) == ("done", 24)
    # Under spawn the others may be through before the replacement has loaded its libraries.
    assert len(mine.of(events.WorkerStarted)) == 3 or not pool.forked
    assert len(pool.alive) == 2


def test_an_image_whose_worker_always_dies_fails_alone(pool: Pool, record) -> None:
    mine = record(pool)
    struck = strike(mine, signal.SIGKILL, times=9)
    last = mine.go()
    assert len(struck) == 2
    assert (last.status, last.done, last.failed) == ("failed", 23, 1)
    failed = mine.of(events.JobFailed)[0]
    assert (failed.item, failed.stage) == (VICTIM, "worker")
    assert "killed" in failed.message
    # It was tried once more by itself: when nothing else was left to do.
    assert mine.events[-2] == failed


def test_a_crash_in_native_code_is_named(pool: Pool, record) -> None:
    mine = record(pool)
    strike(mine, signal.SIGSEGV, times=9)
    mine.go()
    assert "crashed (SIGSEGV)" in mine.of(events.JobFailed)[0].message


def test_a_worker_that_hangs_is_ended_at_its_deadline(pool: Pool, record) -> None:
    record(pool, out="warm").go()
    mine = record(pool, deadline=1.0)
    struck = strike(mine, signal.SIGSTOP, times=9)
    last = mine.go()
    assert len(struck) == 2
    assert (last.done, last.failed) == (23, 1)
    assert "took longer than" in mine.of(events.JobFailed)[0].message
    assert not any(psutil.pid_exists(pid) and _alive(pid) for pid in struck)


def test_a_worker_that_hangs_once_costs_nothing(pool: Pool, record) -> None:
    record(pool, out="warm").go()
    mine = record(pool, deadline=1.0)
    strike(mine, signal.SIGSTOP, times=1)
    assert mine.go().done == 24


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@pytest.mark.parametrize("name", ["quick-look", "microscopy-8bit"])
def test_the_forkservers_death_blames_nobody(pools: Callable[[str], Pool], record, name: str) -> None:
    pool = pools("forkserver")
    mine = record(pool, name)
    killed: list[int] = []

    def kill(event: events.Event) -> None:
        if isinstance(event, events.JobStarted) and event.item == VICTIM:
            killed.append(forkserver._forkserver._forkserver_pid)
            os.kill(killed[0], signal.SIGKILL)

    mine.on_event = kill
    last = mine.go()
    assert killed
    assert (last.status, last.done, last.failed) == ("done", 24, 0)
    assert len(mine.of(events.WorkerStarted)) == 4


def test_workers_of_the_forkserver_were_preloaded(pools: Callable[[str], Pool], record) -> None:
    pool = pools("forkserver")
    record(pool).go()
    assert [member.preloaded for member in pool.alive] == [True, True]


def test_idle_workers_killed_between_runs_are_replaced(pool: Pool, record) -> None:
    record(pool, out="first").go()
    for member in pool.alive:
        os.kill(member.process.pid, signal.SIGKILL)
    last = record(pool, out="second").go()
    assert (last.status, last.done) == ("done", 24)


def test_a_result_made_before_the_death_is_not_made_twice(pool: Pool, record) -> None:
    """The worker dies after its file has its final name and before anybody was told."""
    mine = record(pool)
    drain = pool._drain
    struck: list[str] = []

    def deaf(member, now) -> bool:
        task = member.task
        if task and not struck and mine.run.open[task.index].item.key == VICTIM and member.outbox.waiting():
            struck.append(VICTIM)
            member.outbox.receive()  # the answer gets lost
            os.kill(member.process.pid, signal.SIGKILL)
            return False
        return drain(member, now)

    pool._drain = deaf  # type: ignore[method-assign]
    try:
        last = mine.go()
    finally:
        del pool._drain
    assert struck
    assert last.done == 24
    made = next(e for e in mine.of(events.JobFinished) if e.item == VICTIM)
    assert [t for t in made.targets if "(2)" in t] == []


def test_a_task_too_large_for_the_memory_runs_alone(pools: Callable[[str], Pool], record) -> None:
    pool = pools("forkserver")
    before, pool.memory = pool.memory, 1
    flying: list[int] = []
    mine = record(pool)
    mine.on_event = lambda event: flying.append(len(pool._busy())) if isinstance(event, events.JobStarted) else None
    try:
        assert mine.go().done == 24
    finally:
        pool.memory = before
    assert max(flying) == 1
