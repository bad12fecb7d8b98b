"""The preview region: what it says of an image, and what it asks for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from pictures import values as some_values
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot
from shown import about, shown

from gui.elide import ElidedLabel
from gui.notice import tooltip
from gui.preview.view import PreviewPanel, describe, percent

PATH = "/data/plate 1/image.tif"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> PreviewPanel:
    widget = PreviewPanel()
    widget.resize(640, 560)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def show(panel: PreviewPanel, before: np.ndarray, after: np.ndarray | None, folder: Path, **fields: object) -> None:
    """Show two arrays as an answer."""
    answer = shown(about(before, folder), None if after is None else about(after, folder), **fields)
    panel.show_answer(answer, answer.before)


def over(panel: PreviewPanel, x: float, y: float, pane: int = -1) -> None:
    """Move the mouse over a place of the picture in a pane."""
    canvas = panel.canvas
    pixels = canvas.after if pane == -1 and canvas.after is not None else canvas.before
    assert pixels is not None
    target = canvas._target(pixels, canvas._panes()[pane])
    point = QPoint(round(target.left() + x * target.width()), round(target.top() + y * target.height()))
    QTest.mouseMove(canvas, QPoint(1, 1))
    QTest.mouseMove(canvas, point)


def test_the_value_under_the_cursor_is_that_of_both_files(panel: PreviewPanel, tmp_path: Path) -> None:
    before = some_values("uint16", (20, 30))
    after = some_values("uint8", (20, 30))
    show(panel, before, after, tmp_path)
    for x, y in ((3, 4), (28, 17), (0, 0), (15, 10)):
        over(panel, (x + 0.5) / 30, (y + 0.5) / 20)
        assert panel.values.text() == f"x {x}  y {y}    {before[y, x]:,} \N{RIGHTWARDS ARROW} {after[y, x]}"
    QTest.mouseMove(panel.canvas, QPoint(1, 1))
    assert panel.values.text() == ""


def test_every_channel_is_told(panel: PreviewPanel, tmp_path: Path) -> None:
    before = some_values("float32", (20, 30, 2))
    show(panel, before, None, tmp_path)
    over(panel, 7.5 / 30, 3.5 / 20, 0)
    told = panel.values.text().partition("    ")[2].split(", ")
    assert [float(t) for t in told] == pytest.approx(before[3, 7].tolist(), rel=1e-3)


def test_of_other_shapes_only_the_value_under_the_cursor_is_told(panel: PreviewPanel, tmp_path: Path) -> None:
    before = some_values("uint16", (40, 60))
    show(panel, before, before[10:20, 5:35].copy(), tmp_path)  # a crop
    over(panel, 8.5 / 30, 3.5 / 10, -1)
    assert panel.values.text() == f"x 8  y 3    {before[13, 13]:,}"
    over(panel, 13.5 / 60, 13.5 / 40, 0)
    assert panel.values.text() == f"x 13  y 13    {before[13, 13]:,}"


def test_of_a_smaller_result_the_same_place_is_told(panel: PreviewPanel, tmp_path: Path) -> None:
    before = some_values("uint8", (40, 60))
    show(panel, before, before[::2, ::2].copy(), tmp_path)
    over(panel, 20.5 / 60, 10.5 / 40)
    assert panel.values.text() == f"x 20  y 10    {before[10, 20]} \N{RIGHTWARDS ARROW} {before[10, 20]}"


def test_an_answer_is_described(panel: PreviewPanel, tmp_path: Path) -> None:
    panel.expect(PATH, (2, 1384))
    assert panel.name.text() == "image.tif"
    assert panel.name.toolTip() == tooltip(PATH)
    assert panel.position.text() == "3 / 1,384"
    show(panel, np.arange(600, dtype=np.uint16).reshape(20, 30), np.zeros((20, 30), np.uint8), tmp_path,
         note="Approximate: made from fewer pixels.", warnings=["2 % of the values were clipped."])  # fmt: skip
    assert panel.labels[0].text().startswith("Before: 30 x 20, 16-bit, shown from 2")
    assert panel.labels[1].text() == "After: 30 x 20, 8-bit"
    assert panel.state.text() == "Approximate: made from fewer pixels.  2 % of the values were clipped."
    assert panel.state.cut() == (panel.state.text() in panel.state.toolTip())
    assert panel.problem.isHidden()
    assert [h.picture is not None for h in panel.histograms] == [True, True]


def test_what_a_picture_is(tmp_path: Path) -> None:
    picture = about(some_values("float32", (5, 6)), tmp_path)
    assert describe(picture).startswith("6 x 5, 32-bit float, shown from ")
    sized = msgspec.structs.replace(picture, pixel_size=0.325, stored="int16", shown=[(0, 9), (1, 9)])
    assert describe(sized) == "6 x 5, 16-bit signed, 0.325 \N{MICRO SIGN}m/px, each channel shown over its own range"
    labels = about(np.arange(12, dtype=np.uint16).reshape(3, 4), tmp_path, role="labels")
    assert describe(labels) == "4 x 3, 16-bit"


def test_a_problem_is_told_beside_the_image_that_can_be_shown(panel: PreviewPanel, tmp_path: Path) -> None:
    show(panel, some_values("uint8", (20, 30)), None, tmp_path, problem="The crop box does not fit.")
    assert panel.problem.text() == "The crop box does not fit."
    assert panel.problem.isVisible()
    assert panel.canvas.before is not None
    assert panel.labels[1].text() == ""
    show(panel, some_values("uint8", (20, 30)), some_values("uint8", (20, 30)), tmp_path)
    assert panel.problem.isHidden()


def test_a_problem_alone_is_shown_too(panel: PreviewPanel) -> None:
    answer = shown(None, None, problem="The file is no longer there.")
    panel.show_answer(answer, None)
    assert panel.problem.isVisible()
    assert panel.zoom.text() == ""
    panel.grab()


def test_waiting_is_told_of_only_when_it_is_long(panel: PreviewPanel, qtbot: QtBot, tmp_path: Path) -> None:
    panel.expect(PATH, (0, 1))
    assert panel.state.text() == ""
    qtbot.waitUntil(lambda: panel.state.text().startswith("Making the preview"))
    show(panel, some_values("uint8", (20, 30)), None, tmp_path)
    assert panel.state.text() == ""
    panel.expect(PATH, (0, 1))
    panel.clear()
    assert not panel._waiting.isActive()


def test_planes_of_a_stack_can_be_chosen(panel: PreviewPanel, qtbot: QtBot, tmp_path: Path) -> None:
    picture = about(some_values("uint8", (20, 30)), tmp_path)
    assert panel.z_box.isHidden()
    asked: list[tuple[int, int]] = []
    panel.plane_changed.connect(lambda t, z: asked.append((t, z)))
    answer = shown(msgspec.structs.replace(picture, z=5, t=1), None)
    panel.show_answer(answer, answer.before)
    assert panel.z_box.isVisible()
    assert panel.t_box.isHidden()
    assert asked == []
    assert panel.z_box.text() == "Z 1 / 5"
    panel.z_box.setFocus()
    QTest.keyClick(panel.z_box, Qt.Key.Key_Up)
    QTest.keyClick(panel.z_box, Qt.Key.Key_Up)
    assert asked == [(0, 1), (0, 2)]
    assert panel.plane() == (0, 2)
    again = about(some_values("uint8", (20, 30)), tmp_path)
    smaller = shown(msgspec.structs.replace(again, z=2), None)
    panel.show_answer(smaller, smaller.before)
    assert panel.plane() == (0, 1)
    assert len(asked) == 2


def test_buttons_step_zoom_and_choose(panel: PreviewPanel, qtbot: QtBot, tmp_path: Path) -> None:
    steps: list[int] = []
    panel.step_wanted.connect(steps.append)
    QTest.mouseClick(panel.next, LEFT)
    QTest.mouseClick(panel.previous, LEFT)
    panel.canvas.setFocus()
    QTest.keyClick(panel.canvas, Qt.Key.Key_Right)
    assert steps == [1, -1, 1]
    show(panel, some_values("uint8", (300, 400)), some_values("uint8", (300, 400)), tmp_path)
    QTest.mouseClick(panel.single, LEFT)
    assert (panel.canvas.zoom, panel.zoom.text()) == (1.0, "100 %")
    QTest.mouseClick(panel.double, LEFT)
    assert (panel.canvas.zoom, panel.zoom.text()) == (2.0, "200 %")
    QTest.mouseClick(panel.fit, LEFT)
    assert panel.canvas.fitted
    QTest.mouseClick(panel.beside, LEFT)
    assert panel.canvas.side_by_side
    assert not panel.wipe.isChecked()
    QTest.mouseClick(panel.wipe, LEFT)
    assert not panel.canvas.side_by_side


def test_a_choice_that_is_none_cannot_be_made(panel: PreviewPanel, tmp_path: Path) -> None:
    show(panel, some_values("uint8", (30, 40)), some_values("uint8", (40, 30)), tmp_path)
    assert not panel.wipe.isEnabled()
    assert "change the shape" in panel.wipe.toolTip()
    show(panel, some_values("uint8", (30, 40)), some_values("uint8", (30, 40)), tmp_path)
    assert panel.wipe.isEnabled()


def test_two_zooms_are_told_where_they_differ(panel: PreviewPanel, tmp_path: Path) -> None:
    show(panel, some_values("uint8", (300, 400)), some_values("uint8", (150, 200)), tmp_path)
    QTest.mouseClick(panel.single, LEFT)
    assert panel.zoom.text() == "100 %, after 200 %"
    assert [percent(z) for z in (0.013, 0.5, 64)] == ["1.3 %", "50 %", "6400 %"]


def test_clear_forgets_the_image(panel: PreviewPanel, tmp_path: Path) -> None:
    panel.expect(PATH, (0, 3))
    show(panel, some_values("uint8", (30, 40)), some_values("uint8", (30, 40)), tmp_path, note="Approximate.")
    panel.clear()
    assert (panel.canvas.before, panel.canvas.after, panel.shown) == (None, None, None)
    assert [panel.state.text(), panel.position.text(), panel.values.text(), panel.zoom.text()] == [""] * 4
    panel.grab()


def test_everything_has_a_name_and_a_place_in_the_tab_order(panel: PreviewPanel) -> None:
    for button in panel.findChildren(QToolButton):
        assert button.accessibleName(), button
        assert button.toolTip(), button
        assert button.focusPolicy() == Qt.FocusPolicy.StrongFocus
    for box in panel.findChildren(QSpinBox):
        assert box.accessibleName()
    assert panel.canvas.accessibleName()
    assert panel.canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_long_texts_are_shortened_and_told_whole(panel: PreviewPanel, qtbot: QtBot, tmp_path: Path) -> None:
    long = "/data/" + "a very long folder name/" * 12 + "x" * 200 + ".tif"
    width = panel.width()
    panel.expect(long, (0, 1))
    show(panel, some_values("uint8", (30, 40)), None, tmp_path, warnings=["A warning of some length. " * 20])
    assert panel.width() == width
    assert panel.minimumSizeHint().width() < 640
    assert panel.name.toolTip() == tooltip(f"{Path(long).name}\n{long}")
    assert panel.state.toolTip().count("A warning") == 20
    # The layout follows in the event loop.
    qtbot.waitUntil(lambda: all(n.width() >= n.sizeHint().width() or isinstance(n, ElidedLabel) for n in texts(panel)))


def texts(panel: PreviewPanel) -> list[QLabel]:
    return [label for label in panel.findChildren(QLabel) if label.text() and label.isVisible()]
