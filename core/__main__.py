"""The entry point.  Thin: every spawned child imports it again."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    multiprocessing.freeze_support()
    try:
        from core.cli import run
    except KeyboardInterrupt:
        print("slidetray: Interrupted; nothing was run.", file=sys.stderr)
        sys.exit(130)
    sys.exit(run())


if __name__ == "__main__":
    main()
