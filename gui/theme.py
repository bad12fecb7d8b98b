"""Colours, fonts and icons, light and dark: everything about the look that is not a widget's own.

Widgets take colours from the palette, or from `color` where no role of the palette fits, and set their icons again
when `notifier.changed` is emitted.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer
    from PySide6.QtWidgets import QApplication, QPushButton

Mode = Literal["light", "dark", "system"]
GRID = 8
"""Pixels between things; margins and gaps are multiples or halves of it."""
ICON_PIXELS = (16, 20, 24, 32, 48)
"""Sizes that icons are drawn in, and once more in the pixels of the densest screen."""

# One accent, a calm blue: apart from the red, amber and green of the states for every kind of colour vision.
LIGHT = {
    "window": "#f2f4f5",
    "base": "#ffffff",
    "alternate": "#f6f8f9",
    "button": "#fbfcfc",
    "text": "#1b1f23",
    "muted": "#59626b",
    "disabled": "#969ea6",
    "placeholder": "#69727b",
    "line": "#d2d8dd",
    "edge": "#7d868f",
    "ring": "#1b1f23",
    "thumb": "#b9c1c8",
    "accent": "#1a69ad",
    "accent_hover": "#2277bf",
    "accent_down": "#15568e",
    "on_accent": "#ffffff",
    "highlight": "#1a69ad",
    "on_highlight": "#ffffff",
    "hover": "#dfe5ea",
    "selected": "#1a69ad",
    "on_selected": "#ffffff",
    "visited": "#6f4f9b",
    "tip": "#22272c",
    "on_tip": "#f3f5f6",
    "error": "#b3261e",
    "warning": "#8a5300",
    "ok": "#1b6e43",
    "surround": "#3b3b3b",
}
DARK = {
    "window": "#212427",
    "base": "#191b1e",
    "alternate": "#1d2023",
    "button": "#30353a",
    "text": "#e4e7ea",
    "muted": "#a3abb3",
    "disabled": "#6a7279",
    "placeholder": "#8b949c",
    "line": "#3b4147",
    "edge": "#7f8890",
    "ring": "#ffffff",
    "thumb": "#535a61",
    "accent": "#6db3ee",
    "accent_hover": "#86c1f2",
    "accent_down": "#549ad6",
    "on_accent": "#0f1a24",
    "highlight": "#62aaea",
    "on_highlight": "#0f1a24",
    "hover": "#3a4148",
    "selected": "#2a629a",
    "on_selected": "#ffffff",
    "visited": "#b9a3e3",
    "tip": "#3a4047",
    "on_tip": "#f3f5f6",
    "error": "#ff8f85",
    "warning": "#f0b655",
    "ok": "#6fcf97",
    "surround": "#3b3b3b",
}


class Notifier(QObject):
    """Tells that the theme changed: icons and painted things must be made again."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.mode: Mode = "system"
        self.dark = False
        self.started = False
        self.dark_at_start = False

    @Slot(Qt.ColorScheme)
    def system_changed(self, scheme: Qt.ColorScheme) -> None:
        """The system went light or dark."""
        if self.mode == "system" and _is_dark(scheme) != self.dark:
            _show(_is_dark(scheme))


notifier = Notifier()


def apply(app: QApplication, mode: str) -> None:
    """Give the program our look: "light", "dark", or "system" to follow the system from now on."""
    if mode not in get_args(Mode):
        raise ValueError(f'no theme is called "{mode}"')
    hints = QGuiApplication.styleHints()
    if not notifier.started:
        notifier.started = True
        # Where the desktop doesn't say, its own colours do.
        palette = app.palette()
        notifier.dark_at_start = palette.window().color().lightness() < palette.windowText().color().lightness()
        app.setStyle("Fusion")
        hints.colorSchemeChanged.connect(notifier.system_changed)
        app.aboutToQuit.connect(_icon.cache_clear)  # pictures must not outlive the application
    notifier.mode = mode  # type: ignore[assignment]  # checked above
    # Window frames and dialogs of the system follow this too.
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, "system": Qt.ColorScheme.Unknown}[mode]
    hints.setColorScheme(scheme)
    _show(_is_dark(hints.colorScheme()) if mode == "system" else mode == "dark")


def is_dark() -> bool:
    """Whether the dark theme is on."""
    return notifier.dark


def color(role: str) -> QColor:
    """A colour of the current theme: accent, muted, error, warning, ok, line, surround and others of `LIGHT`."""
    return QColor((DARK if notifier.dark else LIGHT)[role])


def small_font(base: QFont) -> QFont:
    """The smallest of the three text sizes: notes, units, numbers beside things."""
    return _scaled(base, 0.9)


def heading_font(base: QFont) -> QFont:
    """The largest of the three text sizes, semi-bold."""
    font = _scaled(base, 1.1)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def make_primary(button: QPushButton) -> None:
    """Give the one primary button of a window its look."""
    button.setProperty("primary", True)
    style = button.style()
    style.unpolish(button)
    style.polish(button)


def icon(name: str, role: str = "") -> QIcon:
    """The icon of this name (a file of resources/icons) in the text's colour, or that of a role.

    It holds for the current theme; ask again after `notifier.changed`.
    """
    return _icon(name, role, notifier.dark, density())


def density() -> float:
    """Pixels of the densest screen a pixel of the layout."""
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)


def app_icon() -> QIcon:
    """The program's own icon."""
    found = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        found.addPixmap(_pixmap(_renderer(_svg("slidetray")), size))
    return found


def palette(dark: bool) -> QPalette:
    """Our palette: every role of all three groups."""
    c = {name: QColor(value) for name, value in (DARK if dark else LIGHT).items()}
    role = QPalette.ColorRole
    colours = {
        role.Window: c["window"],
        role.WindowText: c["text"],
        role.Base: c["base"],
        role.AlternateBase: c["alternate"],
        role.Text: c["text"],
        role.PlaceholderText: c["placeholder"],
        role.Button: c["button"],
        role.ButtonText: c["text"],
        role.BrightText: c["error"],
        role.ToolTipBase: c["tip"],
        role.ToolTipText: c["on_tip"],
        role.Highlight: c["highlight"],  # text that is marked, and the rings of focus that Fusion makes of it
        role.HighlightedText: c["on_highlight"],
        role.Accent: c["accent"],
        role.Link: c["accent"],
        role.LinkVisited: c["visited"],
        # Fusion draws edges and bevels with these.
        role.Light: c["button"].lighter(112) if dark else QColor("#ffffff"),
        role.Midlight: c["button"],
        role.Mid: c["line"],
        role.Dark: c["line"].darker(130) if dark else c["line"].darker(115),
        role.Shadow: QColor("#0c0d0e") if dark else QColor("#8b939a"),
    }
    made = QPalette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        for which, colour in colours.items():
            made.setColor(group, which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.Link, role.LinkVisited):
        made.setColor(QPalette.ColorGroup.Disabled, which, c["disabled"])
    made.setColor(QPalette.ColorGroup.Disabled, role.Base, c["window"])
    made.setColor(QPalette.ColorGroup.Disabled, role.Button, c["window"])
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, c["line"])
    made.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, c["muted"])
    made.setColor(QPalette.ColorGroup.Disabled, role.Accent, c["disabled"])
    return made


def _is_dark(scheme: Qt.ColorScheme) -> bool:
    return notifier.dark_at_start if scheme == Qt.ColorScheme.Unknown else scheme == Qt.ColorScheme.Dark


def _show(dark: bool) -> None:
    from PySide6.QtWidgets import QApplication, QToolTip

    from gui import style

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return
    notifier.dark = dark
    made = palette(dark)
    app.setPalette(made)
    QToolTip.setPalette(made)
    menu = QPalette(made)  # icons keep their colour in menus, so the marked row must not be dark in the light theme
    menu.setColor(QPalette.ColorRole.Highlight, color("hover"))
    menu.setColor(QPalette.ColorRole.HighlightedText, color("text"))
    for kind in ("QMenu", "QMenuBar"):
        app.setPalette(menu, kind)  # type: ignore[arg-type]  # the stubs want bytes, which it refuses
    app.setStyleSheet(style.sheet(DARK if dark else LIGHT, _folder().as_posix()))
    app.setWindowIcon(app_icon())
    notifier.changed.emit()


def _scaled(base: QFont, factor: float) -> QFont:
    font = QFont(base)
    if base.pointSizeF() > 0:
        font.setPointSizeF(round(base.pointSizeF() * factor * 2) / 2)
    else:
        font.setPixelSize(max(1, round(base.pixelSize() * factor)))
    return font


@cache
def _folder() -> Path:
    from importlib import resources

    return Path(str(resources.files("resources") / "icons"))


@cache
def _svg(name: str) -> str:
    return (_folder() / f"{name}.svg").read_text(encoding="utf-8")


def _renderer(svg: str) -> QSvgRenderer:
    from PySide6.QtSvg import QSvgRenderer

    return QSvgRenderer(QByteArray(svg.encode()))


def _pixmap(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


@cache
def _icon(name: str, role: str, dark: bool, dots: float) -> QIcon:
    colours = DARK if dark else LIGHT
    made = QIcon()
    renderer = _renderer(_svg(name))
    for size in sorted({*ICON_PIXELS, *(round(side * dots) for side in ICON_PIXELS)}):
        shape = _pixmap(renderer, size)
        made.addPixmap(_tinted(shape, colours[role or "text"]), QIcon.Mode.Normal)
        made.addPixmap(_tinted(shape, colours["disabled"]), QIcon.Mode.Disabled)
        made.addPixmap(_tinted(shape, colours["on_selected"]), QIcon.Mode.Selected)
    return made


def _tinted(shape: QPixmap, colour: str) -> QPixmap:
    made = QPixmap(shape)
    painter = QPainter(made)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(made.rect(), QColor(colour))
    painter.end()
    return made
