"""The table of results: order, words, and that it stays cheap."""

from __future__ import annotations

import sys
import tracemalloc

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core import events
from gui.run.model import ResultsModel


def done(name: str, *notes: str, files: int = 1) -> events.JobFinished:
    targets = [f"/data/out/{name}{i or ''}.png" for i in range(files)]
    return events.JobFinished(
        time=0, item=f"{name}.tif", sources=[f"/data/in/{name}.tif"], targets=targets, seconds=0, warnings=list(notes)
    )


def failed(name: str, message: str = "It is cut off.") -> events.JobFailed:
    return events.JobFailed(
        time=0, item=f"{name}.tif", sources=[f"/data/in/{name}.tif"], stage="decode", message=message
    )


def skipped(name: str) -> events.JobSkipped:
    return events.JobSkipped(time=0, item=f"{name}.tif", sources=[f"/data/in/{name}.tif"], reason="It is there.")


@pytest.fixture
def model(qtbot: QtBot) -> ResultsModel:
    made = ResultsModel()
    made.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]  # kept as long as the model
        made, QAbstractItemModelTester.FailureReportingMode.Fatal, made
    )
    return made


def names(model: ResultsModel) -> list[str]:
    return [model.index(row, 0).data().removesuffix(".tif") for row in range(model.rowCount())]


def test_failures_first_then_notes_then_skipped_then_done(model: ResultsModel) -> None:
    model.take([done("a"), failed("b"), done("c", "16-bit becomes 8-bit."), skipped("d")])
    model.take([done("e"), failed("f"), done("g", "One.", "Two."), skipped("h")])
    assert names(model) == ["b", "f", "c", "g", "d", "h", "a", "e"]
    results = [model.index(row, 1).data() for row in range(model.rowCount())]
    assert results == [
        "Failed: It is cut off.", "Failed: It is cut off.", "Done, 1 note: 16-bit becomes 8-bit.",
        "Done, 2 notes: One; Two.", "Skipped: It is there.", "Skipped: It is there.", "Done", "Done",
    ]  # fmt: skip
    assert model.noted == 2
    assert model.failed_sources == ["/data/in/b.tif", "/data/in/f.tif"]


def test_rows_know_their_files(model: ResultsModel) -> None:
    model.take([done("day 1/a"), done("b", files=3), failed("c")])
    files = [model.index(row, 2).data() for row in range(3)]
    assert files == ["", "a.png", "3 files, the first is b.png"]
    assert model.row(1)[1].source == "/data/in/day 1/a.tif"
    assert model.row(1)[1].result == "/data/out/day 1/a.png"
    assert "/data/out/b.png" in model.index(2, 2).data(Qt.ItemDataRole.ToolTipRole)


def test_names_are_shown_as_text(model: ResultsModel) -> None:
    model.take([failed("<b>x</b>\nline", "No <i>image</i>.")])
    assert model.index(0, 0).data() == "<b>x</b> line.tif"
    assert "&lt;b&gt;x" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert model.message(0) == "<b>x</b> line.tif: Failed: No <i>image</i>."


def test_other_events_add_nothing(model: ResultsModel) -> None:
    model.take([events.WorkerStarted(time=0, worker=1, pid=2)])
    assert model.rowCount() == 0
    with pytest.raises(IndexError):
        model.row(0)


def test_a_selected_row_stays_selected_while_failures_come_above_it(model: ResultsModel) -> None:
    model.take([done("a"), done("b")])
    kept = QPersistentModelIndex(model.index(1, 0))
    model.take([failed("c"), done("d")])
    assert kept.data() == "b.tif"
    assert kept.row() == 2


class Watch(QObject):
    """Counts what a model tells its views."""

    def __init__(self, model: ResultsModel) -> None:
        super().__init__()
        self.inserted = self.reset = 0
        model.rowsInserted.connect(self._insert)
        model.modelReset.connect(self._reset)

    def _insert(self, parent: QModelIndex, first: int, last: int) -> None:
        self.inserted += 1

    def _reset(self) -> None:
        self.reset += 1


def test_ten_thousand_in_batches_insert_once_a_batch(qapp: QObject) -> None:
    model = ResultsModel()
    watch = Watch(model)
    for start in range(0, 10_000, 200):
        model.take([done(f"{i}") for i in range(start, start + 199)] + [failed(f"{start}x")])
    assert model.rowCount() == 10_000
    assert watch.inserted == 2 * 50  # failures and the rest
    assert watch.reset == 0
    assert names(model)[:2] == ["0x", "200x"]
    model.clear()
    assert model.rowCount() == 0
    assert watch.reset == 1


def test_many_rows_stay_small(qapp: QObject) -> None:
    model = ResultsModel()
    tracemalloc.start()
    try:
        for start in range(0, 20_000, 1000):
            model.take([done(f"day 1/plate_{i:06}", "16-bit becomes 8-bit.") for i in range(start, start + 1000)])
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert model.rowCount() == 20_000
    assert size < 20_000 * 400, f"{size / 20_000:.0f} bytes a row"
    row = model.row(19_999)[1]
    assert row.folder is model.row(0)[1].folder
    assert row.text is sys.intern("16-bit becomes 8-bit.")
