"""The form of a step or format: real keys and clicks, for every kind there is."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core import catalogue
from core.catalogue import Kind, Problem
from gui import fields, theme
from gui.form import DISPLAY_ONLY, SettingsForm, in_words

KINDS = [("step", kind) for kind in catalogue.steps().values()]
KINDS += [("format", kind) for kind in catalogue.formats().values()]
NAMES = [f"{sort} {kind.tag}" for sort, kind in KINDS]


class Sample:
    """A form with what it told, as a document would keep it."""

    def __init__(self, qtbot: QtBot, kind: Kind, settings: dict[str, Any] | None = None, sort: str = "step") -> None:
        self.form = SettingsForm(kind, kind.initial if settings is None else settings)
        qtbot.addWidget(self.form)
        self.told: list[tuple[dict[str, Any], str]] = []
        self.sort: Any = sort
        self.kind = kind
        self.form.changed.connect(self.keep)
        self.form.resize(344, 480)
        self.form.show()
        self.form.activateWindow()
        qtbot.waitUntil(self.form.isActiveWindow)

    def keep(self, settings: dict[str, Any], name: str) -> None:
        self.told.append((settings, name))
        self.form.set_settings(settings)
        self.form.set_problem(catalogue.problem(self.sort, self.kind.tag, settings))

    def line(self, name: str) -> Any:
        field = self.form.fields[name]
        assert isinstance(field, fields.TextField)
        return field.line

    def type(self, name: str, text: str) -> None:
        field = self.form.fields[name]
        field.editor.setFocus()
        self.line(name).selectAll()
        if text:
            QTest.keyClicks(field.editor, text)
        else:
            QTest.keyClick(field.editor, Qt.Key.Key_Delete)


def step(qtbot: QtBot, tag: str, settings: dict[str, Any] | None = None) -> Sample:
    return Sample(qtbot, catalogue.steps()[tag], settings)


def pick(combo: Any, text: str) -> None:
    """Choose in a combo box by the keyboard, as a person would."""
    combo.setFocus()
    at = combo.findText(text)
    assert at >= 0, [combo.itemText(i) for i in range(combo.count())]
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(at):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    if combo.currentText() != text or at == 0:
        combo.activated.emit(at)


def wheel(widget: QWidget) -> None:
    at = QPointF(widget.rect().center())
    turn = QPoint(0, -120)
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        turn,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize(("sort", "kind"), KINDS, ids=NAMES)
def test_every_kind_has_a_form_that_shows_its_first_settings_and_is_silent(qtbot: QtBot, sort: str, kind: Kind) -> None:
    sample = Sample(qtbot, kind, sort=sort)
    sample.form.set_problem(catalogue.problem(sample.sort, kind.tag, kind.initial))
    assert sample.form.problem_text() == ""
    assert sample.form.settings() == kind.initial
    assert set(sample.form.fields) == set(kind.properties)
    for field in sample.form.fields.values():
        assert field.editor.accessibleName()
        assert field.editor.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert sample.told == []


@pytest.mark.parametrize(("sort", "kind"), KINDS, ids=NAMES)
def test_every_shown_field_fits_and_is_reached_by_tab_in_its_order(qtbot: QtBot, sort: str, kind: Kind) -> None:
    sample = Sample(qtbot, kind, sort=sort)
    assert sample.form.minimumSizeHint().width() <= 320
    shown = [name for name in kind.properties if sample.form.is_shown(name)]
    if not shown:
        return
    sample.form.fields[shown[0]].editor.setFocus()
    seen = []
    for _ in shown:
        focus = sample.form.focusWidget()
        seen += [name for name, field in sample.form.fields.items() if field.editor is focus]
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert seen == shown


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


def test_a_problem_stands_under_its_field_until_it_is_mended(qtbot: QtBot) -> None:
    sample = step(qtbot, "crop")
    sample.type("height", "0")
    notice = sample.form._notices["height"]
    assert notice.isVisible()
    assert notice.text() == "Height must be a whole number from 1 to 1,000,000, not 0."
    assert notice.y() > 0
    assert notice.parentWidget() is sample.form.fields["height"].parentWidget()
    assert "1,000,000" in sample.form.fields["height"].editor.accessibleDescription()
    assert not sample.form._last.isVisible()
    sample.type("height", "10")
    assert not notice.isVisible()
    assert sample.form.problem_text() == ""


def test_a_problem_of_several_fields_stands_at_the_end_in_the_words_of_the_form(qtbot: QtBot) -> None:
    sample = step(qtbot, "rescale-intensity")
    sample.type("low_percentile", "99.9")
    assert sample.form._last.isVisible()
    assert sample.form.problem_text() == "High must be above Low."
    pick(sample.form.fields["mode"].editor, "Given values")
    assert sample.form.problem_text() == 'With "Given values", give both Black and White.'


def test_titles_replace_names_of_optional_settings_and_formats() -> None:
    resize, jpeg = catalogue.steps()["resize"], catalogue.formats()["jpeg"]
    text = in_words(resize, Problem('"longest" must be a whole number from 1 to 100,000, not "x".', "longest"))
    assert text == 'Longest side must be a whole number from 1 to 100,000, not "x".'
    problem = catalogue.problem("format", "jpeg", {"quality": 200})
    assert problem is not None
    assert in_words(jpeg, problem) == "Quality must be a whole number from 1 to 100, not 200."


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


def test_fields_that_do_not_count_are_hidden_and_keep_their_values(qtbot: QtBot) -> None:
    sample = step(qtbot, "rescale-intensity", {"low_percentile": 2.0})
    form = sample.form

    def shown() -> set[str]:
        return {name for name in form.fields if form.is_shown(name)}

    assert shown() == {"mode", "scope", "low_percentile", "high_percentile"}
    pick(form.fields["mode"].editor, "Given values")
    assert shown() == {"mode", "low", "high"}
    sample.type("low", "10")
    sample.type("high", "2000")
    assert form.problem_text() == ""
    pick(form.fields["mode"].editor, "Darkest to brightest")
    assert shown() == {"mode", "scope"}
    assert form.settings()["low_percentile"] == 2.0


def test_a_hidden_field_is_shown_when_the_problem_is_about_it(qtbot: QtBot) -> None:
    sample = step(qtbot, "rescale-intensity", {"mode": "min-max", "low_percentile": 200})
    sample.form.set_problem(catalogue.problem("step", "rescale-intensity", sample.form.settings()))
    assert sample.form.is_shown("low_percentile")
    sample.type("low_percentile", "1")
    assert not sample.form.is_shown("low_percentile")


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


@pytest.mark.parametrize("way", catalogue.steps()["resize"].ways)
def test_a_way_shows_its_fields_with_first_values_and_drops_the_others(qtbot: QtBot, way: str) -> None:
    kind = catalogue.steps()["resize"]
    start = "Percent" if way != "Percent" else "Longest side"
    sample = step(qtbot, "resize", {**kind.ways[start], "enlarge": False})
    assert sample.form.way is not None
    assert sample.form.way.currentText() == start
    pick(sample.form.way, way)
    settings, name = sample.told[-1]
    assert name == ""
    default = {key: value for key, value in kind.ways[way].items() if value != kind.properties[key].get("default")}
    assert settings == {**default, "enlarge": False}
    ways = {key for group in kind.ways.values() for key in group}
    assert {key for key in ways if sample.form.is_shown(key)} == set(kind.ways[way])
    assert sample.form.is_shown("enlarge")
    assert sample.form.problem_text() == ""
    for key, value in kind.ways[way].items():
        if key != "mode":
            assert sample.line(key).text() == f"{value:g}"


def test_an_emptied_field_of_a_way_stays_and_is_refused(qtbot: QtBot) -> None:
    sample = step(qtbot, "resize", {"percent": 50.0})
    sample.type("percent", "")
    assert sample.form.is_shown("percent")
    assert sample.form.way is not None
    assert sample.form.way.currentText() == "Percent"
    assert sample.form.problem_text() == "Percent must be a number from 0.1 to 1,600."
    sample.type("percent", "25")
    assert sample.form.settings() == {"percent": 25}
    assert sample.form.problem_text() == ""


def test_choosing_the_same_way_again_mends_settings_of_two(qtbot: QtBot) -> None:
    sample = step(qtbot, "resize", {"longest": 100, "percent": 10.0})
    assert sample.form.way is not None
    sample.form.way.activated.emit(0)
    assert sample.told == [({"longest": 100}, "")]


def test_set_settings_is_silent_and_keeps_focus_text_and_cursor(qtbot: QtBot) -> None:
    sample = step(qtbot, "gamma", {"gamma": 2.5})
    line = sample.line("gamma")
    sample.form.fields["gamma"].editor.setFocus()
    line.setCursorPosition(1)
    spy = QSignalSpy(sample.form.changed)
    sample.form.set_settings({"gamma": 2.5})
    assert (line.text(), line.cursorPosition()) == ("2.5", 1)
    sample.form.set_settings({"gamma": 3.5})
    assert line.text() == "3.5"
    sample.form.set_settings({})
    assert line.text() == "1"
    assert spy.count() == 0


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


def test_the_description_is_folded_and_can_be_left_out(qtbot: QtBot) -> None:
    kind = catalogue.steps()["rescale-intensity"]
    form = SettingsForm(kind, {})
    bare = SettingsForm(kind, {}, describe=False)
    qtbot.addWidget(form)
    qtbot.addWidget(bare)

    def said(widget: QWidget) -> str:
        return " ".join(label.text() for label in widget.findChildren(QLabel))

    assert kind.help[:40] in said(form)
    assert "keeps it comparable" not in said(form)
    note = next(label for label in form.findChildren(QLabel) if "href" in label.text())
    note.linkActivated.emit("#")
    assert "keeps it comparable" in said(form)
    note.linkActivated.emit("#")
    assert "keeps it comparable" not in said(form)
    assert DISPLAY_ONLY in said(form)
    assert kind.help[:40] not in said(bare)
    assert DISPLAY_ONLY not in said(bare)


def test_only_steps_that_change_brightness_are_for_display_only(qtbot: QtBot) -> None:
    for kind in catalogue.steps().values():
        form = SettingsForm(kind, {})
        qtbot.addWidget(form)
        said = any(label.text() == DISPLAY_ONLY for label in form.findChildren(QLabel))
        assert said != kind.measurable


def test_a_value_that_is_none_of_the_choices_stays_readable(qtbot: QtBot) -> None:
    sample = step(qtbot, "flip", {"direction": "sideways"})
    combo: Any = sample.form.fields["direction"].editor
    assert combo.currentIndex() == -1
    assert combo.placeholderText() == "sideways"


def test_notices_follow_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    sample = step(qtbot, "gamma")
    note = sample.form._last._note
    try:
        theme.apply(qapp, "light")
        light = note.palette().windowText().color()
        theme.apply(qapp, "dark")
        assert note.palette().windowText().color() == theme.color("error") != light
    finally:
        theme.apply(qapp, "light")
