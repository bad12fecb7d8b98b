"""One job by itself: second tries, stacks, disks that refuse, surprises."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
import tifffile

from core import files, items, messages, plan, process, recipe
from core.transforms.intensity.gamma import Gamma


def runner(tmp_path: Path, name: str = "convert-png", **changes: object) -> tuple[process.Runner, list[plan.Job]]:
    made = plan.make(recipe.load(name), items.scan([tmp_path / "in"]), tmp_path / "out")
    (tmp_path / "out").mkdir(exist_ok=True)
    settings = {
        "run": files.new_run(),
        "recipe": msgspec.Raw(recipe.load(name).encode()),
        "folder": made.folder,
        "conflict": "rename",
        "memory": 1 << 30,
        **changes,
    }
    return process.Runner(messages.Setup(**settings)), made.jobs  # type: ignore[arg-type]


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    rng = np.random.default_rng(2)
    tifffile.imwrite(tmp_path / "in" / "s.tif", rng.integers(0, 255, (3, 9, 8), np.uint8), photometric="minisblack")
    return tmp_path


def test_a_stacks_planes_are_renamed_together(stack: Path) -> None:
    one, jobs = runner(stack)
    (stack / "out" / "s_z002.png").write_bytes(b"somebody's")  # after the plan was made
    done = one.handle(messages.Work(jobs[0]))
    assert isinstance(done, messages.Done)
    assert [Path(t).name for t in done.targets] == [f"s (2)_z00{n}.png" for n in (1, 2, 3)]


@pytest.mark.parametrize("finished", [0, 1, 3])
def test_a_second_try_of_a_stack_makes_nothing_twice(stack: Path, finished: int) -> None:
    one, jobs = runner(stack)
    (stack / "out" / "s_z001.png").write_bytes(b"somebody's")
    done = one.handle(messages.Work(jobs[0]))
    assert isinstance(done, messages.Done)
    for target in done.targets[finished:]:
        os.unlink(target)
    again = one.handle(messages.Work(jobs[0], again=True))
    assert isinstance(again, messages.Done)
    assert again.targets == done.targets
    assert len(list((stack / "out").iterdir())) == 4


def test_half_a_stack_is_no_result(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, written = files.write_whole, []

    def fill_up(target: Path, *arguments: object, **options: object) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(target, *arguments, **options)  # type: ignore[arg-type]
        written.append(target)

    monkeypatch.setattr(files, "write_whole", fill_up)
    one, jobs = runner(stack)
    failed = one.handle(messages.Work(jobs[0]))
    assert isinstance(failed, messages.Failed)
    assert len(written) == 2
    assert not list((stack / "out").iterdir())


def test_a_second_try_with_skip_tells_what_the_first_made(stack: Path) -> None:
    one, jobs = runner(stack, conflict="skip")
    done = one.handle(messages.Work(jobs[0]))
    assert isinstance(done, messages.Done)
    again = one.handle(messages.Work(jobs[0], again=True))
    assert isinstance(again, messages.Done)
    assert again.targets == done.targets
    assert isinstance(one.handle(messages.Work(jobs[0])), messages.Skipped)


def test_what_a_step_did_not_expect_is_one_sentence_and_a_traceback_for_the_log(
    stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Gamma, pixels: object) -> None:
        raise RuntimeError("tensor\nexploded")

    monkeypatch.setattr(Gamma, "apply", broken)
    chosen = recipe.decode('{"version": 1, "steps": [{"step": "gamma"}]}')
    one, jobs = runner(stack, recipe=msgspec.Raw(chosen.encode()))
    failed = one.handle(messages.Work(jobs[0]))
    assert isinstance(failed, messages.Failed)
    assert failed.stage == "transform"
    assert failed.message == "Something went wrong while changing this image: tensor exploded."
    assert "Traceback" in failed.detail


@pytest.mark.parametrize(
    ("number", "fatal", "words"),
    [
        (errno.ENOSPC, True, "The disk is full."),
        (errno.EDQUOT, True, "The disk is full."),
        (errno.EROFS, True, "can't be written to"),
        (errno.EIO, True, "can't be written to"),
        (errno.EACCES, False, "s_z001.png can't be written"),
        (errno.ENAMETOOLONG, False, "can't be written"),
    ],
)
def test_a_disk_that_refuses(
    number: int, fatal: bool, words: str, stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "write_whole", refuse)
    one, jobs = runner(stack)
    failed = one.handle(messages.Work(jobs[0]))
    assert isinstance(failed, messages.Failed)
    assert (failed.stage, failed.fatal) == ("encode", fatal)
    assert words in failed.message


def test_a_folder_that_is_gone_stops_the_run(stack: Path) -> None:
    one, jobs = runner(stack)
    (stack / "out").rmdir()
    failed = one.handle(messages.Work(jobs[0]))
    assert isinstance(failed, messages.Failed)
    assert failed.fatal
    assert not (stack / "out").exists()


def test_a_result_too_large_for_the_memory_is_refused_beforehand(stack: Path) -> None:
    chosen = recipe.decode('{"version": 1, "steps": [{"step": "resize", "percent": 1600}]}')
    one, jobs = runner(stack, recipe=msgspec.Raw(chosen.encode()), memory=100_000)
    failed = one.handle(messages.Work(jobs[0]))
    assert isinstance(failed, messages.Failed)
    assert "The result would have 128 x 144 pixels" in failed.message
