"""Pictures of the window in each of its states, with a real engine and real images.

python tests/gui/screenshots.py FOLDER                     light and dark, 1280 x 720
python tests/gui/screenshots.py FOLDER --scale 2           the same at 200 %
python tests/gui/screenshots.py FOLDER --only ready done   some states
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZE = (1280, 720)
LONG_NAME = "Experiment 17 - HeLa H2B-mCherry 20x air 0.75 NA - day 3 after transfection with siRNA pool - repeat 2"


def make_images(folder: Path) -> None:
    """Real images in folders: cells, coins, tissue, retina, and a damaged one."""
    import numpy as np
    import skimage
    import tifffile

    data = Path(skimage.__file__).parent / "data"
    plate = folder / "plate_01"
    for day in ("day 1", "day 2"):
        (plate / day).mkdir(parents=True)
    chance = np.random.default_rng(1)
    from PIL import Image

    cell = np.asarray(Image.open(data / "cell.png").convert("L")).astype(np.float64)
    for number in range(24):
        light = cell * (18 + number) + 300
        noisy = chance.poisson(light).astype(np.uint16)
        tifffile.imwrite(plate / f"day {1 + number % 2}" / f"w_A{number // 4 + 1:02}_s{number % 4 + 1}.tif", noisy)
    photos = folder / "photos"
    photos.mkdir()
    for name in ("retina.jpg", "ihc.png", "coins.png", "microaneurysms.png"):
        shutil.copy(data / name, photos)
    whole = (photos / "retina.jpg").read_bytes()
    (photos / "retina cut off.jpg").write_bytes(whole[: len(whole) // 3])
    long = folder / LONG_NAME
    long.mkdir()
    for number in range(3):
        shutil.copy(plate / "day 1" / "w_A01_s1.tif", long / f"{LONG_NAME} - position {number}.tif")


class Studio:
    """One window after another, each brought into a state and photographed."""

    def __init__(self, images: Path, folder: Path, mode: str, scale: str) -> None:
        from PySide6.QtWidgets import QApplication

        from gui import theme

        self.images = images
        self.folder = folder
        self.mode = mode
        self.scale = scale
        self.app = QApplication.instance() or QApplication(["slidetray"])
        theme.apply(self.app, mode)  # type: ignore[arg-type]

    def window(self, *, engine: bool = True) -> Any:
        """A new window."""
        from gui.main_window import MainWindow

        window = MainWindow()
        window.resize(*SIZE)
        window.show()
        if engine:
            window.begin()
        self.rest(0.2)
        return window

    def rest(self, seconds: float) -> None:
        """Let the event loop run."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            time.sleep(0.005)

    def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Let the event loop run until something is true."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"{self.mode}: waited too long for a state.")
            self.rest(0.02)

    def loaded(self, *names: str, recipe: str = "") -> Any:
        """A window with images, their preview and sums."""
        window = self.window()
        if recipe:
            window.choose_recipe(recipe)
        window.open_paths([str(self.images / name) for name in names])
        self.until(lambda: window.preview.shown is not None and window.preview.shown.seen.full)
        self.until(lambda: "about" in window.output.sentence.text() or "problem" in window.output.sentence.text())
        self.rest(0.6)
        return window

    def take(self, window: Any, name: str) -> None:
        """Save what is seen, popups included, and close the window."""
        self.rest(0.15)
        picture = window.grab()
        from PySide6.QtGui import QPainter
        from PySide6.QtWidgets import QApplication

        painter = QPainter(picture)
        for other in QApplication.topLevelWidgets():
            if other is not window and other.isVisible() and other.width() > 20:
                painter.drawPixmap(window.mapFromGlobal(other.mapToGlobal(other.rect().topLeft())), other.grab())
        painter.end()
        target = self.folder / f"{name}-{self.mode}{self.scale}.png"
        picture.save(str(target))
        print(target, flush=True)

    def close(self, window: Any) -> None:
        """Close everything."""
        from PySide6.QtWidgets import QApplication

        for other in QApplication.topLevelWidgets():
            if other is not window:
                other.close()
        window.running.active = False
        window.close()
        window.deleteLater()
        for results in self.images.glob("* - processed"):
            shutil.rmtree(results)
        self.rest(0.1)

    # -- the states --------------------------------------------------------------------------------------------

    def empty(self) -> Any:
        return self.window()

    def dragging(self) -> Any:
        from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
        from PySide6.QtGui import QDragEnterEvent
        from PySide6.QtWidgets import QApplication

        window = self.window()
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(self.images))])
        event = QDragEnterEvent(
            QPoint(20, 20),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(window.images, event)
        self.mime = mime
        return window

    def scanning(self) -> Any:
        from core.looks import Scanned

        window = self.window(engine=False)
        window.document.add_inputs([str(self.images)])
        window.running.scanning = True
        window.images.scan_started()
        window.images.take_scanned(Scanned(number=1, seen=32_000))
        window.running.changed()
        return window

    def ready(self) -> Any:
        return self.loaded("plate_01")

    def photos(self) -> Any:
        window = self.loaded("photos", recipe="web")
        window.images.select_path(str(self.images / "photos" / "ihc.png"))
        self.rest(1.5)
        return window

    def side_by_side(self) -> Any:
        window = self.loaded("photos", recipe="imagenet-224")
        window.images.select_path(str(self.images / "photos" / "ihc.png"))
        self.rest(1.5)
        return window

    def broken_setting(self) -> Any:
        window = self.loaded("plate_01")
        step = window.document.add_step("crop")
        window.document.set_step(step, {"width": 0, "height": 200})
        self.rest(0.5)
        return window

    def preview_failed(self) -> Any:
        window = self.loaded("photos", recipe="web")
        window.images.select_path(str(self.images / "photos" / "retina cut off.jpg"))
        self.rest(1.5)
        return window

    def step_menu(self) -> Any:
        window = self.loaded("plate_01")
        window.steps.show_menu()
        return window

    def check(self) -> Any:
        window = self.loaded("photos", recipe="imagenet-224")
        window.running.check()
        self.until(lambda: window.checks.isVisible())
        self.rest(0.5)
        return window

    def running(self) -> Any:
        window = self.loaded("plate_01")
        seen: list[Any] = []
        window.controller.events.connect(seen.extend)
        window.running.start()
        self.until(lambda: window.run.tally.done > 4)
        os.kill(window.controller.client.process.pid, signal.SIGSTOP)
        self.rest(0.8)
        self.paused = window.controller.client.process.pid
        return window

    def stopped(self) -> Any:
        window = self.loaded("plate_01")
        window.running.start()
        self.until(lambda: window.run.tally.started > 0)
        window.running.cancel()
        self.until(lambda: not window.running.active)
        return window

    def done(self) -> Any:
        window = self.loaded("plate_01")
        window.running.start()
        self.until(lambda: not window.running.active)
        return window

    def done_with_failures(self) -> Any:
        window = self.loaded("photos", recipe="web")
        window.running.start()
        self.until(lambda: not window.running.active)
        return window

    def engine_died(self) -> Any:
        window = self.loaded("plate_01")
        window.running.start()
        self.until(lambda: window.run.tally.done > 2)
        os.kill(window.controller.client.process.pid, signal.SIGKILL)
        self.until(lambda: not window.running.active)
        self.rest(0.5)
        return window

    def long_names(self) -> Any:
        return self.loaded(LONG_NAME)

    def many(self) -> Any:
        from core.looks import Listed, Scanned

        window = self.window(engine=False)
        window.document.add_inputs([str(self.images / "plate_01")])
        window.images.scan_started()
        items = [
            Listed(key=f"i{n}", path=f"/data/plate/day {n % 9}/image {n:06}.tif", folder=f"day {n % 9}", size=1)
            for n in range(100_000)
        ]
        window.images.take_scanned(Scanned(number=1, seen=len(items), items=items, over=True))
        return window

    def help(self) -> Any:
        window = self.window(engine=False)
        window.show_help()
        self.rest(0.3)
        return window

    def about(self) -> Any:
        from gui.about import AboutDialog

        window = self.window(engine=False)
        AboutDialog(window).show()
        self.rest(0.3)
        return window


STATES = [name for name in vars(Studio) if name not in vars(object) and not name.startswith("_")]
STATES = STATES[STATES.index("empty") :]


def main() -> None:
    """All states, one process a theme."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=STATES, choices=STATES)
    parser.add_argument("--theme", nargs="*", default=["light", "dark"])
    parser.add_argument("--images", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if arguments.images is None:
        with tempfile.TemporaryDirectory(prefix="lab-") as base:
            make_images(Path(base))
            for mode in arguments.theme:
                command = [sys.executable, __file__, str(arguments.folder), "--images", base, "--theme", mode]
                command += ["--scale", str(arguments.scale), "--only", *arguments.only]
                environment = {**os.environ, "QT_SCALE_FACTOR": str(arguments.scale)}
                subprocess.run(command, check=True, env=environment)
        return
    studio = Studio(
        arguments.images, arguments.folder, arguments.theme[0], "" if arguments.scale == 1 else f"-{arguments.scale}x"
    )
    for name in arguments.only:
        window = getattr(studio, name)()
        studio.take(window, name.replace("_", "-"))
        if name == "running":
            os.kill(studio.paused, signal.SIGCONT)
        studio.close(window)


if __name__ == "__main__":
    main()
