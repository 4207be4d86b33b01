"""Shows a photo, or a face in it, in another size and turned, and how its points come to lie."""

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import roll_of
from desktop_app.faces.shrinking import shrunk_to


def resized(image: RgbImage, ratio: float) -> RgbImage:
    """The photo enlarged or, by averaging, shrunk."""
    size = (max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio)))
    return shrunk_to(image, size) if ratio < 1 else _enlarged_to(image, size)


def _enlarged_to(image: RgbImage, size: tuple[int, int]) -> RgbImage:
    if size == image.shape[1::-1]:
        return image
    enlarged: RgbImage = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
    return enlarged


def between(image: RgbImage, resized: RgbImage) -> NDArray[np.float64]:
    """(2, 3): takes points of the photo to the same photo resized."""
    down, across = resized.shape[0] / image.shape[0], resized.shape[1] / image.shape[1]
    return np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2]])


def turned_whole(image: RgbImage, degrees: float) -> tuple[RgbImage, NDArray[np.float64]]:
    """The whole photo turned counterclockwise, its corners filled by its edge; (2, 3) to there."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cosine, sine = np.abs(matrix[0, :2])
    size = (round(width * cosine + height * sine), round(width * sine + height * cosine))
    matrix[:, 2] += (np.array(size) - [width, height]) / 2
    turned: RgbImage = cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return turned, matrix


def upright(face: DetectedFace, height: int, side: int, degrees: float) -> NDArray[np.float64]:
    """(2, 3): takes the photo to a square look with the face in its middle."""
    box = face.bbox
    middle = np.array([box.left + box.right, box.top + box.bottom]) / 2
    longer = max(box.width, box.height, 1.0)
    matrix: NDArray[np.float64] = cv2.getRotationMatrix2D(
        tuple(middle), roll_of(face) + degrees, height / longer
    )
    matrix[:, 2] += side / 2 - middle
    return matrix
