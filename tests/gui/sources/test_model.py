"""The rows of 100,000 images, and the pictures that are held for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core import codecs
from core.looks import Listed, Thumbnail
from gui.sources import drops
from gui.sources.model import SINGLE, ImagesModel, Role
from gui.sources.thumbnails import Thumbnails

TOP = str(Path("/data/plate").absolute())


def image(inner: str, root: int = 0, top: str = TOP, folder: str | None = None) -> Listed:
    shown = inner.rpartition("/")[0] if folder is None else folder
    return Listed(key=inner, path=str(Path(top, inner)), folder=shown, size=1, root=root)


def names(model: ImagesModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


@pytest.fixture
def model(qapp: QApplication) -> ImagesModel:
    return ImagesModel()


def count_changes(model: ImagesModel) -> dict[str, int]:
    seen = {"inserts": 0, "resets": 0, "data": 0}
    model.rowsInserted.connect(lambda: seen.update(inserts=seen["inserts"] + 1))
    model.modelReset.connect(lambda: seen.update(resets=seen["resets"] + 1))
    model.dataChanged.connect(lambda: seen.update(data=seen["data"] + 1))
    return seen


def test_a_hundred_thousand_rows_come_in_one_insertion_a_message_and_go_in_one_reset_a_filter(
    model: ImagesModel,
) -> None:
    seen = count_changes(model)
    model.replace([TOP], [])
    for start in range(0, 100_000, 500):
        model.append([image(f"day {i % 7}/Well_{i:05}.TIF") for i in range(start, start + 500)])
    assert (seen["resets"], seen["inserts"]) == (1, 200)
    assert model.rowCount() == model.total == 100_000
    assert model.path(99_999).endswith("Well_99999.TIF")

    model.set_filter(["well", "99"], (0, "day 3"))
    wanted = [f"Well_{i:05}.TIF" for i in range(100_000) if "99" in f"{i:05}" and i % 7 == 3]
    assert names(model) == wanted
    assert seen["resets"] == 2
    assert model.total == 100_000

    model.set_filter(["well", "99"], (0, "day 3"))
    assert seen["resets"] == 2, "the same filter again is no work"
    model.set_filter([], None)
    assert model.rowCount() == 100_000


def test_qt_finds_no_fault_with_the_model(model: ImagesModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    model.replace([TOP], [image("a.tif"), image("b/c.tif")])
    model.append([image("d.tif")])
    model.set_filter(["c"], None)
    model.set_without(frozenset({str(Path(TOP, "b/c.tif"))}))


def test_all_words_must_occur_whatever_their_case(model: ImagesModel) -> None:
    model.replace([TOP], [image("Straße A.tif"), image("strasse b.tif"), image("A only.tif"), image("a/other.tif")])
    model.set_filter(["STRASSE"], None)
    assert names(model) == ["Straße A.tif", "strasse b.tif"]
    model.set_filter(["a", "strasse", "A.T"], None)
    assert names(model) == ["Straße A.tif"]


def test_what_is_appended_passes_the_filter_too(model: ImagesModel) -> None:
    model.replace([TOP], [image("a1.tif")])
    model.set_filter(["a"], None)
    assert model.row(model.path(0)) == 0
    seen = count_changes(model)
    model.append([image("b1.tif")])
    assert seen["inserts"] == 0
    assert model.total == 2
    model.append([image("b2.tif"), image("a2.tif")])
    assert names(model) == ["a1.tif", "a2.tif"]
    assert model.row(str(Path(TOP, "a2.tif"))) == 1
    assert model.row(str(Path(TOP, "b2.tif"))) == -1


def test_a_folder_holds_those_below_it_but_not_those_of_a_like_name(model: ImagesModel) -> None:
    model.replace([TOP], [image("day 1/a.tif"), image("day 1/in/b.tif"), image("day 10/c.tif"), image("d.tif")])
    model.set_filter([], (0, "day 1"))
    assert names(model) == ["a.tif", "b.tif"]
    model.set_filter([], (0, ""))
    assert model.rowCount() == 4
    assert [Path(path).name for path in model.paths_in((0, "day 1"))] == ["a.tif", "b.tif"]


def test_images_that_were_taken_out_are_not_counted(model: ImagesModel) -> None:
    out = str(Path(TOP, "x/a.tif"))
    model.set_without(frozenset({out}))
    model.replace([TOP], [image("x/a.tif"), image("x/b.tif")])
    assert names(model) == ["b.tif"]
    assert (model.total, model.held, model.folders()) == (1, 2, {(0, "x"): 1})
    assert model.paths() == model.visible_paths() == [str(Path(TOP, "x/b.tif"))]
    model.set_without(frozenset())
    assert names(model) == ["a.tif", "b.tif"]
    assert (model.total, model.folders()) == (2, {(0, "x"): 2})


def test_folders_are_those_on_the_disk_even_where_keys_have_a_prefix(model: ImagesModel) -> None:
    other = str(Path("/data/second").absolute())
    single = str(Path("/one.tif").absolute())
    model.replace(
        [TOP, other, single],
        [
            image("day/a.tif", folder="plate/day"),
            image("day/a.tif", root=1, top=other, folder="second/day"),
            Listed(key="one.tif", path=single, folder="", size=1, root=2),
        ],
    )
    assert model.folders() == {(0, "day"): 1, (1, "day"): 1, (SINGLE, ""): 1}
    assert model.single == {2}
    model.set_filter([], (SINGLE, ""))
    assert names(model) == ["one.tif"]


def test_a_row_tells_what_it_is(model: ImagesModel, png: Callable[[int, int], str]) -> None:
    model.replace([TOP], [image("day/<b>.tif"), image("b.tif")])
    first, second = model.index(0), model.index(1)
    assert first.data(Role.THUMBNAIL) is None
    seen = count_changes(model)
    model.take_thumbnail(Thumbnail(path=model.path(0), file=png(96, 40), text="9 x 4, 8-bit"))
    model.take_thumbnail(Thumbnail(path=model.path(1), problem="b.tif is cut off."))
    assert seen["data"] == 2
    pixmap = first.data(Role.THUMBNAIL)
    assert isinstance(pixmap, QPixmap)
    assert (pixmap.width(), pixmap.height()) == (96, 40)
    assert (first.data(Role.NAME), first.data(Role.FOLDER), first.data(Role.TEXT)) == ("<b>.tif", "day", "9 x 4, 8-bit")
    assert first.data(Role.MARK) is None
    assert tuple(second.data(Role.MARK)) == ("problem", "b.tif is cut off.")
    tip = first.data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;.tif" in tip
    assert "9 x 4, 8-bit" in tip
    assert second.data(Qt.ItemDataRole.AccessibleTextRole) == "b.tif, Problem: b.tif is cut off."


def test_marks_are_put_changed_and_taken_away(model: ImagesModel) -> None:
    model.replace([TOP], [image("a.tif"), image("b.tif")])
    seen = count_changes(model)
    model.set_marks({model.path(0): ("done", "")})
    assert seen["data"] == 1, "all rows in one change"
    model.mark(model.path(1), "failed", "The disk is full.")
    assert [tuple(model.index(row).data(Role.MARK)) for row in (0, 1)] == [
        ("done", ""),
        ("failed", "The disk is full."),
    ]
    assert "Failed: The disk is full." in model.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "a.tif, Done"
    model.set_marks({})
    assert model.index(0).data(Role.MARK) is None
    model.mark("not in the list", "done", "")


def test_the_oldest_pictures_go_first_and_words_stay(qapp: QApplication, png: Callable[[int, int], str]) -> None:
    held = Thumbnails(limit=2)
    for name in ("a", "b"):
        held.take(Thumbnail(path=name, file=png(8, 8), text=name))
    assert held.pixmap("a") is not None  # shown: now "b" is the oldest
    held.take(Thumbnail(path="c", file=png(8, 8)))
    assert [held.known(name) for name in "abc"] == [True, False, True]
    assert held.text("b") == "b"
    held.take(Thumbnail(path="a", file="/nowhere.png", problem="Gone."))
    assert held.pixmap("a") is None
    assert held.known("a")
    assert held.problem("a") == "Gone."


def test_the_file_dialog_offers_what_can_be_read(qtbot: QtBot) -> None:
    assert set(drops.SUFFIXES) == {suffix for codec in codecs.CODECS for suffix in codec.suffixes}
    assert {name.casefold() for name in ("tiff", "png", "jpeg", "webp", "gif", "bmp")} == {
        c.name for c in codecs.CODECS
    }
    assert all(codec.name in drops.READABLE.casefold() for codec in codecs.CODECS)
    assert "*.tif *.TIF" in drops.dialog_filter()
