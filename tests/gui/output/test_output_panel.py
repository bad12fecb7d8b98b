"""The output region: it edits the document, says what a run would make, and what is in the way."""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from core import catalogue, items, plan, recipe
from core.check import Check, ItemCheck
from core.looks import Sums
from gui.document import Document
from gui.output import naming
from gui.output.view import OutputPanel

LEFT = Qt.MouseButton.LeftButton


def check(**changes: object) -> Check:
    told: dict = {
        "recipe": "r", "folder": "/o", "total": 384, "items": [], "skipped": [], "collisions": [], "left_out": "",
        "notes": [], "files": 384, "bytes": 0.9e9, "seconds": 120.0,
    }  # fmt: skip
    return Check(**{**told, **changes})


def sums(**changes: object) -> Sums:
    told: dict = {"number": 1, "images": 384, "check": check()}
    return Sums(**{**told, **changes})


@pytest.fixture
def make(qtbot: QtBot) -> Callable[[Document], OutputPanel]:
    def made(document: Document) -> OutputPanel:
        panel = OutputPanel(document)
        qtbot.addWidget(panel)
        panel.resize(1280, panel.sizeHint().height())
        panel.show()
        qtbot.waitExposed(panel)
        panel.activateWindow()
        return panel

    return made


@pytest.fixture
def panel(make: Callable[[Document], OutputPanel], document: Document, tmp_path: Path) -> OutputPanel:
    (tmp_path / "plate_01").mkdir()
    document.add_inputs([str(tmp_path / "plate_01")])
    return make(document)


# -- the folder --------------------------------------------------------------------------------------------------------


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
    folder = "/home/lab/" + "Durchflusszytometrieauswertung/" * 6 + "<b>results</b>"
    document.set_output(folder)
    panel.fields.naming.setFocus()
    qtbot.waitUntil(lambda: not panel.fields.folder.hasFocus())
    shown = panel.fields.folder.shown()
    assert "…" in shown
    assert shown.startswith("/home")
    assert shown.endswith("</b>")
    assert "&lt;b&gt;results&lt;/b&gt;" in panel.fields.folder.toolTip()


# -- the format --------------------------------------------------------------------------------------------------------


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


# -- names -------------------------------------------------------------------------------------------------------------


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


# -- sums and start ----------------------------------------------------------------------------------------------------


def test_sums_in_a_sentence(panel: OutputPanel, qtbot: QtBot) -> None:
    panel.show_sums(sums())
    assert panel.sentence.text() == "384 images → 384 files, about 900 MB, 2 min."
    assert not panel.loss.isVisible()
    assert not panel.problems.isVisible()
    panel.show_sums(sums(images=1, check=check(total=1, files=1, bytes=None, seconds=None)))
    assert panel.sentence.text() == "1 image → 1 file."
    panel.show_sums(sums(images=100_000, check=check(total=100_000, files=300_000, bytes=3e11, seconds=11_000.0)))
    assert panel.sentence.text() == "100,000 images → 300,000 files, about 300 GB, 3 h 03 min."


def test_losses_and_problems_stand_beside_the_sums(panel: OutputPanel, qtbot: QtBot) -> None:
    bad = [ItemCheck(item="a", sources=["/a"], problem="Cut off."), ItemCheck(item="b", sources=["/b"], problem="Cut.")]
    losses = [("16-bit becomes 8-bit", 384), ("The colour profile is not kept.", 3)]
    panel.show_sums(sums(check=check(items=bad), losses=losses, checked=True))
    assert panel.loss.text() == "Loses: 16-bit becomes 8-bit (384 images). And 1 more."
    assert "The colour profile is not kept (3 images)." in panel.loss.toolTip()
    assert panel.problems.text() == "2 problems"
    with qtbot.waitSignal(panel.problems_wanted):
        QTest.mouseClick(panel.problems, LEFT)
    panel.show_sums(sums(losses=losses[:1]))  # from a sample: the number would be the sample's
    assert panel.loss.text() == "Loses: 16-bit becomes 8-bit."


def test_start_says_why_it_is_not_ready(panel: OutputPanel, qtbot: QtBot) -> None:
    panel.show_sums(sums())
    panel.set_ready("Add images first.")
    assert not panel.start_button.isEnabled()
    assert not panel.check_button.isEnabled()
    assert "Add images first." in panel.start_button.toolTip()
    assert panel.sentence.text() == "Add images first."
    panel.set_ready("")
    with qtbot.waitSignal(panel.start_wanted):
        QTest.mouseClick(panel.start_button, LEFT)
    with qtbot.waitSignal(panel.check_wanted):
        QTest.mouseClick(panel.check_button, LEFT)
    assert panel.sentence.text().startswith("384 images")


def test_what_the_engine_refuses_stands_in_the_way_until_it_is_asked_again(panel: OutputPanel) -> None:
    panel.show_sums(Sums(number=1, problem="The output folder lies in a source"))
    assert panel.sentence.text() == "The output folder lies in a source."
    assert panel.icon.isVisible()
    assert not panel.start_button.isEnabled()
    panel.show_summing()
    assert panel.start_button.isEnabled()


def test_old_sums_stay_until_new_ones_are_late(panel: OutputPanel, qtbot: QtBot) -> None:
    panel.show_sums(sums())
    panel.show_summing()
    assert panel.sentence.text().startswith("384 images")
    qtbot.waitUntil(lambda: panel.sentence.text() == "Adding up what a run would make…")
    panel.show_sums(sums())
    assert panel.sentence.text().startswith("384 images")


def test_it_fits_a_window_and_nothing_is_cut_without_a_tooltip(
    make: Callable[[Document], OutputPanel], document: Document, qtbot: QtBot
) -> None:
    document.add_inputs(["/data/" + "Durchflusszytometrie" * 8])
    document.set_naming("{parent}_{stem}_{index}_" + "sehr_lang_" * 5)
    document.set_format("jpeg")
    document.set_options({"quality": 95, "subsampling": "4:4:4"})
    panel = make(document)
    panel.set_example_source("/data/" + "sehr_langer_name_" * 12 + ".tif", 99_999, 100_000)
    panel.show_sums(sums(problem="The output folder " + "Durchflusszytometrie" * 12 + " can't be used."))
    for width in (1280, 1060):
        panel.resize(QSize(width, panel.height()))
        assert panel.minimumSizeHint().width() <= 1060
        QApplication.processEvents()
        for label in (panel.sentence, panel.fields.example):
            assert label.geometry().right() <= panel.width()
            assert label.cut()
            assert html.escape(label.text()) in label.toolTip()
        assert panel.start_button.geometry().right() <= panel.width() - 16


def test_every_control_has_a_name_and_is_reached_by_tab(panel: OutputPanel, qtbot: QtBot) -> None:
    panel.show_sums(sums())
    fields = panel.fields
    order = [
        fields.folder, fields.browse, fields.format, fields.options, fields.naming, fields.tokens, fields.conflict,
        panel.check_button, panel.start_button,
    ]  # fmt: skip
    fields.folder.setFocus()
    for widget in order:
        qtbot.waitUntil(widget.hasFocus)
        assert widget.accessibleName(), widget
        assert widget.toolTip(), widget
        QTest.keyClick(widget, Qt.Key.Key_Tab)
