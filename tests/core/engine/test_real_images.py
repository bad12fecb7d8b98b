"""The built-in recipes on real pictures, by worker processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
import torch
from PIL import Image

from core import events
from core.engine.pool import Pool


def run(record, pool: Pool, inputs: list[Path], out: Path, name: str) -> dict[str, list[str]]:
    mine = record(pool)
    mine = type(mine)(pool, inputs, out, name, 120.0)
    assert mine.go().status == "done", mine.of(events.JobFailed)
    return {Path(e.item).name: e.targets for e in mine.of(events.JobFinished)}


def test_brightness_survives_microscopy_8bit_and_not_quick_look(
    pools: Callable[[str], Pool], record, lab_data: Path, tmp_path: Path
) -> None:
    sources = sorted((lab_data / "values").glob("xy_calibrated_16bit__nuclear_protein_*.tif"))
    before = [tifffile.imread(source).mean() for source in sources]
    ratios = {}
    for name in ("microscopy-8bit", "quick-look"):
        made = run(record, pools("forkserver"), sources, tmp_path / name, name)
        after = [np.asarray(Image.open(made[source.name][0])) for source in sources]
        assert all(pixels.dtype == np.uint8 and pixels.shape == (1192, 1192) for pixels in after)
        ratios[name] = after[1].mean() / after[0].mean()
    true = before[1] / before[0]
    assert abs(ratios["microscopy-8bit"] / true - 1) < 0.05
    assert abs(ratios["quick-look"] / true - 1) > 0.2


def test_photographs_of_twelve_megapixels(pools: Callable[[str], Pool], record, samples: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    with Image.open(samples / "retina.jpg") as image:
        tile = np.asarray(image)
    wide = np.tile(tile, (3, 3, 1))[:3000, :4000]
    for number in range(6):
        Image.fromarray(np.roll(wide, 300 * number, 1)).save(folder / f"{number}.jpg", quality=92)
    thumbnails = run(record, pools("forkserver"), [folder], tmp_path / "thumbnails", "thumbnails")
    web = run(record, pools("forkserver"), [folder], tmp_path / "web", "web")
    for number in range(6):
        whole = Image.open(folder / f"{number}.jpg")
        for made, size in ((thumbnails, (256, 192)), (web, (1600, 1200))):
            result = Image.open(made[f"{number}.jpg"][0])
            assert result.size == size
            expected = np.asarray(whole.resize(size, Image.Resampling.BICUBIC)).astype(int)
            assert np.abs(np.asarray(result).astype(int) - expected).mean() < 4


def test_tensors_for_a_network(pools: Callable[[str], Pool], record, samples: Path, tmp_path: Path) -> None:
    sources = [samples / name for name in ("retina.jpg", "ihc.png", "cell.png")]
    made = run(record, pools("forkserver"), sources, tmp_path / "out", "tensors-256")
    for targets in made.values():
        tensor = torch.load(targets[0], weights_only=True)
        assert (tensor.shape, tensor.dtype) == ((3, 256, 256), torch.float32)
        assert -3 < tensor.min() < tensor.max() < 3
