"""Previews asked for and read back, and the same images run for real."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from core import codecs, events, recipe
from core.engine import run
from core.image import Image
from core.looks import Look, Picture, Seen
from core.preview import Viewer

MEMORY = 1 << 33
CHANNELS = {"grey": 1, "rgb": 3, "rgba": 4}


def recipe_of(*steps: dict[str, Any], **format_: Any) -> msgspec.Raw:
    """A recipe of these steps that writes this format (TIFF where none is given)."""
    plain = {
        "version": 1,
        "name": "Test",
        "steps": list(steps),
        "output": {"format": format_ or {"type": "tiff"}, "name": "{stem}", "conflict": "rename"},
    }
    return msgspec.Raw(recipe.decode(msgspec.json.encode(plain)).encode())


def built_in(name: str) -> msgspec.Raw:
    return msgspec.Raw(recipe.load(name).encode())


def look(path: Path, wanted: msgspec.Raw, number: int = 1, **more: Any) -> Look:
    return Look(number=number, path=str(path), recipe=wanted, **more)


def see(path: Path, wanted: msgspec.Raw, folder: Path, viewer: Viewer | None = None, **more: Any) -> Seen:
    """The answer of a viewer in this very process."""
    folder.mkdir(parents=True, exist_ok=True)
    return (viewer or Viewer()).see(look(path, wanted, **more), folder, MEMORY)


def values(picture: Picture | None) -> np.ndarray[Any, Any]:
    """The values `[Y, X, C]` that a picture's file holds."""
    assert picture is not None
    _, width, height, _ = picture.levels[0]
    count = width * height * picture.values_channels
    found = np.fromfile(picture.file, picture.values_type, count, offset=picture.values_offset)
    return found.reshape(height, width, picture.values_channels)


def level(picture: Picture | None, number: int = 0) -> np.ndarray[Any, Any]:
    """The 8-bit pixels `[Y, X, C]` of one level."""
    assert picture is not None
    offset, width, height, stride = picture.levels[number]
    channels = CHANNELS[picture.form]
    assert stride == width * channels
    return np.fromfile(picture.file, np.uint8, stride * height, offset=offset).reshape(height, width, channels)


def plane_of(image: Image, t: int = 0, z: int = 0) -> np.ndarray[Any, Any]:
    """The stored values `[Y, X, C]` of one plane."""
    assert not image.nominal
    return np.moveaxis(
        image.pixels[min(t, image.pixels.shape[0] - 1), min(z, image.pixels.shape[1] - 1)].numpy(), 0, -1
    )


class Made:
    """What a real run made of some images, in one process."""

    def __init__(self, inputs: Sequence[Path], wanted: msgspec.Raw, out: Path, **more: Any) -> None:
        request = run.Request(recipe=wanted, inputs=[str(i) for i in inputs], folder=str(out), engine="inline", **more)
        prepared = run.prepare(request)
        run.open_folder(prepared.plan.folder)
        self.events: list[Any] = []
        self.last = run.Run(prepared, run.make_executor(prepared.choice), self.events.append).go()
        self.done = {e.sources[0]: e for e in self.events if isinstance(e, events.JobFinished)}
        self.failed = {e.sources[0]: e for e in self.events if isinstance(e, events.JobFailed)}

    def bytes(self, source: Path) -> int:
        return sum(Path(target).stat().st_size for target in self.done[str(source)].targets)

    def read(self, source: Path, t: int = 0, z: int = 0) -> np.ndarray[Any, Any]:
        """The values `[Y, X, C]` of one plane of the result, as a reader of its format finds them."""
        targets = [Path(target) for target in self.done[str(source)].targets]
        if targets[0].suffix in (".pt", ".npy"):
            return _array(targets[0], t, z)
        if len(targets) > 1:
            planes = [p for p in targets if f"_t{t + 1:03}" in p.stem] or targets
            targets = [p for p in planes if f"_z{z + 1:03}" in p.stem] or planes
        return np.concatenate([plane_of(codecs.decode(target), t, z) for target in targets], axis=2)


def _array(target: Path, t: int, z: int) -> np.ndarray[Any, Any]:
    import torch

    if target.suffix == ".pt":
        tensor = torch.load(target, weights_only=True)
        return np.moveaxis((tensor if tensor.ndim == 3 else tensor[t, z]).numpy(), 0, -1)
    array: np.ndarray[Any, Any] = np.load(target)
    if array.ndim == 5:
        return np.moveaxis(array[t, z], 0, -1)
    return array[..., None] if array.ndim == 2 else array
