"""The editors of a form: real keys and clicks."""

from __future__ import annotations

from typing import Any

import pytest
from form_shown import step, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import catalogue


def test_a_typed_number_is_told_with_its_field_and_without_defaults(qtbot: QtBot) -> None:
    sample = step(qtbot, "gamma")
    sample.type("gamma", "2.5")
    assert sample.told[-1] == ({"gamma": 2.5}, "gamma")
    sample.type("gamma", "1")
    assert sample.told[-1] == ({}, "gamma")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("0,5", 0.5), (" 3 ", 3), ("-2", -2), ("1e1", 10), ("500", 500), ("abc", "abc"), ("nan", "nan"), ("", "")],
)
def test_whatever_is_typed_is_kept_and_refused_in_words(qtbot: QtBot, typed: str, value: Any) -> None:
    sample = step(qtbot, "gamma", {"gamma": 7.5})
    sample.type("gamma", typed)
    assert sample.told[-1][0] == {"gamma": value}
    assert sample.line("gamma").text() == typed
    refused = catalogue.problem("step", "gamma", {"gamma": value}) is not None
    assert bool(sample.form.problem_text()) == refused
    if refused:
        assert sample.form.problem_text().startswith("Gamma must be a number from 0.05 to 10")
        assert '""' not in sample.form.problem_text()


@pytest.mark.parametrize(
    ("typed", "value"), [("1,024", 1024), ("1 024", 1024), ("1024 px", 1024), ("10.5", 10.5), ("12.0", 12)]
)
def test_whole_numbers_are_read_as_people_write_them(qtbot: QtBot, typed: str, value: Any) -> None:
    sample = step(qtbot, "crop")
    sample.type("width", typed)
    assert sample.told[-1][0]["width"] == value


def test_an_empty_optional_line_is_not_given_and_says_what_that_means(qtbot: QtBot) -> None:
    sample = step(qtbot, "crop")
    assert sample.line("x").placeholderText() == "Centred"
    sample.type("x", "12")
    assert sample.told[-1] == ({"width": 256, "height": 256, "x": 12}, "x")
    sample.type("x", "")
    assert sample.told[-1] == ({"width": 256, "height": 256}, "x")
    assert sample.form.problem_text() == ""


def test_a_line_that_must_be_given_is_refused_while_empty(qtbot: QtBot) -> None:
    sample = step(qtbot, "crop")
    sample.type("width", "")
    assert sample.form.problem_text() == "Width must be a whole number from 1 to 1,000,000."


def test_arrows_step_without_rounding_errors_and_stop_at_the_range(qtbot: QtBot) -> None:
    sample = step(qtbot, "rescale-intensity", {"low_percentile": 0.1})
    editor = sample.form.fields["low_percentile"].editor
    editor.setFocus()
    for _ in range(3):
        QTest.keyClick(editor, Qt.Key.Key_Up)
    assert sample.told[-1][0] == {"low_percentile": 0.25}
    for _ in range(9):
        QTest.keyClick(editor, Qt.Key.Key_Down)
    assert sample.told[-1][0] == {"low_percentile": 0.0}
    count = len(sample.told)
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert len(sample.told) == count


def test_arrows_work_from_nothing(qtbot: QtBot) -> None:
    sample = step(qtbot, "crop")
    editor = sample.form.fields["y"].editor
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_Up)
    assert sample.told[-1][0]["y"] == 0


def test_the_wheel_changes_only_where_the_focus_is(qtbot: QtBot) -> None:
    sample = step(qtbot, "gaussian-blur", {"sigma": 3.0})
    other = step(qtbot, "flip")
    box, combo = sample.form.fields["sigma"].editor, other.form.fields["direction"].editor
    box.clearFocus()
    combo.clearFocus()
    wheel(box)
    wheel(combo)
    assert sample.told == other.told == []
    sample.form.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    wheel(box)
    assert sample.told[-1][0] == {"sigma": 2.5}
    assert box.focusPolicy() == combo.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_a_choice_offers_words_in_their_order_and_tells_values(qtbot: QtBot) -> None:
    sample = step(qtbot, "rescale-intensity")
    combo: Any = sample.form.fields["mode"].editor
    assert [combo.itemText(i) for i in range(combo.count())] == ["Percentiles", "Darkest to brightest", "Given values"]
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert sample.told == [({"mode": "min-max"}, "mode")]


def test_a_click_switches_a_box(qtbot: QtBot) -> None:
    sample = step(qtbot, "rotate")
    box: Any = sample.form.fields["expand"].editor
    assert box.isChecked()
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert sample.told == [({"expand": False}, "expand")]
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert sample.told[-1] == ({}, "expand")


def test_a_list_of_numbers_is_typed_with_commas_and_refused_in_words(qtbot: QtBot) -> None:
    sample = step(qtbot, "normalize")
    assert sample.line("mean").text() == "0.485, 0.456, 0.406"
    sample.type("mean", "0.5,0.25")
    assert sample.told[-1] == ({"mean": [0.5, 0.25]}, "mean")
    assert sample.form.problem_text() == "Give as many means as standard deviations."
    sample.type("mean", "0.5, x")
    assert sample.told[-1] == ({"mean": "0.5, x"}, "mean")
    assert sample.line("mean").text() == "0.5, x"
    assert sample.form.problem_text().startswith("Mean must be a list of 1 to 64, each a number")
    sample.type("mean", "0.485,0.456,0.406")
    assert sample.told[-1] == ({}, "mean")


def test_leaving_a_line_tidies_what_it_says(qtbot: QtBot) -> None:
    sample = step(qtbot, "crop")
    sample.type("width", "1,024 px")
    QTest.keyClick(sample.form.fields["width"].editor, Qt.Key.Key_Tab)
    assert sample.line("width").text() == "1024"
    sample.type("height", "abc")
    QTest.keyClick(sample.form.fields["height"].editor, Qt.Key.Key_Tab)
    assert sample.line("height").text() == "abc"


def test_undo_in_a_line_is_the_windows_undo(qtbot: QtBot) -> None:
    sample = step(qtbot, "gamma")
    asked: list[int] = []
    shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), sample.form)
    shortcut.activated.connect(lambda: asked.append(1))
    sample.type("gamma", "2.5")
    count = len(sample.told)
    window = sample.form.window().windowHandle()
    assert window is not None
    qtbot.waitUntil(lambda: QApplication.focusWidget() is sample.form.fields["gamma"].editor)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert asked == [1]
    assert (len(sample.told), sample.line("gamma").text()) == (count, "2.5")
    shortcut.setEnabled(False)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert sample.line("gamma").text() == "2.5"


def test_a_value_that_is_none_of_the_choices_stays_readable(qtbot: QtBot) -> None:
    sample = step(qtbot, "flip", {"direction": "sideways"})
    combo: Any = sample.form.fields["direction"].editor
    assert combo.currentIndex() == -1
    assert combo.placeholderText() == "sideways"
