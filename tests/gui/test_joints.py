"""How the window joins its regions, without an engine: what was kept, answers that come late, very many files."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sentences import is_sentence
from shown import about, shown

from core.check import Check, ItemCheck
from core.looks import Listed, Scanned, Sums
from gui import document as document_module
from gui import keeper
from gui.document import Document
from gui.drafts import Images
from gui.keeping import Keeping
from gui.main_window import MainWindow
from gui.sources.tree import FolderTree


@pytest.fixture
def bare(qtbot: QtBot) -> MainWindow:
    """A window whose engine was never started."""
    made = MainWindow()
    qtbot.addWidget(made)
    return made


class Calls:
    """Counts the calls of a function."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
        self.count = 0
        self.real = getattr(place, name)
        monkeypatch.setattr(place, name, self)

    def __call__(self, *given: Any) -> Any:
        self.count += 1
        return self.real(*given)


def fill(window: MainWindow, folder: Path, *names: str) -> None:
    window.images.scan_started()
    items = [Listed(key=name, path=str(folder / name), folder="", size=1) for name in names]
    window.images.take_scanned(Scanned(number=1, seen=len(items), items=items, over=True))


def test_images_that_were_taken_out_stay_out_at_the_next_start(bare: MainWindow, tmp_path: Path) -> None:
    kept = keeper.Kept(inputs=[str(tmp_path)], without=[str(tmp_path / "a.tif")])
    keeper.save(kept, tmp_path / "window.json")
    bare.keeping = Keeping(bare, tmp_path / "window.json")
    fill(bare, tmp_path, "a.tif", "b.tif")
    assert bare.images.paths() == [str(tmp_path / "b.tif")]
    assert bare.images.count() == 1


def test_names_that_look_like_markup_are_shown_as_they_are(bare: MainWindow, tmp_path: Path) -> None:
    folder = tmp_path / "A & B"
    folder.mkdir()
    bare.document.add_inputs([str(folder)])
    fill(bare, folder, "x & <b>y</b>.tif")
    for told, whole in (
        (bare.images.model.index(0).data(Qt.ItemDataRole.ToolTipRole), folder / "x & <b>y</b>.tif"),
        (bare.images.tree.topLevelItem(1).toolTip(0), folder),
    ):
        assert told.startswith("<p")  # else Qt would show &amp; for &
        assert html.escape(str(whole)) in told


def test_a_check_that_was_closed_does_not_open_again_with_its_estimate(bare: MainWindow) -> None:
    bad = ItemCheck(item="a.tif", sources=["/a.tif"], problem="Broken.", losses=[])
    check = Check(
        recipe="Test", folder="/out", total=1, items=[bad], skipped=[], collisions=[], left_out="", notes=[], files=0
    )
    told = Sums(number=3, images=1, checked=True, check=check)
    opened: list[bool] = []
    bare.running.check_shown.connect(opened.append)
    bare.running._asked = 3
    bare.running._take_sums(told)
    bare.checks.closed.emit()
    bare.running._take_sums(told)
    assert opened == [True, False]


def test_an_answer_about_another_plane_comes_too_late(bare: MainWindow, tmp_path: Path) -> None:
    first, second = (about(np.full((8, 9), value, np.uint8), tmp_path) for value in (10, 20))
    bare.looking.path = "/data/plate 1/image.tif"
    bare.looking.asked[False] = 1
    bare.looking._plane(0, 1)
    bare.looking._take(shown(first, None, number=1, full=False))
    assert bare.looking.before == {}
    bare.looking.asked[False] = 2
    bare.looking._take(shown(second, None, number=2, full=False))
    found = bare.looking.before[False].values(0.5, 0.5)
    assert found == (20,)


def test_thousands_of_files_come_back_each_compared_once(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    out = [f"/data/{n}.tif" for n in range(3000)]
    document.images = Images(inputs=("/data",), without=frozenset(out))
    compared = Calls(monkeypatch, document_module, "lies_in")
    document.add_inputs([*out[1:], *(f"/more/{n}.tif" for n in range(3000))])
    assert document.images.without == {out[0]}
    assert compared.count <= len(out)


def test_thousands_of_folders_are_named_each_by_itself(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = FolderTree()
    qtbot.addWidget(tree)
    tops = [f"/plate/{n}/day" for n in range(2000)]
    taken = Calls(monkeypatch, os.path, "basename")
    tree.show_folders(tops, {(n, ""): 1 for n in range(2000)})
    assert taken.count < 20 * len(tops)
    assert tree.title((7, "")) == "7/day"


@pytest.mark.parametrize("name", ["no folder/mine.slidetray", "\udcff.slidetray"])
def test_a_recipe_that_cannot_be_written_is_told_in_a_sentence(document: Document, tmp_path: Path, name: str) -> None:
    (tmp_path / "no folder").write_bytes(b"")
    assert is_sentence(document.save(tmp_path / name))
    assert [path.name for path in tmp_path.iterdir()] == ["no folder"]
    assert not document.origin
