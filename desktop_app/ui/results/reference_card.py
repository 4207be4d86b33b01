"""One photo that guides a restoration: its picture, its number, the age and the reason."""

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import Reference, ReferenceChoice
from desktop_app.ui import resources, theme
from desktop_app.ui.canvas.overlays import paint_number
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import paint_picture

_CAPTION_LINES = 2
_BESIDE = 72  # side of the picture where the words stand beside it


def reason_parts(reason: str) -> tuple[str, str]:
    """The age or year that comes first, and the rest; "Age unknown" where there is neither."""
    first, _, rest = reason.partition(", ")
    if not any(sign.isdecimal() for sign in first):
        return QCoreApplication.translate("ReferenceCard", "Age unknown"), reason
    return first[:1].upper() + first[1:], rest


class ReferenceCard(QWidget):
    """Shows a reference; without one it is an empty place.

    `number` counts from 0; the words stand under the picture, or `beside` it.
    """

    def __init__(self, pictures: Pictures, number: int, *, beside: bool = False) -> None:
        super().__init__()
        self._beside = beside
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
        if self._beside:
            return max(_BESIDE, self._line_height() * (1 + _CAPTION_LINES) + theme.GAP_SMALL)
        return width + 2 * theme.GAP_TINY + self._line_height() * (1 + _CAPTION_LINES)

    def sizeHint(self) -> QSize:
        return QSize(132, self.heightForWidth(132))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, self.heightForWidth(64))

    def picture_rect(self) -> QRect:
        side = _BESIDE if self._beside else self.width()
        return QRect(0, 0, side, side).adjusted(2, 2, -2, -2)

    def words_rect(self) -> QRect:
        """Where the age and the reason stand."""
        if self._beside:
            return self.rect().adjusted(_BESIDE + theme.GAP_SMALL, 0, -theme.TARGET, 0)
        return self.rect().adjusted(2, self.width() + theme.GAP_TINY, -2, 0)

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
            painter.drawRoundedRect(QRectF(frame), 7, 7)
        painter.end()

    def _paint_empty(self, painter: QPainter, frame: QRect) -> None:
        painter.setPen(QPen(theme.colour("text_soft"), 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 6, 6)
        icon = resources.pixmap("photo", theme.colour("text_soft"), 24)
        painter.drawPixmap(frame.center().x() - 12, frame.center().y() - 12, icon)
        if self._beside:
            painter.setFont(theme.font(theme.Type.BODY))
            painter.setPen(theme.colour("text_soft"))
            upright = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.words_rect(), upright, self.tr("No photo yet"))

    def _paint_pin(self, painter: QPainter, frame: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("window"))
        painter.drawEllipse(frame.left() + 6, frame.bottom() - 28, 24, 24)
        pin = resources.pixmap("pin", theme.colour("accent"), 16)
        painter.drawPixmap(frame.left() + 10, frame.bottom() - 24, pin)

    def _paint_reason(self, painter: QPainter, reason: str) -> None:
        first, rest = reason_parts(reason)
        height = self._line_height()
        words = self.words_rect()
        if self._beside:
            lines = 1 + (1 if self._fits_a_line(rest, words.width()) else _CAPTION_LINES)
            words.setTop(max(0, (self.height() - lines * height) // 2))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.setFont(theme.font(theme.Type.STRONG))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRect(words.topLeft(), QSize(words.width(), height)), left, first)
        painter.setFont(theme.font(theme.Type.CAPTION))
        painter.setPen(theme.colour("text_soft"))
        below = words.adjusted(0, height + 1, 0, 0)
        painter.drawText(below, left | Qt.TextFlag.TextWordWrap, rest)

    def _fits_a_line(self, words: str, width: int) -> bool:
        metrics = QFontMetrics(theme.font(theme.Type.CAPTION))
        return metrics.horizontalAdvance(words) <= width

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
