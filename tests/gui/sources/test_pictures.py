"""Thumbnails that are asked for and drawn, and marks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from image_lists import TOP, listed, path, scan
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from core.looks import Thumbnail
from gui import theme
from gui.document import Document
from gui.sources.model import MARKS
from gui.sources.view import ImagesPanel


def test_only_rows_in_sight_and_a_page_ahead_ask_for_thumbnails(
    qtbot: QtBot, panel: ImagesPanel, document: Document, png: Callable[[int, int], str]
) -> None:
    document.add_inputs([TOP])
    asked: list[list[str]] = []
    panel.thumbnails_wanted.connect(asked.append)
    scan(panel, 1, listed(*(f"{i:04}.tif" for i in range(1000))))
    qtbot.waitUntil(lambda: bool(asked))
    all_paths = panel.visible_paths()
    in_sight = panel.list.viewport().height() // panel.list.rowHeight(0) + 1
    assert len(asked) == 1
    assert asked[0] == all_paths[: len(asked[0])], "those in sight first, in order"
    assert in_sight <= len(asked[0]) <= 2 * in_sight + 1

    for one in asked[0][:3]:
        panel.take_thumbnail(Thumbnail(path=one, file=png(96, 96), text="96 x 96, 8-bit"))
    panel.take_thumbnail(Thumbnail(path=asked[0][3], problem="It is cut off."))
    panel.list.verticalScrollBar().setValue(panel.list.rowHeight(0))
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert not set(asked[1]) & set(asked[0][:4]), "what is known is not asked again"
    assert asked[1][0] == all_paths[4]
    assert set(asked[0][4:]) < set(asked[1]), "the newer question replaces the older one"

    panel.list.verticalScrollBar().setValue(500 * panel.list.rowHeight(0))
    panel.list.verticalScrollBar().setValue(800 * panel.list.rowHeight(0))
    qtbot.waitUntil(lambda: len(asked) == 3)
    assert asked[2][0] == all_paths[800], "what only flew past is not asked for"


def test_what_is_being_answered_is_asked_again_only_when_nobody_will_answer(qtbot: QtBot, ten: ImagesPanel) -> None:
    asked: list[list[str]] = []
    ten.thumbnails_wanted.connect(asked.append)
    qtbot.waitUntil(lambda: bool(asked))
    ten.resize(300, 556)
    ten.list.ask_soon()
    qtbot.waitUntil(lambda: not ten.list._timer.isActive())
    assert len(asked) == 1
    ten.ask_thumbnails_again()
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked[1][0] == path("a0.tif")


def test_a_row_shows_its_picture_whole_on_grey(qtbot: QtBot, ten: ImagesPanel, png: Callable[[int, int], str]) -> None:
    ten.take_thumbnail(Thumbnail(path=path("a1.tif"), file=png(96, 48), text="96 x 48, 8-bit"))
    ten.list.setMouseTracking(False)
    rect = ten.list.visualRect(ten.model.index(1))
    shot = ten.list.viewport().grab(rect).toImage()
    middle = shot.height() // 2
    assert shot.pixelColor(8 + 24, middle) == QColor("red")
    assert shot.pixelColor(8 + 24, middle - 20) == theme.color("surround"), "letterboxed"
    assert shot.pixelColor(8 + 1, middle) == QColor("red")


# -- marks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(MARKS))
def test_a_mark_is_drawn_and_said(qtbot: QtBot, ten: ImagesPanel, kind: str) -> None:
    index = ten.model.index(3)
    rect = ten.list.visualRect(index)
    corner = rect.adjusted(rect.width() - 32, 0, 0, 0)
    bare = ten.list.viewport().grab(corner).toImage()
    ten.mark(path("a3.tif"), kind, "Why it is so.")
    assert ten.list.viewport().grab(corner).toImage() != bare
    assert f"{MARKS[kind][2]}: Why it is so." in index.data(Qt.ItemDataRole.ToolTipRole)
    ten.clear_marks()
    assert ten.list.viewport().grab(corner).toImage() == bare
    ten.set_marks({path("a3.tif"): (kind, "")})
    assert ten.list.viewport().grab(corner).toImage() != bare
