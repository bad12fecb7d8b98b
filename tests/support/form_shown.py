"""A form on the screen, and hands that work on it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core import catalogue
from core.catalogue import Kind
from gui import fields
from gui.form import SettingsForm


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
