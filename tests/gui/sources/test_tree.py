"""The tree of folders: counts, choosing, removing."""

from __future__ import annotations

from pathlib import Path

from image_lists import SECOND, TOP, listed, path, scan
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.looks import Listed
from gui.document import Document
from gui.notice import tooltip
from gui.sources.model import SINGLE
from gui.sources.view import ImagesPanel

LEFT = Qt.MouseButton.LeftButton


def names(panel: ImagesPanel) -> list[str]:
    return [Path(one).name for one in panel.visible_paths()]


def rows(panel: ImagesPanel) -> list[tuple[str, str]]:
    """The open rows of the tree, indented by two blanks a level."""
    found, item = [], panel.tree.topLevelItem(0)
    while item is not None:
        depth, above = 0, item.parent()
        while above is not None:
            depth, above = depth + 1, above.parent()
        found.append(("  " * depth + item.text(0), item.text(1)))
        item = panel.tree.itemBelow(item)
    return found


def test_the_tree_counts_what_lies_in_each_folder_and_below(ten: ImagesPanel) -> None:
    assert rows(ten) == [("All images", "10"), ("plate_01", "10"), ("  day 1", "2"), ("  day 2", "2")]
    day_2 = ten.tree.topLevelItem(1).child(1)
    day_2.setExpanded(True)
    assert rows(ten)[-1] == ("    deep", "1")
    assert day_2.toolTip(0) == tooltip(path("day 2"))
    scan(ten, 2, listed("a0.tif", "day 2/deep/d0.tif", "day 2/deep/d1.tif"))
    assert rows(ten)[-2:] == [("  day 2", "2"), ("    deep", "2")], "what was open stays open"
    ten.tree.topLevelItem(1).setExpanded(False)
    scan(ten, 3, listed("a0.tif", "day 2/d0.tif"))
    assert rows(ten) == [("All images", "2"), ("plate_01", "2")], "and what was closed stays closed"


def test_a_click_shows_only_that_folder(qtbot: QtBot, ten: ImagesPanel) -> None:
    item = ten.tree.topLevelItem(1).child(1)
    QTest.mouseClick(ten.tree.viewport(), LEFT, pos=ten.tree.visualItemRect(item).center())
    assert names(ten) == ["c0.tif", "d0.tif"]
    assert ten.parts.count.text() == "2 of 10"
    assert ten.current_path() == path("day 2/c0.tif")
    ten.tree.setFocus()
    QTest.keyClick(ten.tree, Qt.Key.Key_Home)
    assert len(names(ten)) == 10
    assert ten.current_path() == path("day 2/c0.tif")


def test_one_flat_folder_needs_no_tree(ten: ImagesPanel) -> None:
    assert ten.tree.isVisible()
    scan(ten, 2, listed("a.tif", "b.tif"))
    assert not ten.tree.isVisible()


def test_the_tree_is_as_high_as_it_needs_up_to_a_third(ten: ImagesPanel) -> None:
    assert ten.tree.height() == ten.tree.content_height() < ten.height() // 3
    scan(ten, 2, listed(*(f"day {i}/a.tif" for i in range(12))))
    ten.tree.topLevelItem(1).setExpanded(True)
    assert ten.tree.height() == ten.height() // 3 < ten.tree.content_height()
    ten.resize(288, 900)
    assert ten.tree.height() == 300
    ten.tree.topLevelItem(1).setExpanded(False)
    assert ten.tree.height() == ten.tree.content_height()


def test_a_whole_input_is_removed_from_the_tree(ten: ImagesPanel, document: Document) -> None:
    document.add_inputs([SECOND])
    scan(ten, 2, listed("a.tif", "day/b.tif"), listed("c.tif", top=SECOND, root=1))
    ten.tree.choose((1, ""))
    ten.tree.setFocus()
    assert names(ten) == ["c.tif"]
    assert ten.commands.remove.text() == "Remove second"
    QTest.keyClick(ten.tree, Qt.Key.Key_Delete)
    assert document.images.inputs == (TOP,)
    assert document.images.without == frozenset()
    scan(ten, 3, listed("a.tif", "day/b.tif"))
    assert names(ten) == ["a.tif", "b.tif"], "the folder is gone, so all are shown"
    document.undo_stack.undo()
    assert document.images.inputs == (TOP, SECOND)


def test_the_same_folder_stays_selected_when_another_input_goes(ten: ImagesPanel, document: Document) -> None:
    document.add_inputs([SECOND])
    scan(ten, 2, listed("a.tif"), listed("day/c.tif", "day/d.tif", top=SECOND, root=1))
    ten.tree.choose((1, "day"))
    assert names(ten) == ["c.tif", "d.tif"]
    document.remove_input(TOP)
    scan(ten, 3, listed("x.tif", "day/c.tif", top=SECOND, root=0))
    assert names(ten) == ["c.tif"]
    assert ten.tree.chosen() == (0, "day")


def test_a_folder_below_is_taken_out_image_by_image(ten: ImagesPanel, document: Document) -> None:
    ten.tree.choose((0, "day 2"))
    ten.tree.setFocus()
    ten.commands.remove.trigger()
    assert document.images.without == {path("day 2/c0.tif"), path("day 2/deep/d0.tif")}
    assert len(names(ten)) == 8
    document.undo_stack.undo()
    assert len(ten.paths()) == 10
    ten.tree.choose(None)
    ten.commands.remove.trigger()
    assert document.images.without == frozenset(), "all images are not removed by a key"


def test_single_files_are_one_row_and_an_empty_input_can_be_removed(
    ten: ImagesPanel, document: Document, tmp_path: Path
) -> None:
    file = tmp_path / "one.tif"
    file.touch()
    notes = tmp_path / "notes.txt"
    notes.touch()
    gone = tmp_path / "gone since.tif"
    document.add_inputs([SECOND, str(file), str(notes), str(gone)])
    single = Listed(key="one.tif", path=str(file), folder="", size=1, root=2)
    since = Listed(key="gone since.tif", path=str(gone), folder="", size=1, root=4)
    scan(ten, 2, listed("a.tif"), [single, since])
    assert rows(ten) == [("All images", "3"), ("plate_01", "1"), ("second", "0"), ("Single files", "2")]
    ten.tree.choose((SINGLE, ""))
    assert names(ten) == ["one.tif", "gone since.tif"]
    ten.tree.choose((1, ""))
    ten.tree.setFocus()
    assert ten.parts.message.label.text() == "There is no image in this folder."
    ten.commands.remove.trigger()
    assert SECOND not in document.images.inputs


def test_inputs_of_one_name_are_told_apart(ten: ImagesPanel, document: Document) -> None:
    other = str(Path("/run 2/plate_01").absolute())
    document.add_inputs([other])
    scan(ten, 2, listed("a.tif"), listed("a.tif", top=other, root=1))
    assert [Path(name).as_posix() for name, _ in rows(ten)[1:]] == ["data/plate_01", "run 2/plate_01"]
