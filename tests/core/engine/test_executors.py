"""The same run on every executor, and what must not depend on which it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from core import events
from core.engine.inline import Inline
from core.engine.pool import Pool
from core.engine.threads import Threads

EXECUTORS = ["forkserver", "spawn", "threads", "inline"]


@pytest.fixture(params=EXECUTORS)
def executor(request: pytest.FixtureRequest, pools: Callable[[str], Pool]):
    if request.param == "threads":
        return Threads(2)
    return Inline() if request.param == "inline" else pools(request.param)


def content(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize("name", ["thumbnails", "microscopy-8bit", "convert-tiff"])
def test_every_executor_makes_the_same_files(executor, name: str, record, images: Path) -> None:
    before = content(images)
    mine = record(executor, name)
    assert mine.go().status == "done"
    reference = record(Inline(), name, out="reference")
    reference.go()
    assert content(mine.folder) == content(reference.folder)
    assert len(content(mine.folder)) == 24
    assert content(images) == before


def test_events_are_complete_and_in_order(executor, record) -> None:
    mine = record(executor)
    last = mine.go()
    assert (last.done, last.failed, last.skipped, last.left) == (24, 0, 0, 0)
    started = [e.item for e in mine.of(events.JobStarted)]
    assert sorted(started) == sorted(e.item for e in mine.of(events.JobFinished))
    for event in mine.of(events.JobFinished):
        begun = next(e for e in mine.events if isinstance(e, events.JobStarted) and e.item == event.item)
        assert mine.events.index(begun) < mine.events.index(event)
        assert event.sources == begun.sources
    assert {e.worker for e in mine.of(events.JobStarted)} <= {e.worker for e in mine.of(events.WorkerStarted)}


def test_one_range_for_all_keeps_brightness_comparable(executor, record) -> None:
    mine = record(executor, "microscopy-8bit")
    mine.go()
    means = {}
    for event in mine.of(events.JobFinished):
        number = int(Path(event.item).stem.split()[1])
        means[number] = np.asarray(Image.open(event.targets[0])).mean()
    assert all(means[n] < means[n + 1] for n in range(23))


def test_a_bad_image_costs_itself_alone(executor, record, images: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "text.png").write_text("no picture at all")
    (bad / "empty.tif").write_bytes(b"")
    whole = (images / "a" / "image 1.tif").read_bytes()
    (bad / "cut.tif").write_bytes(whole[: len(whole) // 2])
    mine = record(executor)
    mine = type(mine)(executor, [images, bad], tmp_path / "out", "microscopy-8bit", 60.0)
    last = mine.go()
    assert (last.status, last.done, last.failed) == ("failed", 24, 3)
    for event in mine.of(events.JobFailed):
        assert event.stage == "decode"
        assert event.message.endswith(".")
        assert "\n" not in event.message
        assert "Traceback" not in event.message


def test_cancel_leaves_whole_files_and_true_counts(executor, record) -> None:
    mine = record(executor)

    def stop(event: events.Event) -> None:
        if isinstance(event, events.JobFinished):
            mine.cancelled = True

    mine.on_event = stop
    last = mine.go()
    assert last.status == "interrupted"
    assert 1 <= last.done <= 3
    assert last.left == 24 - last.done


def test_a_second_run_skips_renames_or_replaces(executor, record, tmp_path: Path, images: Path) -> None:
    first = record(executor)
    first.go()
    before = content(first.folder)
    for policy, expected in (("skip", (0, 24)), ("overwrite", (24, 0)), ("rename", (24, 0))):
        again = record(executor)
        again.prepared = again.run.prepared = _with_policy(again, policy)
        again.run = type(again.run)(again.prepared, executor, again.emit, lambda: False)
        again.events.clear()
        last = again.run.go()
        assert (last.done, last.skipped) == expected
        after = content(first.folder)
        assert {k: v for k, v in after.items() if "(2)" not in k} == before
    assert len(after) == 48
    assert sorted(after.values()) == sorted([*before.values()] * 2)


def test_images_made_later_are_on_the_scale_of_all(executor, record, tmp_path: Path) -> None:
    mine = record(executor, "microscopy-8bit")
    mine.go()
    before = content(mine.folder)
    for name in ("a/image 1.png", "b/image 20.png"):
        (mine.folder / name).unlink()
    again = record(executor, "microscopy-8bit")
    again.prepared = _with_policy(again, "skip")
    again.run = type(again.run)(again.prepared, executor, again.emit, lambda: False)
    last = again.run.go()
    assert (last.done, last.skipped, last.failed) == (2, 22, 0)
    assert content(mine.folder) == before


def _with_policy(recorder, policy: str):
    import msgspec

    from core.engine import run

    return run.prepare(msgspec.structs.replace(recorder.prepared.request, conflict=policy))


def test_an_image_without_a_single_number_harms_no_other(executor, record, images: Path, tmp_path: Path) -> None:
    import msgspec

    from core import recipe

    odd = tmp_path / "odd"
    odd.mkdir()
    tifffile.imwrite(odd / "nan.tif", np.full((20, 30), np.nan, np.float32))
    chosen = tmp_path / "min-max.slidetray"
    chosen.write_text('{"version": 1, "steps": [{"step": "rescale-intensity", "mode": "min-max"}]}')
    mine = type(record(executor))(executor, [images, odd], tmp_path / "out", str(chosen), 60.0)
    last = mine.go()
    assert last.done >= 24
    assert last.left == 0
    assert msgspec.json.decode(recipe.load(str(chosen)).encode())["version"] == 1
