"""Finds the 68 points of a face: jaw, brows, nose, eyes, mouth."""

from pathlib import Path

import cv2
import numpy as np

from desktop_app.domain.face import FaceOutline, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import align_face, inverted, warp_points
from desktop_app.models.onnx_session import open_session, run

CROP = 512
BOX = (106, 120, 300, 340)
"""Left, top, width, height in the 512 px FFHQ crop of what the network looks at.

Measured on 36 photos of the London set and the bundled samples: of 64 boxes tried, those around
this one bring the network's eyes, nose tip and mouth corners nearest to YuNet's (8 px of 512).
"""
SIDE = 64  # of the network's grey input


class LandmarkFinder:
    """`fr_landmark.onnx`: 68 points in the order of Multi-PIE, fed grey as x / 256."""

    id = "fr_landmark"

    def __init__(self, model: Path, device: str = "auto", threads: int | None = None) -> None:
        self._session = open_session(model, device, threads)

    def find(self, image: RgbImage, landmarks: Landmarks) -> FaceOutline:
        """(68, 2) points in pixels of the photo, for the face at the five points `landmarks`.

        The face is turned upright first, so its angle in the photo does not matter.
        Raises `BadRequest` where the five points span no face.
        """
        aligned = align_face(image, landmarks, CROP)
        return warp_points(self.find_in(aligned.crop), inverted(aligned.matrix))

    def find_in(self, crop: RgbImage) -> FaceOutline:
        """(68, 2) points in pixels of `crop`, (size, size, 3): a face as `align_face` cuts it."""
        size = crop.shape[0]
        if size != CROP:
            crop = np.asarray(cv2.resize(crop, (CROP, CROP), interpolation=cv2.INTER_CUBIC))
        left, top, width, height = BOX
        box = crop[top : top + height, left : left + width]
        grey = cv2.cvtColor(box, cv2.COLOR_RGB2GRAY)
        grey = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        pixels = (grey.astype(np.float32) / 256)[None, None]  # (1, 1, 64, 64)
        (points,) = run(self._session, ["output"], {"input": pixels})
        in_crop = points.reshape(68, 2) * [width, height] + [left, top]
        # pixels are counted at their centres
        return np.asarray((in_crop + 0.5) * size / CROP - 0.5, np.float32)
