"""A form for the settings of a step or a format, made from what it declares of itself."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.catalogue import Kind, Problem
from gui import fields
from gui.editors import ComboBox
from gui.notice import Folded, Note, Notice, tooltip

WAY = "Size by"
"""What the choice between groups of settings is called."""
DISPLAY_ONLY = "For display only: brightness can't be measured in the result."
HELP_LENGTH = 96
"""Longer help is only in the tooltip."""


def bare(schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """A setting's schema without its null, and whether it had one."""
    kinds = schema.get("anyOf")
    if not kinds:
        return schema, False
    given = [kind for kind in kinds if kind.get("type") != "null"]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return ({**rest, **given[0]} if given else rest), len(given) < len(kinds)


def titles(kind: Kind) -> dict[str, str]:
    """What a person calls each setting."""
    return {name: str(bare(schema)[0].get("title", name)) for name, schema in kind.properties.items()}


def in_words(kind: Kind, problem: Problem) -> str:
    """A problem in the words of the form: titles for the names of settings, and choices as they are offered."""
    named = titles(kind)
    text = problem.text.replace(', not "".', ".")
    if problem.field:
        return text.replace(f'"{problem.field}"', named.get(problem.field, problem.field), 1)
    for schema in kind.properties.values():
        for value, word in bare(schema)[0].get("x-choices", {}).items():
            text = text.replace(f'"{value}"', f'"{word}"')
    # Names only outside of quotes, longest first; in one go, so that a title is not taken for a name again.
    names = "|".join(sorted(map(re.escape, named), key=len, reverse=True))
    if names:
        lowered = {name.lower(): title for name, title in named.items()}
        text = re.sub(rf'"[^"]*"|\b({names})\b', lambda m: lowered[m[1].lower()] if m[1] else m[0], text, flags=re.I)
    return text


class SettingsForm(QWidget):
    """The settings of one step or format.

    `changed` carries the new settings, without those that are as they would be anyway, and the field that the person
    changed ("" for a change of several).  Settings may be wrong: whoever holds them says so with `set_problem`.
    """

    changed = Signal(object, str)

    def __init__(
        self, kind: Kind, settings: dict[str, Any], parent: QWidget | None = None, *, describe: bool = True
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self.fields: dict[str, fields.Field] = {}
        self.way: ComboBox | None = None
        self._settings: dict[str, Any] = {}
        self._problem: Problem | None = None
        self._holders: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel | None] = {}
        self._notices: dict[str, Notice] = {}
        self._in_ways = {name for group in kind.ways.values() for name in group}
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        # The same in every form, so that editors do not jump sideways between steps.
        self._grid.setColumnMinimumWidth(0, 88)
        self._grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        if describe:
            column.addWidget(Folded(kind.help.replace("`", ""), self))
            if not kind.measurable:
                warning = Notice("warning", "warning", self)
                warning.say(DISPLAY_ONLY)
                column.addWidget(warning)
        column.addLayout(self._grid)
        if kind.ways:
            self._add_way()
        for name, schema in kind.properties.items():
            self._add(name, schema)
        if not kind.properties:
            column.addWidget(Note("There is nothing to set.", parent=self))
        self._last = Notice("error", "error", self)
        column.addWidget(self._last)
        column.addStretch(1)
        self.set_settings(settings)

    def settings(self) -> dict[str, Any]:
        """The settings as they are now, without those that equal the default."""
        return dict(self._settings)

    def set_settings(self, settings: dict[str, Any]) -> None:
        """Show other settings, without telling of it; focus and cursor stay."""
        self._settings = dict(settings)
        if self.way is not None:
            self.way.setCurrentIndex(self.way.findText(self._way_of(settings)))
        for name, one in self.fields.items():
            one.set_value(self._value(name))
        self._show_what_counts()

    def set_problem(self, problem: Problem | None) -> None:
        """Say what is wrong under the field it is about, or at the end where it is about several."""
        self._problem = problem
        self._show_what_counts()
        text = in_words(self.kind, problem) if problem else ""
        at = problem.field if problem and problem.field in self.fields else ""
        for name, notice in self._notices.items():
            said = text if name == at else ""
            if notice.text() != said or notice.isHidden() == bool(said):
                notice.say(said)
            help_text = str(self.fields[name].schema.get("description", ""))
            self.fields[name].editor.setAccessibleDescription(said or help_text)
        self._last.say("" if at else text)

    def problem_text(self) -> str:
        """The sentence that is shown, "" for none."""
        return next((notice.text() for notice in (*self._notices.values(), self._last) if notice.text()), "")

    def stops(self) -> list[QWidget]:
        """What the Tab key stops at, in its order."""
        return [
            widget
            for widget in self.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.focusProxy() is None
            and widget.window() is self.window()  # not what stands in the list of a combo box
        ]

    def is_shown(self, name: str) -> bool:
        """Whether a field is shown now, because it counts."""
        return not self._holders[name].isHidden()

    # -- making ----------------------------------------------------------------------------------------------

    def _add_way(self) -> None:
        self.way = ComboBox(self)
        for title in self.kind.ways:
            self.way.offer(title, title)
        self.way.setAccessibleName(WAY)
        # `activated`, so that choosing the same again mends settings of two groups.
        self.way.activated.connect(self._choose_way)
        self._put(WAY, self.way, self.way)

    def _add(self, name: str, schema: dict[str, Any]) -> None:
        schema, optional = bare(schema)
        # Without a field of its group, the group would not be the one that is chosen: it is empty, not left out.
        one = fields.field(name, schema, optional and name not in self._in_ways)
        self.fields[name] = one
        one.changed.connect(self._take)
        holder = self._holders[name] = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(one)
        help_text = str(schema.get("description", ""))
        # A number with a unit says enough by its title, and an empty line says itself what it means.
        if help_text and not schema.get("x-unit") and len(help_text) <= HELP_LENGTH:
            column.addWidget(Note(help_text, parent=holder))
        notice = self._notices[name] = Notice("error", "error", holder)
        column.addWidget(notice)
        title = "" if isinstance(one, fields.SwitchField) else str(schema.get("title", name))
        self._labels[name] = self._put(title, holder, one.editor, str(schema.get("description", "")))

    def _put(self, title: str, holder: QWidget, buddy: QWidget, help_text: str = "") -> QLabel | None:
        row = self._grid.rowCount()
        self._grid.addWidget(holder, row, 1)
        if not title:
            return None
        label = QLabel(title, self)
        label.setBuddy(buddy)
        label.setToolTip(tooltip(help_text))
        # As high as the editor, so that they stand on one line whatever is under the editor.
        label.setMinimumHeight(buddy.sizeHint().height())
        label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        return label

    # -- values ----------------------------------------------------------------------------------------------

    def _value(self, name: str) -> Any:
        return self._settings.get(name, self.kind.properties[name].get("default"))

    def _take(self, name: str, value: Any) -> None:
        settings = dict(self._settings)
        if value is None:
            settings.pop(name, None)
        else:
            settings[name] = value
        self._change(settings, name)

    def _change(self, settings: dict[str, Any], name: str) -> None:
        order = [*self.kind.properties, *settings]
        self._settings = {
            key: settings[key]
            for key in dict.fromkeys(order)
            if key in settings and not self._is_default(key, settings)
        }
        self._show_what_counts()
        self.changed.emit(dict(self._settings), name)

    def _is_default(self, name: str, settings: dict[str, Any]) -> bool:
        schema = self.kind.properties.get(name, {})
        if "default" not in schema:
            return False
        value, default = settings[name], schema["default"]
        if isinstance(value, list | tuple) and isinstance(default, list | tuple):
            return list(value) == list(default)
        return bool(value == default)

    # -- which fields ----------------------------------------------------------------------------------------

    def _way_of(self, settings: dict[str, Any]) -> str:
        """The group whose settings are given; the first one, where none or several are."""

        def given(group: dict[str, Any]) -> bool:
            return any(name in settings for name in group if bare(self.kind.properties[name])[1])

        return next((title for title, group in self.kind.ways.items() if given(group)), next(iter(self.kind.ways)))

    @Slot()
    def _choose_way(self) -> None:
        assert self.way is not None
        group = self.kind.ways[self.way.currentText()]
        others = self._in_ways - group.keys()
        kept = {name: value for name, value in self._settings.items() if name not in others}
        settings = {**group, **kept}
        if settings != self._settings:
            self._change(settings, "")
            self.set_settings(self._settings)

    def _counts(self, name: str) -> bool:
        if self._problem is not None and self._problem.field == name:
            return True
        if name in self._in_ways and name not in self.kind.ways[self._way_of(self._settings)]:
            return False
        when: dict[str, list[Any]] = bare(self.kind.properties[name])[0].get("x-when", {})
        return all(self._value(other) in values for other, values in when.items())

    def _show_what_counts(self) -> None:
        for name, holder in self._holders.items():
            shown, label = self._counts(name), self._labels[name]
            holder.setVisible(shown)
            if label is not None:
                label.setVisible(shown)
