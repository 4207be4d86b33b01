"""Two pictures of one photo on one canvas: divided by a line, or one in place of the other."""

import enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.ui import theme
from desktop_app.ui.canvas.canvas import PhotoCanvas
from desktop_app.ui.canvas.layer import PhotoLayer
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.canvas.viewport import Viewport

_GRIP = 22  # radius of the handle, in design pixels
_KEY_STEP = 0.02


class Sight(enum.Enum):
    """What a canvas shows."""

    ORIGINAL = "original"
    RESULT = "result"
    DIVIDED = "divided"  # the original at the left of a line, the result at its right


class CompareCanvas(PhotoCanvas):
    """While the original is held it fills the canvas; letting go brings the result back.

    Shift+Left and Shift+Right move the dividing line.
    """

    def __init__(self, sight: Sight, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sight = sight
        self.label_left = ""
        self.label_right = ""
        self._original: Pyramid | None = None
        self._original_layer = PhotoLayer()
        self._held = False
        self._division = 0.5
        self._moving_line = False
        self.setAccessibleName(self.tr("Original and result"))

    def show_pictures(self, original: Pyramid | None, result: Pyramid | None) -> None:
        """Both in one step, so that no frame shows one with the other's neighbour."""
        self._original = original
        self.show_picture(result)

    def set_sight(self, sight: Sight) -> None:
        self.sight = sight
        self.update()

    @property
    def division(self) -> float:
        """Where the line stands, from 0 (left) to 1."""
        return self._division

    def set_division(self, division: float) -> None:
        self._division = min(1.0, max(0.0, division))
        self.update()

    def hold_original(self, held: bool) -> None:
        """The change is one frame, complete, and drawn before this returns."""
        if held != self._held:
            self._held = held
            self.repaint()

    def let_go(self) -> None:
        self.hold_original(False)

    def paint_photo(self, painter: QPainter, view: Viewport, window: QRectF) -> None:
        if self._original is None or (self.sight is Sight.RESULT and not self._held):
            super().paint_photo(painter, view, window)
            return
        original = self.laid_out(self._original_layer, self._original, view)
        if self._held or self.sight is Sight.ORIGINAL:
            painter.drawPixmap(0, 0, original)
            return
        super().paint_photo(painter, view, window)
        left = QRectF(0, 0, self._line_x(view), window.height())
        painter.drawPixmap(left, original, left)

    def paint_above(self, painter: QPainter, view: Viewport, pixel: float) -> None:
        if self._held:
            _paint_label(painter, self.tr("Original"), pixel, 12 * pixel, False)
            return
        if self.sight is not Sight.DIVIDED:
            words = self.label_left if self.sight is Sight.ORIGINAL else self.label_right
            _paint_label(painter, words, pixel, 12 * pixel, False)
            return
        x, middle = self._line_x(view), view.window[1] / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, colour in ((4.0, QColor(0, 0, 0, 110)), (1.5, QColor(255, 255, 255, 235))):
            painter.setPen(QPen(colour, width * pixel))
            painter.drawLine(QPointF(x, 0), QPointF(x, view.window[1]))
        painter.setPen(QPen(QColor(0, 0, 0, 140), 1.5 * pixel))
        painter.setBrush(QColor(250, 250, 250))
        painter.drawEllipse(QPointF(x, middle), _GRIP * pixel, _GRIP * pixel)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(40, 40, 40))
        for way in (-1, 1):
            tip = x + way * 13 * pixel
            base = x + way * 6 * pixel
            arrow = [
                QPointF(tip, middle),
                QPointF(base, middle - 6 * pixel),
                QPointF(base, middle + 6 * pixel),
            ]
            painter.drawPolygon(QPolygonF(arrow))
        _paint_label(painter, self.label_left, pixel, x - 12 * pixel, True)
        _paint_label(painter, self.label_right, pixel, x + 12 * pixel, False)

    def _line_x(self, view: Viewport) -> int:
        return round(view.window[0] * self._division)

    # The hand on the line

    def _on_line(self, x: float) -> bool:
        return self.sight is Sight.DIVIDED and abs(x - self.width() * self._division) <= _GRIP

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._on_line(event.position().x()):
            self._moving_line = True
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._moving_line:
            self.set_division(event.position().x() / max(1, self.width()))
            return
        super().mouseMoveEvent(event)
        if not event.buttons():
            if self._on_line(event.position().x()):
                self.setCursor(Qt.CursorShape.SplitHCursor)
            else:
                self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._moving_line:
            self._moving_line = False
            return
        super().mouseReleaseEvent(event)

    def handle_key(self, event: QKeyEvent) -> bool:
        ways = {Qt.Key.Key_Left: -_KEY_STEP, Qt.Key.Key_Right: _KEY_STEP}
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and event.key() in ways:
            self.set_division(self._division + ways[Qt.Key(event.key())])
            return True
        return super().handle_key(event)


def _paint_label(painter: QPainter, words: str, pixel: float, x: float, leftward: bool) -> None:
    """Words on a dark ground at the upper edge, beginning or ending at `x`."""
    if not words:
        return
    font = theme.font(theme.Type.CAPTION)
    font.setPixelSize(round(13 * pixel))
    painter.setFont(font)
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(words) + 20 * pixel
    height = metrics.height() + 8 * pixel
    rect = QRectF(x - width if leftward else x, 12 * pixel, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(16, 16, 16, 200))
    painter.drawRoundedRect(rect, 5 * pixel, 5 * pixel)
    painter.setPen(QColor("#f4f4f4"))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
