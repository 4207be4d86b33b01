"""Where the tiles of a grid lie: all of one size, in rows, so that each place is arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize


@dataclass(frozen=True)
class TileLayout:
    """`count` tiles in `columns`; places are in pixels from the top of the first tile."""

    columns: int
    cell: QSize
    count: int

    def height(self) -> int:
        """Of all rows together, in pixels."""
        return -(-self.count // self.columns) * self.cell.height()

    def place(self, row: int) -> QRect:
        line, column = divmod(row, self.columns)
        return QRect(QPoint(column * self.cell.width(), line * self.cell.height()), self.cell)

    def at(self, point: QPoint) -> int | None:
        """The tile under a point; None beside the tiles."""
        line, column = point.y() // self.cell.height(), point.x() // self.cell.width()
        row = line * self.columns + column
        inside = 0 <= column < self.columns and 0 <= row < self.count
        return row if inside else None

    def nearest(self, point: QPoint) -> int | None:
        """The tile under a point or else the nearest in its line; None where there is no tile."""
        if self.count == 0:
            return None
        line = max(0, point.y() // self.cell.height())
        column = min(self.columns - 1, max(0, point.x() // self.cell.width()))
        return min(self.count - 1, line * self.columns + column)

    def within(self, area: QRect) -> range:
        """The tiles of all lines that an area touches."""
        first = max(0, area.top() // self.cell.height()) * self.columns
        end = (area.bottom() // self.cell.height() + 1) * self.columns
        return range(min(first, self.count), max(0, min(end, self.count)))

    def touched(self, area: QRect) -> Iterator[tuple[int, int]]:
        """(first, last) tile of each line that an area touches."""
        left = max(0, area.left() // self.cell.width())
        right = min(self.columns - 1, area.right() // self.cell.width())
        for first in self.within(area)[:: self.columns]:
            if left <= right and first + left < self.count:
                yield first + left, min(first + right, self.count - 1)

    def moved(self, row: int, by: int) -> int:
        """The tile so many further on; one that lies beyond the ends leaves it in its column."""
        asked = row + by
        if 0 <= asked < self.count:
            return asked
        if abs(by) < self.columns:
            return row
        if asked < 0:
            return row % self.columns
        last_line = (self.count - 1) // self.columns
        below = last_line * self.columns + row % self.columns
        if below < self.count:
            return below
        # the last line is short: its end, from the line above it; else the column's own last
        return self.count - 1
