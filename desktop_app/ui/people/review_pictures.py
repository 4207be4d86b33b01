"""The two pictures of a review: the face, and the whole photo with the face marked."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.domain.face import Face
from desktop_app.domain.photo import Photo
from desktop_app.ui import theme
from desktop_app.ui.picture_reading import face_square
from desktop_app.ui.pictures import Pictures


class _Shown(QWidget):
    """A face in a photo; the thumbnail stands in until the larger picture has come."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.pictures = pictures
        self.face: Face | None = None
        self.photo: Photo | None = None
        self.image: QImage | None = None
        self.setMinimumSize(240, 240)
        pictures.face_ready.connect(self._on_ready)
        pictures.photo_ready.connect(self._on_ready)

    def sizeHint(self) -> QSize:
        return QSize(400, 400)

    def show_face(self, face: Face, photo: Photo, image: QImage | None) -> None:
        self.face, self.photo, self.image = face, photo, image
        self.update()

    @Slot(object)
    def _on_ready(self, number: object) -> None:
        if self.face is not None and number in (self.face.id, self.face.photo_id):
            self.update()

    def begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 8, 8)
        painter.fillPath(shape, theme.colour("canvas"))
        return painter


class FaceView(_Shown):
    """The face as large as there is room for."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.begin()
        if self.face is None or self.photo is None:
            return
        side = min(self.width(), self.height()) - 2 * theme.GAP
        target = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        shape = QPainterPath()
        shape.addRoundedRect(target, theme.RADIUS, theme.RADIUS)
        painter.setClipPath(shape)
        if self.image is not None and self.photo.width:
            scale = self.image.width() / self.photo.width
            x, y, s = face_square(self.face.bbox, self.photo.width, self.photo.height)
            painter.drawImage(
                target, self.image, QRectF(x * scale, y * scale, s * scale, s * scale)
            )
            return
        picture = self.pictures.face(self.face.id)
        if picture is not None:
            painter.drawPixmap(target, picture, QRectF(picture.rect()))


class PhotoView(_Shown):
    """The whole photo, everything but the face a little darker.

    Signals:
        opened(): it was double-clicked.
    """

    opened = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.begin()
        if self.face is None or self.photo is None or not self.photo.width:
            return
        room = QRectF(self.rect()).adjusted(*[theme.GAP] * 2, *[-theme.GAP] * 2)
        scale = min(room.width() / self.photo.width, room.height() / self.photo.height)
        target = QRectF(0, 0, self.photo.width * scale, self.photo.height * scale)
        target.moveCenter(room.center())
        if self.image is not None:
            painter.drawImage(target, self.image, QRectF(self.image.rect()))
        else:
            picture = self.pictures.photo(self.photo.id)
            if picture is not None:
                painter.drawPixmap(target, picture, QRectF(picture.rect()))
        box = self.face.bbox
        frame = QRectF(
            target.left() + box.left * scale,
            target.top() + box.top * scale,
            box.width * scale,
            box.height * scale,
        ).adjusted(-4, -4, 4, 4)
        shade = QPainterPath()
        shade.addRect(target)
        hole = QPainterPath()
        hole.addRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        painter.fillPath(shade - hole, QColor(0, 0, 0, 70))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 4))
        painter.drawPath(hole)
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.drawPath(hole)
