"""Finds the faces in a photo."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import BBox, DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import inverted, warp_points

SAME_BOX = 0.4  # intersection over union from which two boxes are one face
INSIDE = 0.7  # part of the smaller box inside the larger one
SAME_POINTS = 0.35  # distance of the points' means, in longer sides of the smaller box


class FaceDetector(Protocol):
    """Finds faces and their five points."""

    @property
    def id(self) -> str:
        """Names the weights, so that the catalog knows who found a face."""
        ...

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        """The faces of an upright photo, the surest first; empty where there is none."""
        ...


@runtime_checkable
class SmallPictureDetector(Protocol):
    """A detector that needs fewer pixels than a large photo has."""

    def side_needed(self, longest: int) -> int:
        """Pixels of the longer side that serve to find all in a photo of this longer side."""
        ...

    def detect_in(
        self, picture: RgbImage, longest: int, known: Sequence[DetectedFace] = ()
    ) -> list[DetectedFace]:
        """The faces of a photo of this longer side, seen in a smaller picture of it.

        In the picture's pixels, the surest first; `picture` is no smaller than `side_needed`.
        Faces that are `known`, in the picture's pixels, too, are not looked at again.
        """
        ...

    def look_closer(self, image: RgbImage, face: DetectedFace) -> DetectedFace:
        """The face as it is seen with more pixels; as it was where they show no face."""
        ...


@runtime_checkable
class QuickDetector(SmallPictureDetector, Protocol):
    """A detector that finds the larger faces of a large photo with one search."""

    def is_quicker(self, longest: int) -> bool:
        """Whether that leaves anything out in a photo of this longer side."""
        ...

    def quick_view(self, picture: RgbImage) -> RgbImage:
        """The whole picture, as small as a first look searches it."""
        ...

    def detect_quickly(self, picture: RgbImage, view: RgbImage) -> list[DetectedFace]:
        """The faces that a first look shows, in the picture's pixels, the surest first.

        `view` is the picture's `quick_view`.
        """
        ...


def without_duplicates(faces: Sequence[DetectedFace]) -> list[DetectedFace]:
    """Each face once, the surest finding of it, surest first.

    Two findings are one face where the boxes overlap, or where one box lies in the other and
    their five points have the same middle (a face seen in part by one tile and whole by another);
    a child's face before its mother's shoulder stays a face of its own.
    """
    kept: list[DetectedFace] = []
    for face in sorted(faces, key=_surest_first):
        if not any(same_face(face, other) for other in kept):
            kept.append(face)
    return kept


def _surest_first(face: DetectedFace) -> tuple[float, ...]:
    return (-face.det_score, *face.bbox)


def same_face(one: DetectedFace, other: DetectedFace) -> bool:
    if _apart(one.bbox, other.bbox):
        return False
    if one.bbox.overlap(other.bbox) > SAME_BOX:
        return True
    smaller = min(one.bbox, other.bbox, key=lambda box: box.width * box.height)
    distance = float(np.hypot(*(one.landmarks.mean(axis=0) - other.landmarks.mean(axis=0))))
    return _part_inside(
        smaller, one.bbox if smaller is other.bbox else other.bbox
    ) > INSIDE and distance < SAME_POINTS * max(smaller.width, smaller.height)


def _apart(one: BBox, other: BBox) -> bool:
    return (
        one.left >= other.right
        or other.left >= one.right
        or one.top >= other.bottom
        or other.top >= one.bottom
    )


def _part_inside(inner: BBox, outer: BBox) -> float:
    width = min(inner.right, outer.right) - max(inner.left, outer.left)
    height = min(inner.bottom, outer.bottom) - max(inner.top, outer.top)
    area = inner.width * inner.height
    return max(width, 0.0) * max(height, 0.0) / area if area > 0 else 0.0


def clipped(box: NDArray[np.floating], width: int, height: int) -> BBox:
    """The part of a box (left, top, right, bottom) that lies in a photo of this size."""
    left, top, right, bottom = (float(value) for value in box)
    return BBox(
        min(max(left, 0.0), width),
        min(max(top, 0.0), height),
        min(max(right, 0.0), width),
        min(max(bottom, 0.0), height),
    )


def roll_of(face: DetectedFace) -> float:
    """Degrees by which the face leans clockwise, -180 to 180.

    Of the line from the middle of the eyes to the middle of the mouth, and of the two lines
    across, which agree in a face seen from the front; in a profile the lines across are short.
    """
    left_eye, right_eye, _, left_mouth, right_mouth = face.landmarks.astype(np.float64)
    down = (left_mouth + right_mouth - left_eye - right_eye) / 2
    across = (right_eye - left_eye + right_mouth - left_mouth) / 2
    upright = across + np.array([down[1], -down[0]])
    return float(np.degrees(np.arctan2(upright[1], upright[0])))


def seen_through(
    face: DetectedFace, matrix: NDArray[np.float64], shape: tuple[int, ...]
) -> DetectedFace:
    """A face found in a turned and scaled view, in the pixels of the photo.

    `matrix` (2, 3) takes the photo to the view, `shape` is (height, width, ...) of the photo. The
    box becomes the upright one around the ellipse in the old box.
    """
    back = inverted(matrix)
    box = face.bbox
    middle = warp_points(np.array([[box.left + box.right, box.top + box.bottom]]) / 2, back)[0]
    half = np.hypot(back[:, 0] * box.width, back[:, 1] * box.height) / 2
    return DetectedFace(
        clipped(np.concatenate([middle - half, middle + half]), shape[1], shape[0]),
        warp_points(face.landmarks, back),
        face.det_score,
    )
