"""The photo with a restored face blended in, as strongly as the slider says."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop_app.ui.canvas.canvas import PhotoCanvas
from desktop_app.ui.canvas.layer import PhotoLayer
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.canvas.viewport import Viewport


class BlendCanvas(PhotoCanvas):
    """Holds three pictures of one size: the original, the photo below, the restored one above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._original: Pyramid | None = None
        self._upper: Pyramid | None = None
        self._strength = 1.0
        self._original_held = False
        self._original_layer = PhotoLayer()
        self._upper_layer = PhotoLayer()

    def show_pictures(
        self, original: Pyramid | None, lower: Pyramid | None, upper: Pyramid | None
    ) -> None:
        """`upper` None shows `lower` alone."""
        self._original = original
        self._upper = upper
        self.show_picture(lower)

    def set_strength(self, strength: float) -> None:
        """0 shows the photo below, 1 the restored one; seen at once."""
        self._strength = strength
        self.update()

    def hold_original(self, held: bool) -> None:
        """Shows the original as long as it is held; the change is one frame, complete."""
        if held != self._original_held:
            self._original_held = held
            self.repaint()

    def let_go(self) -> None:
        self.hold_original(False)

    def paint_photo(self, painter: QPainter, view: Viewport, window: QRectF) -> None:
        if self._original_held and self._original is not None:
            painter.drawPixmap(0, 0, self.laid_out(self._original_layer, self._original, view))
            return
        if self._upper is None or self._strength < 1:
            super().paint_photo(painter, view, window)
        if self._upper is not None and self._strength > 0:
            painter.setOpacity(self._strength)
            painter.drawPixmap(0, 0, self.laid_out(self._upper_layer, self._upper, view))
            painter.setOpacity(1)
