"""A few faces side by side, as many as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.ui import theme, words
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import paint_picture


class FaceStrip(QWidget):
    """Painted, not made of widgets; the last place says how many more there are.

    Signals:
        opened(): it was clicked.
    """

    opened = Signal()

    def __init__(self, pictures: Pictures, faces: Sequence[FaceId], side: int) -> None:
        super().__init__()
        self._pictures, self._faces, self._side = pictures, tuple(faces), side
        self._shown = frozenset(faces)
        self.setFixedHeight(side)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(words.counted(len(faces), self.tr("1 face"), self.tr("{n} faces")))
        pictures.face_ready.connect(self._on_ready)

    def sizeHint(self) -> QSize:
        return QSize(4 * (self._side + theme.GAP_SMALL), self._side)

    @Slot(object)
    def _on_ready(self, face_id: object) -> None:
        if face_id in self._shown:
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.opened.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        step = self._side + theme.GAP_SMALL
        room = max(1, (self.width() + theme.GAP_SMALL) // step)
        shown = len(self._faces) if len(self._faces) <= room else room - 1
        for place, face_id in enumerate(self._faces[:shown]):
            frame = QRect(place * step, 0, self._side, self._side)
            paint_picture(painter, frame, self._pictures.face(face_id), fill=True)
        if shown < len(self._faces):
            frame = QRect(shown * step, 0, self._side, self._side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("raised"))
            painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
            painter.setFont(theme.font(theme.Type.STRONG))
            painter.setPen(theme.colour("text_soft"))
            more = f"+{words.number(len(self._faces) - shown)}"
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, more)
