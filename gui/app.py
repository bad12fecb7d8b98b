"""The program: makes the window, shows it, and starts the engine once it has been painted."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from core import __version__, system
from gui import theme

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


class Application(QApplication):
    """Qt's, with the files that a desktop hands to a running program (macOS)."""

    file_opened = Signal(str)

    def event(self, event: QEvent) -> bool:
        """Pass on files that were opened with Slidetray."""
        if isinstance(event, QFileOpenEvent):
            self.file_opened.emit(event.file())
            return True
        return super().event(event)


def main(paths: Sequence[str] = ()) -> int:
    """Open the window with these folders, images or recipe loaded; returns the exit status."""
    gc.disable()  # until the window is painted: nothing that is made before is ever dropped
    if system.LINUX and not any(os.environ.get(name) for name in SCREENS):
        # Qt would end the whole process with a crash report.
        print(
            "slidetray: There is no screen to open a window on. See slidetray --help for the terminal.", file=sys.stderr
        )
        return 2
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication.instance() or Application(["slidetray"])
    assert isinstance(app, QApplication)
    app.setApplicationName("slidetray")
    app.setApplicationDisplayName("Slidetray")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("slidetray")
    theme.apply(app, "system")
    app.setWindowIcon(theme.app_icon())

    from gui import keeper
    from gui.keeping import Keeping
    from gui.main_window import MainWindow

    window = MainWindow()
    window.keeping = Keeping(window, keeper.file())
    if isinstance(app, Application):
        app.file_opened.connect(lambda path: window.open_paths([path]))
    window.open_instead(str(Path(path).absolute()) for path in paths)
    window.show()
    QTimer.singleShot(0, window.begin)  # after the first paint, which show has queued
    settle_memory()
    hearing = _hear_interrupts(app)
    status = app.exec()
    del hearing
    return status


def settle_memory() -> None:
    """Let the collector of garbage leave alone what stays for good: looking through it takes longer than a frame."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 50, 100)


def _hear_interrupts(app: QApplication) -> QSocketNotifier | None:
    """Ctrl-C in the terminal closes the window, which Qt's loop would not notice by itself.

    So does whoever ends the session; then nobody is there to be asked.
    """
    from gui.main_window import ENDING

    def close() -> None:
        if signal.SIGTERM in ours.recv(64):
            app.setProperty(ENDING, True)
        app.closeAllWindows()

    try:
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    except (OSError, ValueError):  # not the main thread, or no sockets: the window is closed by hand
        return None
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, app)
    notifier.setProperty("ends", [ours, theirs])
    notifier.activated.connect(close)
    return notifier


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
