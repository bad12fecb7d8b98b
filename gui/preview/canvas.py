"""Two pictures of one image, before and after, under one zoom: side by side or divided by a line that is dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.preview import drawing
from gui.preview.pixels import Pixels

HINT = "Before and after appear here"
GAP = 8  # between two pictures side by side
HANDLE = 12  # how near to the line a drag takes it
LEAST, MOST = 0.01, 64.0  # screen pixels a pixel of the image
SAME_SHAPE = 0.02  # of the proportions: pictures that differ more can't lie on each other


class Canvas(QWidget):
    """Draws; knows nothing of recipes.  The zoom counts screen pixels a pixel of the image before."""

    hovered = Signal(object)
    """(x, y), each from 0 to 1 across the image, or None."""
    zoomed = Signal()
    step_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before: Pixels | None = None
        self.after: Pixels | None = None
        self.side_by_side = False
        self.fitted = True
        self.wipe = 0.5
        self.zoom = 1.0
        self.centre = QPointF(0.5, 0.5)
        self.hint = HINT
        """What is told where there is nothing to show."""
        self._dragged_from: QPointF | None = None
        self._drags_line = False
        self.over_after = False
        """Whether the cursor is over the second of two panes."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setAccessibleName("Preview before and after")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # -- what is shown -----------------------------------------------------------------------------------------

    def show_pictures(self, before: Pixels | None, after: Pixels | None) -> None:
        """Show these; the place and zoom stay, unless the image has another shape."""
        old, new = self.before or self.after, before or after
        self.before, self.after = before, after
        if new is not None and (old is None or old.size != new.size):
            self.centre = QPointF(0.5, 0.5)
            if old is None:
                self.fitted = True
        if self.fitted:
            self._fit()
        self.update()

    @property
    def beside(self) -> bool:
        """Whether the pictures stand side by side, because that is wanted or their shapes differ."""
        return self.side_by_side or not self.same_shape

    @property
    def same_shape(self) -> bool:
        """Whether the picture after has the proportions of the one before."""
        if self.before is None or self.after is None:
            return True
        (bw, bh), (aw, ah) = self.before.size, self.after.size
        return abs(bw * ah - aw * bh) <= SAME_SHAPE * max(bw * ah, aw * bh)

    def set_side_by_side(self, wanted: bool) -> None:
        """Choose between side by side and one picture with a line."""
        self.side_by_side = wanted
        if self.fitted:
            self._fit()
        self.update()

    def fit(self) -> None:
        """Show the whole image."""
        self.fitted = True
        self._fit()
        self.update()

    def set_zoom(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, with the place under `at` (widget coordinates; default: the middle) staying where it is."""
        zoom = min(MOST, max(LEAST, zoom))
        pane = self._pane_at(at) if at is not None else self._panes()[0]
        at = QPointF(pane.center()) if at is None else at
        before = self._place(at, pane)
        self.zoom, self.fitted = zoom, False
        after = self._place(at, pane)
        self.centre += before - after
        self._keep_inside()
        self.zoomed.emit()
        self.update()

    def zooms(self) -> tuple[float, float]:
        """Screen pixels a pixel of the image before and of the one after."""
        shape = self._shape()
        if self.after is None or not self.after.size[0]:
            return self.zoom, self.zoom
        target = self._target(self.after, self._panes()[-1])
        return self.zoom, target.width() / self.after.size[0] if shape else self.zoom

    # -- geometry ----------------------------------------------------------------------------------------------

    def _shape(self) -> tuple[int, int] | None:
        shown = self.before or self.after
        return shown.size if shown else None

    def _panes(self) -> list[QRect]:
        """Where pictures are: one place, or two beside each other."""
        whole = self.rect()
        if not self.beside:
            return [whole]
        half = (whole.width() - GAP) // 2
        return [QRect(0, 0, half, whole.height()), QRect(whole.width() - half, 0, half, whole.height())]

    def _pane_at(self, point: QPointF) -> QRect:
        panes = self._panes()
        return panes[-1] if point.x() >= panes[-1].left() else panes[0]

    def _fit(self) -> None:
        shape = self._shape()
        if shape is None:
            return
        pane = self._panes()[0]
        self.zoom = max(LEAST, min(pane.width() / shape[0], pane.height() / shape[1], 8.0))
        self.centre = QPointF(0.5, 0.5)
        self.zoomed.emit()

    def _target(self, pixels: Pixels, pane: QRect) -> QRectF:
        """Where the whole picture lies; of another shape, it fills the same box as the one before."""
        width, height = self._shape() or pixels.size
        box_width, box_height = width * self.zoom, height * self.zoom
        own_width, own_height = pixels.size
        scale = min(box_width / own_width, box_height / own_height)
        size = (box_width, box_height) if self.same_shape else (own_width * scale, own_height * scale)
        middle = QRectF(pane).center()
        left = middle.x() - self.centre.x() * size[0]
        top = middle.y() - self.centre.y() * size[1]
        return QRectF(left, top, *size)

    def _place(self, point: QPointF, pane: QRect) -> QPointF:
        """The place in the image under a point, from 0 to 1 across and down."""
        shown = self.before or self.after
        if shown is None:
            return QPointF(0.5, 0.5)
        if self.after is not None and self.beside and pane.left() > 0:
            shown = self.after
        target = self._target(shown, pane)
        return QPointF((point.x() - target.left()) / target.width(), (point.y() - target.top()) / target.height())

    def _keep_inside(self) -> None:
        self.centre = QPointF(min(1.0, max(0.0, self.centre.x())), min(1.0, max(0.0, self.centre.y())))

    # -- painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The surround, the pictures, the line."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("surround"))
        panes = self._panes()
        if self.beside:
            for pane, pixels in zip(panes, (self.before, self.after), strict=True):
                if pixels is not None:
                    self._draw(painter, pixels, pane, pane)
        else:
            pane = panes[0]
            line = round(pane.width() * self.wipe)
            if self.before is not None:
                clip = QRect(pane) if self.after is None else QRect(0, 0, line, pane.height())
                self._draw(painter, self.before, pane, clip)
            if self.after is not None:
                clip = QRect(line, 0, pane.width() - line, pane.height()) if self.before is not None else QRect(pane)
                self._draw(painter, self.after, pane, clip)
            if self.before is not None and self.after is not None:
                drawing.draw_line(painter, line, self.height())
        if self.before is None and self.after is None:
            painter.setPen(QColor(0xB4, 0xB4, 0xB4))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.hint)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _draw(self, painter: QPainter, pixels: Pixels, pane: QRect, clip: QRect) -> None:
        drawing.draw(painter, pixels, self._target(pixels, pane), clip, self.devicePixelRatioF())

    # -- hands -------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what fits fitted."""
        if self.fitted:
            self._fit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        turned = event.angleDelta().y()
        if turned:  # one that turns sideways leaves a fitted image fitted
            self.set_zoom(self.zoom * 1.0015**turned, event.position())
        event.accept()

    def _on_line(self, point: QPointF) -> bool:
        both = self.before is not None and self.after is not None
        return both and not self.beside and abs(point.x() - self.width() * self.wipe) <= HANDLE

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the line, or the image."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drags_line = self._on_line(event.position())
            self._dragged_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line or the image, or tell what lies under the cursor."""
        point = event.position()
        if self._dragged_from is not None:
            if self._drags_line:
                self.set_wipe(point.x() / max(1, self.width()))
            else:
                self._pan(point - self._dragged_from)
                self._dragged_from = point
        else:
            on_line = self._on_line(point)
            self.setCursor(Qt.CursorShape.SplitHCursor if on_line else Qt.CursorShape.CrossCursor)
        pane = self._pane_at(point)
        self.over_after = pane.left() > 0
        place = self._place(point, pane)
        inside = pane.contains(point.toPoint()) and 0 <= place.x() < 1 and 0 <= place.y() < 1
        self.hovered.emit((place.x(), place.y()) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._dragged_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole image and its own pixels."""
        if self.fitted:
            self.set_zoom(1.0 / self.devicePixelRatioF(), event.position())
        else:
            self.fit()

    def leaveEvent(self, event: object) -> None:
        """Nothing lies under the cursor."""
        self.hovered.emit(None)

    def set_wipe(self, share: float) -> None:
        """Put the line at this share of the width."""
        self.wipe = min(1.0, max(0.0, share))
        self.update()

    def _pan(self, by: QPointF) -> None:
        shape = self._shape()
        if shape is not None and not by.isNull():
            self.fitted = False
            self.centre -= QPointF(by.x() / (shape[0] * self.zoom), by.y() / (shape[1] * self.zoom))
            self._keep_inside()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows step through images; + and - zoom, 0 fits, 1 shows single pixels; with Shift, arrows move the line."""
        key, shifted = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        # Keys without a number that Qt has a name for come too.
        across = -1 if key == Qt.Key.Key_Left else 1 if key == Qt.Key.Key_Right else 0
        if across and shifted:
            self.set_wipe(self.wipe + across * 0.05)
        elif across:
            self.step_wanted.emit(across)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self.zoom * 1.5)
        elif key == Qt.Key.Key_Minus:
            self.set_zoom(self.zoom / 1.5)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.set_zoom(1.0 / self.devicePixelRatioF())
        else:
            super().keyPressEvent(event)
