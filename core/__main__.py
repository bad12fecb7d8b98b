"""The entry point.  Thin: every spawned child imports it again."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import NoReturn


def main() -> None:
    """Run the command line and leave with its exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # a child of a frozen program is deaf to them on purpose
            signal.signal(number, _leave)
    import multiprocessing

    multiprocessing.freeze_support()
    from core import system

    system.open_missing()
    from core.cli import run

    status = run()
    # CPython remembers a Ctrl-C that ended an exec() somewhere (named tuples are made by one), though it was dealt with
    # since, and would end this process by the signal instead of the status; the next exec() makes it forget.
    exec("")  # noqa: S102
    sys.exit(status)


def _leave(*_: object) -> NoReturn:
    """Leave at once: until a run begins there is nothing to lose, and what is loading may swallow an exception."""
    with contextlib.suppress(OSError):
        os.write(2, b"slidetray: Interrupted; nothing was run.\n")
    os._exit(130)


if __name__ == "__main__":
    main()
