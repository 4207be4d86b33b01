"""A face is cut out upright, described, and its outline found, wherever it lies in the photo."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.face import DetectedFace, FaceQuality, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import (
    ARCFACE_POINTS,
    align_face,
    align_for_embedding,
    ffhq_matrix,
    inverted,
    scale_of,
    similarity_between,
    warp_points,
    warp_upright,
)
from desktop_app.faces.embedder import MobileFaceEmbedder
from desktop_app.faces.landmarks68 import LandmarkFinder
from desktop_app.faces.quality import measure_quality
from desktop_app.faces.yunet import YuNetDetector

FFHQ_POINTS = np.array([[193, 240], [319, 240], [257, 314], [201, 371], [313, 371]], np.float32)
"""Where a face stands in a 512 px crop of FFHQ (mean of the set, facexlib)."""


@pytest.fixture(scope="module")
def portrait(samples: Path) -> RgbImage:
    path = samples / "library" / "Official portraits" / "oval-office-2012.jpg"
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.fixture(scope="module")
def face(bundled_models: Path, portrait: RgbImage) -> DetectedFace:
    detector = YuNetDetector(bundled_models / "face_detection_yunet_2023mar.onnx", "cpu")
    return detector.detect(portrait)[0]


def _ramp(height: int, width: int) -> RgbImage:
    """Brightness says where a pixel lies: red across, green down."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    picture = np.stack([columns / width, rows / height, np.zeros_like(rows)], axis=2)
    return np.round(picture * 255).astype(np.uint8)


@pytest.mark.parametrize("degrees", [0, 30, -90, 180])
@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0])
def test_a_face_of_any_size_and_angle_comes_out_upright(degrees: float, scale: float) -> None:
    turn = cv2.getRotationMatrix2D((256, 256), degrees, scale)
    matrix = ffhq_matrix(warp_points(FFHQ_POINTS, turn), 512)
    assert scale_of(matrix) == pytest.approx(1 / scale, rel=0.05)
    upright = warp_points(warp_points(FFHQ_POINTS, turn), matrix)
    assert np.abs(upright - FFHQ_POINTS).max() < 10


def test_the_matrix_says_which_pixel_of_the_photo_is_which_of_the_crop() -> None:
    picture = _ramp(1000, 1000)
    for scale in (0.6, 1.5, 4.0):
        landmarks = FFHQ_POINTS / 512 * 200 * scale + 90
        aligned = align_face(picture, landmarks, 256)
        places = np.array([[40, 40], [128, 200], [200, 60]], np.float32)
        for (column, row), (x, y) in zip(
            places.astype(int), warp_points(places, inverted(aligned.matrix)), strict=True
        ):
            seen = aligned.crop[row, column, :2] / 255 * 1000
            assert np.abs(seen - [x, y]).max() < 4


def test_a_face_at_the_edge_has_no_black_corners() -> None:
    white = np.full((300, 300, 3), 230, np.uint8)
    for place in ((0, 0), (200, -60), (260, 260)):
        landmarks = (FFHQ_POINTS / 512 * 150 + place).astype(np.float32)
        assert align_face(white, landmarks, 512).crop.min() >= 229
        assert align_for_embedding(white, landmarks).min() >= 229


def test_shrinking_averages_the_grain_away() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (2000, 2000, 3), np.uint8)
    landmarks = (FFHQ_POINTS / 512 * 1900 + 20).astype(np.float32)
    assert align_face(noise, landmarks, 128).crop.std() < 12


@pytest.mark.parametrize("scale", [2.0, 0.8, 0.45, 0.25, 0.06])
def test_a_quick_look_shows_the_same_places_and_averages_the_grain(scale: float) -> None:
    picture = _ramp(1501, 2003)
    matrix = cv2.getRotationMatrix2D((1800.0, 1300.0), 20, scale)
    matrix[:, 2] += 60 - np.array([1800, 1300])  # a part of it lies beyond the photo's edge
    seen = warp_upright(picture, matrix, 120, quick=True)
    exact = warp_upright(picture, matrix, 120)
    assert np.abs(seen.astype(int) - exact).mean() < 1.5
    for x, y in ((60, 60), (40, 70), (75, 50)):
        place = warp_points(np.array([[x, y]], np.float32), inverted(matrix))[0]
        if (place < [2003, 1501]).all() and (place >= 0).all():
            assert np.abs(seen[y, x, :2] / 255 * [2003, 1501] - place).max() < 8 + 1 / scale
    noise = np.random.default_rng(0).integers(0, 255, (2000, 2000, 3), np.uint8)
    assert warp_upright(noise, matrix, 120, quick=True).std() < 80 * min(1, 2 * scale)


def test_the_crop_for_describing_has_the_points_where_arcface_has_them(
    portrait: RgbImage, face: DetectedFace
) -> None:
    assert align_for_embedding(portrait, face.landmarks).shape == (112, 112, 3)
    matrix = similarity_between(face.landmarks.astype(np.float64), ARCFACE_POINTS)
    assert np.abs(warp_points(face.landmarks, matrix) - ARCFACE_POINTS).max() < 6


def test_a_turn_a_scale_and_a_shift_are_found_again() -> None:
    truth = cv2.getRotationMatrix2D((10, 20), 33, 0.7)
    found = similarity_between(ARCFACE_POINTS, ARCFACE_POINTS @ truth[:, :2].T + truth[:, 2])
    assert np.allclose(found, truth)


@pytest.mark.parametrize("points", [np.zeros((5, 2), np.float32), np.full((5, 2), 7, np.float32)])
def test_points_that_span_no_face_are_refused(points: Landmarks) -> None:
    picture = _ramp(100, 100)
    with pytest.raises(BadRequest, match="Draw a box"):
        align_face(picture, points)
    with pytest.raises(BadRequest, match="Draw a box"):
        align_for_embedding(picture, points)


def test_a_description_has_length_one_and_is_the_same_each_time(
    bundled_models: Path, portrait: RgbImage, face: DetectedFace
) -> None:
    embedder = MobileFaceEmbedder(bundled_models / "fr_feature.onnx", "cpu")
    one, two = (embedder.embed(portrait, face.landmarks) for _ in "12")
    assert one.shape == (embedder.dimensions,)
    assert one.dtype == np.float32
    assert float(np.linalg.norm(one)) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(one, two)


def test_photos_of_one_man_are_near_and_another_man_is_far(
    bundled_models: Path, samples: Path
) -> None:
    detector = YuNetDetector(bundled_models / "face_detection_yunet_2023mar.onnx", "cpu")
    embedder = MobileFaceEmbedder(bundled_models / "fr_feature.onnx", "cpu")
    vectors = {}
    for path in (samples / "library").rglob("*.*"):
        photo = np.asarray(Image.open(path).convert("RGB"))
        vectors[path.stem] = embedder.embed(photo, detector.detect(photo)[0].landmarks)
    one, another = vectors["oval-office-2012"], vectors["congress-2009"]
    assert one @ another > 0.5
    for name in ("blue-room-2010", "astronaut-1993"):
        assert vectors[name] @ one < 0.35
        assert vectors[name] @ another < 0.35


def test_the_outline_turns_with_the_face(
    bundled_models: Path, portrait: RgbImage, face: DetectedFace
) -> None:
    finder = LandmarkFinder(bundled_models / "fr_landmark.onnx", "cpu")
    points = finder.find(portrait, face.landmarks)
    assert points.shape == (68, 2)
    eye_distance = float(np.hypot(*(face.landmarks[1] - face.landmarks[0])))
    for found, wanted in ((points[36:42], 0), (points[42:48], 1), (points[[30]], 2)):
        middle = found.mean(axis=0)
        assert np.hypot(*(middle - face.landmarks[wanted])) < 0.15 * eye_distance
    turned = np.ascontiguousarray(np.rot90(portrait))
    quarter = np.array([[0, 1, 0], [-1, 0, portrait.shape[1] - 1]], np.float64)
    again = finder.find(turned, warp_points(face.landmarks, quarter))
    assert np.abs(again - warp_points(points, quarter)).max() < 0.03 * eye_distance


def _quality(image: RgbImage, face: DetectedFace) -> FaceQuality:
    return measure_quality(align_for_embedding(image, face.landmarks), face.landmarks)


def test_a_blurred_face_is_less_sharp_and_a_small_one_poor(
    portrait: RgbImage, face: DetectedFace
) -> None:
    clear = _quality(portrait, face)
    blurred = _quality(cv2.GaussianBlur(portrait, (0, 0), 6), face)
    assert clear.sharpness > 0.5
    assert blurred.sharpness < 0.5 * clear.sharpness
    assert not clear.poor
    tiny = cv2.resize(portrait, None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA)
    shrunk = DetectedFace(face.bbox, face.landmarks * np.float32(0.1), face.det_score)
    assert _quality(tiny, shrunk).poor
