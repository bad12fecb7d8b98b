"""The entry point.  Thin: every spawned child imports it again."""

from __future__ import annotations

import multiprocessing
import sys

from core import system


def main() -> None:
    """Run the command line and leave with its exit status."""
    multiprocessing.freeze_support()
    system.open_missing()
    try:
        from core.cli import run
    except KeyboardInterrupt:
        print("slidetray: Interrupted; nothing was run.", file=sys.stderr)
        sys.exit(130)
    status = run()
    # CPython remembers a Ctrl-C that ended an exec() somewhere (named tuples are made by one), though it was dealt with
    # since, and would end this process by the signal instead of the status; the next exec() makes it forget.
    exec("")  # noqa: S102
    sys.exit(status)


if __name__ == "__main__":
    main()
