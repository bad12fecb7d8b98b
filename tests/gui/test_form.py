"""The form of a step or format, for every kind there is."""

from __future__ import annotations

import pytest
from form_shown import Sample, pick, step
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from core import catalogue
from core.catalogue import Kind, Problem
from gui import theme
from gui.form import DISPLAY_ONLY, SettingsForm, in_words

KINDS = [("step", kind) for kind in catalogue.steps().values()]


KINDS += [("format", kind) for kind in catalogue.formats().values()]


NAMES = [f"{sort} {kind.tag}" for sort, kind in KINDS]


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
