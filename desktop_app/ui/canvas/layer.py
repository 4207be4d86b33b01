"""The photo as it was last drawn, moved along under a panning hand instead of drawn anew."""

import time

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.canvas.viewport import Viewport

_FRAME_S = 0.012  # of the 16 ms of a frame, what the photo may take


class PhotoLayer:
    """Keeps one window-sized drawing of a photo and draws only what a pan laid bare."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._drawn: tuple[Pyramid, Viewport, str] | None = None
        self._rough = False
        self._slow = False

    def pixmap(
        self, picture: Pyramid, view: Viewport, ground: QColor, *, hurried: bool = False
    ) -> QPixmap:
        """The photo on its ground, one pixel of it for one of the screen.

        A `hurried` frame is drawn roughly where a fine one took longer than a frame may; it is
        drawn anew when the hurry is over.
        """
        if self._rough and not hurried:
            self._drawn = None
        wanted = (picture, view, ground.name())
        if self._drawn == wanted:
            return self._pixmap
        width, height = view.window
        window = QRect(0, 0, width, height)
        moved = self._moved(picture, view, ground)
        if moved is None:
            if self._pixmap.size() != window.size():
                self._pixmap = QPixmap(width, height)
            self._rough = hurried and self._slow
            start = time.perf_counter()
            self._draw(picture, view, ground, window)
            if not self._rough:
                self._slow = time.perf_counter() - start > _FRAME_S
        else:
            self._pixmap.scroll(moved.x(), moved.y(), window)
            beside = QRect(0 if moved.x() > 0 else width + moved.x(), 0, abs(moved.x()), height)
            along = QRect(0, 0 if moved.y() > 0 else height + moved.y(), width, abs(moved.y()))
            for bare in (beside, along):
                if not bare.isEmpty():
                    self._draw(picture, view, ground, bare)
        self._drawn = wanted
        return self._pixmap

    def _moved(self, picture: Pyramid, view: Viewport, ground: QColor) -> QPoint | None:
        """How far the last drawing has to be moved; None where that does not help."""
        if self._drawn is None or self._drawn[0] is not picture or self._drawn[2] != ground.name():
            return None
        last = self._drawn[1]
        if last.scale != view.scale or last.window != view.window:
            return None
        moved = (view.origin - last.origin).toPoint()
        if abs(moved.x()) >= view.window[0] or abs(moved.y()) >= view.window[1]:
            return None
        return moved

    def _draw(self, picture: Pyramid, view: Viewport, ground: QColor, part: QRect) -> None:
        painter = QPainter(self._pixmap)
        painter.setClipRect(part)
        painter.fillRect(part, ground)
        picture.draw(painter, view.scale, view.origin, QRectF(part), smooth=not self._rough)
        painter.end()
