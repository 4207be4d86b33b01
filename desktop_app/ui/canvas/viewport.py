"""Which part of a photo the window shows, and how large."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from desktop_app.domain.face import BBox

_MARGIN = 0.03  # of the window, left free around a fitted photo
_LARGEST = 16.0  # window pixels to a photo pixel
_LARGEST_FIT = 3.0  # a small photo is not blown up beyond this when fitted


@dataclass(frozen=True)
class Viewport:
    """A photo of `picture` pixels seen through a window of `window` screen pixels.

    `scale` is screen pixels to a photo pixel (1 is 100 %); `centre` is the point of the photo in
    the middle of the window. Both lie within bounds: a photo larger than the window covers it,
    a smaller one lies in its middle.
    """

    picture: tuple[int, int]
    window: tuple[int, int]
    scale: float
    centre: tuple[float, float]

    @staticmethod
    def fitted(picture: tuple[int, int], window: tuple[int, int]) -> "Viewport":
        """The whole photo, with a margin."""
        scale = _fit_scale(picture, window)
        return Viewport(picture, window, scale, (picture[0] / 2, picture[1] / 2))

    @property
    def is_fitted(self) -> bool:
        return abs(self.scale - _fit_scale(self.picture, self.window)) < 1e-6 * self.scale

    @property
    def origin(self) -> QPointF:
        """Where the photo's corner lies, on whole screen pixels so that 100 % is exact."""
        return QPointF(
            round(self.window[0] / 2 - self.centre[0] * self.scale),
            round(self.window[1] / 2 - self.centre[1] * self.scale),
        )

    @property
    def transform(self) -> QTransform:
        """From photo pixels to screen pixels."""
        origin = self.origin
        return QTransform(self.scale, 0, 0, self.scale, origin.x(), origin.y())

    @property
    def photo_rect(self) -> QRectF:
        """Where the photo lies, in screen pixels."""
        width, height = self.picture
        return QRectF(self.origin.x(), self.origin.y(), width * self.scale, height * self.scale)

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        origin = self.origin
        return (x - origin.x()) / self.scale, (y - origin.y()) / self.scale

    def rect_of(self, box: BBox) -> QRectF:
        """A rectangle of the photo, in screen pixels."""
        return self.transform.mapRect(QRectF(box.left, box.top, box.width, box.height))

    def zoomed(self, scale: float, x: float, y: float) -> "Viewport":
        """At another scale, with the photo's point under (`x`, `y`) staying where it is."""
        least = min(1.0, _fit_scale(self.picture, self.window))
        scale = min(_LARGEST, max(least, scale))
        at_x, at_y = self.to_photo(x, y)
        centre = (
            at_x + (self.window[0] / 2 - x) / scale,
            at_y + (self.window[1] / 2 - y) / scale,
        )
        return replace(self, scale=scale, centre=centre)._bounded()

    def panned(self, dx: float, dy: float) -> "Viewport":
        """Moved with the hand: the photo follows by (`dx`, `dy`) screen pixels."""
        centre = (self.centre[0] - dx / self.scale, self.centre[1] - dy / self.scale)
        return replace(self, centre=centre)._bounded()

    def resized(self, window: tuple[int, int]) -> "Viewport":
        """After the window changed its size: fitted stays fitted, else the centre stays."""
        if self.is_fitted:
            return Viewport.fitted(self.picture, window)
        return replace(self, window=window)._bounded()

    def showing(self, box: BBox, share: float = 0.5) -> "Viewport":
        """With `box` in the middle, taking `share` of the window's shorter side."""
        side = max(box.width, box.height, 1.0)
        scale = min(_LARGEST_FIT, min(self.window) * share / side)
        scale = max(scale, min(1.0, _fit_scale(self.picture, self.window)))
        centre = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
        return replace(self, scale=scale, centre=centre)._bounded()

    def following(self, other: "Viewport") -> "Viewport":
        """The same part of a photo as large, as another window of the same photo shows."""
        scaled = other.scale * self.picture[0] / other.picture[0]
        centre = (
            other.centre[0] * self.picture[0] / other.picture[0],
            other.centre[1] * self.picture[1] / other.picture[1],
        )
        return replace(self, scale=scaled, centre=centre)

    def _bounded(self) -> "Viewport":
        x = _bound(self.centre[0], self.window[0] / self.scale / 2, self.picture[0])
        y = _bound(self.centre[1], self.window[1] / self.scale / 2, self.picture[1])
        return replace(self, centre=(x, y))


def _fit_scale(picture: tuple[int, int], window: tuple[int, int]) -> float:
    free = 1 - 2 * _MARGIN
    scale = min(
        window[0] * free / max(1, picture[0]),
        window[1] * free / max(1, picture[1]),
        _LARGEST_FIT,
    )
    return max(scale, 1e-4)


def _bound(centre: float, half: float, size: int) -> float:
    if size <= 2 * half:
        return size / 2
    return min(max(centre, half), size - half)
