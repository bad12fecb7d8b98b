"""Looking at images while things die: viewers, hosts, and what asks before anything is ready."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from asking import QUICK, SLOW, Asker, begun, folders, gone, one, wait_for
from looking import look
from sentences import is_sentence

from core import looks
from core.engine import desk, pictures, viewers
from core.engine.client import EngineClient, HostDiedError
from core.engine.commands import Sum, Warm
from core.engine.crew import Crew, Member
from core.engine.run import Request
from core.engine.viewers import Viewers

pytestmark = pytest.mark.usefixtures("cache")


def test_what_is_asked_before_the_host_is_warm_is_answered(images: Path, tmp_path: Path) -> None:
    asker = Asker(EngineClient())
    try:
        for number in range(1, 6):
            asker.client.ask(look(one(images), QUICK, number=number))
        asker.client.ask(look(one(images), QUICK, number=6, full=True))
        asker.client.ask(looks.Thumbnails(paths=[str(one(images, 7))], side=17))
        asker.client.ask(looks.Scan(number=1, inputs=[str(images)]))
        asker.client.ask(
            Sum(number=1, request=Request(recipe=QUICK, inputs=[str(images)], folder=str(tmp_path / "out")))
        )

        def all_there(_: Any) -> bool:
            sums = [m for m in asker.of(looks.Sums) if m.check and m.check.bytes]
            scanned = [m for m in asker.of(looks.Scanned) if m.over]
            seen = {m.number for m in asker.of(looks.Seen)}
            return bool(sums and scanned and asker.of(looks.Thumbnail) and {5, 6} <= seen)

        asker.until(all_there)
        kinds = [type(m) for m in asker.told]
        assert kinds.index(looks.Scanned) < kinds.index(Warm)  # lists need no torch
        assert not {1, 2, 3, 4} & {m.number for m in asker.of(looks.Seen)}
    finally:
        asker.client.close()


def busy(pid: int) -> psutil.Process:
    """The host's child that computes."""

    def found() -> psutil.Process | None:
        family = psutil.Process(pid).children(recursive=True)
        before = {p.pid: p.cpu_times().user for p in family}
        time.sleep(0.3)
        grown = [p for p in family if p.is_running() and p.cpu_times().user - before[p.pid] > 0.15]
        return grown[0] if len(grown) == 1 else None

    return wait_for(found)  # type: ignore[no-any-return]


@pytest.mark.parametrize("full", [True, False])
def test_a_killed_viewer_costs_one_answer(full: bool, asker: Asker, large: Path, images: Path) -> None:
    pid = asker.client.process.pid
    asker.until(lambda m: isinstance(m, Warm)) if not asker.client.warm else None
    asker.client.ask(look(large, SLOW, number=80, full=full, longest=3000))
    wait_for(lambda: begun(pid, "80-"))
    busy(pid).kill()
    seen = asker.seen(80)
    assert "the program that read it ended" in seen.problem
    assert is_sentence(seen.problem)
    assert not begun(pid, "80-")  # nobody was told of what it had made
    for number, kind in ((81, True), (82, False)):
        asker.client.ask(look(one(images), QUICK, number=number, full=kind))
        assert asker.seen(number).problem == ""


def test_a_close_while_libraries_load_does_not_wait_for_them() -> None:
    client = EngineClient()
    client.start()
    process = client.process
    wait_for(lambda: psutil.Process(process.pid).children(recursive=True))
    family = psutil.Process(process.pid).children(recursive=True)
    client.close()
    assert process.exitcode == 1  # by itself: it would be -9 had it been killed
    assert wait_for(lambda: gone(family), 5)
    assert folders(process.pid) == []


@pytest.mark.parametrize("in_mid_look", [False, True])
def test_nothing_is_left_after_close(in_mid_look: bool, large: Path, images: Path) -> None:
    asker = Asker(EngineClient())
    asker.client.ask(look(one(images), QUICK, number=1))
    asker.seen(1)
    process = asker.client.process
    pid = process.pid
    family = psutil.Process(pid).children(recursive=True)
    assert len(family) >= 3
    assert len(folders(pid)) == 2  # of pictures, of sockets
    if in_mid_look:
        asker.client.ask(look(large, SLOW, number=2, full=True))
        wait_for(lambda: begun(pid, "2-"))
    asker.client.close()
    assert process.exitcode == 0  # by itself, not killed
    assert wait_for(lambda: gone(family), 5)
    assert folders(pid) == []
    asker.client.close()  # twice does no harm


def test_a_killed_host_leaves_nothing_and_the_next_one_answers(large: Path, images: Path) -> None:
    asker = Asker(EngineClient())
    asker.client.ask(look(one(images), QUICK, number=1))
    asker.seen(1)
    pid = asker.client.process.pid
    family = psutil.Process(pid).children(recursive=True)
    sockets = [folder for folder in folders(pid) if any(folder.glob("listener-*"))]
    assert len(sockets) == 1  # those of the forkserver too: nobody else would know whose they were
    asker.client.ask(look(large, SLOW, number=2, full=True))
    wait_for(lambda: begun(pid, "2-"))
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(HostDiedError):
        asker.until(lambda m: False)
    with pytest.raises(HostDiedError):
        asker.client.ask(look(one(images), QUICK, number=3))
    asker.client.start()
    assert folders(pid) == []
    assert wait_for(lambda: gone(family), 5)
    asker.client.ask(look(one(images), QUICK, number=4))
    assert asker.seen(4).problem == ""
    again = asker.client.process.pid
    os.kill(again, signal.SIGKILL)
    asker.client.close()
    assert folders(again) == []


def test_a_new_host_removes_what_dead_ones_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = tmp_path / f"{pictures.PREFIX}999999999-x"
    alive = tmp_path / f"{pictures.PREFIX}{os.getppid()}-x"
    other = tmp_path / f"{pictures.PREFIX}notes"
    for folder in (dead, alive, other):
        folder.mkdir()
        (folder / "1-full.before").write_bytes(b"x")
    made = pictures.make()
    assert made.name.startswith(f"{pictures.PREFIX}{os.getpid()}-")
    assert (dead.exists(), alive.exists(), other.exists()) == (False, True, True)
    pictures.remove(os.getpid())
    assert not made.exists()
    assert alive.exists()


class Watched:
    """Viewers in this process, and what they said."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.viewers = Viewers(self.told.append, "forkserver")

    def answer(self, number: int) -> looks.Seen:
        return wait_for(  # type: ignore[no-any-return]
            lambda: next((m for m in self.told if isinstance(m, looks.Seen) and m.number == number), None), 60
        )


@pytest.fixture
def watched() -> Iterator[Watched]:
    mine = Watched()
    yield mine
    mine.viewers.close()
    assert not mine.viewers.thread.is_alive()
    assert mine.viewers.crew.alive == []
    assert folders(os.getpid()) == []


def test_a_look_that_takes_too_long_is_given_up(
    watched: Watched, large: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewers, "SECONDS", 1.0)
    watched.viewers.start()
    watched.viewers.look(look(large, SLOW, number=1, full=True))
    assert watched.answer(1).problem == "This image took too long to be shown. It may be damaged."
    monkeypatch.setattr(viewers, "SECONDS", 60.0)
    watched.viewers.look(look(one(images), QUICK, number=2, full=True))
    assert watched.answer(2).problem == ""


def test_where_no_worker_lives_every_question_is_answered(
    watched: Watched, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired: list[int] = []
    hire = Crew.hire

    def stillborn(crew: Crew) -> Member:
        member = hire(crew)
        hired.append(member.process.pid)
        os.kill(member.process.pid, signal.SIGKILL)
        return member

    monkeypatch.setattr(Crew, "hire", stillborn)
    tried: list[desk.Tried] = []
    watched.viewers.look(look(one(images), QUICK, number=1))
    watched.viewers.start()
    assert watched.answer(1).problem == viewers.NONE_LEFT
    assert is_sentence(viewers.NONE_LEFT)
    assert len(hired) <= viewers.MOST_STILLBORN + 3
    watched.viewers.look(look(one(images), QUICK, number=2, full=True))
    watched.viewers.thumbnails(looks.Thumbnails(paths=["a", "b"]))
    assert watched.answer(2).problem == viewers.NONE_LEFT
    wait_for(lambda: len([m for m in watched.told if isinstance(m, looks.Thumbnail)]) == 2)
    assert tried == []


def test_workers_killed_while_idle_are_replaced(watched: Watched, images: Path) -> None:
    def ready(not_of: set[int]) -> set[int]:
        members = list(watched.viewers.members.values())
        pids = {member.process.pid for member in members if member.ready}
        return pids if len(pids) == 2 and not pids & not_of else set()

    watched.viewers.start()
    killed: set[int] = set()
    for number in range(1, 5):
        pids = wait_for(partial(ready, killed))
        watched.viewers.look(look(one(images), QUICK, number=number))
        assert watched.answer(number).problem == ""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        killed |= pids


def test_asking_never_waits(watched: Watched, images: Path) -> None:
    """Whoever asks is the thread that hears a cancel; it must not be held up by slow work or slow readers."""
    held, telling, asked = threading.Event(), threading.Event(), threading.Event()

    def tell(_: object) -> None:
        telling.set()
        held.wait(60)

    watched.viewers.tell = tell  # type: ignore[method-assign]
    watched.viewers.start()
    watched.viewers.look(look(one(images), QUICK))
    assert telling.wait(60)

    def ask() -> None:
        for number in range(20_000):
            watched.viewers.look(look(one(images), QUICK, number=number))
        asked.set()

    threading.Thread(target=ask, daemon=True).start()
    try:
        assert asked.wait(30)
    finally:
        held.set()
