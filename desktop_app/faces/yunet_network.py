"""Runs YuNet over parts of a photo and reads what it says."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import RgbImage
from desktop_app.faces.free_sides import ALL_SIDES, read_freed
from desktop_app.models.onnx_session import device_of, open_session, run

STRIDES = (8, 16, 32)  # pixels of the input for one cell of the three output grids
GPU_SIDE = 640  # a GPU prefers inputs of one size, and many at once
GPU_BATCH = 16
CPU_PIXELS = (
    8 * 128 * 128
)  # together they gain a fifth a tile; larger ones leave the cache and lose


class YuNetNetwork:
    """`face_detection_yunet_2023mar.onnx`, its input freed of the fixed 640 x 640.

    The processor is given each tile as it is, filled up to whole cells, and small ones of one size
    together; a GPU is given `batch` tiles at once, each filled up to `GPU_SIDE`.
    """

    def __init__(
        self,
        model: Path,
        device: str = "auto",
        threads: int | None = None,
        batch: int | None = None,
    ) -> None:
        self._session = open_session(read_freed(model, ALL_SIDES), device, threads)
        on_gpu = device_of(self._session) != "cpu"
        self._side = GPU_SIDE if on_gpu else 0
        self._batch = batch or (GPU_BATCH if on_gpu else None)
        self._outputs = [f"{head}_{n}" for n in STRIDES for head in ("cls", "obj", "bbox", "kps")]

    def look(self, tiles: Sequence[RgbImage], least: float) -> list[NDArray[np.float64]]:
        """For each tile (n, 15): box, five points, score from `least`; in the tile's pixels."""
        by_size: dict[tuple[int, int], list[int]] = {}
        for number, tile in enumerate(tiles):
            by_size.setdefault(self._size(tile), []).append(number)
        found: dict[int, NDArray[np.float64]] = {}
        for size, numbers in by_size.items():
            batch = self._batch or max(1, CPU_PIXELS // (size[0] * size[1]))
            for first in range(0, len(numbers), batch):
                group = numbers[first : first + batch]
                canvas = np.zeros((len(group), 3, *size), np.float32)
                for place, number in enumerate(group):
                    _lay(tiles[number], canvas[place])
                outputs = run(self._session, self._outputs, {"input": canvas})
                for place, number in enumerate(group):
                    own = [output[place] for output in outputs]
                    found[number] = _rows(own, tiles[number].shape, size[1], least)
        return [found[number] for number in range(len(tiles))]

    def _size(self, tile: RgbImage) -> tuple[int, int]:
        height, width = (max(self._side, -(-side // 32) * 32) for side in tile.shape[:2])
        return height, width


def _lay(tile: RgbImage, canvas: NDArray[np.float32]) -> None:
    """The tile in the upper left of a canvas (3, height, width), BGR, 0 to 255."""
    height, width = tile.shape[:2]
    for plane, colour in enumerate(cv2.split(tile)):
        canvas[2 - plane, :height, :width] = colour


def _rows(
    outputs: Sequence[NDArray[np.float32]], tile: tuple[int, ...], width: int, least: float
) -> NDArray[np.float64]:
    """(n, 15) of what the network said of one tile in a canvas of this width.

    The decoding is that of OpenCV's FaceDetectorYN: score = sqrt(class x object); a cell's box
    centre and points are offsets in strides, its width and height powers of e.
    """
    found = [np.empty((0, 15))]
    for level, stride in enumerate(STRIDES):
        score, sure, box, points = outputs[4 * level : 4 * level + 4]
        squared = score[:, 0] * sure[:, 0]  # both from 0 to 1
        cells = np.flatnonzero(squared >= least * least)
        if not cells.size:
            continue
        down, across = np.divmod(cells, width // stride)
        corner = np.stack([across, down], axis=1).astype(np.float64)  # (n, 2)
        centre = (corner + box[cells, :2]) * stride
        half = np.exp(box[cells, 2:4].astype(np.float64)) * stride / 2
        dots = ((points[cells].reshape(-1, 5, 2) + corner[:, None]) * stride).reshape(-1, 10)
        rows = np.hstack([centre - half, centre + half, dots, np.sqrt(squared[cells, None])])
        # beyond the edge the network sometimes guesses at the other half of a cut face
        inside = ((centre >= 0) & (centre <= [tile[1], tile[0]])).all(axis=1)
        found.append(rows[inside])
    return np.vstack(found)
