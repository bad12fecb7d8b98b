"""The help: true pages, made from the catalogue where they can be, found by words, readable by keyboard."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core import catalogue, recipe
from gui import helppages, theme
from gui.help import NAME, HelpWindow

ROOT = Path(__file__).parents[2]
WRITTEN = [page for page in helppages.pages() if page.section == helppages.USE]


@pytest.fixture
def window(qtbot: QtBot) -> HelpWindow:
    found = HelpWindow()
    qtbot.addWidget(found)
    found.show()
    found.activateWindow()
    qtbot.waitUntil(found.isActiveWindow)
    return found


def listed(window: HelpWindow) -> list[str]:
    rows = (window.list.item(row) for row in range(window.list.count()))
    return [item.data(NAME) for item in rows if not item.isHidden() and item.data(NAME)]


def heading_at_top(window: HelpWindow) -> str:
    cursor = window.reader.cursorForPosition(QPoint(40, theme.GRID + 10))
    return cursor.block().text()


# -- pages -----------------------------------------------------------------------------------------------------------


def test_the_written_pages_are_these() -> None:
    assert [page.title for page in WRITTEN] == [
        "Getting started",
        "Adding images",
        "Steps and recipes",
        "Preview: what you see",
        "Output, names and what is there already",
        "While it runs",
        "Measurable or for display only",
        "When something fails",
        "Keyboard shortcuts",
        "Command line",
    ]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_written_pages_are_short_and_plain(page: helppages.Page) -> None:
    assert len(page.text.split()) < 200
    assert page.text.startswith(f"# {page.title}\n")
    assert not re.search(r"\b(job|worker|pipeline|exception|thread|process)s?\b", page.text, re.IGNORECASE)


def test_the_terminal_s_page_names_commands_and_recipes_there_are() -> None:
    text = next(page.text for page in WRITTEN if page.name == "terminal")
    asked = subprocess.run(
        [sys.executable, "-m", "core", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    for command in set(re.findall(r"`slidetray ([a-z]+)", text)):
        assert re.search(rf"\b{command}\b", asked), command
    for name in re.findall(r"(?:run|check) ([\w-]+) FOLDER", text):
        assert name in recipe.builtin()
    assert "thumbnails" in text


def test_the_output_page_has_every_token_of_names() -> None:
    text = next(page.text for page in WRITTEN if page.name == "output")
    assert set(re.findall(r"`\{(\w+)\}`", text)) == set(recipe.TOKENS)


def test_what_is_measurable_is_told_as_the_steps_say() -> None:
    text = next(page.text for page in WRITTEN if page.name == "measurable")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")][1:]
    keeps, display = (" ".join(row[column] for row in rows).casefold() for column in (0, 1))
    for kind in catalogue.steps().values():
        if kind.group != catalogue.GROUPS["learning"]:
            name = {"rotate": "turn"}.get(kind.tag, kind.title.casefold())
            assert name in (keeps if kind.measurable else display), kind.title
            assert name not in (display if kind.measurable else keeps), kind.title


@pytest.mark.parametrize("tag", catalogue.steps())
def test_each_step_is_described_with_all_its_settings(qapp: QApplication, tag: str) -> None:
    kind = catalogue.steps()[tag]
    page = next(page for page in helppages.pages() if page.name == helppages.page_of_step(tag))
    assert page.title == kind.group
    document = QTextDocument()
    document.setMarkdown(page.text, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    begin = page.text.index(f"## {kind.title}\n")
    part = page.text[begin : page.text.find("\n## ", begin + 1) % (len(page.text) + 1)]
    shown = QTextDocument()
    shown.setMarkdown(part, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    text = " ".join(shown.toPlainText().split())
    assert " ".join(kind.help.replace("`", "").split()) in text
    assert kind.source.rstrip(".").replace("`", "") in text
    assert kind.tag in text
    assert ("For display only" in text) == (not kind.measurable)
    for setting in kind.properties.values():
        shape = next((one for one in setting.get("anyOf", []) if one.get("type") != "null"), setting)
        assert shape["title"] in text
        assert shape.get("description", "").rstrip(".") in text
        for choice in shape.get("x-choices", {}).values():
            assert choice in text


def test_ranges_units_and_first_values() -> None:
    text = next(page.text for page in helppages.pages() if page.name == helppages.page_of_step("gaussian-blur"))
    assert "| **Sigma** | 0.1 to 200 px | 1 px |" in text
    text = next(page.text for page in helppages.pages() if page.name == helppages.page_of_step("resize"))
    assert "| **Longest side** | 1 to 100,000 px | 1,024 px |" in text
    assert "| **Angle** | -360 to 360° | 90° |" in text
    assert "| **Enlarge smaller images** | on or off | on |" in text
    assert "Give one of: longest side, shortest side, percent or width and height." in text
    text = next(page.text for page in helppages.pages() if page.name == helppages.page_of_step("gamma"))
    assert "Only with Range: Percentiles or Darkest to brightest." in text
    assert "| **Black** | any number | empty |" in text


def test_each_format_is_described() -> None:
    text = next(page.text for page in helppages.pages() if page.name == "formats")
    for kind in catalogue.formats().values():
        assert f"## {kind.title}\n" in text
        assert f"`{kind.suffix}`" in text


@pytest.mark.parametrize("text", ["a ** b * c", "[T, Z, C] <i>no</i> |", "_x_ #1 ~~y~~", r"back\slash", "1 `code_a` 2"])
def test_plain_text_stays_as_it_is(qapp: QApplication, text: str) -> None:
    document = QTextDocument()
    document.setMarkdown(helppages.plain(text), QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    assert document.toPlainText() == text.replace("`", "")


# -- window ----------------------------------------------------------------------------------------------------------


def test_it_begins_at_the_beginning(window: HelpWindow) -> None:
    assert window.page == "start"
    assert window.list.currentItem().text() == "Getting started"
    assert window.reader.toPlainText().startswith("Getting started")
    assert window.search.hasFocus()


@pytest.mark.parametrize("page", helppages.pages(), ids=lambda page: page.name)
def test_every_page_is_shown_and_fits_the_width(window: HelpWindow, page: helppages.Page) -> None:
    window.show_page(page.name)
    assert window.page == page.name
    assert window.list.currentItem().text() == page.title
    assert window.reader.toPlainText().startswith(page.title)
    assert window.reader.document().size().width() <= window.reader.viewport().width() + 1
    width = window.list.fontMetrics().horizontalAdvance(page.title)
    assert width < window.list.viewport().width(), "cut off in the list"


@pytest.mark.parametrize("tag", catalogue.steps())
def test_a_step_is_shown_where_it_stands(window: HelpWindow, tag: str) -> None:
    window.show_step(tag)
    assert window.page == helppages.page_of_step(tag)
    bar = window.reader.verticalScrollBar()
    title = catalogue.steps()[tag].title
    assert window.reader.textCursor().block().text() == title
    top = window.reader.cursorRect().top()
    assert 0 <= top < window.reader.viewport().height()
    assert top < 80 or bar.value() == bar.maximum()


def test_a_format_is_shown_where_it_stands(window: HelpWindow) -> None:
    window.show_format("webp")
    assert window.page == "formats"
    assert window.reader.textCursor().block().text() == catalogue.formats()["webp"].title
    assert window.reader.verticalScrollBar().value() > 0


def test_what_is_not_there_is_told(window: HelpWindow) -> None:
    for show in (window.show_page, window.show_step, window.show_format):
        with pytest.raises(KeyError):
            show("no-such-thing")
    assert window.page == "start"


def test_search_leaves_pages_that_have_all_words(window: HelpWindow, qtbot: QtBot) -> None:
    every = listed(window)
    qtbot.keyClicks(window.search, "gamma MID-tones")
    assert listed(window) == [helppages.page_of_step("gamma")]
    assert window.page == helppages.page_of_step("gamma")
    marked = {one.cursor.selectedText().casefold() for one in window.reader.extraSelections()}
    assert marked == {"gamma", "mid-tones"}
    window.search.clear()
    assert listed(window) == every
    assert not window.reader.extraSelections()


def test_search_hides_sections_that_are_empty(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.search, "gamma mid-tones")
    rows = [window.list.item(row) for row in range(window.list.count())]
    heads = [item.text() for item in rows if item.data(NAME) is None and not item.isHidden()]
    assert heads == [helppages.STEPS]


def test_search_says_when_nothing_is_found(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.search, "xyzzy")
    assert listed(window) == []
    assert window.nothing.isVisible()
    window.search.clear()
    assert not window.nothing.isVisible()


def test_a_page_that_the_search_hides_is_shown_all_the_same(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClicks(window.search, "xyzzy")
    window.show_page("output")
    assert window.page == "output"
    assert window.search.text() == ""
    assert "output" in listed(window)


def test_arrows_in_the_search_go_through_the_list(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window.search, Qt.Key.Key_Down)
    assert window.page == "images"
    qtbot.keyClick(window.search, Qt.Key.Key_Up)
    qtbot.keyClick(window.search, Qt.Key.Key_Up)
    assert window.page == "start"
    for _ in range(len(WRITTEN)):
        qtbot.keyClick(window.search, Qt.Key.Key_Down)
    assert window.page == listed(window)[len(WRITTEN)]  # over the heading
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    assert window.isVisible()


def test_the_list_works_by_mouse_and_keyboard(window: HelpWindow, qtbot: QtBot) -> None:
    item = window.list.item(3)
    place = window.list.visualItemRect(item).center()
    qtbot.mouseClick(window.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.page == item.data(NAME)
    qtbot.keyClick(window.list, Qt.Key.Key_Down)
    assert window.page == window.list.item(4).data(NAME)


def test_tab_goes_from_search_to_list_to_page_and_escape_leaves(window: HelpWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window.search, Qt.Key.Key_Tab)
    assert window.list.hasFocus()
    qtbot.keyClick(window.list, Qt.Key.Key_Tab)
    assert window.reader.hasFocus()
    for widget in (window.search, window.list, window.reader):
        assert widget.accessibleName()
    qtbot.keyClick(window.reader, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_the_window_s_own_shortcuts_are_told(window: HelpWindow) -> None:
    window.show_page("keyboard")
    window.set_shortcuts([("Add a step", "Ctrl+K"), ("Undo", "Ctrl+Z")])
    assert "Add a step\nCtrl+K" in window.reader.toPlainText()
    window.show_page("start")
    window.show_page("keyboard")
    assert "Ctrl+K" in window.reader.toPlainText()
    window.set_shortcuts([])
    assert "Ctrl+K" not in window.reader.toPlainText()


def test_nothing_is_read_from_anywhere(window: HelpWindow) -> None:
    kind = QTextDocument.ResourceType.ImageResource
    for address in (QUrl.fromLocalFile(str(ROOT / "resources/icons/slidetray.png")), QUrl("https://example.org/a.png")):
        assert window.reader.loadResource(kind.value, address) is None
    assert not window.reader.openLinks()


def test_it_follows_the_theme(window: HelpWindow, qapp: QApplication) -> None:
    try:
        theme.apply(qapp, "dark")
        head = window.list.item(0)
        assert head.foreground().color() == theme.color("muted")
        assert window.page == "start"
    finally:
        theme.apply(qapp, "light")
    assert window.list.item(0).foreground().color() == theme.color("muted")


def test_pages_are_read_when_the_help_is_opened_and_not_before() -> None:
    code = (
        "import sys, gui.help; from gui import helppages;"
        "print(helppages.pages.cache_info().currsize, 'core.catalogue' in sys.modules);"
        "helppages.pages(); print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.split() == ["0", "False", "False", "False"]
