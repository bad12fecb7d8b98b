"""The engine in a process of its own, as the window uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from core import events, recipe
from core.engine.client import EngineClient, HostDiedError, RefusedError
from core.engine.run import Request


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture(scope="module")
def client() -> Iterator[EngineClient]:
    client = EngineClient()
    client.start()
    yield client
    client.close()


def request(images: Path, folder: Path, name: str = "quick-look") -> Request:
    return Request(recipe=msgspec.Raw(recipe.load(name).encode()), inputs=[str(images)], folder=str(folder))


def collect(client: EngineClient) -> list[events.AnyEvent]:
    client.start()
    found: list[events.AnyEvent] = []
    for _ in range(1200):
        found += client.poll(0.1)
        if found and isinstance(found[-1], events.RunFinished):
            return found
    raise AssertionError(f"no end: {found[-3:]}")


def test_a_run_by_the_host(client: EngineClient, images: Path, tmp_path: Path) -> None:
    client.start()
    client.run(request(images, tmp_path / "out"))
    found = collect(client)
    last = found[-1]
    assert isinstance(last, events.RunFinished)
    assert (last.status, last.done) == ("done", 24)
    assert len(list((tmp_path / "out").rglob("*.png"))) == 24
    assert client.warm


def test_one_run_after_another_on_the_same_workers(client: EngineClient, images: Path, tmp_path: Path) -> None:
    client.start()
    pids = []
    for number in range(2):
        client.run(request(images, tmp_path / str(number)))
        pids.append({e.pid for e in collect(client) if isinstance(e, events.WorkerStarted)})
    assert pids[0] == pids[1]


def test_cancel_is_heard_during_a_run(client: EngineClient, images: Path, tmp_path: Path) -> None:
    client.start()
    client.run(request(images, tmp_path / "out", "microscopy-8bit"))
    found: list[events.AnyEvent] = []
    while not any(isinstance(e, events.JobStarted) for e in found):
        found += client.poll(0.1)
    client.cancel()
    last = collect(client)[-1]
    assert isinstance(last, events.RunFinished)
    assert last.status == "interrupted"
    assert last.left > 0


def test_a_cancel_does_not_reach_the_next_run(client: EngineClient, images: Path, tmp_path: Path) -> None:
    client.start()
    client.cancel()
    client.run(request(images, tmp_path / "out"))
    last = collect(client)[-1]
    assert isinstance(last, events.RunFinished)
    assert last.status == "done"


def test_what_cannot_be_run_is_refused_in_words(client: EngineClient, images: Path) -> None:
    client.start()
    client.run(request(images, images / "inside"))

    def refused() -> None:
        for _ in range(600):
            client.poll(0.1)

    with pytest.raises(RefusedError, match="lies in the source folder"):
        refused()


def test_a_dead_host_is_an_error_and_can_be_started_again(images: Path, tmp_path: Path) -> None:
    client = EngineClient()
    client.start()
    client.run(request(images, tmp_path / "out"))
    while not client.warm:
        client.poll(0.1)
    family = psutil.Process(client.process.pid).children(recursive=True)
    assert len(family) >= 3  # the forkserver and two workers
    os.kill(client.process.pid, signal.SIGKILL)

    def died() -> None:
        for _ in range(100):
            client.poll(0.1)

    with pytest.raises(HostDiedError):
        died()
    assert wait_for(lambda: not any(p.is_running() and p.status() != "zombie" for p in family), 4)
    client.start()
    client.run(request(images, tmp_path / "again"))
    last = collect(client)[-1]
    assert isinstance(last, events.RunFinished)
    assert last.done == 24
    client.close()
    assert not client.alive


def test_without_a_host_commands_say_so(images: Path, tmp_path: Path) -> None:
    client = EngineClient()
    with pytest.raises(HostDiedError):
        client.run(request(images, tmp_path))
    with pytest.raises(HostDiedError):
        client.poll(0)
    client.close()


FORGETFUL = """
import sys
from core.engine.client import EngineClient
if __name__ == "__main__":
    client = EngineClient()
    client.start()
    sys.exit(3)
"""


def test_a_client_that_is_not_closed_does_not_hold_the_program_up(tmp_path: Path) -> None:
    script = tmp_path / "forgetful.py"
    script.write_text(FORGETFUL)
    assert subprocess.run([sys.executable, script], check=False, timeout=60).returncode == 3


def test_a_client_that_does_not_listen_holds_nothing_up(client: EngineClient, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(600):
        (many / f"{'n' * 150} {number}.png").write_bytes(b"no picture")
    client.start()
    client.run(request(many, tmp_path / "out"))
    time.sleep(3)
    found = collect(client)
    assert len([e for e in found if isinstance(e, events.JobFailed)]) == 600


SCRIPT = """
import sys
from core.engine.client import EngineClient
if __name__ == "__main__":
    client = EngineClient()
    client.start()
    for _ in range(600):
        client.poll(0.1)
        if client.warm:
            break
    print(client.warm, "torch" in sys.modules)
    client.close()
"""


def test_the_clients_process_never_imports_torch(tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True", "False"]
