from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core import files, system


def test_a_whole_file_appears_and_nothing_else(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "a", b"data", files.new_run())
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"data")]


def test_nothing_is_replaced_unless_wanted(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    run = files.new_run()
    with pytest.raises(FileExistsError):
        files.write_whole(target, b"new", run)
    assert target.read_bytes() == b"old"
    with pytest.raises(FileExistsError):
        files.write_whole(target, b"new", run, again=True)
    files.write_whole(target, b"old", run, again=True)
    files.write_whole(target, b"new", run, replace=True)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"new")]


def test_of_many_writers_of_one_name_one_wins_and_its_file_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a"
    won: list[int] = []

    def write(number: int) -> None:
        try:
            files.write_whole(target, bytes([number]) * 100_000, f"run{number}")
            won.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert target.read_bytes() == bytes(won) * 100_000
    assert len(list(tmp_path.iterdir())) == 1


def test_without_hard_links_nothing_is_replaced_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "a"
    files.write_whole(target, b"data", "r1")
    with pytest.raises(FileExistsError):
        files.write_whole(target, b"other", "r2")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"data")]


def test_a_full_disk_leaves_no_part(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from core import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: files.write_whole(Path(sys.argv[1]), bytes(5000), 'r')\n"
        "except OSError as error: print(error.errno)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "27"
    assert not list(tmp_path.iterdir())


def test_names_of_any_length_have_a_part(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 120 + ".tif")
    files.write_whole(target, b"x", files.new_run())
    assert target.read_bytes() == b"x"


def test_sweep_takes_dead_runs_and_leaves_living_ones(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    living = files.new_run()
    dead = living.replace(f"-{os.getpid()}-", f"-{gone.pid}-")
    away = living.replace(f"-{system.machine_tag()}-", "-ffff-" if system.machine_tag() != "ffff" else "-0000-")
    reused = "r20200101-000000-" + living.split("-", 2)[2]
    for run in (living, dead, away, reused):
        files.part_of(tmp_path / "a.png", run).write_bytes(b"half")
    (tmp_path / ".mine.part").write_bytes(b"not ours")
    assert files.sweep([tmp_path, tmp_path / "absent"]) == 2
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {".mine.part", *(files.part_of(tmp_path / "a.png", run).name for run in (living, away))}
    assert files.sweep([tmp_path], living) == 1
