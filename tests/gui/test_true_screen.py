"""One true run: a program of its own on an X server, worked by keys and mouse as a person would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from real_window import alive, make_plate

NEEDED = ("Xvfb", "xdotool")
WAIT = 60.0  # seconds

pytestmark = pytest.mark.skipif(
    not all(shutil.which(name) for name in NEEDED),
    reason="needs the programs Xvfb and xdotool (Debian: apt-get install xvfb xdotool)",
)


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, f"waited too long for {what}"
        time.sleep(0.1)


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of 1280 x 800 that nobody else has."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


def test_a_folder_on_the_command_line_start_by_key_quit_by_key(display: str, tmp_path: Path) -> None:
    folder = make_plate(tmp_path / "plate 1")
    results = tmp_path / "plate 1 - processed"
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "SLIDETRAY_CONFIG": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "-m", "gui", str(folder)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )

    def xdotool(*arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=30
        )
        return done.stdout.strip()

    windows: list[str] = []

    def found() -> bool:
        windows[:] = xdotool("search", "--onlyvisible", "--name", "Slidetray").split()
        return bool(windows)

    wait_for(found, "the window")
    family = [program.pid, *(p.pid for p in psutil.Process(program.pid).children(recursive=True))]

    def pressed_start() -> bool:  # refused without a word until the images are listed
        xdotool("windowfocus", windows[0], "key", "ctrl+Return")
        return results.exists()

    wait_for(pressed_start, "the run to begin")
    wait_for(lambda: len(list(results.rglob("*.png"))) == 6, "the results")
    family += [p.pid for p in psutil.Process(program.pid).children(recursive=True)]
    xdotool("mousemove", "640", "300", "click", "4", "click", "1")  # zoom into the preview, and take hold of it
    xdotool("windowfocus", windows[0], "key", "ctrl+q")
    output, _ = program.communicate(timeout=WAIT)
    assert (program.returncode, output.decode()) == (0, "")
    assert not list(results.rglob(".*.part"))
    wait_for(lambda: not any(_lives(pid) for pid in family), "the last process to end")


def _lives(pid: int) -> bool:
    try:
        return alive(psutil.Process(pid))
    except psutil.Error:
        return False
