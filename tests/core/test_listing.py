"""A scan that tells how far it is, a check of some of the images, and a run of some of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from looking import Made, built_in, recipe_of
from PIL import Image as Pillow

from core import check, items, plan, recipe
from core.engine import run

MEMORY = 1 << 33


class StopError(Exception):
    pass


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(2500):
        (folder / f"{number}.png").write_bytes(b"")
    return folder


def test_a_scan_tells_how_far_it_is(many: Path) -> None:
    seen: list[int] = []
    found = items.scan([many], seen.append)
    assert seen == [1000, 2000]
    assert len(found.items) == 2500


def test_what_progress_raises_ends_the_scan(many: Path) -> None:
    def stop(_: int) -> None:
        raise StopError

    with pytest.raises(StopError):
        items.scan([many], stop)


def test_progress_goes_on_over_all_inputs(many: Path) -> None:
    seen: list[int] = []
    files = sorted(many.iterdir())[:600]
    items.scan([*files, *[many]], seen.append)
    assert seen == [1000, 2000, 3000]  # each mention counts


@pytest.fixture
def plate(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "plate"
    folder.mkdir()
    for number in range(5):
        pixels = np.random.default_rng(number).poisson(100 * (number + 1), (60, 50)).astype(np.uint16)
        tifffile.imwrite(folder / f"{number}.tif", pixels)
    return sorted(folder.iterdir())


def test_a_check_of_some_images_looks_at_no_others(plate: list[Path], tmp_path: Path) -> None:
    decoded = recipe.load("microscopy-8bit")
    made = plan.make(decoded, items.scan([plate[0].parent]), tmp_path / "out")
    for path in plate[2:]:
        path.unlink()
    looked: list[int] = []
    found = check.check(decoded, made, MEMORY, made.jobs[:2], lambda: looked.append(1))
    assert [item.item for item in found.items] == ["0.tif", "1.tif"]
    assert (len(looked), found.problems, found.files, found.total) == (2, [], 2, 5)
    assert len(check.check(decoded, made, MEMORY).problems) == 3


def test_what_go_on_raises_ends_the_check(plate: list[Path], tmp_path: Path) -> None:
    decoded = recipe.load("convert-png")
    made = plan.make(decoded, items.scan([plate[0].parent]), tmp_path / "out")

    def stop() -> None:
        raise StopError

    with pytest.raises(StopError):
        check.check(decoded, made, MEMORY, None, stop)


def test_a_header_that_surprises_is_that_images_problem(
    plate: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = recipe.load("convert-png")
    made = plan.make(decoded, items.scan([plate[0].parent]), tmp_path / "out")

    def bad(*_: object) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr(check.codecs, "probe", bad)
    assert {item.problem for item in check.check(decoded, made, MEMORY).items} == {
        "Something went wrong while reading this image: odd."
    }


# -- some of the images ----------------------------------------------------------------------------------------------


def request(inputs: list[Path], out: Path, name: str = "convert-png", **more: object) -> run.Request:
    return run.Request(recipe=built_in(name), inputs=[str(i) for i in inputs], folder=str(out), **more)  # type: ignore[arg-type]


def test_images_taken_out_of_the_list_are_not_made(plate: list[Path], tmp_path: Path) -> None:
    made = Made([plate[0].parent], built_in("convert-png"), tmp_path / "out", without=[str(plate[1]), str(plate[3])])
    assert made.last.done == 3
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["0.png", "2.png", "4.png"]


def test_all_taken_out_is_refused(plate: list[Path], tmp_path: Path) -> None:
    with pytest.raises(run.RefusedError, match="No images"):
        run.prepare(request([plate[0].parent], tmp_path / "out", without=[str(p) for p in plate]))
    with pytest.raises(run.RefusedError, match="not there any more"):
        run.prepare(request([plate[0].parent], tmp_path / "out", only=[str(tmp_path / "gone.tif")]))


def test_what_a_scan_found_is_what_is_run(plate: list[Path], tmp_path: Path) -> None:
    found = items.scan([plate[0].parent])
    Pillow.new("L", (5, 5)).save(plate[0].parent / "later.png")
    prepared = run.prepare(request([plate[0].parent], tmp_path / "out"), found)
    assert [job.item.key for job in prepared.plan.jobs] == [path.name for path in plate]
    assert run.prepare(request([plate[0].parent], tmp_path / "out")).plan.total == 6
    without = run.prepare(request([plate[0].parent], tmp_path / "out", without=[str(plate[0])]), found)
    assert without.plan.total == 4
    assert len(found.items) == 5  # what the scan found stays as it was


def test_images_made_again_keep_the_range_of_all(plate: list[Path], tmp_path: Path) -> None:
    """Brightness stays comparable between those that were made first and those that were made again."""
    wanted = built_in("microscopy-8bit")
    first = Made([plate[0].parent], wanted, tmp_path / "first")
    again = Made([plate[0].parent], wanted, tmp_path / "again", only=[str(plate[1])])
    assert (again.last.done, again.last.left, again.last.failed) == (1, 0, 0)
    assert [e.event if hasattr(e, "event") else type(e).__name__ for e in again.events].count("JobStarted") == 1
    np.testing.assert_array_equal(again.read(plate[1]), first.read(plate[1]))
    without = Made([plate[0].parent], wanted, tmp_path / "without", without=[str(plate[4])])
    assert not np.array_equal(without.read(plate[1]), first.read(plate[1]))


def test_images_made_again_keep_their_names(plate: list[Path], tmp_path: Path) -> None:
    numbered = recipe_of(type="png")
    plain = recipe.decode(bytes(numbered)).encode().decode().replace("{stem}", "{index}")
    wanted = recipe.decode(plain.encode())
    raw = type(numbered)(wanted.encode())
    out = tmp_path / "out"
    Made([plate[0].parent], raw, out)
    (out / "003.png").unlink()
    again = Made([plate[0].parent], raw, out, only=[str(plate[2])])
    assert [Path(t).name for t in again.done[str(plate[2])].targets] == ["003.png"]


def test_sums_of_a_retry_are_of_those_alone(plate: list[Path], tmp_path: Path) -> None:
    prepared = run.prepare(request([plate[0].parent], tmp_path / "out", only=[str(plate[1]), str(plate[4])]))
    assert prepared.plan.total == 2
    assert [job.item.key for job in prepared.plan.jobs] == ["1.tif", "4.tif"]
