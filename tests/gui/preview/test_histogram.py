"""Curves of how often values occur."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot
from shown import about

from core.looks import Picture
from gui import theme
from gui.preview.histogram import Histogram, value


@pytest.fixture
def histogram(qtbot: QtBot) -> Histogram:
    widget = Histogram("After")
    widget.resize(256, 90)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def curve(histogram: Histogram) -> list[int]:
    """For each column, how many pixels the curve is high."""
    image = histogram.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    line = histogram.fontMetrics().height()
    empty = Histogram("After")
    empty.resize(histogram.size())
    bare = empty.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = range(line + 4, histogram.height() - line - 4)
    return [sum(image.pixel(x, y) != bare.pixel(x, y) for y in rows) for x in range(histogram.width())]


def with_counts(tmp_path: Path, counts: list[list[int]], **fields: object) -> Picture:
    return msgspec.structs.replace(about(np.zeros((4, 5), np.uint8), tmp_path), counts=counts, **fields)


def test_the_curve_is_where_the_values_are(histogram: Histogram, tmp_path: Path) -> None:
    counts = [0] * 128
    counts[32], counts[96] = 100, 400
    histogram.show_picture(with_counts(tmp_path, [counts]))
    heights = curve(histogram)
    peaks = [x for x, height in enumerate(heights) if height > 3]
    assert set(peaks) <= {63, 64, 65, 66, 191, 192, 193, 194}
    assert heights[192] > heights[64] > 0
    assert abs(heights[192] - 2 * heights[64]) <= 4  # square roots: four times as many is twice as high


def test_the_ends_do_not_hide_the_rest(histogram: Histogram, tmp_path: Path) -> None:
    counts = [10] * 128
    counts[0] = counts[-1] = 1_000_000
    histogram.show_picture(with_counts(tmp_path, [counts]))
    assert min(curve(histogram)[4:-4]) > 20


def test_odd_counts_are_drawn_too(histogram: Histogram, tmp_path: Path, qtlog: pytest.LogCaptureFixture) -> None:
    for counts in ([], [[0] * 128], [[5] + [0] * 127], [[0] * 127 + [5]], [[1, 2]], [[3] * 128] * 6, [[3] * 128] * 3):
        histogram.show_picture(with_counts(tmp_path, counts))
        histogram.grab()
    histogram.show_picture(None)
    assert max(curve(histogram)) == 0
    histogram.resize(1, 1)
    histogram.show_picture(with_counts(tmp_path, [[3] * 128]))
    histogram.grab()
    assert qtlog.records == []


def test_a_colour_picture_has_red_green_and_blue_curves(histogram: Histogram, tmp_path: Path) -> None:
    rows = [[0] * 128 for _ in range(3)]
    for channel, place in enumerate((20, 60, 100)):
        rows[channel][place] = 50
    histogram.show_picture(with_counts(tmp_path, rows, role="colour"))
    image = histogram.grab().toImage()
    y = histogram.height() // 2
    strongest = []
    for place in (20, 60, 100):
        colour = QColor(image.pixel(place * 2 + 1, y))
        parts = [colour.red(), colour.green(), colour.blue()]
        strongest.append(parts.index(max(parts)))
    assert strongest == [0, 1, 2]


def test_it_is_described_for_those_who_do_not_see_it(histogram: Histogram, tmp_path: Path) -> None:
    assert histogram.accessibleName() == "Histogram after"
    histogram.show_picture(with_counts(tmp_path, [[1] * 128], span=(12.0, 65535.0)))
    assert histogram.accessibleDescription() == "12 to 65,535"
    histogram.show_picture(None)
    assert histogram.accessibleDescription() == ""


def test_both_themes_are_drawn(histogram: Histogram, tmp_path: Path, qapp: object) -> None:
    histogram.show_picture(with_counts(tmp_path, [[9] * 128]))
    assert theme.color("accent").isValid()
    assert max(curve(histogram)) > 20


def test_values_as_people_read_them() -> None:
    assert [value(n) for n in (0, 1204.0, 65535, -3, 0.25, 1 / 3, 1e20)] == [
        "0", "1,204", "65,535", "-3", "0.25", "0.3333", "1e+20",
    ]  # fmt: skip
    assert value(float("nan")) == "nan"
    assert value(float("inf")) == "inf"
