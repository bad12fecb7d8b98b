"""Folders of images to run, warm pools, and a way to find every process that a run has left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import tifffile
from asking import Asker

from core import events, recipe
from core.engine import run
from core.engine.client import EngineClient
from core.engine.pool import Pool


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 16-bit pictures in two folders, each of a brightness of its own; some tenths of a second of work."""
    folder = tmp_path_factory.mktemp("engine") / "images"
    rng = np.random.default_rng(7)
    for number in range(24):
        place = folder / ("a" if number % 2 else "b")
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.poisson(200 + 40 * number, (600, 500)).astype(np.uint16)
        tifffile.imwrite(place / f"image {number}.tif", pixels)
    return folder


class Recorder:
    """Runs a recipe on an executor and keeps the events."""

    def __init__(self, executor: run.Executor, inputs: list[Path], folder: Path, name: str, deadline: float) -> None:
        request = run.Request(
            recipe=msgspec.Raw(recipe.load(name).encode()),
            inputs=[str(i) for i in inputs],
            folder=str(folder),
            engine="processes" if executor.name == "processes" else executor.name,  # type: ignore[arg-type]
            workers=executor.workers,
            deadline=deadline,
        )
        self.prepared = run.prepare(request)
        run.open_folder(self.prepared.plan.folder)
        self.executor = executor
        self.folder = folder
        self.events: list[events.AnyEvent] = []
        self.on_event: Callable[[events.AnyEvent], None] = lambda event: None
        self.cancelled = False
        self.run = run.Run(self.prepared, executor, self.emit, lambda: self.cancelled)

    def emit(self, event: events.Event) -> None:
        assert events.decode(events.encode(event)) == event
        self.events.append(event)  # type: ignore[arg-type]
        self.on_event(event)  # type: ignore[arg-type]

    def go(self) -> events.RunFinished:
        last = self.run.go()
        self.check(last)
        return last

    def check(self, last: events.RunFinished) -> None:
        """What must hold after every run, whatever happened in it."""
        assert isinstance(self.events[0], events.RunStarted)
        assert self.events[-1] == last
        total = self.prepared.plan.total
        assert total == last.done + last.failed + last.skipped + last.left
        over = [e.item for e in self.events if isinstance(e, events.JobFinished | events.JobFailed | events.JobSkipped)]
        assert len(over) == len(set(over)) == total - last.left
        finished = self.of(events.JobFinished)
        targets = [t for e in finished for t in e.targets]
        assert len(targets) == len(set(targets))
        assert all(Path(t).stat().st_size > 0 for t in targets)
        assert sorted(targets) == sorted(str(p) for p in self.folder.rglob("*") if p.is_file() and p.name[0] != ".")
        assert not list(self.folder.rglob(".*.part"))

    def of(self, kind: type[events.Event]) -> list:
        return [e for e in self.events if isinstance(e, kind)]

    def pid_of(self, worker: int) -> int:
        return next(e.pid for e in self.of(events.WorkerStarted) if e.worker == worker)


@pytest.fixture(scope="session")
def pools() -> Iterator[Callable[[str], Pool]]:
    """Warm pools of two workers, one a start method, which heal between tests."""
    made: dict[str, Pool] = {}

    def pool(method: str) -> Pool:
        if method not in made:
            made[method] = Pool(2, memory=1 << 32, method=method)
        return made[method]

    yield pool
    for one in made.values():
        one.close()


@pytest.fixture(params=["forkserver", "spawn"])
def pool(request: pytest.FixtureRequest, pools: Callable[[str], Pool]) -> Pool:
    return pools(request.param)


@pytest.fixture
def record(images: Path, tmp_path: Path) -> Callable[..., Recorder]:
    """`record(executor, recipe="quick-look")` makes a Recorder on the common images."""

    def make(executor: run.Executor, name: str = "quick-look", deadline: float = 60.0, **more: object) -> Recorder:
        return Recorder(executor, [images], tmp_path / str(more.get("out", "out")), name, deadline)

    return make


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Thumbnails are kept in a folder of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLIDETRAY_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def shared(cache: None) -> Iterator[EngineClient]:
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
