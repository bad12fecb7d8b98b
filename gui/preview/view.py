"""The preview region: one image before and after, its histograms, the value under the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core import words
from core.image import bit_depth
from gui import dress, theme
from gui.elide import ElidedLabel
from gui.notice import Notice
from gui.preview.canvas import HINT, Canvas
from gui.preview.histogram import Histogram, value
from gui.preview.pixels import Pixels, Shown

if TYPE_CHECKING:
    from core.looks import Picture

WAITING = "Making the preview\N{HORIZONTAL ELLIPSIS}"
PATIENCE = 250  # milliseconds after which waiting is told of


class PreviewPanel(QWidget):
    """Shows what it is given; asks for other images and planes by signals."""

    step_wanted = Signal(int)
    plane_changed = Signal(int, int)
    """(t, z), from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.path = ""
        self.canvas = Canvas(self)
        self.name = ElidedLabel(self, fill=True)
        self.position = QLabel(self)
        self.state, self.values, *labels = (ElidedLabel(self, fill=True, role="muted") for _ in range(4))
        self.labels = labels
        self.problem = Notice("error", "error", self)
        self.histograms = (Histogram("Before", self), Histogram("After", self))
        self._waiting = QTimer(self, singleShot=True, interval=PATIENCE)
        self._waiting.timeout.connect(self._tell_waiting)
        self._build()
        self.canvas.hovered.connect(self._hover)
        self.canvas.zoomed.connect(self._tell_zoom)
        self.canvas.step_wanted.connect(self.step_wanted)
        self._set_fonts()
        self.clear()

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.heading = QLabel("Preview", self)
        self.previous = self._button("left", "Previous image (Left)", lambda: self.step_wanted.emit(-1))
        self.next = self._button("right", "Next image (Right)", lambda: self.step_wanted.emit(1))
        self.z_box = self._plane_box("Z")
        self.t_box = self._plane_box("T")
        top = QHBoxLayout()
        top.setSpacing(theme.GRID)
        for widget in (self.heading, self.name, self.t_box, self.z_box, self.position, self.previous, self.next):
            top.addWidget(widget, 1 if widget is self.name else 0)

        titles = QHBoxLayout()
        titles.setSpacing(theme.GRID)
        for label in self.labels:
            titles.addWidget(label, 1)

        curves = QHBoxLayout()
        curves.setSpacing(2 * theme.GRID)
        for histogram in self.histograms:
            curves.addWidget(histogram, 1)

        self.zoom = QLabel(self)
        for number in (self.position, self.zoom):
            dress.ink(number, "muted")
        self.zoom.setToolTip("Screen pixels a pixel of the image")
        self.fit = self._button("fit", "Whole image (0)", self.canvas.fit)
        self.single = self._text_button("100 %", "One pixel of the image a pixel of the screen (1)", 1.0)
        self.double = self._text_button("200 %", "Two pixels of the screen a pixel of the image", 2.0)
        self.wipe = self._button("wipe", "Before and after with a line between them", self._use_wipe, checkable=True)
        self.beside = self._button("side-by-side", "Before and after side by side", self._use_beside, checkable=True)
        self.modes = QButtonGroup(self)
        self.modes.setExclusive(True)
        for button in (self.wipe, self.beside):
            self.modes.addButton(button)
        self.wipe.setChecked(True)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.GRID // 2)
        bottom.addWidget(self.values, 1)
        for widget in (self.zoom, self.fit, self.single, self.double, self.wipe, self.beside):
            bottom.addWidget(widget)
        self.zoom.setContentsMargins(0, 0, theme.GRID, 0)

        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        whole.setSpacing(theme.GRID // 2)
        whole.addLayout(top)
        whole.addLayout(titles)
        whole.addWidget(self.canvas, 1)
        whole.addWidget(self.problem)
        whole.addWidget(self.state)
        whole.addLayout(curves)
        whole.addLayout(bottom)

    def _button(self, icon: str, tip: str, pressed: object, *, checkable: bool = False) -> QToolButton:
        button = dress.tool(self, icon, tip, checkable=checkable)
        button.clicked.connect(pressed)
        return button

    def _text_button(self, text: str, tip: str, zoom: float) -> QToolButton:
        button = self._button("", tip, lambda: self.canvas.set_zoom(zoom / self.devicePixelRatioF()))
        button.setText(text)
        button.setAccessibleName(f"Zoom {text}")
        return button

    def _plane_box(self, axis: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setPrefix(f"{axis} ")
        box.setMinimum(1)
        box.setAccessibleName(f"{axis} position in the stack")
        box.setToolTip(f"Which {axis} position of the stack is shown; the run makes all of them")
        box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        box.valueChanged.connect(self._plane)
        box.hide()
        return box

    def _set_fonts(self) -> None:
        self.heading.setFont(theme.heading_font(self.font()))
        small = theme.small_font(self.font())
        for label in (self.position, self.zoom, self.values, self.state, *self.labels):
            label.setFont(small)

    def changeEvent(self, event: QEvent) -> None:
        """A new font reaches the texts of other sizes too."""
        if event.type() == QEvent.Type.FontChange and hasattr(self, "modes"):
            self._set_fonts()
        super().changeEvent(event)

    # -- what is shown -----------------------------------------------------------------------------------------

    def clear(self, text: str = "") -> None:
        """Show nothing, and say `text`."""
        self._waiting.stop()
        self.shown, self.path = None, ""
        self.canvas.hint = HINT
        self.name.show_text(text)
        self.position.clear()
        self._put(None, None)
        self.problem.say("")
        self.state.setText("")

    def expect(self, path: str, position: tuple[int, int]) -> None:
        """An answer about this image is on its way; what is shown stays until it comes."""
        if path != self.path:
            self.path = path
            self.name.show_text(Path(path).name, path)
        self.tell_position(*position)
        self._waiting.start()

    def tell_position(self, index: int, total: int) -> None:
        """Where the image stands among those that are listed now, from 0; -1: a filter hides it."""
        shown = total and index >= 0
        self.position.setText(f"{words.thousands(index + 1)} / {words.thousands(total)}" if shown else "")

    def stop_waiting(self) -> None:
        """No answer will come."""
        if self._waiting.isActive() or self.state.text() == WAITING:
            self._waiting.stop()
            self._tell_notes()

    def show_answer(self, shown: Shown, before: Pixels | None) -> None:
        """Show an answer; `before` is the picture before the recipe, new or kept."""
        self._waiting.stop()
        self.shown = shown
        self._put(before, shown.after)
        self.canvas.hint = "This image can't be shown" if shown.seen.problem else HINT
        self.problem.say(shown.seen.problem)
        self._tell_notes()

    def _tell_notes(self) -> None:
        seen = self.shown.seen if self.shown else None
        self.state.setText("  ".join(part for part in (seen.note, *seen.warnings) if part) if seen else "")

    def _put(self, before: Pixels | None, after: Pixels | None) -> None:
        self.canvas.show_pictures(before, after)
        for pixels, histogram, label, title in zip(
            (before, after), self.histograms, self.labels, ("Before", "After"), strict=True
        ):
            histogram.show_picture(pixels.about if pixels else None)
            label.setText(f"{title}: {describe(pixels.about)}" if pixels else "")
        planes = before.about if before else after.about if after else None
        for box, count in ((self.z_box, planes.z if planes else 1), (self.t_box, planes.t if planes else 1)):
            box.blockSignals(True)
            box.setMaximum(count)
            box.setSuffix(f" / {count}")
            box.setVisible(count > 1)
            box.blockSignals(False)
        self.beside.setEnabled(self.canvas.same_shape)
        self.wipe.setEnabled(self.canvas.same_shape)
        tip = "Before and after with a line between them"
        self.wipe.setToolTip(tip if self.canvas.same_shape else "The steps change the shape: shown side by side")
        self._tell_zoom()
        self._hover(None)

    def _tell_waiting(self) -> None:
        if self.canvas.before is None and self.canvas.after is None:
            self.canvas.hint = WAITING
            self.canvas.update()
        self.state.setText(WAITING)

    def _tell_zoom(self) -> None:
        if self.canvas.before is None and self.canvas.after is None:
            self.zoom.clear()
            return
        before, after = (zoom * self.devicePixelRatioF() for zoom in self.canvas.zooms())
        text = percent(before)
        if abs(after - before) > 0.01 * before:
            text += f", after {percent(after)}"
        self.zoom.setText(text)

    def _hover(self, place: tuple[float, float] | None) -> None:
        shown = [pixels for pixels in (self.canvas.before, self.canvas.after) if pixels is not None]
        if place is None or not shown:
            self.values.setText("")
            return
        if not self.canvas.same_shape:  # the same share of another shape is another place
            shown = shown[1:] if self.canvas.over_after else shown[:1]
        x, y = place
        width, height = shown[0].size
        text = f"x {words.thousands(int(x * width))}  y {words.thousands(int(y * height))}"
        told = [told_values(pixels, x, y) for pixels in shown]
        self.values.setText(text + "    " + " \N{RIGHTWARDS ARROW} ".join(told))

    # -- hands -------------------------------------------------------------------------------------------------

    def _plane(self) -> None:
        self.plane_changed.emit(self.t_box.value() - 1, self.z_box.value() - 1)

    def set_plane(self, t: int, z: int) -> None:
        """Say which plane is shown, from 0; asks for none."""
        for box, place in ((self.t_box, t), (self.z_box, z)):
            box.blockSignals(True)
            box.setValue(place + 1)
            box.blockSignals(False)

    def plane(self) -> tuple[int, int]:
        """(t, z) that is looked at, from 0."""
        return self.t_box.value() - 1, self.z_box.value() - 1

    def _use_wipe(self) -> None:
        self.canvas.set_side_by_side(False)

    def _use_beside(self) -> None:
        self.canvas.set_side_by_side(True)


def told_values(pixels: Pixels, x: float, y: float) -> str:
    """The values at a place, one a channel."""
    found = pixels.values(x, y)
    return "" if found is None else ", ".join(value(number) for number in found)


def percent(zoom: float) -> str:
    """A zoom as people read it."""
    return f"{zoom * 100:.0f} %" if zoom >= 0.1 else f"{zoom * 100:.1f} %"


def describe(about: Picture) -> str:
    """What a picture is: size, bit depth, pixel size, and which values are shown black and white."""
    parts = [f"{words.thousands(about.width)} x {words.thousands(about.height)}", bit_depth(about.stored)]
    if about.pixel_size:
        parts.append(f"{about.pixel_size:.4g} \N{MICRO SIGN}m/px")
    if about.shown and about.stored != "uint8" and not about.labels:
        lows, highs = {low for low, _ in about.shown}, {high for _, high in about.shown}
        if len(lows) == len(highs) == 1:
            parts.append(f"shown from {value(lows.pop())} to {value(highs.pop())}")
        else:
            parts.append("each channel shown over its own range")
    return ", ".join(parts)
