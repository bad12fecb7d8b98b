#!/usr/bin/env python3
"""Builds the frozen program: a folder that runs where there is no Python.

    .venv/bin/python packaging/build.py [--out FOLDER] [--archive]

It is made in FOLDER/Slidetray (default: dist), on macOS also as FOLDER/Slidetray.app; what was there of the same
name is removed first.  --archive also packs it (.tar.gz, on Windows .zip) and writes its SHA-256 beside it.  Needs the
environment with the extra "build": pip install -e ".[build]".

It holds the torch of the environment: with that for graphics cards 3.3 GB on Linux (measured), whose libraries torch
can't be loaded without; with that for CPUs (https://download.pytorch.org/whl/cpu), of which releases are made, about
0.9 GB (reckoned).  Takes 1 to 3 minutes on two cores, an archive of the large one two more and 2 GB.

Exit status: 0 it is there; 1 it could not be made; 2 nothing was tried, and one line says why.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import bundle
import start

WINDOWS = sys.platform == "win32"
LIBRARIES = {**start.WINDOW_LIBRARIES, "libwayland-cursor.so.0": "libwayland-cursor0"}
NEEDED = 7_000_000_000  # bytes: the large one is put together twice, where it replaces an old one
CHUNK = 1 << 20


def size(path: Path) -> int:
    """The bytes of a file, or of all files below a folder."""
    if path.is_symlink() or path.is_file():
        return path.lstat().st_size
    return sum(size(Path(entry.path)) for entry in os.scandir(path))


def megabytes(number: int) -> str:
    """A size in words."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def contents(folder: Path) -> str:
    """The largest parts of a frozen program, in words."""
    parts = sorted(((size(path), path.name) for path in (folder / "_internal").iterdir()), reverse=True)
    named = [f"{name} {megabytes(number)}" for number, name in parts[:6]]
    rest = sum(number for number, _ in parts[6:])
    return ", ".join([*named, f"{len(parts[6:])} more {megabytes(rest)}"] if rest else named)


def freeze(out: Path) -> int:
    """Run PyInstaller; returns its exit status."""
    with tempfile.TemporaryDirectory(prefix="slidetray-build-") as work:
        command = [sys.executable, "-m", "PyInstaller", str(bundle.ROOT / "packaging" / "slidetray.spec")]
        command += ["--noconfirm", "--log-level", "ERROR", "--distpath", str(out), "--workpath", work]
        # With a fixed seed, the same sources are put together in the same order.
        return subprocess.call(command, cwd=work, env={**os.environ, "PYTHONHASHSEED": "0"})


def archive(program: Path) -> Path:
    """Pack the frozen program into one file beside it; links stay links."""
    machine = f"{sys.platform}-{platform.machine().lower()}"
    name = program.parent / f"slidetray-{bundle.version()}-{machine}"
    if WINDOWS:
        packed = name.with_name(name.name + ".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
            for path in sorted(program.rglob("*")):
                file.write(path, path.relative_to(program.parent))
        return packed
    packed = name.with_name(name.name + ".tar.gz")
    with tarfile.open(packed, "w:gz", compresslevel=6) as file:
        file.add(program, program.name)
    return packed


def checksum(path: Path) -> Path:
    """Write the SHA-256 of a file beside it, as `sha256sum --check` reads it."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    written = path.with_name(path.name + ".sha256")
    written.write_text(f"{digest.hexdigest()}  {path.name}\n", encoding="utf-8")
    return written


def refusal(out: Path) -> str | None:
    """Why nothing can be built, in one sentence, or nothing."""
    if importlib.util.find_spec("PyInstaller") is None:
        return f'{sys.executable} has no PyInstaller: run it with the environment that got pip install -e ".[build]".'
    free = shutil.disk_usage(next(path for path in (out, *out.parents) if path.exists())).free
    if free < NEEDED:
        return (
            f"The disk with {out} has {megabytes(free)} free, and it takes up to {megabytes(int(NEEDED))}: make room."
        )
    return None


def main(arguments: list[str]) -> int:
    """Build; returns the exit status."""
    parser = argparse.ArgumentParser(prog="build.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=bundle.ROOT / "dist", metavar="FOLDER")
    parser.add_argument("--archive", action="store_true", help="also pack it, with its SHA-256")
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    sentence = refusal(out)
    if sentence:
        print(f"build.py: {sentence}", file=sys.stderr)
        return 2
    if start.LINUX:
        missing = start.missing_libraries(LIBRARIES)
        if missing:
            start.say(f"Note: this system lacks {', '.join(missing)}; the program will not bring that along either.")
    start.say("Building: 1 to 3 minutes, up to 3.5 GB.")
    begin = time.monotonic()
    status = freeze(out)
    app = out / f"{bundle.NAME}.app"
    program = app if app.is_dir() else out / bundle.NAME
    if status or not program.is_dir():
        print(f"build.py: PyInstaller failed with exit status {status}.", file=sys.stderr)
        return 1
    start.say(f"{program}: {megabytes(size(program))}, made in {time.monotonic() - begin:.0f} s.")
    start.say(f"In it: {contents(out / bundle.NAME)}.")
    if options.archive:
        packed = archive(program)
        start.say(f"{packed}: {megabytes(size(packed))}, and its SHA-256 in {checksum(packed).name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
