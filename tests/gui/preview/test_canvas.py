"""Two pictures under one zoom: what is painted where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pictures import values as some_values
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from shown import about, pixels, plain

from core.image import from_array
from gui import theme
from gui.preview.canvas import GAP, LEAST, MOST, Canvas
from gui.preview.pixels import Pixels

RED, BLUE = (200, 30, 40), (20, 60, 220)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


SURROUND = theme.color("surround")
SURROUNDING = (SURROUND.red(), SURROUND.green(), SURROUND.blue())


Painted = Callable[[float, float], tuple[int, int, int]]


def test_without_pictures_there_is_the_surround(canvas: Canvas, painted: Painted) -> None:
    assert painted(100, 50) == SURROUNDING
    canvas.set_side_by_side(True)
    assert painted(100, 50) == SURROUNDING
    canvas.set_zoom(3.0)
    QTest.mouseMove(canvas, QPoint(100, 100))
    assert painted(100, 50) == SURROUNDING


@pytest.mark.parametrize("side_by_side", [False, True])
def test_the_focus_is_a_border_and_hides_nothing(
    side_by_side: bool, canvas: Canvas, painted: Painted, tmp_path: Path
) -> None:
    canvas.show_pictures(plain(RED, tmp_path), plain(BLUE, tmp_path))
    canvas.set_side_by_side(side_by_side)
    canvas.clearFocus()
    without = painted(1, 150)
    canvas.activateWindow()
    canvas.setFocus()
    assert canvas.hasFocus()
    assert painted(1, 150) != without
    assert [painted(x, 120) for x in (10, 390)] == [RED, BLUE]


def test_before_is_left_of_the_line_and_after_right_of_it(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path), plain(BLUE, tmp_path))
    assert canvas.zoom == 1.0
    assert [painted(x, 40) for x in (5, 196, 204, 395)] == [RED, RED, BLUE, BLUE]
    assert painted(200, 40) == (255, 255, 255)
    canvas.set_wipe(0.25)
    assert [painted(x, 40) for x in (5, 96, 104, 395)] == [RED, RED, BLUE, BLUE]
    for share, colour in ((0.0, BLUE), (1.0, RED)):
        canvas.set_wipe(share)
        assert {painted(x, 40) for x in (30, 200, 370)} == {colour}


@pytest.mark.parametrize("side_by_side", [False, True])
def test_one_picture_alone_has_no_line(side_by_side: bool, canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    canvas.set_side_by_side(side_by_side)
    canvas.show_pictures(plain(RED, tmp_path), None)
    assert painted(100, 150) == RED
    assert painted(300, 150) == (SURROUNDING if side_by_side else RED)
    canvas.show_pictures(None, plain(BLUE, tmp_path))
    assert painted(300, 150) == BLUE
    assert painted(100, 150) == (SURROUNDING if side_by_side else BLUE)


def test_fit_shows_the_whole_and_the_surround_around_it(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path, 800, 200), None)
    assert canvas.zoom == 0.5
    assert [painted(200, y) for y in (97, 103, 197, 203)] == [SURROUNDING, RED, RED, SURROUNDING]
    canvas.resize(240, 300)
    assert canvas.zoom == 0.3
    assert [painted(100, y) for y in (117, 123, 177, 183)] == [SURROUNDING, RED, RED, SURROUNDING]
    canvas.show_pictures(plain(RED, tmp_path, 4, 4), None)
    assert canvas.zoom == 8.0  # a few pixels are not blown up to the whole window


def test_the_line_is_dragged_and_the_rest_pans(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path), plain(BLUE, tmp_path))
    QTest.mousePress(canvas, LEFT, NONE, QPoint(204, 100))
    QTest.mouseMove(canvas, QPoint(150, 90))
    QTest.mouseMove(canvas, QPoint(100, 90))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(100, 90))
    assert canvas.wipe == 0.25
    assert canvas.fitted
    assert [painted(x, 40) for x in (90, 110)] == [RED, BLUE]
    QTest.mouseMove(canvas, QPoint(300, 90))  # the button is up
    assert canvas.wipe == 0.25
    QTest.mousePress(canvas, LEFT, NONE, QPoint(300, 100))
    QTest.mouseMove(canvas, QPoint(340, 130))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(340, 130))
    assert canvas.wipe == 0.25
    assert not canvas.fitted
    assert (canvas.centre.x(), canvas.centre.y()) == pytest.approx((0.4, 0.4))
    assert painted(300, 29) == SURROUNDING  # the picture went down by 30
    assert painted(300, 31) == BLUE
    QTest.mousePress(canvas, LEFT, NONE, QPoint(100, 90))
    QTest.mouseMove(canvas, QPoint(-500, 90))
    assert canvas.wipe == 0.0
    QTest.mouseMove(canvas, QPoint(5000, 90))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(5000, 90))
    assert canvas.wipe == 1.0


def test_the_cursor_tells_where_the_line_can_be_taken(canvas: Canvas, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path), plain(BLUE, tmp_path))
    QTest.mouseMove(canvas, QPoint(200, 100))
    assert canvas.cursor().shape() == Qt.CursorShape.SplitHCursor
    QTest.mouseMove(canvas, QPoint(300, 100))
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    canvas.set_side_by_side(True)
    QTest.mouseMove(canvas, QPoint(200, 100))
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_side_by_side(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path), plain(BLUE, tmp_path))
    canvas.set_side_by_side(True)
    half = (400 - GAP) // 2
    assert canvas.zoom == half / 400
    assert [painted(x, 150) for x in (4, half - 4, half + 4, 400 - half + 4, 396)] == [
        RED, RED, SURROUNDING, BLUE, BLUE,
    ]  # fmt: skip
    assert painted(100, 20) == SURROUNDING
    canvas.set_zoom(5.0)  # neither paints over the other
    assert [painted(x, 150) for x in (half - 2, half + 4, 400 - half + 2)] == [RED, SURROUNDING, BLUE]


def test_other_shapes_stand_side_by_side_whatever_was_chosen(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path, 400, 300), plain(BLUE, tmp_path, 100, 300))
    assert canvas.beside
    assert not canvas.same_shape
    assert [painted(x, 150) for x in (20, 180, 300, 220)] == [RED, RED, BLUE, SURROUNDING]
    canvas.show_pictures(plain(RED, tmp_path, 400, 300), plain(BLUE, tmp_path, 200, 150))
    assert not canvas.beside  # smaller, of the same proportions
    assert canvas.zooms() == (1.0, 2.0)
    assert [painted(x, 150) for x in (20, 180, 215, 395)] == [RED, RED, BLUE, BLUE]


@pytest.mark.parametrize(
    ("zoom", "centre"), [(1.0, (0.5, 0.5)), (3.0, (0.3, 0.6)), (0.2, (0.5, 0.5)), (17.3, (0.9, 0.1))]
)
def test_both_panes_show_the_same_place(
    zoom: float, centre: tuple[float, float], canvas: Canvas, tmp_path: Path
) -> None:
    array = some_values("uint8", (300, 400))
    canvas.show_pictures(pixels(array, tmp_path), pixels(255 - array, tmp_path))
    canvas.set_side_by_side(True)
    canvas.set_zoom(zoom)
    canvas.centre = QPointF(*centre)
    image = canvas.grab().toImage().convertToFormat(canvas.grab().toImage().Format.Format_Grayscale8)
    half = (400 - GAP) // 2
    both = [
        (image.pixelColor(x, y).red(), image.pixelColor(400 - half + x, y).red())
        for x in range(5, half - 5, 7)
        for y in range(5, 295, 7)
    ]
    outside = (SURROUND.red(), SURROUND.red())
    inside = [pair for pair in both if pair != outside]
    assert len(inside) > 50
    assert max(abs(a + b - 255) for a, b in inside) <= 2


@pytest.mark.parametrize("zoom", [2.5, 4.0, 7.3, 16.0, 41.7, 64.0])
@pytest.mark.parametrize("side_by_side", [False, True])
def test_the_colour_under_the_cursor_is_that_of_the_value_told(
    zoom: float, side_by_side: bool, canvas: Canvas, tmp_path: Path, qtbot: QtBot
) -> None:
    array = some_values("uint8", (97, 131))
    shown = pixels(array, tmp_path)
    canvas.show_pictures(shown, pixels(array, tmp_path))
    canvas.set_side_by_side(side_by_side)
    places: list[object] = []
    canvas.hovered.connect(places.append)
    rng = np.random.default_rng(int(zoom * 10))
    compared = 0
    for _ in range(6):
        canvas.set_zoom(zoom)
        canvas.centre = QPointF(*rng.random(2))
        image = canvas.grab().toImage()
        for x, y in rng.integers((4, 4), (396, 296), (60, 2)).tolist():
            if not side_by_side and abs(x - 200) < 14:
                continue  # the line
            QTest.mouseMove(canvas, QPoint(x, y))
            place = places[-1]
            if place is None:
                continue
            assert isinstance(place, tuple)
            inside = [(share * side) % 1 for share, side in zip(place, (131, 97), strict=True)]
            if min(min(inside), 1 - max(inside)) < 1.1 / zoom:
                continue  # at the border between two pixels
            told = shown.values(*place)
            assert told is not None
            assert image.pixelColor(x, y).red() == told[0], (x, y, place)
            compared += 1
    assert compared > 10 or zoom < 4


def test_transparent_pictures_lie_on_a_checker(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    share = np.zeros((300, 400), np.uint8)
    share[:, 200:] = 255
    colour = np.full((300, 400, 3), RED, np.uint8)
    canvas.show_pictures(pixels(colour, tmp_path, alpha=from_array(share).pixels), None)
    assert {painted(x, 50) for x in range(20, 60)} == {(200, 200, 200), (160, 160, 160)}
    assert painted(300, 50) == RED


def two_levels(folder: Path, width: int, height: int, block: int) -> Pixels:
    """A black picture whose small level is white, so that it can be seen which one is painted."""
    picture = about(np.zeros((height, width), np.uint8), folder, longest=max(width, height) // block)
    offset, columns, rows, _ = picture.levels[1]
    with Path(picture.file).open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * (columns * rows))
    return Pixels(picture)


def test_twelve_megapixels_are_painted_from_the_small_level_at_fit(
    canvas: Canvas, painted: Painted, tmp_path: Path
) -> None:
    canvas.show_pictures(two_levels(tmp_path, 4000, 3000, 4), None)
    white, black = (255, 255, 255), (0, 0, 0)
    assert painted(200, 150) == white
    canvas.set_zoom(0.25)  # a pixel of the small level a pixel of the screen
    assert painted(200, 150) == white
    canvas.set_zoom(0.5)  # finer than the small level
    assert painted(200, 150) == black
    canvas.set_zoom(1.0)
    assert painted(200, 150) == black


def test_a_reduced_picture_fills_the_place_of_the_whole(canvas: Canvas, painted: Painted, tmp_path: Path) -> None:
    small = plain(RED, tmp_path, 40, 30, full=(3000, 4000))
    full = plain(BLUE, tmp_path, 400, 300, full=(3000, 4000))
    canvas.show_pictures(small, full)
    assert canvas.zoom == pytest.approx(0.1)
    assert [painted(x, 20) for x in (3, 190, 210, 397)] == [RED, RED, BLUE, BLUE]
    canvas.set_zoom(10.0)
    assert [painted(x, 20) for x in (8, 190, 210, 392)] == [RED, RED, BLUE, BLUE]


def test_shrunk_pictures_are_smooth_and_enlarged_ones_are_squares(canvas: Canvas, tmp_path: Path) -> None:
    board = (np.indices((600, 800)).sum(0) % 2 * 255).astype(np.uint8)
    canvas.show_pictures(pixels(board, tmp_path), None)
    greys = {QColor(canvas.grab().toImage().pixel(x, 150)).red() for x in range(100, 140)}
    assert max(greys) - min(greys) < 40  # no pattern that is not there
    canvas.set_zoom(10.0)
    greys = {QColor(canvas.grab().toImage().pixel(x, 150)).red() for x in range(100, 140)}
    assert greys == {0, 255}


def test_real_colours_come_through_unchanged(canvas: Canvas, painted: Painted, samples: Path, tmp_path: Path) -> None:
    with Pillow.open(samples / "coffee.png") as opened:
        photo = np.asarray(opened)
    canvas.resize(photo.shape[1], photo.shape[0])
    canvas.show_pictures(pixels(photo, tmp_path), None)
    assert canvas.zoom == 1.0
    for x, y in ((3, 4), (300, 200), (590, 390), (77, 311)):
        assert painted(x, y) == tuple(photo[y, x])


def test_strange_sizes_are_painted(canvas: Canvas, tmp_path: Path) -> None:
    shapes = [(1, 1), (1, 3000), (3000, 1), (2, 5)]
    for first in shapes:
        for second in shapes:
            canvas.show_pictures(
                pixels(some_values("uint8", first), tmp_path), pixels(some_values("uint16", second), tmp_path)
            )
            for zoom in (LEAST, 1.0, MOST):
                canvas.fit()
                canvas.grab()
                canvas.set_zoom(zoom, QPointF(3, 3))
                canvas.grab()
    canvas.resize(240, 160)
    canvas.grab()


def test_a_picture_of_labels_is_painted(canvas: Canvas, tmp_path: Path) -> None:
    picture = about(np.arange(12, dtype=np.uint16).reshape(3, 4), tmp_path, role="labels")
    assert msgspec.json.decode(msgspec.json.encode(picture), type=type(picture)).labels
    canvas.show_pictures(Pixels(picture), None)
    canvas.grab()
