"""Cuts a face out of a photo, upright and in a size of its own."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import AlignedFace, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.shrinking import shrunk_to

ARCFACE_POINTS: NDArray[np.float64] = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where ArcFace's 112 px crop has the eyes, nose and mouth corners (insightface, face_align.py)."""

ARCFACE_SIZE = 112


def align_face(image: RgbImage, landmarks: Landmarks, size: int = 512) -> AlignedFace:
    """The face as the FFHQ data set crops it, (size, size, 3), with the matrix that took it there.

    What lies outside the photo is the photo mirrored at its edge.
    Raises `BadRequest` where the points do not span a face.
    """
    matrix = ffhq_matrix(landmarks, size)
    return AlignedFace(warp_upright(image, matrix, size), matrix)


def align_for_embedding(image: RgbImage, landmarks: Landmarks) -> RgbImage:
    """The face as ArcFace and its relatives expect it, (112, 112, 3)."""
    matrix = similarity_between(landmarks.astype(np.float64), ARCFACE_POINTS)
    return warp_upright(image, matrix, ARCFACE_SIZE)


def ffhq_matrix(landmarks: Landmarks, size: int) -> NDArray[np.float64]:
    """(2, 3): takes points of the photo to the crop of FFHQ.

    The square of Karras et al. (2019), `recreate_aligned_images` of the FFHQ repository: the
    middle between eyes and mouth, moved a tenth towards the mouth; the side from the larger of
    2 x the distance of the eyes and 1.8 x the distance from eyes to mouth.
    """
    left_eye, right_eye, _, left_mouth, right_mouth = landmarks.astype(np.float64)
    eyes = (left_eye + right_eye) / 2
    eye_to_eye = right_eye - left_eye
    eye_to_mouth = (left_mouth + right_mouth) / 2 - eyes
    across = eye_to_eye - np.array([-eye_to_mouth[1], eye_to_mouth[0]])
    length = float(np.hypot(*across))
    if length < 1e-6:
        raise BadRequest("The points of this face do not span a face. Draw a box around it again.")
    across *= max(np.hypot(*eye_to_eye) * 2.0, np.hypot(*eye_to_mouth) * 1.8) / length
    down = np.array([-across[1], across[0]])
    centre = eyes + eye_to_mouth * 0.1
    # corners in the photo: top left, top right, bottom left; pixels are counted at their centres
    corners = np.array([centre - across - down, centre + across - down, centre - across + down])
    edges = np.array([[-0.5, -0.5], [size - 0.5, -0.5], [-0.5, size - 0.5]])
    matrix: NDArray[np.float64] = cv2.getAffineTransform(
        corners.astype(np.float32), edges.astype(np.float32)
    )
    return matrix


def similarity_between(
    points: NDArray[np.float64], targets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(2, 3): the turn, scale and shift that bring `points` nearest to `targets`.

    Least squares without reflection (Umeyama 1991, with scale).
    Raises `BadRequest` where the points all lie in one place.
    """
    source, goal = points - points.mean(axis=0), targets - targets.mean(axis=0)
    spread = float((source**2).sum())
    if spread < 1e-9:
        raise BadRequest("The points of this face lie in one place. Draw a box around it again.")
    along = float((source * goal).sum()) / spread
    turned = float((source[:, 0] * goal[:, 1] - source[:, 1] * goal[:, 0]).sum()) / spread
    linear = np.array([[along, -turned], [turned, along]])
    shift = targets.mean(axis=0) - linear @ points.mean(axis=0)
    return np.hstack([linear, shift[:, None]])


def scale_of(matrix: NDArray[np.float64]) -> float:
    """Pixels of the crop for one pixel of the photo."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def warp_points(points: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n, 2) points of the photo taken to the crop."""
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


def inverted(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): the way back."""
    back: NDArray[np.float64] = cv2.invertAffineTransform(matrix)
    return back


def warp_upright(
    image: RgbImage, matrix: NDArray[np.float64], size: int, *, quick: bool = False
) -> RgbImage:
    """The photo seen through `matrix`, (size, size, 3), mirrored at its edges.

    Shrinking averages all pixels of the photo that fall into one of the crop, so that fine
    grain does not turn into coarse noise. `quick` is for looking, not for describing: it averages
    as far as halving goes, and takes the rest of the way between neighbouring pixels.
    """
    scale = scale_of(matrix)
    if scale < 1 and not quick:
        image, matrix = _shrunk(image, matrix, size, scale)
    elif scale <= 0.5:
        image, matrix = _halved(image, matrix, size, math.floor(-math.log2(scale)))
    crop: RgbImage = cv2.warpAffine(
        image,
        matrix,
        (size, size),
        flags=cv2.INTER_LINEAR if quick else cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return crop


def _shrunk(
    image: RgbImage, matrix: NDArray[np.float64], size: int, scale: float
) -> tuple[RgbImage, NDArray[np.float64]]:
    """The part of the photo around the crop in the crop's own scale, and the matrix from there."""
    part, corner = _around(image, matrix, size, 8 / scale)
    small = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    shrunk = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    return shrunk, matrix @ _way_back(part, shrunk, corner)


def _halved(
    image: RgbImage, matrix: NDArray[np.float64], size: int, times: int
) -> tuple[RgbImage, NDArray[np.float64]]:
    """The same halved so many times; what is over at its far edges is left out."""
    whole = 2**times
    part, corner = _around(image, matrix, size, 8 * whole)
    small = (max(1, part.shape[1] // whole), max(1, part.shape[0] // whole))
    part = part[: small[1] * whole, : small[0] * whole]
    shrunk = shrunk_to(part, small)
    return shrunk, matrix @ _way_back(part, shrunk, corner)


def _around(
    image: RgbImage, matrix: NDArray[np.float64], size: int, margin: float
) -> tuple[RgbImage, NDArray[np.float64]]:
    """The part of the photo that the crop shows and so many pixels more, and its first corner."""
    square = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float64)
    corners = warp_points(square, inverted(matrix))
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(corners.min(axis=0) - margin), 0, [width - 1, height - 1])
    right, bottom = np.clip(
        np.ceil(corners.max(axis=0) + margin), [left + 1, top + 1], [width, height]
    )
    return image[int(top) : int(bottom), int(left) : int(right)], np.array([left, top])


def _way_back(part: RgbImage, shrunk: RgbImage, corner: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3): takes points of the shrunk part to the photo.

    A point p of the photo is (p - corner + 0.5) / ratio - 0.5 of the shrunk part.
    """
    across, down = np.array(part.shape[1::-1]) / shrunk.shape[1::-1]
    left, top = corner - 0.5 + 0.5 * np.array([across, down])
    return np.array([[across, 0, left], [0, down, top], [0, 0, 1]])
