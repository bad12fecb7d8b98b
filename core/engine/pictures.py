"""Folders of the engine's host (pictures that wait for the window, sockets): named after it, gone when it is gone."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "slidetray-look-"


def make() -> Path:
    """A new folder for this process; those of dead ones are removed.

    Raises:
        OSError: no folder can be made.
    """
    import psutil

    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = old.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))


def remove(owner: int, seconds: float = 1.0) -> None:
    """Remove what a process that is dead has left, whose children may take a moment to end."""
    end = time.monotonic() + seconds
    while left := list(Path(tempfile.gettempdir()).glob(f"{PREFIX}{owner}-*")):
        for folder in left:
            shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > end:
            return
        time.sleep(0.01)
