"""The table a photo lies on: zoom to the cursor, pan with the hand, 100 % and fit by one key."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId
from desktop_app.ui import theme
from desktop_app.ui.canvas.layer import PhotoLayer
from desktop_app.ui.canvas.overlays import FaceBoxes, Overlay
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.canvas.viewport import Viewport

_STEP = 1.25  # one notch of the wheel, one press of + or -
_PAN_STEP = 80  # one press of an arrow key, in design pixels
_RESTS_AFTER_MS = 90  # without another step of the wheel; then the photo is drawn finely
_CLICK_SLOP = 5  # a press that moved less than this is a click


class PhotoCanvas(QWidget):
    """Shows one photo, given as tiles; whoever owns it chooses the photo and the overlays.

    Keys: Z 100 % and back to the whole photo, 0 the whole photo, + and - zoom, arrows pan,
    F face boxes. Ctrl+drag draws a box where `drawing_allowed`.

    Signals:
        view_changed(Viewport): another part of the photo is shown, or another size of it.
        face_clicked(FaceId): a framed face was clicked.
        face_opened(FaceId): a framed face was double-clicked.
        box_drawn(BBox): the user drew a box, in photo pixels.
        boxes_toggled(bool): the face boxes were shown or hidden.
    """

    view_changed = Signal(object)
    face_clicked = Signal(object)
    face_opened = Signal(object)
    box_drawn = Signal(object)
    boxes_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Photo"))
        self.drawing_allowed = False
        self.boxes = FaceBoxes()
        self._overlays: tuple[Overlay, ...] = ()
        self._boxes_shown = True
        self._layer = PhotoLayer()
        self._zooming = QTimer(self)
        self._zooming.setSingleShot(True)
        self._zooming.setInterval(_RESTS_AFTER_MS)
        self._zooming.timeout.connect(self.update)
        self._picture: Pyramid | None = None
        self._view: Viewport | None = None
        self._pressed: QPointF | None = None
        self._dragged = False
        self._drawing: tuple[QPointF, QPointF] | None = None

    # The photo and what lies over it

    @property
    def picture(self) -> Pyramid | None:
        return self._picture

    @property
    def view(self) -> Viewport | None:
        """What is shown now; None without a photo."""
        return self._view

    def show_picture(self, picture: Pyramid | None) -> None:
        """Shows a photo; one of the same size takes the place of the last, pixel on pixel."""
        before = self._picture
        self._picture = picture
        if picture is None:
            self._view = None
        elif before is None or self._view is None or before.size != picture.size:
            self._set_view(Viewport.fitted(picture.size, self._window()))
        self.update()

    @property
    def overlays(self) -> tuple[Overlay, ...]:
        return self._overlays

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """What is painted over the photo, besides the face boxes."""
        self._overlays = tuple(overlays)
        self.update()

    def set_boxes(self, boxes: FaceBoxes) -> None:
        self.boxes = boxes
        self.update()

    def select_face(self, face_id: FaceId | None) -> None:
        self.boxes.selected = face_id
        self.update()

    @property
    def boxes_shown(self) -> bool:
        return self._boxes_shown

    def show_boxes(self, shown: bool) -> None:
        if shown != self._boxes_shown:
            self._boxes_shown = shown
            self.boxes_toggled.emit(shown)
            self.update()

    # The view

    def fit(self) -> None:
        """The whole photo."""
        if self._picture is not None:
            self._set_view(Viewport.fitted(self._picture.size, self._window()))

    def toggle_actual_size(self) -> None:
        """100 % about the cursor (or the middle), or back to the whole photo."""
        if self._view is None:
            return
        if self._view.scale == 1.0:
            self.fit()
        else:
            at = self._cursor()
            self._set_view(self._view.zoomed(1.0, at.x(), at.y()))

    def zoom_by(self, factor: float) -> None:
        """Zooms about the middle of the window."""
        if self._view is not None:
            width, height = self._view.window
            self._zoom_at(factor, QPointF(width / 2, height / 2))

    def look_at(self, box: BBox, share: float = 0.5) -> None:
        """Brings a part of the photo to the middle, `share` of the window's shorter side."""
        if self._view is not None:
            self._set_view(self._view.showing(box, share))

    def follow(self, view: Viewport) -> None:
        """Shows the same part as another canvas, without telling anybody."""
        if self._view is not None:
            self._view = self._view.following(view)
            self.update()

    def _set_view(self, view: Viewport) -> None:
        if view != self._view:
            self._view = view
            self.update()
            self.view_changed.emit(view)

    def _window(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def _cursor(self) -> QPointF:
        """Where the mouse is, in screen pixels; the middle where it is outside."""
        at = self.mapFromGlobal(self.cursor().pos())
        if not self.rect().contains(at):
            at = self.rect().center()
        return QPointF(at) * self.devicePixelRatioF()

    def _zoom_at(self, factor: float, at: QPointF) -> None:
        if self._view is None:
            return
        scale = self._view.scale * factor
        if abs(scale - 1) < 0.06:
            scale = 1.0
        self._zooming.start()
        self._set_view(self._view.zoomed(scale, at.x(), at.y()))

    # Painting

    def sizeHint(self) -> QSize:
        return QSize(800, 600)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        width, height = self._window()
        window = QRectF(0, 0, width, height)
        if self._view is None:
            painter.fillRect(window, theme.colour("canvas"))
        else:
            self.paint_photo(painter, self._view, window)
            for overlay in self._overlays:
                overlay.paint(painter, self._view, ratio)
            if self._boxes_shown:
                self.boxes.paint(painter, self._view, ratio)
            self.paint_above(painter, self._view, ratio)
        if self._drawing is not None:
            painter.setPen(QPen(theme.colour("accent"), 2 * ratio, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(*self._drawing).normalized())
        painter.end()

    def paint_photo(self, painter: QPainter, view: Viewport, window: QRectF) -> None:
        """Draws the photo on its ground, over the whole window; who compares draws two."""
        if self._picture is not None:
            painter.drawPixmap(0, 0, self.laid_out(self._layer, self._picture, view))

    def laid_out(self, layer: PhotoLayer, picture: Pyramid, view: Viewport) -> QPixmap:
        """The photo as this window shows it, roughly while the wheel turns."""
        ground = theme.colour("canvas")
        return layer.pixmap(picture, view, ground, hurried=self._zooming.isActive())

    def paint_above(self, painter: QPainter, view: Viewport, pixel: float) -> None:
        """Draws what a canvas of another kind lays on top of everything."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._view is not None:
            self._set_view(self._view.resized(self._window()))

    def let_go(self) -> None:
        """Ends what lasts only as long as a key is held: the window went to the back."""

    def hideEvent(self, event: QHideEvent) -> None:
        self.let_go()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.let_go()
        super().changeEvent(event)

    # The hand

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
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                at = event.position() * self.devicePixelRatioF()
                self._zoom_at(1 + event.value(), at)
                return True
        elif event.type() == QEvent.Type.DevicePixelRatioChange and self._view is not None:
            self._set_view(self._view.resized(self._window()))
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
