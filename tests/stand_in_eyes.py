"""Eyes that need no model: what they find and how they describe it is known beforehand."""

import hashlib
import threading
from collections.abc import Sequence

import numpy as np

from desktop_app.domain.errors import DeviceFailed
from desktop_app.domain.face import BBox, DetectedFace, Embedding, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.operations.eyes import Eyes


class MiddleDetector:
    """Finds one face in the middle of every photo."""

    id = "middle"

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        height, width = image.shape[:2]
        points = [(0.35, 0.4), (0.65, 0.4), (0.5, 0.55), (0.38, 0.7), (0.62, 0.7)]
        landmarks = np.array(points, np.float32) * np.array([width, height], np.float32)
        box = BBox(width * 0.2, height * 0.2, width * 0.8, height * 0.8)
        return [DetectedFace(box, landmarks, 0.9)]


class HashEmbedder:
    """Describes a face by what the photo's pixels hash to."""

    id = "hash"
    dimensions = 64

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        seed = int.from_bytes(hashlib.sha256(image.tobytes()).digest()[:4], "big")
        made = np.random.default_rng(seed).normal(size=64).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made), np.float32)


EYES = Eyes(MiddleDetector(), HashEmbedder())

POINTS = ((0.31, 0.41), (0.69, 0.41), (0.50, 0.60), (0.35, 0.79), (0.65, 0.79))


class TwoLooks:
    """A large face at the left, a small one at the right; `fails_at` is a number of close looks."""

    id = "two looks"

    def __init__(self, fails_at: int = 0) -> None:
        self.closely = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._fails_at = fails_at

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        return self.detect_in(image, max(image.shape[:2]))

    def side_needed(self, longest: int) -> int:
        return longest

    def is_quicker(self, longest: int) -> bool:
        return True

    def quick_view(self, picture: RgbImage) -> RgbImage:
        return picture

    def detect_quickly(self, picture: RgbImage, view: RgbImage) -> list[DetectedFace]:
        return [_face(picture, 0.10, 0.5)]

    def detect_in(
        self, picture: RgbImage, longest: int, known: Sequence[DetectedFace] = ()
    ) -> list[DetectedFace]:
        assert self.may_go_on.wait(20)
        self.closely += 1
        if self.closely == self._fails_at:
            raise DeviceFailed("The device reported a fault.")
        return [_face(picture, 0.11, 0.5), _face(picture, 0.7, 0.2)]

    def look_closer(self, image: RgbImage, face: DetectedFace) -> DetectedFace:
        return face


def _face(picture: RgbImage, left: float, size: float) -> DetectedFace:
    height, width = picture.shape[:2]
    box = BBox(left * width, 0.2 * height, (left + size) * width, (0.2 + size) * height)
    points = np.array(POINTS) * [box.width, box.height] + [box.left, box.top]
    return DetectedFace(box, points.astype(np.float32), 0.95)
