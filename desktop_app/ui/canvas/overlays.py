"""What may be laid over a photo to explain it: face boxes, masks, the map of references."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF, QTransform

from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId
from desktop_app.ui import theme
from desktop_app.ui.canvas.viewport import Viewport

REFERENCE_COLOURS = ("#3aa6ff", "#ffb000", "#e0559a", "#46c28e", "#a98bff", "#d8d8d8")
"""Told apart by the colour-blind too (after Wong, Nature Methods 8, 441, 2011); never used alone:
each area carries its reference's number."""

_OUTLINE = QColor(0, 0, 0, 150)
_CHOSEN = theme.DARK.accent
"""On a photograph the light scheme's dark accent would be lost in the shadows."""


class Overlay(Protocol):
    """Something painted over the photo; the painter's unit is a pixel of the screen."""

    def paint(self, painter: QPainter, view: Viewport, pixel: float) -> None:
        """`pixel` is how many screen pixels make one unit of the design (2.0 on high-DPI)."""
        ...


class BoxStyle(enum.Enum):
    """How a face box is drawn; each style differs in its line, not only in its colour."""

    PLAIN = "plain"
    DOUBT = "doubt"  # dashed: suggested, weak, needs a look
    DONE = "done"  # with a tick at its corner


@dataclass(frozen=True)
class FaceBox:
    """One face to be framed; `label` stands beneath it when it is selected or pointed at."""

    face_id: FaceId
    bbox: BBox
    label: str = ""
    style: BoxStyle = BoxStyle.PLAIN


class FaceBoxes:
    """Frames around faces; one may be selected and one pointed at."""

    def __init__(self, boxes: Sequence[FaceBox] = ()) -> None:
        self.boxes = tuple(boxes)
        self.selected: FaceId | None = None
        self.hovered: FaceId | None = None
        self.labels_always = False

    def at(self, view: Viewport, x: float, y: float) -> FaceId | None:
        """The smallest framed face under a point of the screen."""
        hits = [box for box in self.boxes if view.rect_of(box.bbox).contains(x, y)]
        return min(hits, key=lambda box: box.bbox.width).face_id if hits else None

    def paint(self, painter: QPainter, view: Viewport, pixel: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = QColor(_CHOSEN)
        for box in self.boxes:
            chosen = box.face_id == self.selected
            rect = view.rect_of(box.bbox)
            radius = min(6 * pixel, rect.width() / 8)
            width = (2.5 if chosen else 1.5) * pixel
            line = QPen(accent if chosen else QColor(255, 255, 255, 230), width)
            if box.style is BoxStyle.DOUBT:
                line.setStyle(Qt.PenStyle.DashLine)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(_OUTLINE, width + 2 * pixel))
            painter.drawRoundedRect(rect, radius, radius)
            painter.setPen(line)
            painter.drawRoundedRect(rect, radius, radius)
            if box.style is BoxStyle.DONE:
                _paint_tick(painter, rect.topRight(), pixel)
        for box in self.boxes:  # words stand over all frames
            pointed = box.face_id in (self.selected, self.hovered)
            if box.label and (pointed or self.labels_always):
                rect = view.rect_of(box.bbox)
                below = QPointF(rect.center().x(), rect.bottom())
                paint_chip(painter, below, box.label, pixel, view)


class MaskOverlay:
    """Shows which pixels may change: all others are veiled.

    `mask` is (rows, columns) float32 in [0, 1] over `box` of the photo.
    """

    def __init__(self, box: BBox, mask: NDArray[np.float32]) -> None:
        self._box = box
        self._image = _tinted(255 - (mask * 255).astype(np.uint8), QColor(20, 20, 20), 0.55)

    def paint(self, painter: QPainter, view: Viewport, pixel: float) -> None:
        rect = view.rect_of(self._box)
        outside = QPolygonF(view.photo_rect).subtracted(QPolygonF(rect))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 140))
        painter.drawPolygon(outside)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, self._image)


class ReferenceMapOverlay:
    """Shows which reference was followed where, each area with its number.

    `winner` is (rows, columns) int8, -1 where none was followed; `to_photo` takes a point of the
    unit square over the crop to the photo.
    """

    def __init__(self, winner: NDArray[np.int8], to_photo: QTransform) -> None:
        self._to_photo = to_photo
        rows, columns = winner.shape
        colours = np.zeros((rows, columns, 4), np.uint8)
        self._marks: list[tuple[QPointF, int]] = []
        for number in range(int(winner.max(initial=-1)) + 1):
            where = winner == number
            if not where.any():
                continue
            shade = QColor(REFERENCE_COLOURS[number % len(REFERENCE_COLOURS)])
            colours[where] = (shade.red(), shade.green(), shade.blue(), 120)
            y, x = _heart(where)
            self._marks.append((QPointF((x + 0.5) / columns, (y + 0.5) / rows), number))
        self._image = QImage(
            colours.tobytes(), columns, rows, columns * 4, QImage.Format.Format_RGBA8888
        ).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The references that were followed anywhere, counted from 0."""
        return tuple(number for _, number in self._marks)

    def paint(self, painter: QPainter, view: Viewport, pixel: float) -> None:
        to_screen = self._to_photo * view.transform
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(to_screen, True)
        painter.drawImage(QRectF(0, 0, 1, 1), self._image)
        painter.restore()
        corners = to_screen.map(QPolygonF(QRectF(0, 0, 1, 1)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255, 150), pixel))
        painter.drawPolygon(corners)
        for at, number in self._marks:
            paint_number(painter, to_screen.map(at), number, pixel)


def paint_number(painter: QPainter, centre: QPointF, number: int, pixel: float) -> None:
    """The round badge of a reference: its colour, and its number counted from 1."""
    radius = 11 * pixel
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0, 160), 1.5 * pixel))
    painter.setBrush(QColor(REFERENCE_COLOURS[number % len(REFERENCE_COLOURS)]))
    painter.drawEllipse(centre, radius, radius)
    font = theme.font(theme.Type.STRONG)
    font.setPixelSize(round(13 * pixel))
    painter.setFont(font)
    painter.setPen(QColor("#101010"))
    rect = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(number + 1))


def paint_chip(painter: QPainter, below: QPointF, words: str, pixel: float, view: Viewport) -> None:
    """Words on a dark ground under a point of the screen, kept inside the window."""
    font = theme.font(theme.Type.CAPTION)
    font.setPixelSize(round(13 * pixel))
    painter.setFont(font)
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(words) + 16 * pixel
    height = metrics.height() + 8 * pixel
    left = min(max(below.x() - width / 2, 4 * pixel), view.window[0] - width - 4 * pixel)
    top = min(below.y() + 6 * pixel, view.window[1] - height - 4 * pixel)
    rect = QRectF(left, top, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(16, 16, 16, 215))
    painter.drawRoundedRect(rect, 5 * pixel, 5 * pixel)
    painter.setPen(QColor("#f4f4f4"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def _paint_tick(painter: QPainter, corner: QPointF, pixel: float) -> None:
    painter.setPen(QPen(_OUTLINE, pixel))
    painter.setBrush(QBrush(QColor(_CHOSEN)))
    painter.drawEllipse(corner, 9 * pixel, 9 * pixel)
    pen = QPen(QColor(theme.DARK.on_accent), 2 * pixel)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    x, y = corner.x(), corner.y()
    painter.drawPolyline(
        [
            QPointF(x - 4 * pixel, y),
            QPointF(x - 1 * pixel, y + 3 * pixel),
            QPointF(x + 4 * pixel, y - 3.5 * pixel),
        ]
    )


def _heart(where: NDArray[np.bool_]) -> tuple[int, int]:
    """The (row, column) deepest inside an area, found by peeling off its rim."""
    area = where.copy()
    while True:
        inner = area.copy()
        inner[1:] &= area[:-1]
        inner[:-1] &= area[1:]
        inner[:, 1:] &= area[:, :-1]
        inner[:, :-1] &= area[:, 1:]
        inner[0] = inner[-1] = False
        inner[:, 0] = inner[:, -1] = False
        if not inner.any():
            rows, columns = np.nonzero(area)
            middle = len(rows) // 2
            return int(rows[middle]), int(columns[middle])
        area = inner


def _tinted(alpha: NDArray[np.uint8], colour: QColor, strength: float) -> QImage:
    rows, columns = alpha.shape
    pixels = np.empty((rows, columns, 4), np.uint8)
    pixels[..., :3] = (colour.red(), colour.green(), colour.blue())
    pixels[..., 3] = (alpha * strength).astype(np.uint8)
    return QImage(
        pixels.tobytes(), columns, rows, columns * 4, QImage.Format.Format_RGBA8888
    ).convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
