"""The soft outline inside which a restored face replaces the photo."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import Landmarks

_SOLID_TO = 0.72  # of the outline's radius: the restoration shows in full up to here


def face_mask(size: int, landmarks: Landmarks) -> NDArray[np.float32]:
    """(size, size) from 0 to 1: 1 over the face, falling softly to 0 towards hair and neck.

    `landmarks` are (5, 2) in pixels of the upright crop. The outline is an oval from above the
    brows to below the chin; its measures are parts of the distances between eyes and mouth, so it
    follows a face that is turned aside (the eyes stand nearer then) or long.
    """
    left_eye, right_eye, nose, left_mouth, right_mouth = landmarks.astype(np.float64)
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    down = mouth - eyes
    length = max(float(np.hypot(*down)), 1.0)
    down = down / length
    across = np.array([-down[1], down[0]])
    eye_distance = float(np.hypot(*(right_eye - left_eye)))
    half_width = max(1.25 * eye_distance, 1.05 * length)
    top, bottom = -0.95 * length, 1.85 * length  # along `down`, from the eyes
    half_height = (bottom - top) / 2
    sideways = 0.5 * float((nose - eyes) @ across)  # a turned face lies beside its own nose's axis
    centre = eyes + down * (top + bottom) / 2 + across * sideways
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    offset_x, offset_y = columns - centre[0], rows - centre[1]
    along = (offset_x * down[0] + offset_y * down[1]) / half_height
    beside = (offset_x * across[0] + offset_y * across[1]) / half_width
    radius = np.sqrt(along**2 + beside**2)
    mask = _smooth((1 - radius) / (1 - _SOLID_TO))
    edge = np.minimum(np.minimum(rows, columns), size - 1 - np.maximum(rows, columns))
    return (mask * _smooth(edge / (0.06 * size))).astype(np.float32)


def _smooth(part: NDArray[np.floating]) -> NDArray[np.floating]:
    """The smoothstep polynomial: 0 below 0, 1 above 1, no kink between."""
    part = np.clip(part, 0, 1)
    smooth: NDArray[np.floating] = part * part * (3 - 2 * part)
    return smooth
