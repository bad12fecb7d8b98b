"""Runs that are stopped, killed, or can't go on: no process, no unfinished file and one line are left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import tifffile

SLIDETRAY = [sys.executable, "-m", "core"]


def slidetray(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [*SLIDETRAY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, **options)  # type: ignore[call-overload, no-any-return]


def events_of(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """Enough work for some seconds."""
    folder = tmp_path / "slow"
    folder.mkdir()
    noise = np.random.default_rng(1).integers(0, 60000, (1500, 1500)).astype(np.uint16)
    for number in range(60):
        tifffile.imwrite(folder / f"{number}.tif", noise)
    return folder


# As on Windows and macOS: every worker is a fresh process that loads torch itself.
SPAWNED = "from core import system; system.START_METHOD = 'spawn'; from core.__main__ import main; main()"


def start(folder: Path, out: Path, log: Path, method: str = "forkserver") -> subprocess.Popen[str]:
    program = [sys.executable, "-c", SPAWNED] if method == "spawn" else SLIDETRAY
    command = [*program, "run", "quick-look", str(folder), "-o", str(out), "--json"]
    environment = {**os.environ, "SLIDETRAY_LOG": str(log)}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )


def until(process: subprocess.Popen[str], event: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == event:
            return
    raise AssertionError(f"no {event}")


def survivors(log: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("SLIDETRAY_LOG") == str(log)
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def gone(log: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while survivors(log) and time.monotonic() < end:
        time.sleep(0.05)
    return not survivors(log)


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_no_process_no_part_and_one_line(number: int, method: str, slow: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    process = start(slow, out, log, method)
    until(process, "job_finished")
    os.killpg(process.pid, number)  # as a terminal does: to the whole group
    rest, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors.startswith("slidetray: Interrupted: ")
    assert len(errors.splitlines()) == 1
    last = json.loads(rest.splitlines()[-1])
    assert last["event"] == "run_finished"
    assert last["left"] > 0
    assert last["done"] == len(list(out.glob("*.png")))
    assert not list(out.glob(".*"))
    assert gone(log, 2.0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_stops_a_command_that_runs_nothing(number: int, slow: Path, tmp_path: Path) -> None:
    command = [*SLIDETRAY, "check", "quick-look", str(slow), "-o", str(tmp_path / "out")]
    statuses = []
    for seconds in (
        0.5,
        0.9,
        1.3,
        1.7,
        2.1,
    ):  # while Python starts, headers are read, torch is loaded, images are tried
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(seconds)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
        statuses.append(process.returncode)
        if process.returncode == 130:
            assert errors == "slidetray: Interrupted; nothing was run.\n"
        else:  # it was quicker than the signal, or is so early, or so late, that nobody listens
            assert process.returncode in (0, -number), errors
    assert 130 in statuses


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
@pytest.mark.parametrize("seconds", [0.9, 1.8, 2.7])
def test_stopping_while_torch_is_loading(seconds: float, method: str, slow: Path, tmp_path: Path) -> None:
    for number, status in ((signal.SIGINT, 130), (signal.SIGKILL, -9)):
        out, log = tmp_path / f"out {number}", tmp_path / f"log {number}"
        process = start(slow, out, log, method)
        time.sleep(seconds)
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.kill()
        _, errors = process.communicate(timeout=30)
        assert process.returncode == status
        assert len(errors.splitlines()) == (number == signal.SIGINT), errors
        assert gone(log, 2.0), survivors(log)


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_killing_the_parent_leaves_no_process_and_the_next_run_sweeps(method: str, slow: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    process = start(slow, out, log, method)
    until(process, "job_finished")
    assert len(survivors(log)) >= 3
    process.kill()
    process.communicate()
    assert gone(log, 2.0), survivors(log)
    (out / f".left.r20200101-000000-{'0' * 4}-1-abcd.part").write_bytes(b"of another machine")
    done = slidetray("run", "quick-look", slow, "-o", out, "--conflict", "skip", "--json")
    assert done.returncode == 0
    assert len(list(out.glob("*.png"))) == 60
    assert [p.name[:6] for p in out.glob(".*")] == [".left."]


def test_what_no_file_can_be_written_for_stops_the_run_and_leaves_the_rest(slow: Path, tmp_path: Path) -> None:
    import resource

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    out = tmp_path / "out"
    done = slidetray("run", "quick-look", slow, "-o", out, "--json", preexec_fn=little_room)
    assert done.returncode == 3
    assert done.stderr.startswith("slidetray: Stopped: Files of this size can't be written here")
    assert len(done.stderr.splitlines()) == 1
    last = events_of(done)[-1]
    assert (last["status"], last["done"], last["failed"], last["left"]) == ("stopped", 0, 0, 60)
    assert not list(out.iterdir())


# A small disk of its own, which only this process and its children see; the listing tells what was left on it.
SMALL_DISK = """
mount -t tmpfs -o size=3m small "$1" && shift || exit 99
"$@"; status=$?
cd "$(dirname "$LISTING")" && find out -type f -printf '%P %s\\n' > "$LISTING"
exit $status
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="small disks are made by Linux namespaces here")
@pytest.mark.parametrize("engine", ["processes", "inline"])
def test_a_full_disk_stops_the_run_and_loses_nothing(engine: str, slow: Path, tmp_path: Path) -> None:
    out, listing = tmp_path / "out", tmp_path / "listing"
    out.mkdir()
    command = [*SLIDETRAY, "run", "quick-look", str(slow), "-o", str(out), "--json", "--engine", engine]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", SMALL_DISK, "sh", str(out), *command],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
        env={**os.environ, "LISTING": str(listing), "PYTHONPATH": os.getcwd()},
    )
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("slidetray: Stopped: The disk is full. Make room, or choose another output folder. ")
    assert len(done.stderr.splitlines()) == 1
    last = events_of(done)[-1]
    assert (last["status"], last["failed"]) == ("stopped", 0)
    assert last["done"] > 0
    assert last["done"] + last["left"] == 60
    told = [Path(target).name for e in events_of(done) if e["event"] == "job_finished" for target in e["targets"]]
    there = dict(line.rsplit(" ", 1) for line in listing.read_text().splitlines())
    assert sorted(told) == sorted(there)  # whole files, each told of, and no unfinished one
    assert len(set(there.values())) == 1  # they are of equal pictures


def test_a_reader_that_leaves_ends_the_run(slow: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    process = start(slow, out, log)
    until(process, "job_finished")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(30) == 130
    assert "Traceback" not in errors
    assert gone(log, 2.0)
    process.stderr.close()
