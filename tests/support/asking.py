"""The engine's host asked by a client, and everything that it told."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from looking import built_in, recipe_of

from core import looks
from core.engine import pictures
from core.engine.client import EngineClient

QUICK = built_in("quick-look")


SLOW = recipe_of({"step": "gaussian-blur", "sigma": 200.0})  # many seconds on `large`


BRISK = recipe_of({"step": "gaussian-blur", "sigma": 12.0})  # about a second there


class Asker:
    """A client and everything that it was told."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.told: list[Any] = []
        client.start()

    def until(self, wanted: Callable[[Any], bool], seconds: float = 60.0) -> Any:
        """The first message of which `wanted` holds; those before it are kept too."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self.client.receive(0.1)
            if message is not None:
                self.told.append(message)
                if wanted(message):
                    return message
        raise AssertionError(f"nothing came after {self.told[-3:]}")

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.told if isinstance(message, kind)]

    def seen(self, number: int) -> looks.Seen:
        found = self.until(lambda m: isinstance(m, looks.Seen) and m.number == number)
        assert isinstance(found, looks.Seen)
        return found

    def scanned(self, number: int) -> list[looks.Scanned]:
        self.until(lambda m: isinstance(m, looks.Scanned) and m.number == number and m.over)
        return [m for m in self.of(looks.Scanned) if m.number == number]


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def folders(pid: int) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{pictures.PREFIX}{pid}-*"))


def one(images: Path, number: int = 4) -> Path:
    return images / ("a" if number % 2 else "b") / f"image {number}.tif"


def begun(pid: int, name: str) -> bool:
    return any(p.name.startswith(name) for folder in folders(pid) for p in folder.iterdir())
