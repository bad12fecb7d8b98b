"""Two pictures under one zoom: what wheel, keys and mouse do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shown import plain

from gui.preview.canvas import LEAST, MOST, Canvas

RED, BLUE = (200, 30, 40), (20, 60, 220)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def wheel(canvas: Canvas, x: float, y: float, clicks: int, *, sideways: int = 0) -> None:
    event = QWheelEvent(
        QPointF(x, y), canvas.mapToGlobal(QPointF(x, y)), QPoint(), QPoint(120 * sideways, 120 * clicks),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


@pytest.mark.parametrize("shape", [(400, 300), (90, 300)])
@pytest.mark.parametrize("side_by_side", [False, True])
def test_zooming_keeps_the_place_under_the_cursor(
    side_by_side: bool, shape: tuple[int, int], canvas: Canvas, tmp_path: Path
) -> None:
    canvas.show_pictures(plain(RED, tmp_path), plain(BLUE, tmp_path, *shape))
    canvas.set_side_by_side(side_by_side)
    for x, y in ((110, 140), (300, 160), (312, 150), (90, 170)):
        canvas.fit()
        assert 0 < canvas._place(QPointF(x, y), canvas._pane_at(QPointF(x, y))).x() < 1
        for clicks in (3, 5, -2, 4):
            point = QPointF(x, y)
            before, zoom = canvas._place(point, canvas._pane_at(point)), canvas.zoom
            wheel(canvas, x, y, clicks)
            after = canvas._place(point, canvas._pane_at(point))
            assert canvas.zoom == pytest.approx(zoom * 1.0015 ** (120 * clicks))
            assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1e-9)


def test_zoom_has_limits_and_the_image_stays_in_reach(canvas: Canvas, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path), None)
    for clicks, limit in ((40, MOST), (-100, LEAST)):
        wheel(canvas, 390, 290, clicks)
        assert canvas.zoom == limit
        assert 0 <= canvas.centre.x() <= 1
        assert 0 <= canvas.centre.y() <= 1
    canvas.set_zoom(8.0)
    for _ in range(10):
        QTest.mousePress(canvas, LEFT, NONE, QPoint(10, 10))
        QTest.mouseMove(canvas, QPoint(390, 290))
        QTest.mouseRelease(canvas, LEFT, NONE, QPoint(390, 290))
    assert (canvas.centre.x(), canvas.centre.y()) == (0.0, 0.0)


def test_a_wheel_that_turns_sideways_leaves_a_fitted_image_fitted(canvas: Canvas, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path), None)
    wheel(canvas, 200, 150, 0, sideways=3)
    assert canvas.fitted


def test_keys(canvas: Canvas, tmp_path: Path) -> None:
    steps: list[int] = []
    zoomed: list[int] = []
    canvas.step_wanted.connect(steps.append)
    canvas.zoomed.connect(lambda: zoomed.append(1))
    canvas.show_pictures(plain(RED, tmp_path, 800, 600), plain(BLUE, tmp_path, 800, 600))
    zoomed.clear()
    QTest.keyClick(canvas, Qt.Key.Key_1)
    assert (canvas.zoom, canvas.fitted) == (1.0, False)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom == 1.5
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.zoom == 1.0
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert (canvas.zoom, canvas.fitted) == (0.5, True)
    assert len(zoomed) == 4
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert steps == [1, -1]
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.wipe == pytest.approx(0.55)
    QTest.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.wipe == pytest.approx(0.5)
    assert steps == [1, -1]


def test_keys_without_a_name_are_left_alone(canvas: Canvas) -> None:
    for code in (0, 0x0100FFF1, Qt.Key.Key_unknown.value, Qt.Key.Key_A.value):
        event = QKeyEvent(QEvent.Type.KeyPress, code, NONE, "")
        QApplication.sendEvent(canvas, event)
        assert not event.isAccepted()


def test_a_double_click_goes_between_whole_and_single_pixels(canvas: Canvas, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path, 800, 600), None)
    place = canvas._place(QPointF(100, 100), canvas._pane_at(QPointF(100, 100)))
    QTest.mouseDClick(canvas, LEFT, NONE, QPoint(100, 100))
    assert canvas.zoom == 1.0
    after = canvas._place(QPointF(100, 100), canvas._pane_at(QPointF(100, 100)))
    assert (after.x(), after.y()) == pytest.approx((place.x(), place.y()))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(100, 100))
    QTest.mouseDClick(canvas, LEFT, NONE, QPoint(100, 100))
    assert canvas.fitted


def test_place_and_zoom_stay_for_a_new_picture_of_the_same_image(canvas: Canvas, tmp_path: Path) -> None:
    canvas.show_pictures(plain(RED, tmp_path, 800, 600), None)
    canvas.set_zoom(3.0, QPointF(30, 30))
    centre = QPointF(canvas.centre)
    canvas.show_pictures(plain(RED, tmp_path, 800, 600), plain(BLUE, tmp_path, 800, 600))
    assert (canvas.zoom, canvas.centre) == (3.0, centre)
    canvas.show_pictures(plain(RED, tmp_path, 500, 600), None)
    assert (canvas.zoom, canvas.centre) == (3.0, QPointF(0.5, 0.5))
    canvas.show_pictures(None, None)
    canvas.show_pictures(plain(RED, tmp_path, 800, 600), None)
    assert canvas.fitted


def test_what_lies_under_the_cursor_is_told(canvas: Canvas, tmp_path: Path, qtbot: QtBot) -> None:
    places: list[object] = []
    canvas.hovered.connect(places.append)
    canvas.show_pictures(plain(RED, tmp_path, 400, 150), plain(BLUE, tmp_path, 400, 150))
    QTest.mouseMove(canvas, QPoint(100, 150))
    assert places[-1] == pytest.approx((0.25, 0.5))
    QTest.mouseMove(canvas, QPoint(100, 20))
    assert places[-1] is None  # above the picture
    canvas.set_side_by_side(True)
    for x in (100, 304):
        QTest.mouseMove(canvas, QPoint(x, 150))
        assert places[-1] == pytest.approx((100 / 196, 0.5))
    assert canvas.over_after
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert places[-1] is None
