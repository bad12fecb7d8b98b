"""The editors of a form: one class for each sort of setting, all with `changed` and `set_value`.

An editor never throws away what was typed.  What it can't read is given on as the text it is, and whoever checks the
settings says in words what is wrong with it.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from gui.editors import ComboBox, LineEdit, NumberBox
from gui.notice import Note, tooltip

NUMBERS = ("integer", "number")


def plain(value: Any) -> str:
    """A value as it is typed: 10.0 -> "10", 0.35 -> "0.35", None -> ""."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return "" if value is None else str(value)


def read_number(text: str, unit: str = "", *, whole: bool = False) -> int | float | str:
    """The number that a text says, or the text itself.

    A unit behind it, a decimal comma and spaces between thousands are understood.  In whole numbers, a comma stands
    between thousands.
    """
    short = re.sub(r"(?<=\d)[\s\u2009\u202f](?=\d{3}\b)", "", text.strip().removesuffix(unit).strip())
    if whole and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", short):
        short = short.replace(",", "")
    short = short.replace("\N{MINUS SIGN}", "-")
    if short.count(",") == 1 and "." not in short:
        short = short.replace(",", ".")
    try:
        number = float(short)
    except ValueError:
        return text
    if not math.isfinite(number) or "_" in short:
        return text
    return int(number) if whole and number.is_integer() and abs(number) < 1e15 else number


class Field(QWidget):
    """An editor of one setting.  `changed` carries its name and the new value; None is "not given"."""

    changed = Signal(str, object)

    def __init__(self, name: str, schema: dict[str, Any], optional: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.schema = schema
        self.optional = optional
        self.editor: QWidget = self
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    def take(self, editor: QWidget, stretch: int = 0) -> None:
        """Make `editor` the one that has the focus, the name and the help."""
        title, unit = str(self.schema.get("title", "")), str(self.schema.get("x-unit", ""))
        help_text = str(self.schema.get("description", ""))
        editor.setAccessibleName(f"{title} ({unit})" if unit else title)
        editor.setAccessibleDescription(help_text)
        editor.setToolTip(tooltip(help_text))
        self.row.addWidget(editor, stretch)
        self.setFocusProxy(editor)
        self.editor = editor

    def set_value(self, value: Any) -> None:
        """Show a value without telling of it; the text and cursor stay where they say the same already."""
        raise AssertionError(f"{type(self).__name__} has to show a value")  # pragma: no cover


class TextField(Field):
    """A line of text, and what all typed settings have in common."""

    def __init__(self, name: str, schema: dict[str, Any], optional: bool, parent: QWidget | None = None) -> None:
        super().__init__(name, schema, optional, parent)
        self.line = self.make_line()
        help_text = str(schema.get("description", ""))
        if optional and help_text.startswith("Empty: "):
            self.line.setPlaceholderText(help_text.removeprefix("Empty: ").rstrip(".").capitalize())
        self.line.textEdited.connect(self.tell)
        self.line.editingFinished.connect(self.tidy)

    def make_line(self) -> QLineEdit:
        """Put the line in its place."""
        line = LineEdit(self)
        self.take(line, 1)
        return line

    def read(self, text: str) -> Any:
        """The value that a text says; the text itself where it says none."""
        return text

    def write(self, value: Any) -> str:
        """The text that says a value."""
        return plain(value)

    def value(self) -> Any:
        """What is typed now."""
        text = self.line.text()
        if not text.strip():
            return None if self.optional else ""
        return self.read(text)

    def set_value(self, value: Any) -> None:
        """Show a value; leaves the text alone while it says the same."""
        typed = self.value()
        if type(typed) is not type(value) or typed != value:
            self.line.setText(self.write(value))

    @Slot()
    def tell(self) -> None:
        """Tell what is typed."""
        self.changed.emit(self.name, self.value())

    @Slot()
    def tidy(self) -> None:
        """When the line is left: one way of writing, "0,50 px" -> "0.5"."""
        value = self.value()
        if value is not None and not isinstance(value, str):
            tidy = self.write(value)
            if tidy != self.line.text():
                self.line.setText(tidy)


class NumberField(TextField):
    """A number with its range, unit and steps."""

    box: NumberBox

    def __init__(self, name: str, schema: dict[str, Any], optional: bool, parent: QWidget | None = None) -> None:
        self.unit = str(schema.get("x-unit", ""))
        self.whole = schema.get("type") == "integer"
        self.step = Decimal(str(schema.get("x-step", 1)))
        self.least = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
        self.most = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
        self.open = {schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")}
        super().__init__(name, schema, optional, parent)
        if self.unit:
            self.row.addWidget(Note(self.unit, parent=self), 1)
        self.row.addStretch(1)
        self.line.textChanged.connect(self.update_arrows)

    def make_line(self) -> QLineEdit:
        """A line with arrows."""
        self.box = NumberBox(self)
        self.box.stepped.connect(self.go)
        # The focus is the box's, so its line does not notice that it is left.
        self.box.editingFinished.connect(self.tidy)
        self.take(self.box)
        return self.box.lineEdit()

    def read(self, text: str) -> Any:
        """A number, whether or not it is in the range."""
        return read_number(text, self.unit, whole=self.whole)

    def after(self, steps: int) -> int | float | None:
        """The value so many steps on, or None where the range ends."""
        value = self.value()
        if not isinstance(value, int | float):
            # From nothing, or from no number: to the start of the range.
            return 0 if self.least <= 0 <= self.most else self.least
        # Decimal, so that 0.35 + 0.05 is 0.4.
        found = float(Decimal(str(value)) + self.step * steps)
        found = float(min(max(found, self.least), self.most))
        if found == value or found in self.open:
            return None
        return int(found) if self.whole and found.is_integer() else found

    @Slot(int)
    def go(self, steps: int) -> None:
        """Take so many steps."""
        value = self.after(steps)
        if value is not None:
            self.line.setText(self.write(value))
            self.line.selectAll()
            self.changed.emit(self.name, value)

    @Slot()
    def update_arrows(self) -> None:
        """Grey out the arrow that leads nowhere."""
        self.box.up, self.box.down = self.after(1) is not None, self.after(-1) is not None
        self.box.update()


class ListField(TextField):
    """Several numbers or texts, with commas between them."""

    def read(self, text: str) -> Any:
        """The list; the text itself where a part is no number."""
        parts = [part.strip() for part in re.split(r"[,;]", text)]
        kind = self.schema.get("items", {}).get("type")
        if kind not in NUMBERS:
            return parts
        numbers = [read_number(part, whole=kind == "integer") for part in parts]
        return text if any(isinstance(number, str) for number in numbers) else numbers

    def write(self, value: Any) -> str:
        """With a comma and a space between them."""
        return ", ".join(plain(one) for one in value) if isinstance(value, list | tuple) else plain(value)

    def set_value(self, value: Any) -> None:
        """Show a list; a tuple is the same."""
        super().set_value(list(value) if isinstance(value, tuple) else value)


class ChoiceField(Field):
    """One of several, in words."""

    def __init__(self, name: str, schema: dict[str, Any], optional: bool, parent: QWidget | None = None) -> None:
        super().__init__(name, schema, optional, parent)
        self.combo = ComboBox(self)
        if optional:
            self.combo.offer("Not given", None)
        named: dict[str, str] = schema.get("x-choices", {})
        # In the order of their words; the schema sorts its values by the alphabet.
        for value in [*(v for v in named if v in schema["enum"]), *(v for v in schema["enum"] if v not in named)]:
            self.combo.offer(named.get(value, str(value)), value)
        self.take(self.combo, 1)
        self.combo.activated.connect(self.tell)

    def set_value(self, value: Any) -> None:
        """Show a choice; one that there is not stays readable."""
        self.combo.setPlaceholderText(plain(value))
        self.combo.setCurrentIndex(self.combo.findData(value))

    @Slot()
    def tell(self) -> None:
        """Tell what was chosen."""
        self.changed.emit(self.name, self.combo.currentData())


class SwitchField(Field):
    """On or off; its title is the text of its box."""

    def __init__(self, name: str, schema: dict[str, Any], optional: bool, parent: QWidget | None = None) -> None:
        super().__init__(name, schema, optional, parent)
        self.box = QCheckBox(str(schema.get("title", "")), self)
        self.take(self.box)
        self.row.addStretch(1)
        self.box.clicked.connect(self.tell)

    def set_value(self, value: Any) -> None:
        """Show on or off."""
        self.box.setChecked(bool(value))

    @Slot()
    def tell(self) -> None:
        """Tell whether it is on."""
        self.changed.emit(self.name, self.box.isChecked())


def field(name: str, schema: dict[str, Any], optional: bool, parent: QWidget | None = None) -> Field:
    """The editor for a setting's schema (without its null)."""
    if "enum" in schema:
        return ChoiceField(name, schema, optional, parent)
    sorts: dict[str, type[Field]] = {"boolean": SwitchField, "array": ListField, **dict.fromkeys(NUMBERS, NumberField)}
    return sorts.get(str(schema.get("type", "")), TextField)(name, schema, optional, parent)
