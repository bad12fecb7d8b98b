"""The thread between the window and a real engine: answers arrive as signals, deaths are told, nothing outlives it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import tifffile
from looking import built_in, recipe_of
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sentences import is_sentence

from core import events, looks
from core.engine import pictures
from core.engine.run import Request
from gui import controller as module
from gui.controller import DIED, GAVE_UP, RunController
from gui.preview.pixels import Shown

QUICK = built_in("quick-look")
PATIENCE = 60_000


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve small 16-bit pictures."""
    folder = tmp_path_factory.mktemp("controller") / "images"
    folder.mkdir()
    for number in range(12):
        pixels = np.random.default_rng(number).poisson(200, (200, 300)).astype(np.uint16)
        tifffile.imwrite(folder / f"image {number}.tif", pixels)
    return folder


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIDETRAY_CACHE", str(tmp_path / "cache"))


class Engine:
    """A controller and everything that it told."""

    def __init__(self, controller: RunController, qtbot: QtBot) -> None:
        self.controller = controller
        self.qtbot = qtbot
        self.told: dict[str, list[Any]] = {}
        for name in ("warmed", "scanned", "thumbnail", "seen", "sums", "events", "refused", "died", "bound"):
            self.told[name] = []
            getattr(controller, name).connect(self._keeper(name))

    def _keeper(self, name: str) -> Callable[..., None]:
        def keep(*values: Any) -> None:
            assert threading.current_thread() is threading.main_thread()
            self.told[name].append(values[0] if len(values) == 1 else values)

        return keep

    def until(self, name: str, wanted: Callable[[Any], bool] = lambda value: True) -> Any:
        def found() -> None:
            assert any(wanted(value) for value in self.told[name])

        self.qtbot.waitUntil(found, timeout=PATIENCE)
        return next(value for value in self.told[name] if wanted(value))

    def finished(self) -> events.RunFinished:
        batch = self.until("events", lambda batch: isinstance(batch[-1], events.RunFinished))
        return batch[-1]  # type: ignore[no-any-return]

    def pid(self) -> int:
        self.qtbot.waitUntil(lambda: self.controller.client.alive, timeout=PATIENCE)
        return self.controller.client.process.pid  # type: ignore[no-any-return]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def engine(qapp: QApplication, qtbot: QtBot) -> Iterator[Engine]:
    """A controller; after the test neither process, thread nor folder of it is left."""
    controller = RunController()
    mine = Engine(controller, qtbot)
    before = set(threading.enumerate())
    yield mine
    process = controller.client.process
    family = []
    if process is not None and process.is_alive():
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    controller.shutdown()
    assert controller.isFinished() or not controller.isRunning()
    assert controller.client.process is None
    qtbot.waitUntil(lambda: alive(family) == [], timeout=10_000)
    assert not [p for p in multiprocessing.active_children() if p.name == "slidetray-engine"]
    # Python keeps a stand-in for each thread of Qt that it has seen.
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if not isinstance(thread, threading._DummyThread)]
    if family:
        assert not list(Path(tempfile.gettempdir()).glob(f"{pictures.PREFIX}{family[0].pid}-*"))


def request(images: Path, folder: Path, recipe: Any = QUICK) -> Request:
    return Request(recipe=recipe, inputs=[str(images)], folder=str(folder))


def test_every_question_is_answered_by_a_signal(engine: Engine, images: Path, tmp_path: Path) -> None:
    controller = engine.controller
    path = str(images / "image 3.tif")
    # Before the thread runs, and long before the engine is warm.
    scan = controller.scan([str(images)])
    look = controller.look(path, bytes(QUICK), full=True, longest=512)
    controller.thumbnails([path])
    total = controller.sum(request(images, tmp_path / "out"))
    controller.start()
    last = engine.until("scanned", lambda s: s.over)
    assert (last.number, len(last.items)) == (scan, 12)
    seen = engine.until("seen")
    assert isinstance(seen, Shown)
    assert (seen.seen.number, seen.seen.problem) == (look, "")
    assert seen.before is not None
    assert seen.before.values(0.5 / 300, 0.5 / 200) == (tifffile.imread(path)[0, 0],)
    assert not Path(seen.before.about.file).exists()
    assert Path(engine.until("thumbnail").file).is_file()
    sums = engine.until("sums", lambda s: s.check is not None and s.check.bytes is not None)
    assert (sums.number, sums.images) == (total, 12)
    assert engine.told["warmed"] == [()]
    # ... and a run on top.
    assert not controller.running
    controller.start_run(request(images, tmp_path / "out"))
    assert controller.running
    assert engine.finished().done == 12
    assert not controller.running
    assert engine.told["died"] == []


def test_a_refusal_is_told(engine: Engine, images: Path) -> None:
    engine.controller.start()
    engine.controller.start_run(request(images, images / "inside"))
    assert "lies in the source folder" in engine.until("refused")
    assert not engine.controller.running


def test_a_run_is_cancelled_and_what_bounds_it_is_told(engine: Engine, images: Path, tmp_path: Path) -> None:
    engine.controller.start()
    slow = recipe_of({"step": "resize", "percent": 300}, {"step": "gaussian-blur", "sigma": 60.0})
    engine.controller.start_run(request(images, tmp_path / "out", slow))
    engine.until("bound", bool)
    assert set(engine.told["bound"]) <= {"", "the processor", "the disk"}
    engine.controller.cancel()
    assert engine.finished().status == "interrupted"


def test_an_engine_that_dies_is_started_again(engine: Engine, images: Path, tmp_path: Path) -> None:
    engine.controller.start()
    slow = recipe_of({"step": "gaussian-blur", "sigma": 60.0})
    engine.controller.start_run(request(images, tmp_path / "out", slow))
    engine.until("events")
    first = engine.pid()
    os.kill(first, signal.SIGKILL)
    sentence, was_running = engine.until("died")
    assert (sentence, was_running) == (DIED, True)
    assert not engine.controller.running
    engine.told["seen"].clear()
    number = engine.controller.look(str(images / "image 1.tif"), bytes(QUICK))
    assert engine.until("seen", lambda s: s.seen.number == number).seen.problem == ""
    assert engine.pid() != first
    engine.controller.start_run(request(images, tmp_path / "again"))
    assert engine.finished().done == 12
    os.kill(engine.pid(), signal.SIGKILL)
    engine.until("died", lambda told: told == (DIED, False))


def test_an_engine_that_always_dies_is_given_up(engine: Engine, qtbot: QtBot, images: Path) -> None:
    engine.controller.start()
    for number in range(module.RESTARTS + 1):
        os.kill(engine.pid(), signal.SIGKILL)
        qtbot.waitUntil(lambda number=number: len(engine.told["died"]) == number + 1, timeout=PATIENCE)
        qtbot.waitUntil(lambda: engine.controller.isFinished() or engine.controller.client.alive, timeout=PATIENCE)
    assert [told for told, _ in engine.told["died"]] == [DIED] * module.RESTARTS + [GAVE_UP]
    qtbot.waitUntil(engine.controller.isFinished)
    # Nobody reads any more: asking must not block.
    for _ in range(30_000):
        engine.controller.look("x", b"{}")
    for sentence in (DIED, GAVE_UP):
        assert is_sentence(sentence)


def test_an_engine_that_cannot_be_started_is_told(
    engine: Engine, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(engine.controller.client, "start", refuse)
    engine.controller.start()
    assert engine.until("died") == (GAVE_UP, False)
    qtbot.waitUntil(engine.controller.isFinished)


def test_a_shutdown_before_the_start_is_fine(engine: Engine) -> None:
    engine.controller.look("x", b"{}")
    engine.controller.shutdown()
    engine.controller.shutdown()


@pytest.mark.parametrize("moment", ["at once", "when warm", "in a run"])
def test_a_shutdown_leaves_nothing_at_any_moment(moment: str, engine: Engine, images: Path, tmp_path: Path) -> None:
    engine.controller.start()
    if moment != "at once":
        engine.until("warmed")
    if moment == "in a run":
        slow = recipe_of({"step": "resize", "percent": 300}, {"step": "gaussian-blur", "sigma": 60.0})
        engine.controller.start_run(request(images, tmp_path / "out", slow))
        engine.until("events")
    engine.controller.shutdown()
    assert engine.controller.isFinished()
    assert engine.told["died"] == []


def test_a_stuck_engine_holds_neither_the_window_nor_its_end(
    engine: Engine, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 500)
    controller = engine.controller
    controller.start()
    engine.until("warmed")
    os.kill(engine.pid(), signal.SIGSTOP)
    controller.thumbnails(["x" * 1000] * 2000)  # more than a channel holds: the thread waits in the middle of it
    for number in range(30_000):  # the window does not
        controller.look(f"{number}", b"{}")
    began = time.monotonic()
    controller.shutdown()
    assert controller.isFinished()
    assert time.monotonic() - began < 30


def test_a_question_that_cannot_be_sent_costs_itself_alone(engine: Engine, images: Path) -> None:
    engine.controller.start()
    engine.controller.scan(["/\udcff"])
    number = engine.controller.scan([str(images / "image 1.tif")])
    assert len(engine.until("scanned", lambda s: s.over and s.number == number).items) == 1


def test_thousands_of_questions_are_taken_in_order(engine: Engine, images: Path) -> None:
    engine.controller.start()
    engine.until("warmed")
    numbers = [engine.controller.scan([str(images / "image 1.tif")]) for _ in range(300)]
    last = engine.until("scanned", lambda s: s.over and s.number == numbers[-1])
    assert len(last.items) == 1
    assert numbers == list(range(numbers[0], numbers[0] + 300))
    told = [s.number for s in engine.told["scanned"]]
    assert told[-1] == numbers[-1]
    assert isinstance(last, looks.Scanned)
