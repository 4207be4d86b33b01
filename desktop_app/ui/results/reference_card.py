"""One photo that guides a restoration: its picture, its number, the age and the reason."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import Reference, ReferenceChoice
from desktop_app.ui import resources, theme
from desktop_app.ui.canvas.overlays import paint_number
from desktop_app.ui.grid import paint_picture
from desktop_app.ui.pictures import Pictures

_CAPTION_LINES = 2


def reason_parts(reason: str) -> tuple[str, str]:
    """The age (or year) that comes first, and the rest of the reason."""
    first, _, rest = reason.partition(", ")
    return first[:1].upper() + first[1:], rest


class ReferenceCard(QWidget):
    """Shows a reference; without one it is an empty place. `number` counts from 0."""

    def __init__(self, pictures: Pictures, number: int) -> None:
        super().__init__()
        self.number = number
        self.reference: Reference | None = None
        self._pictures = pictures
        self.highlighted = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        pictures.face_ready.connect(self._on_picture)

    def show_reference(self, reference: Reference | None) -> None:
        self.reference = reference
        self.setAccessibleName(self.words())
        self.setToolTip(reference.reason if reference else "")
        self.update()

    def words(self) -> str:
        """What is shown, for a screen reader."""
        if self.reference is None:
            return self.tr("Reference {n}: empty").format(n=self.number + 1)
        words = self.tr("Reference {n}: {reason}").format(
            n=self.number + 1, reason=self.reference.reason
        )
        pinned = self.reference.choice is ReferenceChoice.PINNED
        return f"{words}, {self.tr('pinned')}" if pinned else words

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width + 2 * theme.GAP_TINY + self._line_height() * (1 + _CAPTION_LINES)

    def sizeHint(self) -> QSize:
        return QSize(132, self.heightForWidth(132))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, self.heightForWidth(64))

    def picture_rect(self) -> QRect:
        return QRect(0, 0, self.width(), self.width()).adjusted(2, 2, -2, -2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        frame = self.picture_rect()
        if self.reference is None:
            self._paint_empty(painter, frame)
        else:
            face = FaceId(self.reference.face_id)
            paint_picture(painter, frame, self._pictures.face(face), fill=True)
            badge = QPointF(frame.left() + 17, frame.top() + 17)
            paint_number(painter, badge, self.number, 1.0)
            if self.reference.choice is ReferenceChoice.PINNED:
                self._paint_pin(painter, frame)
            self._paint_reason(painter, self.reference.reason)
        if self.highlighted or self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 3 if self.highlighted else 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(frame).adjusted(0, 0, 0, 0), 7, 7)

    def _paint_empty(self, painter: QPainter, frame: QRect) -> None:
        painter.setPen(QPen(theme.colour("text_soft"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 6, 6)
        icon = resources.pixmap("photo", theme.colour("text_soft"), 24)
        painter.drawPixmap(frame.center().x() - 12, frame.center().y() - 24, icon)
        painter.setFont(theme.font(theme.Type.CAPTION))
        painter.setPen(theme.colour("text_soft"))
        below = frame.adjusted(8, frame.height() // 2 + 6, -8, -4)
        centred = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(below, centred, self.tr("No photo"))

    def _paint_pin(self, painter: QPainter, frame: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("window"))
        painter.drawEllipse(frame.left() + 6, frame.bottom() - 28, 24, 24)
        pin = resources.pixmap("pin", theme.colour("accent"), 16)
        painter.drawPixmap(frame.left() + 10, frame.bottom() - 24, pin)

    def _paint_reason(self, painter: QPainter, reason: str) -> None:
        first, rest = reason_parts(reason)
        height = self._line_height()
        top = self.width() + theme.GAP_TINY
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.setFont(theme.font(theme.Type.STRONG))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRect(2, top, self.width() - 4, height), left, first)
        painter.setFont(theme.font(theme.Type.CAPTION))
        painter.setPen(theme.colour("text_soft"))
        rect = QRect(2, top + height, self.width() - 4, height * _CAPTION_LINES)
        painter.drawText(rect, left | Qt.TextFlag.TextWordWrap, rest)

    def _line_height(self) -> int:
        return self.fontMetrics().height()

    @Slot(object)
    def _on_picture(self, face_id: FaceId) -> None:
        if self.reference is not None and self.reference.face_id == face_id:
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
