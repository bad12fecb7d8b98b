"""The output region edits the document: folder, format, names, and what happens to old results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from summed import sums

from core import catalogue, items, plan, recipe
from gui.document import Document
from gui.output import naming
from gui.output.view import OutputPanel

LEFT = Qt.MouseButton.LeftButton


def test_the_default_folder_is_shown_but_not_chosen(panel: OutputPanel, document: Document, tmp_path: Path) -> None:
    assert panel.fields.folder.text() == ""
    assert panel.fields.folder.placeholderText() == str(tmp_path / "plate_01 - processed")
    assert not panel.fields.reset.isVisible()
    assert document.output == ""


def test_a_typed_folder_is_in_the_document_with_every_key(
    panel: OutputPanel, document: Document, tmp_path: Path, qtbot: QtBot
) -> None:
    edit = panel.fields.folder
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    QTest.keyClicks(edit, "a/bc")
    assert document.output == str(tmp_path / "a" / "bc")
    assert edit.text() == "a/bc"  # left alone while somebody types
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == str(tmp_path / "a" / "bc")
    assert panel.fields.reset.isVisible()
    QTest.mouseClick(panel.fields.reset, LEFT)
    assert document.output == ""
    assert edit.text() == ""


def test_home_and_absolute_folders_are_understood() -> None:
    home = os.path.expanduser("~")
    assert naming.folder_of("~/out", "/x") == os.path.join(home, "out")
    assert naming.folder_of("  ", "/x") == ""
    assert naming.folder_of("/a/../b/", "/x") == os.path.normpath("/b")


def test_the_dialog_opens_at_a_folder_that_exists(
    panel: OutputPanel, document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def choose(parent: object, title: str, folder: str) -> str:
        asked.append(folder)
        return str(tmp_path / "chosen") if len(asked) == 1 else ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(choose))
    QTest.mouseClick(panel.fields.browse, LEFT)
    assert document.output == str(tmp_path / "chosen")
    QTest.mouseClick(panel.fields.browse, LEFT)  # cancelled
    assert document.output == str(tmp_path / "chosen")
    assert asked == [str(tmp_path), str(tmp_path)]


def test_a_long_folder_is_cut_in_the_middle_and_whole_in_the_tooltip(
    panel: OutputPanel, document: Document, qtbot: QtBot
) -> None:
    folder = "/data/lab/" + "Durchflusszytometrieauswertung/" * 6 + "<b>results</b>"
    document.set_output(folder)
    panel.fields.naming.setFocus()
    qtbot.waitUntil(lambda: not panel.fields.folder.hasFocus())
    shown = panel.fields.folder.shown()
    assert "…" in shown
    assert shown.startswith("/data")
    assert shown.endswith("</b>")
    assert "&lt;b&gt;results&lt;/b&gt;" in panel.fields.folder.toolTip()


def test_every_format_can_be_chosen_by_keyboard(panel: OutputPanel, document: Document) -> None:
    combo = panel.fields.format
    assert [combo.itemText(i) for i in range(combo.count())] == [k.title for k in catalogue.formats().values()]
    assert combo.currentText() == "PNG"
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert document.draft.format == "tiff"
    document.undo_stack.undo()
    assert combo.currentText() == "PNG"


@pytest.mark.parametrize(
    ("tag", "options", "said"),
    [
        ("png", {}, ""),
        ("png", {"bits": "8"}, "8 bit"),
        ("jpeg", {"quality": 95, "subsampling": "4:4:4"}, "Quality 95, 4:4:4"),
        ("jpeg", {}, "Quality 90"),
        ("webp", {"lossless": True}, "Lossless"),
        ("tiff", {"bits": "16", "compression": "zstd"}, "16 bit, Zstandard"),
        ("bmp", {}, ""),
    ],
)
def test_options_in_a_few_words(tag: str, options: dict, said: str) -> None:
    assert naming.summary(tag, options) == said


def test_options_open_change_the_document_and_close_by_escape(
    panel: OutputPanel, document: Document, qtbot: QtBot
) -> None:
    document.set_format("jpeg")
    QTest.mouseClick(panel.fields.options, LEFT)
    popup = panel.fields.popup
    assert popup is not None
    assert popup.isVisible()
    popup.form.changed.emit({"quality": 95}, "quality")
    assert document.draft.options == {"quality": 95}
    assert panel.fields.options.text() == "Quality 95"
    popup.form.changed.emit({"quality": 300}, "quality")
    assert popup.form.problem_text()
    assert not panel.start_button.isEnabled()
    document.set_options({"quality": 80})
    assert popup.form.settings() == {"quality": 80}
    assert popup.form.problem_text() == ""
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    document.set_format("bmp")
    assert not panel.fields.options.isEnabled()
    assert "no options" in panel.fields.options.toolTip()


def test_the_example_is_the_name_that_a_run_gives(panel: OutputPanel, document: Document, tmp_path: Path) -> None:
    folder = tmp_path / "plate_01" / "day 2"
    folder.mkdir()
    for number in range(3):
        (folder / f"w_A0{number}: s.tif").write_bytes(b"II*\0" + bytes(60))
    document.set_naming("{parent} {index}_{stem} ({recipe})")
    found = items.scan([tmp_path / "plate_01"])
    whole = document.recipe()
    assert whole is not None
    planned = plan.make(whole, found, tmp_path / "out")
    for index, job in enumerate(planned.jobs):
        panel.set_example_source(job.item.sources[0].path, index, len(planned.jobs))
        assert panel.fields.example.text() == f"→ {Path(job.target).name}"


def test_a_wrong_name_is_refused_in_words_and_mended_by_undo(
    panel: OutputPanel, document: Document, qtbot: QtBot
) -> None:
    panel.show_sums(sums())
    edit = panel.fields.naming
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    QTest.keyClicks(edit, "{stm}")
    assert document.draft.naming == "{stem}{stm}"
    assert panel.sentence.text().startswith('The name holds "{stm}"')
    assert "{parent}" in panel.sentence.text()
    assert panel.fields.example.text() == ""
    assert not panel.start_button.isEnabled()
    assert "{stm}" in panel.start_button.toolTip()
    document.undo_stack.undo()
    assert edit.text() == "{stem}"
    assert panel.start_button.isEnabled()
    assert panel.sentence.text().startswith("384 images")


def test_the_window_undoes_a_name_and_not_the_field(panel: OutputPanel, document: Document, qtbot: QtBot) -> None:
    undo = QAction("Undo", panel)
    undo.setShortcut("Ctrl+Z")
    undo.triggered.connect(document.undo_stack.undo)
    panel.addAction(undo)
    edit = panel.fields.naming
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    QTest.keyClicks(edit, "_x")
    QTest.keyClick(edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.draft.naming == "{stem}"
    assert document.undo_stack.canRedo()


def test_parts_of_a_name_are_inserted_where_the_cursor_is(panel: OutputPanel, document: Document) -> None:
    actions = panel.fields.menu.actions()
    assert [action.data() for action in actions] == [f"{{{token}}}" for token in recipe.TOKENS]
    assert "Name of its folder" in actions[1].text()
    panel.fields.naming.setCursorPosition(0)
    actions[1].trigger()
    assert document.draft.naming == "{parent}{stem}"


def test_what_happens_to_old_results(panel: OutputPanel, document: Document) -> None:
    combo = panel.fields.conflict
    assert combo.currentText() == "Keep both"
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_End)
    assert document.draft.conflict == "overwrite"
    assert "replaced" in combo.toolTip()
    document.undo_stack.undo()
    assert combo.currentText() == "Keep both"
