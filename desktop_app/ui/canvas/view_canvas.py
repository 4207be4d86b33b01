"""A photo seen through a window: which part, how large, and what is painted over it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId
from desktop_app.ui import theme
from desktop_app.ui.canvas.layer import PhotoLayer
from desktop_app.ui.canvas.overlays import FaceBoxes, Overlay
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.canvas.viewport import Viewport

_RESTS_AFTER_MS = 90  # without another step of the wheel; then the photo is drawn finely


class ViewCanvas(QWidget):
    """Shows one photo, given as tiles; whoever owns it chooses the photo and the overlays.

    Signals:
        view_changed(Viewport): another part of the photo is shown, or another size of it.
        boxes_toggled(bool): the face boxes were shown or hidden.
    """

    view_changed = Signal(object)
    boxes_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Photo"))
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
        self.paint_hand(painter, ratio)
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

    def paint_hand(self, painter: QPainter, pixel: float) -> None:
        """Draws what the hand is just drawing."""

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

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._view is not None:
            self._set_view(self._view.resized(self._window()))
        return super().event(event)
