"""Where smoke.py tries a frozen program out: an awkward folder, an empty home, almost no environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
SUFFIX = ".exe" if WINDOWS else ""
MARK = "SLIDETRAY_SMOKE"
PATIENCE = 180  # seconds for a run: the first start reads gigabytes from a cold disk


class WrongError(Exception):
    """The frozen program does not do what it should; the text says what."""


class Ran(NamedTuple):
    """What a program did."""

    status: int
    out: str
    err: str


class Place:
    """A frozen program in an awkward place, and an empty home for it."""

    def __init__(self, program: Path, scratch: Path) -> None:
        """`program` is its folder; `scratch` one of its own."""
        self.program = program
        self.scratch = scratch
        self.home = scratch / "home"
        self.work = scratch / "elsewhere"
        runtime = scratch / "runtime"
        for folder in (self.home, self.work, runtime):
            folder.mkdir()
        runtime.chmod(0o700)
        self.env = {
            "PATH": os.defpath if not WINDOWS else os.environ["SYSTEMROOT"] + r"\System32",
            MARK: scratch.name,
            "XDG_RUNTIME_DIR": str(runtime),
        }
        for name in ("HOME", "USERPROFILE"):
            self.env[name] = str(self.home)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
            self.env[name] = str(self.home / name.lower())
        if WINDOWS:
            self.env |= {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        else:
            self.env |= {"QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}  # Qt complains of a locale without UTF-8

    def path(self, name: str) -> str:
        """One of its two programs."""
        return str(self.program / (name + SUFFIX))

    def cli(self, *arguments: str) -> Ran:
        """Run a command.

        Raises:
            WrongError: it does not end.
        """
        command = [self.path("slidetray-cli"), *arguments]
        try:
            done = subprocess.run(
                command, env=self.env, cwd=self.work, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise WrongError(f"{' '.join(arguments)}: not done after {PATIENCE} s") from None
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))

    def processes(self) -> list[int]:
        """The processes that come from it."""
        if LINUX:  # what a process was started with is read from the kernel
            mark = f"{MARK}={self.scratch.name}".encode()
            return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and has(entry, mark)]
        if WINDOWS:
            every = "Get-CimInstance Win32_Process | % { $_.ProcessId, $_.Path -join ' ' }"
            ask = ["powershell", "-NoProfile", "-Command", every]
        else:
            ask = ["ps", "-Awwo", "pid=,command="]
        lines = subprocess.run(ask, capture_output=True, encoding="utf-8", errors="replace", check=True).stdout
        return [int(line.split()[0]) for line in lines.splitlines() if str(self.program) in line]


def has(entry: Path, mark: bytes) -> bool:
    """Whether a process of Linux was started with this in its environment and still runs."""
    try:
        alive = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:1] != [b"Z"]
        return alive and mark in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def expect(true: bool, complaint: str) -> None:
    """Complain unless something is true.

    Raises:
        WrongError: it is not.
    """
    if not true:
        raise WrongError(complaint)


def quoted(text: str) -> str:
    """The end of a program's output, on one line."""
    return " | ".join(text.split("\n"))[-400:] or "nothing"
