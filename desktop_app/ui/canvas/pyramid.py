"""A photo cut into tiles at halving sizes, so that looking costs the window and not the scan."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from desktop_app.domain.photo import RgbImage
from desktop_app.domain.progress import Progress, Report, silent

TILE = 512
_APRON = 1  # neighbouring pixels that a tile carries along, for smooth scaling without seams
_SMALLEST = 256  # levels are halved until the longer side is no larger
_SHARP_FROM = 3.0  # window pixels to a photo pixel; from here on single pixels are to be seen

TileKey = tuple[int, int]


class Pyramid:
    """The tiles of one photo. Made in a worker; drawn in the window; never changed.

    `with_patch` gives the same photo with one region replaced: it shares every other tile, so a
    restored face in a 100-megapixel scan costs a few tiles and not another 100 megapixels.
    """

    def __init__(self, levels: list["_Level"]) -> None:
        self._levels = levels

    @staticmethod
    def of(image: RgbImage, report: Report = silent) -> "Pyramid":
        """Cuts `image`, (height, width, 3), into tiles; about a second for 100 megapixels.

        `report` is called after each row of tiles and may raise `Cancelled`.
        """
        height, width = image.shape[:2]
        pixels = np.ascontiguousarray(image)
        whole = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
        first = _Level(width, height)
        rows = -(-height // TILE)
        for row in range(rows):
            for column in range(-(-width // TILE)):
                rect = first.tile_rect((column, row))
                tile = whole.copy(rect)
                tile.convertTo(QImage.Format.Format_RGB32)
                first.tiles[column, row] = tile
            report(Progress(row + 1, rows))
        levels = [first]
        while max(levels[-1].width, levels[-1].height) > _SMALLEST:
            levels.append(_halved(levels[-1], report))
        return Pyramid(levels)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the photo in pixels."""
        return self._levels[0].width, self._levels[0].height

    @property
    def tile_count(self) -> int:
        return sum(len(level.tiles) for level in self._levels)

    def with_patch(self, left: int, top: int, image: RgbImage) -> "Pyramid":
        """The photo with `image`, (height, width, 3), laid over it at `left`, `top`."""
        height, width = image.shape[:2]
        pixels = np.ascontiguousarray(image)
        patch = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
        rect = QRect(left, top, width, height) & self._levels[0].rect
        if rect.isEmpty():
            return self
        region = patch.copy(rect.translated(-left, -top))
        region.convertTo(QImage.Format.Format_RGB32)
        levels: list[_Level] = []
        for old in self._levels:
            if levels:
                finer = levels[-1]
                rect = _half_rect(rect) & old.rect
                region = _half(finer, rect)
            levels.append(old.with_region(rect, region))
        return Pyramid(levels)

    def shares_tiles_with(self, other: "Pyramid") -> int:
        """How many tiles are one and the same in memory."""
        return sum(
            tile is theirs.tiles.get(key)
            for ours, theirs in zip(self._levels, other._levels, strict=True)
            for key, tile in ours.tiles.items()
        )

    def region(self, rect: QRect) -> QImage:
        """A copy of `rect`, in pixels of the photo; black beyond its edges."""
        return self._levels[0].region(rect)

    def overview(self) -> QImage:
        """The whole photo at its smallest level, at most 256 pixels long."""
        return self._levels[-1].region(self._levels[-1].rect)

    def draw(
        self,
        painter: QPainter,
        scale: float,
        origin: QPointF,
        visible: QRectF,
        *,
        smooth: bool = True,
    ) -> None:
        """Draws what is `visible`, in window pixels; the photo's corner lies at `origin`.

        The painter's unit is one pixel of the screen; `scale` is screen pixels to a photo pixel.
        Without `smooth` it takes about a third of the time, for a frame that will not stay.
        """
        number = 0
        while number + 1 < len(self._levels) and scale * 2 ** (number + 1) <= 1:
            number += 1
        level = self._levels[number]
        scale_here = scale * 2**number
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform,
            smooth and scale_here != 1 and scale < _SHARP_FROM,
        )
        ox, oy = origin.x(), origin.y()
        first_column = max(0, int((visible.left() - ox) / scale_here) // TILE)
        first_row = max(0, int((visible.top() - oy) / scale_here) // TILE)
        last_column = min(level.columns - 1, int((visible.right() - ox) / scale_here) // TILE)
        last_row = min(level.rows - 1, int((visible.bottom() - oy) / scale_here) // TILE)
        end_x = round(ox + self.size[0] * scale)
        end_y = round(oy + self.size[1] * scale)
        for row in range(first_row, last_row + 1):
            y0 = round(oy + row * TILE * scale_here)
            y1 = end_y if row == level.rows - 1 else round(oy + (row + 1) * TILE * scale_here)
            for column in range(first_column, last_column + 1):
                x0 = round(ox + column * TILE * scale_here)
                last = column == level.columns - 1
                x1 = end_x if last else round(ox + (column + 1) * TILE * scale_here)
                # The source is what the rounded target shows, so that all tiles sample one grid.
                corner = level.tile_rect((column, row)).topLeft()
                source = QRectF(
                    (x0 - ox) / scale_here - corner.x(),
                    (y0 - oy) / scale_here - corner.y(),
                    (x1 - x0) / scale_here,
                    (y1 - y0) / scale_here,
                )
                painter.drawImage(
                    QRectF(x0, y0, x1 - x0, y1 - y0), level.tiles[column, row], source
                )


class _Level:
    """One size of the photo: its tiles by column and row."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.rect = QRect(0, 0, width, height)
        self.columns = -(-width // TILE)
        self.rows = -(-height // TILE)
        self.tiles: dict[TileKey, QImage] = {}

    def tile_rect(self, key: TileKey) -> QRect:
        """Where the tile and its apron lie, in pixels of this level."""
        column, row = key
        core = QRect(column * TILE, row * TILE, TILE, TILE)
        return core.adjusted(-_APRON, -_APRON, _APRON, _APRON) & self.rect

    def keys_at(self, rect: QRect) -> Iterator[TileKey]:
        """The tiles whose core or apron touches `rect`."""
        if rect.isEmpty():
            return
        wide = rect.adjusted(-_APRON, -_APRON, _APRON, _APRON) & self.rect
        for row in range(wide.top() // TILE, wide.bottom() // TILE + 1):
            for column in range(wide.left() // TILE, wide.right() // TILE + 1):
                yield column, row

    def region(self, rect: QRect) -> QImage:
        image = QImage(rect.size(), QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        for key in self.keys_at(rect & self.rect):
            painter.drawImage(self.tile_rect(key).topLeft() - rect.topLeft(), self.tiles[key])
        painter.end()
        return image

    def with_region(self, rect: QRect, region: QImage) -> "_Level":
        level = _Level(self.width, self.height)
        level.tiles = dict(self.tiles)
        for key in self.keys_at(rect):
            tile = self.tiles[key].copy()
            painter = QPainter(tile)
            painter.drawImage(rect.topLeft() - self.tile_rect(key).topLeft(), region)
            painter.end()
            level.tiles[key] = tile
        return level


def _halved(finer: _Level, report: Report) -> _Level:
    level = _Level(-(-finer.width // 2), -(-finer.height // 2))
    for row in range(level.rows):
        for column in range(level.columns):
            level.tiles[column, row] = _half(finer, level.tile_rect((column, row)))
        report(Progress(row + 1, level.rows))
    return level


def _half_rect(rect: QRect) -> QRect:
    """The pixels of the next level that `rect` has a part in."""
    left, top = rect.left() // 2, rect.top() // 2
    return QRect(left, top, rect.right() // 2 - left + 1, rect.bottom() // 2 - top + 1)


def _half(finer: _Level, rect: QRect) -> QImage:
    """`rect` of the next level: each pixel the mean of two by two, edges repeated where odd."""
    wide = QRect(rect.left() * 2, rect.top() * 2, rect.width() * 2, rect.height() * 2)
    source = finer.region(wide)
    inside = wide & finer.rect
    if inside != wide:
        painter = QPainter(source)
        if inside.width() < wide.width():
            edge = source.copy(inside.width() - 1, 0, 1, wide.height())
            painter.drawImage(inside.width(), 0, edge)
        if inside.height() < wide.height():
            edge = source.copy(0, inside.height() - 1, wide.width(), 1)
            painter.drawImage(0, inside.height(), edge)
        painter.end()
    half = QImage(rect.size(), QImage.Format.Format_RGB32)
    _words(half)[:] = _mean_of_four(_words(source))
    return half


def _mean_of_four(pixels: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Means of two by two pixels, four bytes at a time, rounded up and then down.

    Rounding both times the same way, as Qt does, would darken each level a little more.
    """
    odd = np.uint32(0xFEFEFEFE)  # keeps the lowest bit of a byte from falling into the next
    upper, lower = pixels[0::2], pixels[1::2]
    rows = (upper | lower) - (((upper ^ lower) & odd) >> 1)
    left, right = rows[:, 0::2], rows[:, 1::2]
    return (left & right) + (((left ^ right) & odd) >> 1)


def _words(image: QImage) -> NDArray[np.uint32]:
    """The pixels of an RGB32 image, (height, width), in place."""
    return np.frombuffer(image.bits(), np.uint32).reshape(image.height(), image.width())
