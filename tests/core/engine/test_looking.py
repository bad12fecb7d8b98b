"""Looking at images by the host's workers: lists, previews and thumbnails, while runs go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from asking import BRISK, QUICK, Asker, folders, one, wait_for
from looking import Made, look, recipe_of, values
from sentences import is_sentence

from core import events, looks
from core.engine.commands import Batch
from core.engine.run import Request

pytestmark = pytest.mark.usefixtures("cache")


def test_a_list_comes_in_parts_after_counts(asker: Asker, tmp_path: Path) -> None:
    for number in range(2300):
        (tmp_path / f"{number}.png").write_bytes(b"1234")
    (tmp_path / "notes.txt").write_text("none")
    asker.client.ask(looks.Scan(number=1, inputs=[str(tmp_path)]))
    parts = asker.scanned(1)
    counts = [part for part in parts if not part.items]
    assert [part.seen for part in counts] == [1000, 2000]
    assert parts[: len(counts)] == counts
    items = [item for part in parts for item in part.items]
    assert [item.key for item in items] == [f"{number}.png" for number in range(2300)]
    assert {(item.size, item.folder, item.root) for item in items} == {(4, "", 0)}
    assert [part.over for part in parts] == [False] * (len(parts) - 1) + [True]
    assert [part.left_out for part in parts if part.left_out] == ["1 file left out (no images)"]
    assert max(len(part.items) for part in parts) == 500


def test_the_newest_list_wins(asker: Asker, images: Path, tmp_path: Path) -> None:
    for number in range(6000):
        (tmp_path / f"{number}.png").write_bytes(b"")
    asker.client.ask(looks.Scan(number=2, inputs=[str(tmp_path)]))
    asker.client.ask(looks.Scan(number=3, inputs=[str(images)]))
    assert sum(len(part.items) for part in asker.scanned(3)) == 24
    asker.client.ask(looks.Scan(number=4, inputs=[str(images)]))
    asker.scanned(4)
    assert not [part for part in asker.of(looks.Scanned) if part.number == 2 and part.over]


def test_folders_and_roots_are_told(asker: Asker, images: Path, samples: Path) -> None:
    asker.client.ask(looks.Scan(number=5, inputs=[str(images), str(samples / "coffee.png")]))
    items = [item for part in asker.scanned(5) for item in part.items]
    assert {(item.root, item.folder) for item in items} == {(0, "a"), (0, "b"), (1, "")}


def test_an_empty_list_and_one_that_is_not_there_end_too(asker: Asker, tmp_path: Path) -> None:
    asker.client.ask(looks.Scan(number=6, inputs=[str(tmp_path)]))
    assert [(part.items, part.problem) for part in asker.scanned(6)] == [([], "")]
    asker.client.ask(looks.Scan(number=7, inputs=[str(tmp_path / "nowhere")]))
    assert is_sentence(asker.scanned(7)[-1].problem) or "is not there" in asker.scanned(7)[-1].problem


def test_a_quick_and_a_full_look_are_both_answered(asker: Asker, images: Path, tmp_path: Path) -> None:
    path = one(images)
    asker.client.ask(look(path, QUICK, number=11, longest=128))
    asker.client.ask(look(path, QUICK, number=12, full=True))
    asker.until(lambda m: {11, 12} <= {s.number for s in asker.of(looks.Seen)} | {getattr(m, "number", 0)})
    quick, full = (next(s for s in asker.of(looks.Seen) if s.number == number) for number in (11, 12))
    assert (quick.problem, full.problem, full.note) == ("", "", "")
    assert "fewer pixels" in quick.note
    assert quick.after is not None
    assert quick.after.levels[0][1:3] == (107, 128)
    made = Made([path], QUICK, tmp_path / "out")
    np.testing.assert_array_equal(values(full.after), made.read(path))
    np.testing.assert_array_equal(values(full.before)[..., 0], tifffile.imread(path))
    assert Path(full.after.file).parent in folders(asker.client.process.pid)


def test_a_newer_look_replaces_an_older_one(asker: Asker, large: Path, images: Path) -> None:
    asker.client.ask(look(large, BRISK, number=20, full=True))
    wait_for(lambda: any(p.name == "20-full.before" for f in folders(asker.client.process.pid) for p in f.iterdir()))
    for number in range(21, 40):
        asker.client.ask(look(one(images), QUICK, number=number, full=True))
    asker.seen(39)
    answered = [s.number for s in asker.of(looks.Seen)]
    assert answered[0] == 20
    # The one that had begun, and the newest; those between were never begun.
    assert answered == [20, 39]


def test_what_is_wrong_is_in_the_answer(asker: Asker, images: Path, tmp_path: Path) -> None:
    asker.client.ask(look(tmp_path / "gone.png", QUICK, number=41))
    assert asker.seen(41).problem == "The file is no longer there."
    asker.client.ask(look(one(images), recipe_of({"step": "crop", "width": 9999, "height": 5}), number=42, full=True))
    seen = asker.seen(42)
    assert "does not fit" in seen.problem
    assert seen.before is not None


def test_looking_goes_on_during_a_run(asker: Asker, images: Path, tmp_path: Path) -> None:
    slow = recipe_of({"step": "gaussian-blur", "sigma": 40.0})
    asker.client.run(Request(recipe=slow, inputs=[str(images)], folder=str(tmp_path / "out")))
    asker.until(lambda m: isinstance(m, Batch) and any(isinstance(e, events.JobStarted) for e in m.events))
    asker.client.ask(look(one(images), QUICK, number=50))
    asker.client.ask(looks.Thumbnails(paths=[str(one(images))]))
    asker.seen(50)
    over = [e for m in asker.of(Batch) for e in m.events if isinstance(e, events.RunFinished)]
    assert not over
    end = asker.until(lambda m: isinstance(m, Batch) and any(isinstance(e, events.RunFinished) for e in m.events))
    assert end.events[-1].done == 24
    if not asker.of(looks.Thumbnail):
        asker.until(lambda m: isinstance(m, looks.Thumbnail))


def test_thumbnails_come_in_order_and_from_the_cache(asker: Asker, images: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    paths = [str(one(images, number)) for number in range(6)] + [str(tmp_path / "bad.png")]
    found = []
    for _ in range(2):
        asker.told.clear()
        asker.client.ask(looks.Thumbnails(paths=paths, side=64))
        asker.until(lambda m: len(asker.of(looks.Thumbnail)) == len(paths))
        found.append(asker.of(looks.Thumbnail))
    assert found[0] == found[1]
    assert [t.path for t in found[0]] == paths
    assert all(Path(t.file).is_file() and t.text == "500 x 600, 16-bit" for t in found[0][:-1])
    assert is_sentence(found[0][-1].problem)


def test_newer_thumbnails_replace_older_ones(asker: Asker, large: Path, images: Path) -> None:
    asker.client.ask(look(large, BRISK, number=60, full=True))  # keeps the worker busy meanwhile
    asker.client.ask(looks.Thumbnails(paths=[str(one(images, n)) for n in range(10)], side=33))
    asker.client.ask(looks.Thumbnails(paths=[str(one(images, 11))], side=33))
    asker.until(lambda m: isinstance(m, looks.Thumbnail) and m.path == str(one(images, 11)))
    assert len(asker.of(looks.Thumbnail)) <= 2
