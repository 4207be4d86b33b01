"""The mask follows the face, and never reaches over a neighbour's."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from desktop_app.domain.face import FaceOutline, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import align_face, warp_points
from desktop_app.faces.landmarks68 import LandmarkFinder
from desktop_app.faces.mask import face_mask, fits
from desktop_app.faces.yunet import YuNetDetector

FIVE = np.array([[96, 103], [160, 103], [128, 134], [103, 166], [153, 166]], np.float32)
EDGE_OF_CROP = np.zeros((256, 256), bool)
EDGE_OF_CROP[[0, -1]] = EDGE_OF_CROP[:, [0, -1]] = True


def _outline(five: Landmarks = FIVE, jaw: float = 1.0) -> FaceOutline:
    """68 points about the five of an upright face; `jaw` widens it."""
    left, right, nose, left_mouth, right_mouth = five
    eyes, mouth = (left + right) / 2, (left_mouth + right_mouth) / 2
    length = float(mouth[1] - eyes[1])
    points = np.zeros((68, 2), np.float32)
    angle = np.linspace(np.pi, 0, 17)
    points[:17, 0] = eyes[0] + np.cos(angle) * 1.1 * length * jaw
    points[:17, 1] = eyes[1] + np.sin(angle) * 1.75 * length
    points[17:27, 0] = np.linspace(left[0] - 0.4 * length, right[0] + 0.4 * length, 10)
    points[17:27, 1] = eyes[1] - 0.35 * length
    points[27:31] = np.linspace(eyes, nose, 4)
    points[31:36] = nose + np.array([0, 0.15 * length])
    points[36:42], points[42:48] = left, right
    points[48:68] = mouth
    points[48], points[54] = left_mouth, right_mouth
    return points


def _soft(mask: NDArray[np.float32], most: float = 0.12) -> bool:
    steps = max(np.abs(np.diff(mask, axis=axis)).max() for axis in (0, 1))
    return bool(steps < most)


@pytest.mark.parametrize("outline", [None, _outline()])
def test_it_is_full_over_the_face_soft_at_the_rim_and_ends_before_the_crop(
    outline: FaceOutline | None,
) -> None:
    mask = face_mask(256, FIVE, outline)
    x, y = FIVE.astype(int).T
    assert (mask[y, x] == 1).all()
    assert mask[EDGE_OF_CROP].max() == 0
    assert _soft(mask)


@pytest.mark.parametrize("jaw", [0.8, 1.0, 1.2])
def test_it_reaches_the_jaw_and_stops_soon_behind_it(jaw: float) -> None:
    outline = _outline(jaw=jaw)
    mask = face_mask(256, FIVE, outline)
    middle = outline[27]
    for point in outline[:17]:
        inside, outside = (middle + (point - middle) * part for part in (0.9, 1.45))
        x, y = np.clip(np.round(inside), 16, 239).astype(int)
        assert mask[y, x] > 0.75
        x, y = np.clip(np.round(outside), 0, 255).astype(int)
        assert mask[y, x] < 0.02


@pytest.mark.parametrize(
    "wrong",
    [
        _outline() + np.float32([40, 0]),
        (_outline() - 128) * np.float32(0.4) + 128,
        (_outline() - 128) * np.float32(1.9) + 128,
        np.full((68, 2), np.nan, np.float32),
        np.zeros((68, 2), np.float32),
    ],
)
def test_an_outline_that_shows_another_face_is_not_believed(wrong: FaceOutline) -> None:
    assert fits(_outline(), FIVE)
    assert not fits(wrong, FIVE)
    assert np.array_equal(face_mask(256, FIVE, wrong), face_mask(256, FIVE))


@pytest.mark.parametrize("outline", [None, _outline()])
@pytest.mark.parametrize("shift", [(60, 5), (-55, 30), (0, 90)])
def test_two_faces_that_overlap_share_no_pixel_and_neither_is_cut_in_its_middle(
    outline: FaceOutline | None, shift: tuple[float, float]
) -> None:
    other = (FIVE + np.float32(shift)).astype(np.float32)
    mine = face_mask(256, FIVE, outline, [other])
    far = None if outline is None else (outline + np.float32(shift)).astype(np.float32)
    theirs = face_mask(256, other, far, [FIVE])
    assert (np.minimum(mine, theirs) == 0).all()
    assert mine[134, 128] == 1
    assert _soft(mine, 0.16)
    alone = face_mask(256, FIVE, outline)
    assert (mine <= alone).all()


def test_a_second_box_of_the_same_face_and_a_far_neighbour_change_nothing() -> None:
    alone = face_mask(256, FIVE)
    twice = (FIVE + np.float32([6, -4])).astype(np.float32)
    far = (FIVE + np.float32([400, 0])).astype(np.float32)
    assert np.array_equal(face_mask(256, FIVE, None, [twice, far]), alone)


@pytest.mark.parametrize("degrees", [0, 30, 90])
@pytest.mark.parametrize("side", [128, 256, 512])
def test_a_portraits_mask_follows_its_face_however_it_lies(
    bundled_models: Path, samples: Path, degrees: float, side: int
) -> None:
    detector = YuNetDetector(bundled_models / "face_detection_yunet_2023mar.onnx", "cpu")
    finder = LandmarkFinder(bundled_models / "fr_landmark.onnx", "cpu")
    path = samples / "library" / "Official portraits" / "oval-office-2012.jpg"
    photo: RgbImage = np.asarray(Image.open(path).convert("RGB"))
    points = detector.detect(photo)[0].landmarks
    upright = align_face(photo, points, side)
    there = warp_points(points, upright.matrix)
    wanted = face_mask(side, there, finder.find_in(upright.crop))
    height, width = photo.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = cv2.warpAffine(photo, turn, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    lying = warp_points(points, turn)
    aligned = align_face(turned, lying, side)
    found = finder.find_in(aligned.crop)
    here = warp_points(lying, aligned.matrix)
    assert fits(found, here)
    mask = face_mask(side, here, found)
    assert np.abs(mask - wanted).mean() < 0.01
    oval = face_mask(side, here)
    assert not np.array_equal(mask, oval)
