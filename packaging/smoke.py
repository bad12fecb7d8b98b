#!/usr/bin/env python3
"""Tries a frozen Slidetray out, as somebody would who has nothing else installed.

    python3 packaging/smoke.py FOLDER [--python PROGRAM]

FOLDER is what packaging/build.py made.  It is tried under a name with spaces and letters of other languages, with an
empty home and almost no environment, from a folder of its own; it must do what the sources do, which
--python (default: that of .venv) runs.  Needs nothing but Python.  Exit status: 0 all is well, 1 something is not,
2 nothing could be tried.

Proven on Linux; what it does on Windows and macOS is untried.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
import smoke_pictures as pictures
from smoke_place import PATIENCE, SUFFIX, WINDOWS, Place, WrongError, expect, quoted

ROOT = Path(__file__).resolve().parent.parent
AWKWARD = "Bild Stapel äöü 测试"
OPENING = 90  # seconds for a window to start its engine
SETTLED = 4  # seconds without a new process, after which everything has started
CLOSING = 15  # seconds for a window to close
GONE = 2  # seconds after which nothing may be left of it


def check_version(place: Place) -> str:
    """The frozen program tells the version of the sources."""
    text = (ROOT / "core" / "__init__.py").read_text(encoding="utf-8")
    want = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    ran = place.cli("--version")
    expect(ran.status == 0, f"--version ended with {ran.status}: {quoted(ran.err)}")
    number = want[1] if want else "none"
    expect(ran.out.split() == ["slidetray", number], f'it says "{ran.out.strip()}", and the sources {number}')
    return ran.out.strip()


def check_list(place: Place, source: Callable[..., str], what: str, key: str) -> str:
    """The frozen program lists what the sources list."""
    ran = place.cli(what, "--json")
    expect(ran.status == 0, f"{what} ended with {ran.status}: {quoted(ran.err)}")
    have, want = ([entry[key] for entry in json.loads(text)] for text in (ran.out, source(what, "--json")))
    expect(have == want, f"{what}: {len(have)}, not {len(want)}; they differ in {sorted(set(have) ^ set(want))}")
    return f"{len(have)} {what}"


def run_recipe(place: Place, recipe: str, images: Path, *more: str) -> tuple[list[dict[str, Any]], list[Path]]:
    """Run a recipe; returns its events and results."""
    folder = place.scratch / f"{recipe} of {images.name}"
    ran = place.cli("run", recipe, str(images), "-o", str(folder), *more, "--json")
    expect(ran.status == 0 and not ran.err, f"run {recipe} ended with {ran.status}: {quoted(ran.err or ran.out)}")
    return [json.loads(line) for line in ran.out.splitlines()], sorted(path for path in folder.iterdir())


def check_thumbnails(place: Place, images: Path) -> str:
    """Three pictures pass through two worker processes."""
    events, results = run_recipe(place, "thumbnails", images, "--workers", "2", "--engine", "processes")
    first, last = events[0], events[-1]
    workers = {event["pid"] for event in events if event["event"] == "worker_started"}
    expect(first.get("engine") == "processes", f"the engine is {first.get('engine')}, not processes")
    expect(first.get("workers") == 2 and len(workers) == 2, f"{len(workers)} workers started, not 2")
    expect((last.get("done"), last.get("failed")) == (3, 0), f"{last.get('done')} of 3 done")
    expect(len(results) == 3, f"there are {len(results)} results, not 3")
    sizes = [pictures.jpeg_size(path.read_bytes()) for path in results]
    expect(all(max(size) == 256 for size in sizes), f"the longest sides are not 256: {sizes}")
    return "3 pictures through 2 worker processes: " + ", ".join(f"{w} x {h}" for w, h in sizes)


def check_closed_run(place: Place, images: Path) -> str:
    """The command line works where nobody gave it standard files, as some schedulers do."""
    folder = place.scratch / "unheard"
    command = [place.path("slidetray-cli"), "run", "web", str(images), "-o", str(folder)]
    status = subprocess.call(
        command, env=place.env, cwd=place.work, timeout=PATIENCE, preexec_fn=lambda: os.closerange(0, 3)
    )
    found = len(list(folder.glob("*"))) if folder.is_dir() else 0
    expect(status == 0 and found == 3, f"it ended with {status} and {found} results, not with 0 and 3")
    return "3 pictures without standard files"


def check_quick_look(place: Place) -> str:
    """A 16-bit TIFF becomes an 8-bit PNG."""
    images = place.scratch / "stack"
    images.mkdir()
    (images / "cells 16.tif").write_bytes(pictures.drawn_tiff(200, 120))
    _, results = run_recipe(place, "quick-look", images)
    expect(len(results) == 1, f"there are {len(results)} results, not 1")
    size = pictures.png_size(results[0].read_bytes())
    expect(size == (200, 120, 8), f"the result is {size}, not 200 x 120 with 8 bits")
    return "a 16-bit TIFF became an 8-bit PNG"


def check_demo(place: Place) -> str:
    """The sample images are there."""
    ran = place.cli("demo")
    results = list((place.work / "slidetray-demo" / "images - processed").glob("*"))
    expect(ran.status == 0 and len(results) == 5, f"it ended with {ran.status}: {quoted(ran.err or ran.out)}")
    return "the demo made 5 pictures"


def check_window(place: Place, images: Path, closed: bool = False) -> str:
    """The window opens with pictures, starts its engine, says nothing, and closes leaving nothing behind."""
    printed = place.scratch / "printed"
    command = [place.path("Slidetray"), str(images)]

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background has it ignored, and so would the program
        if closed:
            os.closerange(0, 3)

    with (
        printed.open("wb") as file,
        subprocess.Popen(
            command,
            env=place.env,
            cwd=place.work,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            preexec_fn=None if WINDOWS else prepare,
        ) as window,
    ):
        try:
            most = wait_for_engine(place, window)
            end_window(place, window)
        finally:
            for process in {*place.processes(), *([window.pid] if window.poll() is None else [])}:
                os.kill(process, signal.SIGTERM if WINDOWS else signal.SIGKILL)
    text = printed.read_text(encoding="utf-8", errors="replace")
    expect(not text, f"it printed {quoted(text)}")
    how = "closed standard files" if closed else "pictures"
    return f"the window opened with {how}, {most} processes in all, and closed leaving none"


def end_window(place: Place, window: subprocess.Popen[bytes]) -> None:
    """Ask the window to close, and see it gone with all its processes."""
    if WINDOWS:  # without /F it asks the window, as a click on its cross does
        subprocess.run(["taskkill", "/PID", str(window.pid)], capture_output=True, check=True)
    else:
        window.send_signal(signal.SIGINT)
    try:
        status = window.wait(CLOSING)
    except subprocess.TimeoutExpired:
        raise WrongError(f"it was asked to close and did not in {CLOSING} s") from None
    expect(status == 0, f"it ended with {status}")
    end = time.monotonic() + GONE
    while (left := len(place.processes())) and time.monotonic() < end:
        time.sleep(0.1)
    expect(not left, f"{left} of its processes are left {GONE} s after its end")


def wait_for_engine(place: Place, window: subprocess.Popen[bytes]) -> int:
    """Wait until it has started its engine, and that its workers, which make thumbnails; returns the processes' number.

    Windows keeps a home of its own, whatever the environment says; the thumbnails are not looked for there.
    """
    end = time.monotonic() + OPENING
    most, since = 1, time.monotonic()
    while True:
        expect(window.poll() is None, f"it ended by itself with {window.returncode}")
        now = len(place.processes())
        if now > most:
            most, since = now, time.monotonic()
        seen = len(pictures.SAMPLES) if WINDOWS else len(list(place.home.rglob("thumbnails/**/*.png")))
        if most > 1 and seen >= len(pictures.SAMPLES) and time.monotonic() - since > SETTLED:
            return most
        expect(time.monotonic() < end, f"after {OPENING} s there are {most} processes and {seen} thumbnails")
        time.sleep(0.1)


def check_log(place: Place) -> str:
    """Nothing went wrong that only the log tells."""
    for log in place.home.rglob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace").strip()
        expect(not text, f"{log.name} says: {quoted(text)}")
    return "the log is empty"


def put_in_place(program: Path, scratch: Path) -> Path:
    """The program under an awkward name: by links to its files where possible, which takes no room, else copied."""
    target = scratch / AWKWARD / program.name
    target.parent.mkdir()

    def link(source: str, there: str) -> None:
        try:
            os.link(source, there, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, there, follow_symlinks=False)

    shutil.copytree(program, target, symlinks=True, copy_function=link)
    return target


def try_out(place: Place, source: Callable[..., str]) -> int:
    """Make all checks, one line each; returns how many failed."""
    images = place.scratch / "photos of today"
    pictures.make_images(images, place.program / "_internal" / "resources" / "samples")
    checks: dict[str, Callable[[], str]] = {
        "version": lambda: check_version(place),
        "steps": lambda: check_list(place, source, "transforms", "step"),
        "formats": lambda: check_list(place, source, "formats", "type"),
        "recipes": lambda: check_list(place, source, "recipes", "name"),
        "run": lambda: check_thumbnails(place, images),
        "run, files closed": lambda: check_closed_run(place, images),
        "16 bit": lambda: check_quick_look(place),
        "demo": lambda: check_demo(place),
        "window": lambda: check_window(place, images),
        "window, files closed": lambda: check_window(place, images, closed=True),
        "log": lambda: check_log(place),
    }
    if WINDOWS:  # there, a windowed program never has any
        checks = {name: check for name, check in checks.items() if "closed" not in name}
    failed = 0
    for name, check in checks.items():
        start = time.monotonic()
        try:
            verdict, text = "ok   ", check()
        except WrongError as error:
            verdict, text = "WRONG", str(error)
        except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
            verdict, text = "WRONG", repr(error)
        failed += verdict == "WRONG"
        print(f"{verdict} {name}: {text} ({time.monotonic() - start:.1f} s)", flush=True)
    return failed


def main(arguments: list[str]) -> int:
    """Try a folder out; returns the exit status."""
    usual = ROOT / ".venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")
    parser = argparse.ArgumentParser(prog="smoke.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", default=str(usual) if usual.is_file() else sys.executable)
    options = parser.parse_args(arguments)
    program = options.folder.resolve()
    missing = [name for name in ("Slidetray", "slidetray-cli") if not (program / (name + SUFFIX)).is_file()]
    if missing:
        print(f"smoke.py: {program} has no {' and no '.join(missing)}; make it by packaging/build.py.", file=sys.stderr)
        return 2

    def source(*command: str) -> str:
        asked = [options.python, "-m", "core", *command]
        return subprocess.run(asked, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout

    with tempfile.TemporaryDirectory(prefix="slidetray-smoke-", dir=program.parent) as folder:
        scratch = Path(folder)
        failed = try_out(Place(put_in_place(program, scratch), scratch), source)
    print(f"{failed} checks went wrong." if failed else "The frozen program does what the sources do.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
