"""The output region says what a run would make, and what is in the way."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from summed import check, sums

from core.check import ItemCheck
from core.looks import Sums
from gui.document import Document
from gui.output.view import OutputPanel

LEFT = Qt.MouseButton.LeftButton


def test_sums_in_a_sentence(panel: OutputPanel, qtbot: QtBot) -> None:
    panel.show_sums(sums())
    assert panel.sentence.text() == "384 images → 384 files, about 900 MB, 2 min."
    assert not panel.loss.isVisible()
    assert not panel.problems.isVisible()
    panel.show_sums(sums(images=1, check=check(total=1, files=1, bytes=None, seconds=None)))
    assert panel.sentence.text() == "1 image → 1 file."
    panel.show_sums(sums(images=100_000, check=check(total=100_000, files=300_000, bytes=3e11, seconds=11_000.0)))
    assert panel.sentence.text() == "100,000 images → 300,000 files, about 300 GB, 3 h 03 min."
    panel.show_sums(sums(images=50, looked=30, check=check(total=50, files=50)))
    assert panel.sentence.text() == "50 images → about 50 files, about 900 MB, 2 min."
    remark = "2 results there already and replaced"
    panel.show_sums(sums(images=5, skipped=3, remarks=[remark], check=check(total=5, files=2)))
    assert (
        panel.sentence.text()
        == f"5 images → 2 files, about 900 MB, 2 min. 3 images left alone: the results are there. {remark}."
    )


def test_losses_and_problems_stand_beside_the_sums(panel: OutputPanel, qtbot: QtBot) -> None:
    bad = [ItemCheck(item="a", sources=["/a"], problem="Cut off."), ItemCheck(item="b", sources=["/b"], problem="Cut.")]
    losses = [("16-bit becomes 8-bit", 384), ("The colour profile is not kept.", 3)]
    panel.show_sums(sums(check=check(items=bad), losses=losses, checked=True))
    assert panel.loss.text() == "Loses: 16-bit becomes 8-bit (384 images). And 1 more."
    assert "The colour profile is not kept (3 images)." in panel.loss.toolTip()
    assert panel.problems.text() == "2 problems"
    with qtbot.waitSignal(panel.problems_wanted):
        QTest.mouseClick(panel.problems, LEFT)
    panel.show_sums(sums(losses=losses[:1], looked=12))  # from a sample: the number would be the sample's
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
