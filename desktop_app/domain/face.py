"""A face in a photo: where it is, how good it is, whose it may be."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.ids import FaceId, PersonId, PhotoId
from desktop_app.domain.photo import RgbImage

Landmarks: TypeAlias = NDArray[np.float32]
"""(5, 2) x and y in pixels: eyes, nose, mouth corners, left to right as seen."""

FaceOutline: TypeAlias = NDArray[np.float32]
"""(68, 2) x and y in pixels, in the order of Multi-PIE: jaw, brows, nose, eyes, mouth."""

Embedding: TypeAlias = NDArray[np.float32]
"""(dimensions,) of unit length; embeddings of two models never compare."""


SAME_FACE = 0.3
"""Intersection over union from which a box found later is about a face that is known."""


class BBox(NamedTuple):
    """A rectangle in the pixels of the upright photo."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def overlap(self, other: "BBox") -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.width * self.height + other.width * other.height - shared)

    def is_among(self, known: Iterable["BBox"]) -> bool:
        """Whether one of these is about the same face."""
        return any(self.overlap(other) >= SAME_FACE for other in known)


@dataclass(frozen=True)
class DetectedFace:
    """One face found in a photo, in the pixels of the upright photo."""

    bbox: BBox
    landmarks: Landmarks  # (5, 2): eyes, nose, mouth corners
    det_score: float


@dataclass(frozen=True)
class FaceQuality:
    """How well a face serves as a reference; each from 0 (useless) to 1 (as good as it gets)."""

    sharpness: float
    frontal: float
    light: float
    size: float  # distance of the eyes in pixels, not a score
    one_tone: bool | None = None  # grey or brown throughout, as old prints are; None: not looked at

    @property
    def poor(self) -> bool:
        """Too small, blurred or turned away to say by itself whose face it is."""
        return self.size < 18 or self.sharpness < 0.2


@dataclass(frozen=True)
class AlignedFace:
    """A face cut out upright, and the way back.

    `crop` is (size, size, 3); `matrix` is (2, 3) and takes a point of the photo to the crop.
    """

    crop: RgbImage
    matrix: NDArray[np.float64]


class AssignmentStatus(enum.Enum):
    """How sure it is whose face this is. A machine never changes CONFIRMED."""

    NONE = "none"
    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    IGNORED = "ignored"
    NOT_A_FACE = "not_a_face"


@dataclass(frozen=True)
class Face:
    """A face as the catalog keeps it."""

    id: FaceId
    photo_id: PhotoId
    bbox: BBox
    landmarks: Landmarks
    det_score: float
    quality: FaceQuality
    person_id: PersonId | None = None
    status: AssignmentStatus = AssignmentStatus.NONE
    suggestion_score: float = 0.0  # cosine; meaningful for SUGGESTED
    cluster: int | None = None  # the group of a face without a name
    drawn_by_hand: bool = False
