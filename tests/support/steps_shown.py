"""What a panel of steps shows, and where."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QStyleOptionViewItem

from gui.document import Document
from gui.steps.delegate import StepDelegate
from gui.steps.view import StepsPanel


def fill(document: Document, *tags: str) -> list[int]:
    return [document.add_step(tag) for tag in tags or ("resize", "gamma", "invert", "flip")]


def row_center(panel: StepsPanel, row: int) -> QPoint:
    return panel.list.visualRect(panel.model.index(row)).center()


def check_center(panel: StepsPanel, row: int) -> QPoint:
    index = panel.model.index(row)
    option: Any = QStyleOptionViewItem()
    panel.list.initViewItemOption(option)
    option.rect = panel.list.visualRect(index)
    delegate = panel.list.itemDelegate()
    assert isinstance(delegate, StepDelegate)
    return delegate.check_rect(option, index).center()


def titles(panel: StepsPanel) -> list[str]:
    return [str(panel.model.index(row).data()) for row in range(panel.model.rowCount())]
