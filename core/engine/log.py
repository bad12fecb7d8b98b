"""Where tracebacks and the chatter of native libraries go: a file, never the user's terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

LARGEST = 2_000_000  # bytes; the older half is dropped at the next start


def folder() -> Path:
    """The folder of the log files, as the system has it."""
    import tempfile

    import platformdirs

    try:
        return Path(os.environ.get("SLIDETRAY_LOG") or platformdirs.user_log_dir("slidetray", appauthor=False))
    except RuntimeError:  # a user without a home
        return Path(tempfile.gettempdir(), f"slidetray-log-{os.getuid() if hasattr(os, 'getuid') else 0}")


def write(text: str) -> None:
    """Add to the log; a log that can't be written never stops a run."""
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        with (folder() / "slidetray.log").open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text.rstrip()}\n")


def trim() -> None:
    """Keep the log files small."""
    with contextlib.suppress(OSError):
        for path in folder().glob("*.log"):
            if path.stat().st_size > LARGEST:
                path.write_bytes(path.read_bytes()[-LARGEST // 2 :])


def redirect() -> None:
    """Send this process's output, that of C libraries included, to the log of the workers."""
    import faulthandler

    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        folder().mkdir(parents=True, exist_ok=True)
        target = os.open(folder() / "workers.log", flags, 0o644)
    except OSError:
        target = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)
    if sys.stdout is None or sys.stderr is None:  # a windowed program on Windows
        sys.stdout = sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - lives as long as we do
    faulthandler.enable(file=2)
