"""Finds faces with YuNet, small ones in a crowd and one that fills the frame alike."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import clipped, without_duplicates
from desktop_app.models.onnx_session import open_session

SIDE = 640  # of the network's square input, fixed in its graph
STRIDES = (8, 16, 32)  # pixels of the input for one cell of the three output grids


class YuNetDetector:
    """`face_detection_yunet_2023mar.onnx` over several scales of the photo."""

    id = "yunet_2023mar"

    def __init__(
        self,
        model: Path,
        device: str = "auto",
        threads: int | None = None,
        surest: float = 0.7,
    ) -> None:
        self._session = open_session(model, device, threads)
        self._outputs = [f"{head}_{n}" for n in STRIDES for head in ("cls", "obj", "bbox", "kps")]
        self._threshold = surest

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """See `FaceDetector.detect`."""
        height, width = image.shape[:2]
        ratio = min(SIDE / max(width, height), 1.0)
        small = cv2.resize(
            image,
            (max(1, round(width * ratio)), max(1, round(height * ratio))),
            interpolation=cv2.INTER_AREA,
        )
        rows = self._look(small)
        rows[:, :14] = (rows[:, :14] + 0.5) * np.tile(
            [width / small.shape[1], height / small.shape[0]], 7
        ) - 0.5
        faces = [
            DetectedFace(
                clipped(row[:4], width, height),
                row[4:14].reshape(5, 2).astype(np.float32),
                float(row[14]),
            )
            for row in rows
        ]
        return without_duplicates(faces)

    def _look(self, tile: RgbImage) -> NDArray[np.float64]:
        """One pass over a tile of at most (640, 640, 3): rows of box, five points, score.

        The decoding is that of OpenCV's FaceDetectorYN: score = sqrt(class x object); a cell's
        box centre and points are offsets in strides, its width and height powers of e.
        """
        canvas = np.zeros((1, 3, SIDE, SIDE), np.float32)
        height, width = tile.shape[:2]
        canvas[0, :, :height, :width] = tile[:, :, ::-1].transpose(2, 0, 1)  # BGR, 0 to 255
        outputs = iter(self._session.run(self._outputs, {"input": canvas}))
        found = []
        for stride in STRIDES:
            score, sure, box, points = (next(outputs)[0] for _ in range(4))
            score = np.sqrt(np.clip(score[:, 0], 0, 1) * np.clip(sure[:, 0], 0, 1))
            cells = np.flatnonzero(score >= self._threshold)
            down, across = np.divmod(cells, SIDE // stride)
            corner = np.stack([across, down], axis=1).astype(np.float64)  # (n, 2)
            centre = (corner + box[cells, :2]) * stride
            half = np.exp(box[cells, 2:4].astype(np.float64)) * stride / 2
            dots = (points[cells].reshape(-1, 5, 2) + corner[:, None]) * stride
            found.append(
                np.hstack([centre - half, centre + half, dots.reshape(-1, 10), score[cells, None]])
            )
        return np.vstack(found)
