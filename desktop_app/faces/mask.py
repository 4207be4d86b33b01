"""The soft outline inside which a restored face replaces the photo."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import FaceOutline, Landmarks

Plane = NDArray[np.float32]

_SOLID_TO = 0.72  # of the oval's radius: the restoration shows in full up to here
_EDGE = 0.06  # of the crop's side: the mask is 0 at the crop's own edge
_FOREHEAD = 0.85  # of the distance from brows to the foot of the nose, above the brows: hair begins
_INWARD, _OUTWARD = 0.05, 0.16  # of the face's size: from full to nothing across the outline
_FINER = 2  # times the crop, so that the drawn outline has no steps

# An outline is believed where its eyes, nose and mouth lie this near, in distances of the eyes, to
# the five points (at most 0.20 in 48 restored faces of ../shared/data/identities), and where its
# face is about as large as the oval about the five.
_ASTRAY = 0.3
_SMALLEST, _LARGEST = 0.45, 1.5

_SAME_FACE = 0.5  # of the distance of the eyes: points nearer than this are another box of one face
_FRONTIER = 0.3  # of the radius: how softly two faces that overlap part


def face_mask(
    size: int,
    landmarks: Landmarks,
    outline: FaceOutline | None = None,
    neighbours: Sequence[Landmarks] = (),
) -> Plane:
    """(size, size) from 0 to 1: 1 over the face, falling softly to 0 towards hair and neck.

    `landmarks` and `neighbours` are (5, 2), `outline` is (68, 2), in pixels of the upright crop.
    The mask follows the outline: jaw, cheeks, brows, and above them a forehead of the usual third
    of a face. Without one, or where it cannot be believed (`fits`), it is an oval by the five
    points. Where faces overlap, each pixel belongs to the one whose middle is nearer, measured in
    its own size: the mask is 0 on the neighbour's side, however near it comes.
    """
    if outline is not None and fits(outline, landmarks):
        mask = _within(outline, size)
    else:
        mask = _smooth((1 - _radius(size, landmarks)) / (1 - _SOLID_TO))
    for other in neighbours:
        mask = mask * _own_side(size, landmarks, other)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    edge = np.minimum(np.minimum(rows, columns), size - 1 - np.maximum(rows, columns))
    return np.asarray(mask * _smooth(edge / (_EDGE * size)), np.float32)


def fits(outline: FaceOutline, landmarks: Landmarks) -> bool:
    """Whether the 68 points show the face that the five show."""
    eyes = (outline[36:42].mean(axis=0), outline[42:48].mean(axis=0))
    five = np.stack([*eyes, outline[30], outline[48], outline[54]])
    apart = float(np.hypot(*(landmarks[1] - landmarks[0])))
    astray = float(np.hypot(*(five - landmarks).T).mean())
    # in a profile the eyes stand behind one another: their distance is no measure then
    length = float(np.hypot(*(landmarks[3:].mean(axis=0) - landmarks[:2].mean(axis=0))))
    if not astray < _ASTRAY * max(apart, length):
        return False
    _, half_width, half_height, _ = _oval(landmarks)
    share = float(cv2.contourArea(_hull(outline))) / (np.pi * half_width * half_height)
    return _SMALLEST < share < _LARGEST


def _hull(outline: FaceOutline) -> NDArray[np.float32]:
    """(n, 1, 2): the convex outline, the forehead as high as hair usually begins."""
    points = outline.astype(np.float32)
    brows, foot = points[17:27], points[33]
    up = points[27] - foot  # along the bridge of the nose
    up = up / max(float(np.hypot(*up)), 1e-6)
    third = max(float((brows.mean(axis=0) - foot) @ up), 0.0)
    arc = np.sqrt(1 - np.linspace(-1, 1, len(brows)) ** 2)  # lower at the temples
    forehead = brows + up * third * _FOREHEAD * (0.6 + 0.4 * arc)[:, None]
    return np.asarray(cv2.convexHull(np.vstack([points, forehead]).astype(np.float32)))


def _within(outline: FaceOutline, size: int) -> Plane:
    """(size, size): 1 inside the hull, falling to 0 across its edge."""
    hull = (_hull(outline) + 0.5) * _FINER - 0.5
    drawn = np.zeros((size * _FINER, size * _FINER), np.uint8)
    cv2.fillConvexPoly(drawn, np.round(hull * 16).astype(np.int32), 255, shift=4)
    inside = cv2.distanceTransform(drawn, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outside = cv2.distanceTransform(255 - drawn, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    across = cv2.resize(inside - outside, (size, size), interpolation=cv2.INTER_AREA) / _FINER
    face = float(np.sqrt(cv2.contourArea(hull))) / _FINER
    across = cv2.GaussianBlur(across, (0, 0), max(0.03 * face, 0.5))  # no corners at the points
    return _smooth((across / face + _OUTWARD) / (_INWARD + _OUTWARD))


def _own_side(size: int, own: Landmarks, other: Landmarks) -> Plane:
    apart = float(np.hypot(*(own[1] - own[0])))
    if float(np.hypot(*(own - other).T).mean()) < _SAME_FACE * apart:
        return np.ones((size, size), np.float32)
    return _smooth((_radius(size, other) - _radius(size, own)) / _FRONTIER)


def _oval(
    landmarks: Landmarks,
) -> tuple[NDArray[np.float64], float, float, NDArray[np.float64]]:
    """Centre, half width, half height, and the direction down the face.

    From above the brows to below the chin; the measures are parts of the distances between eyes
    and mouth, so the oval follows a face that is turned aside (the eyes stand nearer then) or long.
    """
    left_eye, right_eye, nose, left_mouth, right_mouth = landmarks.astype(np.float64)
    eyes, mouth = (left_eye + right_eye) / 2, (left_mouth + right_mouth) / 2
    down = mouth - eyes
    length = max(float(np.hypot(*down)), 1.0)
    down = down / length
    across = np.array([-down[1], down[0]])
    half_width = max(1.25 * float(np.hypot(*(right_eye - left_eye))), 1.05 * length)
    top, bottom = -0.95 * length, 1.85 * length  # along `down`, from the eyes
    sideways = 0.5 * float((nose - eyes) @ across)  # a turned face lies beside its own nose's axis
    centre = eyes + down * (top + bottom) / 2 + across * sideways
    return centre, half_width, (bottom - top) / 2, down


def _radius(size: int, landmarks: Landmarks) -> Plane:
    """(size, size): 0 in the middle of the oval, 1 on it."""
    centre, half_width, half_height, down = _oval(landmarks)
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    offset_x, offset_y = columns - centre[0], rows - centre[1]
    along = (offset_x * down[0] + offset_y * down[1]) / half_height
    beside = (-offset_x * down[1] + offset_y * down[0]) / half_width
    return np.asarray(np.sqrt(along**2 + beside**2), np.float32)


def _smooth(part: NDArray[np.floating]) -> Plane:
    """The smoothstep polynomial: 0 below 0, 1 above 1, no kink between."""
    part = np.clip(part, 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)
