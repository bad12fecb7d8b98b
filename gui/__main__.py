"""The window: `python -m gui [PATH...]`.  Thin: every spawned child imports it again."""

from __future__ import annotations

import multiprocessing
import sys

from core import system


def main() -> None:
    """Open the window and leave with its exit status."""
    multiprocessing.freeze_support()
    system.open_missing()
    from gui.app import main as open_window

    sys.exit(open_window(sys.argv[1:]))


if __name__ == "__main__":
    main()
