"""What a run would make, as the host adds it up: at once, with estimates, and after reading every header."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from asking import QUICK, Asker, one
from looking import Made
from sentences import is_sentence

from core import events, looks
from core.engine.commands import Batch, Sum
from core.engine.run import Request

pytestmark = pytest.mark.usefixtures("cache")


def summed(asker: Asker, number: int) -> looks.Sums:
    """The answer with estimates, which comes last."""
    return asker.until(  # type: ignore[no-any-return]
        lambda m: isinstance(m, looks.Sums) and m.number == number and bool(m.problem or (m.check and m.check.bytes))
    )


def test_sums_come_at_once_and_then_with_estimates(asker: Asker, images: Path, tmp_path: Path) -> None:
    request = Request(recipe=QUICK, inputs=[str(images)], folder=str(tmp_path / "out"))
    asker.client.ask(Sum(number=70, request=request))
    last = summed(asker, 70)
    first = next(m for m in asker.of(looks.Sums) if m.number == 70)
    assert first.check is not None
    assert (first.images, first.check.files, first.check.bytes, first.checked) == (24, 24, None, False)
    assert first.example == str(tmp_path / "out" / "b" / "image 0.png") or Path(first.example).suffix == ".png"
    assert [count for _, count in first.losses]  # 16-bit becomes 8-bit
    assert last.check is not None
    assert last.check.bytes is not None
    made = Made([images], QUICK, tmp_path / "made")
    true = sum(Path(t).stat().st_size for e in made.done.values() for t in e.targets)
    assert 0.7 < last.check.bytes / true < 1.4
    assert last.check.seconds is not None
    assert not (tmp_path / "out").exists()  # nothing was written


def test_a_deep_check_finds_every_bad_image(asker: Asker, images: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(images, folder)
    (folder / "bad.tif").write_bytes(b"II*\0")
    (folder / "worse.png").write_bytes(b"")
    asker.client.ask(
        Sum(number=71, request=Request(recipe=QUICK, inputs=[str(folder)], folder=str(tmp_path / "out")), deep=True)
    )
    found = asker.until(lambda m: isinstance(m, looks.Sums) and m.number == 71)
    assert found.checked
    assert found.images == 26
    assert sorted(item.item for item in found.check.items) == ["bad.tif", "worse.png"]
    assert all(is_sentence(item.problem) for item in found.check.items)
    assert found.losses[0][1] == 24
    last = summed(asker, 71)
    assert last.check is not None
    assert [item.item for item in last.check.items] == [item.item for item in found.check.items]


def test_sums_and_runs_take_what_the_scan_found(asker: Asker, images: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(images, folder)
    asker.client.ask(looks.Scan(number=8, inputs=[str(folder)]))
    asker.scanned(8)
    shutil.copy(one(images), folder / "later.tif")
    request = Request(
        recipe=QUICK, inputs=[str(folder)], folder=str(tmp_path / "out"), without=[str(folder / "a" / "image 1.tif")]
    )
    asker.client.ask(Sum(number=72, request=request))
    assert asker.until(lambda m: isinstance(m, looks.Sums) and m.number == 72).images == 23
    asker.client.run(request)
    end = asker.until(lambda m: isinstance(m, Batch) and any(isinstance(e, events.RunFinished) for e in m.events))
    assert end.events[-1].done == 23


def test_a_sum_that_cannot_be_is_refused_in_words(asker: Asker, images: Path) -> None:
    asker.client.ask(Sum(number=73, request=Request(recipe=QUICK, inputs=[str(images)], folder=str(images / "in"))))
    assert "lies in the source folder" in summed(asker, 73).problem


def test_sums_of_many_come_from_a_sample_that_follows_no_pattern(tmp_path: Path) -> None:
    from core.engine import estimate
    from core.items import Item, Source
    from core.plan import Job

    jobs = [Job(n, Item(str(n), (Source(f"/x/{n}"),), "", 1), f"/y/{n}") for n in range(5000)]
    chosen = [job.index for job in estimate.sample(jobs, 30)]
    assert len(set(chosen)) == 30
    assert chosen == sorted(chosen) == [job.index for job in estimate.sample(jobs, 30)]
    assert {index % 2 for index in chosen} == {0, 1}  # every other file may be a thumbnail
    assert estimate.sample(jobs[:2], 30) == jobs[:2]


def test_a_header_is_read_once_until_its_file_changes(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core import codecs
    from core.engine.headers import Headers
    from core.image import ImageError

    read: list[Path] = []
    real = codecs.probe
    monkeypatch.setattr(codecs, "probe", lambda path: (read.append(path), real(path))[1])
    image = tmp_path / "a.tif"
    shutil.copy(next(images.rglob("*.tif")), image)
    headers = Headers()
    assert headers.probe(image) == headers.probe(image)
    assert len(read) == 1
    image.write_bytes(b"II*\0 no more")
    for _ in range(2):
        with pytest.raises(ImageError):
            headers.probe(image)
    assert len(read) == 2
    image.unlink()
    with pytest.raises(FileNotFoundError):
        headers.probe(image)


def test_an_output_folder_that_is_closed_is_told_before_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    from core.engine import survey

    assert survey._closed(str(tmp_path / "not" / "yet")) == ""
    monkeypatch.setattr(os, "access", lambda place, how: Path(place) != tmp_path)  # root may write everywhere
    assert "can't be written to" in survey._closed(str(tmp_path / "not" / "yet"))
