"""The references of a person on a line of years: which ages there are, and which guide."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.ui import theme
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import paint_picture

_SIDE = 56
_TICKS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class AgePoint:
    """A face at an age (or a year, where no birth year is known)."""

    face_id: FaceId
    at: float
    guides: bool


class AgeLine(QWidget):
    """Faces that guide stand above the line as pictures, the others as dots on it."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._points: Sequence[AgePoint] = ()
        self._unit = ""
        self.setFixedHeight(_SIDE + 64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        pictures.face_ready.connect(self._on_ready)

    def sizeHint(self) -> QSize:
        return QSize(400, _SIDE + 64)

    def show_points(self, points: Sequence[AgePoint], unit: str) -> None:
        """`unit` stands before the numbers: "age", or nothing for years."""
        self._points = sorted(points, key=lambda point: point.at)
        self._unit = unit
        guiding = ", ".join(f"{point.at:.0f}" for point in self._points if point.guides)
        self.setAccessibleName(self.tr("Ages of the references: {ages}").format(ages=guiding))
        self.update()

    @Slot(object)
    def _on_ready(self, _face_id: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._points:
            return
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        first, last = self._points[0].at, self._points[-1].at
        middle, span = (first + last) / 2, max(4.0, (last - first) * 1.15)
        low, high = middle - span / 2, middle + span / 2
        left, width = _SIDE / 2, self.width() - _SIDE
        y = _SIDE + 20

        def place(at: float) -> float:
            return left + (at - low) / (high - low) * width

        painter.setPen(QPen(theme.colour("line"), 2))
        painter.drawLine(int(left), y, int(left + width), y)
        self._paint_ticks(painter, low, high, width, y, place)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("text_soft"))
        for point in self._points:
            if not point.guides:
                painter.drawEllipse(QRectF(place(point.at) - 4, y - 4, 8, 8))
        taken = -1e9
        for point in self._points:
            if point.guides:
                # side by side where the ages are near, each with a line to its own age
                x = max(place(point.at) - _SIDE / 2, taken + 4)
                x = min(x, self.width() - _SIDE)
                taken = x + _SIDE
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.drawLine(int(x + _SIDE / 2), _SIDE + 2, int(place(point.at)), y)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour("accent"))
                painter.drawEllipse(QRectF(place(point.at) - 5, y - 5, 10, 10))
                frame = QRect(int(x), 2, _SIDE, _SIDE)
                paint_picture(painter, frame, self._pictures.face(point.face_id), fill=True)

    def _paint_ticks(self, painter, low, high, width, y, place) -> None:  # type: ignore[no-untyped-def]
        step = next((s for s in _TICKS if (high - low) / s * 48 <= width), _TICKS[-1])
        painter.setFont(theme.font(theme.Type.CAPTION))
        at = int(low // step + 1) * step
        while at <= high:
            x = place(at)
            painter.setPen(QPen(theme.colour("line"), 2))
            painter.drawLine(int(x), y, int(x), y + 6)
            painter.setPen(theme.colour("text_soft"))
            text = f"{self._unit} {at}".strip()
            painter.drawText(QRectF(x - 40, y + 8, 80, 24), Qt.AlignmentFlag.AlignHCenter, text)
            at += step
