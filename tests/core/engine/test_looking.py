"""Looking at images by the host's workers: lists, previews, thumbnails and sums, while runs go on and things die."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import tifffile
from looking import Made, built_in, look, recipe_of, values
from sentences import is_sentence

from core import events, looks
from core.engine import desk, pictures, viewers
from core.engine.client import EngineClient, HostDiedError
from core.engine.commands import Batch, Sum, Warm
from core.engine.crew import Crew, Member
from core.engine.run import Request
from core.engine.viewers import Viewers

QUICK = built_in("quick-look")
SLOW = recipe_of({"step": "gaussian-blur", "sigma": 200.0})  # many seconds on `large`
BRISK = recipe_of({"step": "gaussian-blur", "sigma": 12.0})  # about a second there


class Asker:
    """A client and everything that it was told."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.told: list[Any] = []
        client.start()

    def until(self, wanted: Callable[[Any], bool], seconds: float = 60.0) -> Any:
        """The first message of which `wanted` holds; those before it are kept too."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self.client.receive(0.1)
            if message is not None:
                self.told.append(message)
                if wanted(message):
                    return message
        raise AssertionError(f"nothing came after {self.told[-3:]}")

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.told if isinstance(message, kind)]

    def seen(self, number: int) -> looks.Seen:
        found = self.until(lambda m: isinstance(m, looks.Seen) and m.number == number)
        assert isinstance(found, looks.Seen)
        return found

    def scanned(self, number: int) -> list[looks.Scanned]:
        self.until(lambda m: isinstance(m, looks.Scanned) and m.number == number and m.over)
        return [m for m in self.of(looks.Scanned) if m.number == number]


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def folders(pid: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{pictures.PREFIX}{pid}-*"))


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLIDETRAY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def shared() -> Iterator[EngineClient]:
    client = EngineClient()
    client.start()
    yield client
    client.close()


@pytest.fixture
def asker(shared: EngineClient) -> Asker:
    return Asker(shared)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.tif"
    tifffile.imwrite(path, np.random.default_rng(1).integers(0, 4000, (3000, 3000), np.uint16))
    return path


def one(images: Path, number: int = 4) -> Path:
    return images / ("a" if number % 2 else "b") / f"image {number}.tif"


# -- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_comes_in_parts_after_counts(asker: Asker, tmp_path: Path) -> None:
    for number in range(2300):
        (tmp_path / f"{number}.png").write_bytes(b"1234")
    (tmp_path / "notes.txt").write_text("none")
    asker.client.ask(looks.Scan(number=1, inputs=[str(tmp_path)]))
    parts = asker.scanned(1)
    counts = [part for part in parts if not part.items]
    assert [part.seen for part in counts] == [1000, 2000]
    assert parts[: len(counts)] == counts
    items = [item for part in parts for item in part.items]
    assert [item.key for item in items] == [f"{number}.png" for number in range(2300)]
    assert {(item.size, item.folder, item.root) for item in items} == {(4, "", 0)}
    assert [part.over for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [part.left_out for part in parts if part.left_out] == ["1 file left out (no images)"]
    assert max(len(part.items) for part in parts) == 500


def test_the_newest_list_wins(asker: Asker, images: Path, tmp_path: Path) -> None:
    for number in range(6000):
        (tmp_path / f"{number}.png").write_bytes(b"")
    asker.client.ask(looks.Scan(number=2, inputs=[str(tmp_path)]))
    asker.client.ask(looks.Scan(number=3, inputs=[str(images)]))
    assert sum(len(part.items) for part in asker.scanned(3)) == 24
    asker.client.ask(looks.Scan(number=4, inputs=[str(images)]))
    asker.scanned(4)
    assert not [part for part in asker.of(looks.Scanned) if part.number == 2 and part.over]


def test_folders_and_roots_are_told(asker: Asker, images: Path, samples: Path) -> None:
    asker.client.ask(looks.Scan(number=5, inputs=[str(images), str(samples / "coffee.png")]))
    items = [item for part in asker.scanned(5) for item in part.items]
    assert {(item.root, item.folder) for item in items} == {(0, "a"), (0, "b"), (1, "")}


def test_an_empty_list_and_one_that_is_not_there_end_too(asker: Asker, tmp_path: Path) -> None:
    asker.client.ask(looks.Scan(number=6, inputs=[str(tmp_path)]))
    assert [(part.items, part.problem) for part in asker.scanned(6)] == [([], "")]
    asker.client.ask(looks.Scan(number=7, inputs=[str(tmp_path / "nowhere")]))
    assert is_sentence(asker.scanned(7)[-1].problem) or "is not there" in asker.scanned(7)[-1].problem


# -- looks -----------------------------------------------------------------------------------------------------------


def test_a_quick_and_a_full_look_are_both_answered(asker: Asker, images: Path, tmp_path: Path) -> None:
    path = one(images)
    asker.client.ask(look(path, QUICK, number=11, longest=128))
    asker.client.ask(look(path, QUICK, number=12, full=True))
    asker.until(lambda m: {11, 12} <= {s.number for s in asker.of(looks.Seen)} | {getattr(m, "number", 0)})
    quick, full = (next(s for s in asker.of(looks.Seen) if s.number == number) for number in (11, 12))
    assert (quick.problem, full.problem, full.note) == ("", "", "")
    assert "fewer pixels" in quick.note
    assert quick.after is not None
    assert quick.after.levels[0][1:3] == (107, 128)
    made = Made([path], QUICK, tmp_path / "out")
    np.testing.assert_array_equal(values(full.after), made.read(path))
    np.testing.assert_array_equal(values(full.before)[..., 0], tifffile.imread(path))
    assert Path(full.after.file).parent in folders(asker.client.process.pid)


def test_a_newer_look_replaces_an_older_one(asker: Asker, large: Path, images: Path) -> None:
    asker.client.ask(look(large, BRISK, number=20, full=True))
    wait_for(lambda: any(p.name == "20-full.before" for f in folders(asker.client.process.pid) for p in f.iterdir()))
    for number in range(21, 40):
        asker.client.ask(look(one(images), QUICK, number=number, full=True))
    asker.seen(39)
    answered = [s.number for s in asker.of(looks.Seen)]
    assert answered[0] == 20
    # The one that had begun, and the newest; those between were never begun.
    assert answered == [20, 39]


def test_what_is_wrong_is_in_the_answer(asker: Asker, images: Path, tmp_path: Path) -> None:
    asker.client.ask(look(tmp_path / "gone.png", QUICK, number=41))
    assert asker.seen(41).problem == "The file is no longer there."
    asker.client.ask(look(one(images), recipe_of({"step": "crop", "width": 9999, "height": 5}), number=42, full=True))
    seen = asker.seen(42)
    assert "does not fit" in seen.problem
    assert seen.before is not None


def test_looking_goes_on_during_a_run(asker: Asker, images: Path, tmp_path: Path) -> None:
    slow = recipe_of({"step": "gaussian-blur", "sigma": 40.0})
    asker.client.run(Request(recipe=slow, inputs=[str(images)], folder=str(tmp_path / "out")))
    asker.until(lambda m: isinstance(m, Batch) and any(isinstance(e, events.JobStarted) for e in m.events))
    asker.client.ask(look(one(images), QUICK, number=50))
    asker.client.ask(looks.Thumbnails(paths=[str(one(images))]))
    asker.seen(50)
    over = [e for m in asker.of(Batch) for e in m.events if isinstance(e, events.RunFinished)]
    assert not over
    end = asker.until(lambda m: isinstance(m, Batch) and any(isinstance(e, events.RunFinished) for e in m.events))
    assert end.events[-1].done == 24
    if not asker.of(looks.Thumbnail):
        asker.until(lambda m: isinstance(m, looks.Thumbnail))


# -- thumbnails ------------------------------------------------------------------------------------------------------


def test_thumbnails_come_in_order_and_from_the_cache(asker: Asker, images: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    paths = [str(one(images, number)) for number in range(6)] + [str(tmp_path / "bad.png")]
    found = []
    for _ in range(2):
        asker.told.clear()
        asker.client.ask(looks.Thumbnails(paths=paths, side=64))
        asker.until(lambda m: len(asker.of(looks.Thumbnail)) == len(paths))
        found.append(asker.of(looks.Thumbnail))
    assert found[0] == found[1]
    assert [t.path for t in found[0]] == paths
    assert all(Path(t.file).is_file() and t.text == "500 x 600, 16-bit" for t in found[0][:-1])
    assert is_sentence(found[0][-1].problem)


def test_newer_thumbnails_replace_older_ones(asker: Asker, large: Path, images: Path) -> None:
    asker.client.ask(look(large, BRISK, number=60, full=True))  # keeps the worker busy meanwhile
    asker.client.ask(looks.Thumbnails(paths=[str(one(images, n)) for n in range(10)], side=33))
    asker.client.ask(looks.Thumbnails(paths=[str(one(images, 11))], side=33))
    asker.until(lambda m: isinstance(m, looks.Thumbnail) and m.path == str(one(images, 11)))
    assert len(asker.of(looks.Thumbnail)) <= 2


# -- sums ------------------------------------------------------------------------------------------------------------


def summed(asker: Asker, number: int) -> looks.Sums:
    """The answer with estimates, which comes last."""
    return asker.until(  # type: ignore[no-any-return]
        lambda m: isinstance(m, looks.Sums) and m.number == number and bool(m.problem or (m.check and m.check.bytes))
    )


def test_sums_come_at_once_and_then_with_estimates(asker: Asker, images: Path, tmp_path: Path) -> None:
    request = Request(recipe=QUICK, inputs=[str(images)], folder=str(tmp_path / "out"))
    asker.client.ask(Sum(number=70, request=request))
    last = summed(asker, 70)
    first = next(m for m in asker.of(looks.Sums) if m.number == 70)
    assert first.check is not None
    assert (first.images, first.check.files, first.check.bytes, first.checked) == (24, 24, None, False)
    assert first.example == str(tmp_path / "out" / "b" / "image 0.png") or Path(first.example).suffix == ".png"
    assert [count for _, count in first.losses]  # 16-bit becomes 8-bit
    assert last.check is not None
    assert last.check.bytes is not None
    made = Made([images], QUICK, tmp_path / "made")
    true = sum(Path(t).stat().st_size for e in made.done.values() for t in e.targets)
    assert 0.7 < last.check.bytes / true < 1.4
    assert last.check.seconds is not None
    assert not (tmp_path / "out").exists()  # nothing was written


def test_a_deep_check_finds_every_bad_image(asker: Asker, images: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(images, folder)
    (folder / "bad.tif").write_bytes(b"II*\0")
    (folder / "worse.png").write_bytes(b"")
    asker.client.ask(
        Sum(number=71, request=Request(recipe=QUICK, inputs=[str(folder)], folder=str(tmp_path / "out")), deep=True)
    )
    found = asker.until(lambda m: isinstance(m, looks.Sums) and m.number == 71)
    assert found.checked
    assert found.images == 26
    assert sorted(item.item for item in found.check.items) == ["bad.tif", "worse.png"]
    assert all(is_sentence(item.problem) for item in found.check.items)
    assert found.losses[0][1] == 24
    last = summed(asker, 71)
    assert last.check is not None
    assert [item.item for item in last.check.items] == [item.item for item in found.check.items]


def test_sums_and_runs_take_what_the_scan_found(asker: Asker, images: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(images, folder)
    asker.client.ask(looks.Scan(number=8, inputs=[str(folder)]))
    asker.scanned(8)
    shutil.copy(one(images), folder / "later.tif")
    request = Request(
        recipe=QUICK, inputs=[str(folder)], folder=str(tmp_path / "out"), without=[str(folder / "a" / "image 1.tif")]
    )
    asker.client.ask(Sum(number=72, request=request))
    assert asker.until(lambda m: isinstance(m, looks.Sums) and m.number == 72).images == 23
    asker.client.run(request)
    end = asker.until(lambda m: isinstance(m, Batch) and any(isinstance(e, events.RunFinished) for e in m.events))
    assert end.events[-1].done == 23


def test_a_sum_that_cannot_be_is_refused_in_words(asker: Asker, images: Path) -> None:
    asker.client.ask(Sum(number=73, request=Request(recipe=QUICK, inputs=[str(images)], folder=str(images / "in"))))
    assert "lies in the source folder" in summed(asker, 73).problem


# -- beginnings and ends ---------------------------------------------------------------------------------------------


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


def begun(pid: int, name: str) -> bool:
    return any(p.name.startswith(name) for folder in folders(pid) for p in folder.iterdir())


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
    assert len(folders(pid)) == 1
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


# -- the viewers by themselves ---------------------------------------------------------------------------------------


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
