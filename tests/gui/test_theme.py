"""The look: contrast, both themes, following the system, icons."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QSplitter,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui import style, theme

ROOT = Path(__file__).parents[2]
ICONS = ROOT / "resources" / "icons"
Group, Role = QPalette.ColorGroup, QPalette.ColorRole


@pytest.fixture(autouse=True)
def light_again(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "light")


@pytest.fixture(params=["light", "dark"])
def mode(request: pytest.FixtureRequest, qapp: QApplication) -> str:
    theme.apply(qapp, request.param)
    return str(request.param)


def luminance(colour: QColor) -> float:
    def linear(c: float) -> float:
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def close(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))  # type: ignore[index]


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        (Role.WindowText, (Role.Window, Role.Base, Role.AlternateBase)),
        (Role.Text, (Role.Base, Role.AlternateBase, Role.Window)),
        (Role.ButtonText, (Role.Button, Role.Window, Role.Light)),
        (Role.PlaceholderText, (Role.Base,)),
        (Role.HighlightedText, (Role.Highlight,)),
        (Role.ToolTipText, (Role.ToolTipBase,)),
        (Role.Link, (Role.Window, Role.Base)),
        (Role.LinkVisited, (Role.Window, Role.Base)),
        (Role.BrightText, (Role.Window, Role.Base)),
    ],
)
def test_every_text_of_the_palette_can_be_read(mode: str, text: Role, grounds: tuple[Role, ...]) -> None:
    palette = QApplication.palette()
    for group, ground in itertools.product((Group.Active, Group.Inactive), grounds):
        found = contrast(palette.color(group, text), palette.color(group, ground))
        assert found >= 4.5, f"{mode} {text.name} on {ground.name}: {found:.2f}"


@pytest.mark.parametrize("role", ["muted", "accent", "error", "warning", "ok"])
def test_text_in_a_role_s_colour_can_be_read(mode: str, role: str) -> None:
    palette = QApplication.palette()
    for ground in (Role.Window, Role.Base, Role.AlternateBase):
        assert contrast(theme.color(role), palette.color(ground)) >= 4.5, f"{mode} {role} on {ground.name}"


@pytest.mark.parametrize(
    ("text", "ground"),
    [("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_accent", "accent_down"), ("on_selected", "selected")],
)
def test_text_on_colour_can_be_read(mode: str, text: str, ground: str) -> None:
    assert contrast(theme.color(text), theme.color(ground)) >= 4.5


def test_edges_of_tick_boxes_and_rings_of_focus_are_seen(mode: str) -> None:
    for role, ground in itertools.product(("edge", "accent"), ("window", "base")):
        assert contrast(theme.color(role), theme.color(ground)) >= 3, f"{mode} {role} on {ground}"


def test_states_differ_for_every_colour_vision(mode: str) -> None:
    """Simulated red- and green-blindness (Vienot 1999) must leave the colours of states apart from the accent."""
    to_lms = ((17.8824, 43.5161, 4.11935), (3.45565, 27.1554, 3.86714), (0.0299566, 0.184309, 1.46709))

    def seen(colour: QColor, blind: str) -> tuple[float, ...]:
        rgb = [c**2.2 for c in (colour.redF(), colour.greenF(), colour.blueF())]
        long, middle, short = (sum(a * b for a, b in zip(row, rgb, strict=True)) for row in to_lms)
        if blind == "red":
            long = 2.02344 * middle - 2.52581 * short
        else:
            middle = 0.494207 * long + 1.24827 * short
        return long, middle, short

    for blind, role in itertools.product(("red", "green"), ("error", "warning")):
        accent, other = seen(theme.color("accent"), blind), seen(theme.color(role), blind)
        assert max(a / b if a > b else b / a for a, b in zip(accent, other, strict=True)) > 1.5


def test_all_roles_are_ours_and_disabled_differs(mode: str) -> None:
    made = theme.palette(mode == "dark")
    for group, role in itertools.product((Group.Active, Group.Inactive, Group.Disabled), Role):
        if role not in (Role.NoRole, Role.NColorRoles):
            assert made.isBrushSet(group, role), f"{group.name} {role.name}"
    for role in (Role.WindowText, Role.Text, Role.ButtonText):
        assert made.color(Group.Disabled, role) != made.color(Group.Active, role)
        assert contrast(made.color(Group.Disabled, role), made.color(Group.Disabled, Role.Window)) >= 2


def test_both_themes_name_the_same_colours() -> None:
    assert theme.LIGHT.keys() == theme.DARK.keys()
    assert theme.LIGHT["surround"] == theme.DARK["surround"]
    surround = QColor(theme.LIGHT["surround"])
    assert surround.red() == surround.green() == surround.blue() < 100


def test_forced_themes(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.notifier.changed):
        theme.apply(qapp, "dark")
    assert theme.is_dark()
    assert luminance(qapp.palette().window().color()) < 0.05
    assert QToolTip.palette().color(Role.ToolTipBase) == theme.color("tip")
    theme.apply(qapp, "light")
    assert not theme.is_dark()
    assert luminance(qapp.palette().window().color()) > 0.8
    qapp.setStyleSheet("")  # with one, the style is wrapped and has no name
    assert qapp.style().name() == "fusion"


def test_the_system_is_followed_only_when_asked(qapp: QApplication, qtbot: QtBot) -> None:
    told = QGuiApplication.styleHints().colorSchemeChanged
    theme.apply(qapp, "system")
    told.emit(Qt.ColorScheme.Light)
    with qtbot.waitSignal(theme.notifier.changed):
        told.emit(Qt.ColorScheme.Dark)
    assert theme.is_dark()
    with qtbot.assertNotEmitted(theme.notifier.changed):
        told.emit(Qt.ColorScheme.Dark)
    told.emit(Qt.ColorScheme.Light)
    assert not theme.is_dark()
    theme.apply(qapp, "light")
    told.emit(Qt.ColorScheme.Dark)
    assert not theme.is_dark()


def test_an_unknown_mode_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="sepia"):
        theme.apply(qapp, "sepia")


def test_three_text_sizes() -> None:
    base = QFont("Noto Sans")
    base.setPointSizeF(10)
    small, heading = theme.small_font(base), theme.heading_font(base)
    assert small.pointSizeF() < base.pointSizeF() < heading.pointSizeF() <= 12
    assert heading.weight() == QFont.Weight.DemiBold
    base.setPixelSize(20)
    assert theme.small_font(base).pixelSize() == 18


# -- widgets ---------------------------------------------------------------------------------------------------------


def test_the_primary_button_stands_out(mode: str, qtbot: QtBot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    start, other = QPushButton("Start"), QPushButton("Check")
    column.addWidget(start)
    column.addWidget(other)
    theme.make_primary(start)
    qtbot.addWidget(window)
    window.show()
    middle = 10, start.height() // 2
    assert close(start.grab().toImage().pixelColor(*middle), theme.color("accent"))
    assert not close(other.grab().toImage().pixelColor(*middle), theme.color("accent"))
    start.setEnabled(False)
    assert close(start.grab().toImage().pixelColor(*middle), theme.color("window"))


@pytest.mark.parametrize("kind", ["button", "primary", "line", "tick", "ticked", "list"])
def test_focus_by_the_keyboard_is_seen(mode: str, qtbot: QtBot, kind: str) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    column.addWidget(QPushButton("First"))
    if kind == "list":
        widget: QWidget = QListWidget()
        widget.addItems(["one", "two"])  # type: ignore[attr-defined]
    else:
        widget = {"line": QLineEdit, "tick": QCheckBox, "ticked": QCheckBox}.get(kind, QPushButton)()
    if isinstance(widget, QCheckBox):  # without a text, as in a row of its own
        widget.setChecked(kind == "ticked")
    if kind == "primary":
        theme.make_primary(widget)  # type: ignore[arg-type]
    column.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before = widget.grab().toImage()
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
    assert widget.hasFocus()
    after = widget.grab().toImage()
    places = list(itertools.product(range(before.width()), range(before.height())))
    best = max(contrast(before.pixelColor(x, y), after.pixelColor(x, y)) for x, y in places)
    assert best >= 2, f"{kind} in {mode}: {best:.2f}"


def test_ticked_boxes_show_their_mark(mode: str, qtbot: QtBot) -> None:
    box = QCheckBox("Keep")
    qtbot.addWidget(box)
    box.setChecked(True)
    image = box.grab().toImage()
    places = itertools.product(range(18), range(image.height()))
    assert any(close(image.pixelColor(x, y), theme.color("on_selected")) for x, y in places)


def test_handles_are_slim_and_bars_low(qtbot: QtBot) -> None:
    splitter, bar = QSplitter(), QProgressBar()
    for widget in (splitter, bar):
        qtbot.addWidget(widget)
        widget.show()
    splitter.addWidget(QWidget())
    splitter.addWidget(QWidget())
    assert 5 <= splitter.handleWidth() <= 9
    assert bar.height() <= theme.GRID or bar.sizeHint().height() <= theme.GRID or bar.maximumHeight() <= theme.GRID


def test_the_style_sheet_names_only_colours_there_are(mode: str) -> None:
    made = style.sheet(theme.DARK, "/icons")
    assert "@" not in made
    assert "/icons/mark-checked.svg" in made
    assert not QPixmap(str(ICONS / "mark-checked.svg")).isNull()
    with pytest.raises(KeyError):
        style.sheet({}, "/icons")


def test_the_theme_loads_next_to_nothing() -> None:
    code = (
        "import sys, PySide6.QtGui; before = set(sys.modules); import gui.theme;"
        "print(*sorted(n for n in set(sys.modules) - before))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(found.stdout.split())
    assert not {n for n in loaded if n.split(".")[0] in ("torch", "numpy", "core", "PIL")}
    assert not loaded & {"PySide6.QtSvg", "PySide6.QtWidgets", "importlib.resources"}
