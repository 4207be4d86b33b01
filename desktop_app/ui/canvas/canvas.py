"""The table a photo lies on: zoom to the cursor, pan with the hand, 100 % and fit by one key."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.domain.face import BBox
from desktop_app.ui import theme
from desktop_app.ui.canvas.view_canvas import ViewCanvas

_STEP = 1.25  # one notch of the wheel, one press of + or -
_PAN_STEP = 80  # one press of an arrow key, in design pixels
_CLICK_SLOP = 5  # a press that moved less than this is a click


class PhotoCanvas(ViewCanvas):
    """A photo under the hand.

    Keys: Z 100 % and back to the whole photo, 0 the whole photo, + and - zoom, arrows pan,
    F face boxes. Ctrl+drag draws a box where `drawing_allowed`.

    Signals:
        face_clicked(FaceId): a framed face was clicked.
        face_opened(FaceId): a framed face was double-clicked.
        box_drawn(BBox): the user drew a box, in photo pixels.
    """

    face_clicked = Signal(object)
    face_opened = Signal(object)
    box_drawn = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.drawing_allowed = False
        self._pressed: QPointF | None = None
        self._dragged = False
        self._drawing: tuple[QPointF, QPointF] | None = None

    def paint_hand(self, painter: QPainter, pixel: float) -> None:
        if self._drawing is not None:
            painter.setPen(QPen(theme.colour("accent"), 2 * pixel, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(*self._drawing).normalized())

    # The mouse

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = event.position() * self.devicePixelRatioF()
        fine = event.pixelDelta()
        moving = not fine.isNull() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if moving and self._view is not None and event.phase() != Qt.ScrollPhase.NoScrollPhase:
            self._set_view(self._view.panned(fine.x(), fine.y()))  # two fingers on a touchpad
        else:
            self._zoom_at(_STEP ** (event.angleDelta().y() / 120), at)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            at = event.position() * self.devicePixelRatioF()
            self._zoom_at(1 + event.value(), at)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            event.ignore()
            return
        self._pressed = event.position()
        self._dragged = False
        if self.drawing_allowed and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            at = event.position() * self.devicePixelRatioF()
            self._drawing = (at, at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        ratio = self.devicePixelRatioF()
        at = event.position()
        if self._pressed is None:
            self._point_at(at * ratio)
            return
        moved = at - self._pressed
        if not self._dragged and moved.manhattanLength() < _CLICK_SLOP:
            return
        self._dragged = True
        if self._drawing is not None:
            self._drawing = (self._drawing[0], at * ratio)
            self.update()
        elif self._view is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._set_view(self._view.panned(moved.x() * ratio, moved.y() * ratio))
            self._pressed = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or self._view is None:
            return
        self._pressed = None
        self.unsetCursor()
        at = event.position() * self.devicePixelRatioF()
        if self._drawing is not None:
            drawn, self._drawing = QRectF(*self._drawing).normalized(), None
            self.update()
            if self._dragged:
                left, top = self._view.to_photo(drawn.left(), drawn.top())
                right, bottom = self._view.to_photo(drawn.right(), drawn.bottom())
                self.box_drawn.emit(BBox(left, top, right, bottom))
        elif not self._dragged and self._boxes_shown:
            face = self.boxes.at(self._view, at.x(), at.y())
            if face is not None:
                self.face_clicked.emit(face)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._view is None:
            return
        at = event.position() * self.devicePixelRatioF()
        face = self.boxes.at(self._view, at.x(), at.y()) if self._boxes_shown else None
        if face is not None:
            self.face_opened.emit(face)
        elif self._view.scale == 1.0:
            self.fit()
        else:
            self._set_view(self._view.zoomed(1.0, at.x(), at.y()))

    def _point_at(self, at: QPointF) -> None:
        if self._view is None:
            return
        face = self.boxes.at(self._view, at.x(), at.y()) if self._boxes_shown else None
        if face != self.boxes.hovered:
            self.boxes.hovered = face
            hand = Qt.CursorShape.PointingHandCursor if face is not None else None
            self.setCursor(hand) if hand is not None else self.unsetCursor()
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        if self.boxes.hovered is not None:
            self.boxes.hovered = None
            self.unsetCursor()
            self.update()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def handle_key(self, event: QKeyEvent) -> bool:
        """Takes a key of the canvas; a screen may pass on keys that it received."""
        key = event.key()
        if self._view is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        step = _PAN_STEP * self.devicePixelRatioF()
        pans = {
            Qt.Key.Key_Left: (step, 0),
            Qt.Key.Key_Right: (-step, 0),
            Qt.Key.Key_Up: (0, step),
            Qt.Key.Key_Down: (0, -step),
        }
        if key == Qt.Key.Key_Z:
            self.toggle_actual_size()
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / _STEP)
        elif key == Qt.Key.Key_F:
            self.show_boxes(not self._boxes_shown)
        elif key in pans and self.hasFocus():
            self._set_view(self._view.panned(*pans[Qt.Key(key)]))
        else:
            return False
        return True
