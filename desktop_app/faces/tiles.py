"""Cuts a photo into overlapping tiles, leaving out where nothing stands out."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import RgbImage
from desktop_app.faces.shrinking import shrunk_to

CELL = 104  # pixels; a tile is made of whole cells
CELLS = 6  # of a tile in each direction
MARGIN = 40  # pixels around the cells: a face smaller than two margins is whole in one of the tiles
FACE = 20  # pixels: the height of the smallest face that is looked for in a tile
CONTRAST = 32
"""Of 255, between the brightest and the darkest of 5 x 5 means over a face's height.

In 248 faces of portraits, old photos and scans shrunk to a height of 20 px it was 46 or more, in 99
of 100 at least 55. Even walls, skies and what is out of focus stay below.
"""


@dataclass(frozen=True)
class Tile:
    """A part of a level of a photo."""

    left: int
    top: int
    pixels: RgbImage


def tiles(level: RgbImage) -> Iterator[Tile]:
    """Tiles that together hold every face of up to `2 * MARGIN` px that stands out at all."""
    height, width = level.shape[:2]
    wanted = _cells_with_contrast(level)
    for row in range(0, wanted.shape[0], CELLS):
        for column in range(0, wanted.shape[1], CELLS):
            block = wanted[row : row + CELLS, column : column + CELLS]
            if not block.any():
                continue
            rows, columns = np.flatnonzero(block.any(axis=1)), np.flatnonzero(block.any(axis=0))
            top = max(0, (row + int(rows[0])) * CELL - MARGIN)
            left = max(0, (column + int(columns[0])) * CELL - MARGIN)
            bottom = min(height, (row + int(rows[-1]) + 1) * CELL + MARGIN)
            right = min(width, (column + int(columns[-1]) + 1) * CELL + MARGIN)
            yield Tile(left, top, level[top:bottom, left:right])


def _cells_with_contrast(level: RgbImage) -> NDArray[np.bool_]:
    """(rows, columns) of the cells in which a face could stand out."""
    height, width = level.shape[:2]
    step = FACE // 5
    size = (max(1, -(-width // step)), max(1, -(-height // step)))
    small = cv2.cvtColor(shrunk_to(level, size), cv2.COLOR_RGB2GRAY)
    around = np.ones((5, 5), np.uint8)
    contrast: NDArray[np.uint8] = cv2.subtract(cv2.dilate(small, around), cv2.erode(small, around))
    cell = CELL // step
    rows, columns = -(-size[1] // cell), -(-size[0] // cell)
    wanted = np.zeros((rows * cell, columns * cell), np.uint8)
    wanted[: size[1], : size[0]] = contrast
    most = wanted.reshape(rows, cell, columns, cell).max(axis=(1, 3))
    stands_out: NDArray[np.bool_] = most >= CONTRAST
    return stands_out
