"""The entry point.  Thin: every spawned child imports it again."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    multiprocessing.freeze_support()
    from core.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
