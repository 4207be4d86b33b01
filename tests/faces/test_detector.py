"""Faces are found whatever their size and angle, each once, and nothing else is."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.face import BBox, DetectedFace, Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import roll_of, seen_through, without_duplicates
from desktop_app.faces.embedder import MobileFaceEmbedder
from desktop_app.faces.yunet import YuNetDetector

FIVE = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], np.float32)


@pytest.fixture(scope="module")
def detector(bundled_models: Path) -> YuNetDetector:
    return YuNetDetector(bundled_models / "face_detection_yunet_2023mar.onnx", "cpu")


@pytest.fixture(scope="module")
def embedder(bundled_models: Path) -> MobileFaceEmbedder:
    return MobileFaceEmbedder(bundled_models / "fr_feature.onnx", "cpu")


@pytest.fixture(scope="module")
def portraits(samples: Path) -> list[RgbImage]:
    """The sample photos, each with one face in front."""
    return [
        np.asarray(Image.open(path).convert("RGB"))
        for path in sorted(samples.rglob("*"))
        if path.suffix in (".jpg", ".png") and "print" not in path.stem
    ]


@pytest.fixture(scope="module")
def heads(portraits: list[RgbImage], detector: YuNetDetector) -> list[tuple[RgbImage, BBox]]:
    """Cut from the portraits: the head with its surroundings, and the face's box in it."""
    cut = []
    for photo in portraits:
        box = detector.detect(photo)[0].bbox
        left, top = int(max(box.left - box.width, 0)), int(max(box.top - box.height, 0))
        head = photo[top : int(box.bottom + box.height), left : int(box.right + box.width)]
        moved = BBox(box.left - left, box.top - top, box.right - left, box.bottom - top)
        cut.append((head, moved))
    return cut


def _face(left: float, top: float, size: float, score: float, points: Landmarks) -> DetectedFace:
    return DetectedFace(BBox(left, top, left + size, top + size), points, score)


def test_the_same_photo_gives_the_same_faces(
    detector: YuNetDetector, portraits: list[RgbImage]
) -> None:
    one, two = detector.detect(portraits[0]), detector.detect(portraits[0])
    assert [face.bbox for face in one] == [face.bbox for face in two]
    assert all(np.array_equal(a.landmarks, b.landmarks) for a, b in zip(one, two, strict=True))


def test_the_points_of_a_face_lie_in_its_box_in_their_order(
    detector: YuNetDetector, portraits: list[RgbImage]
) -> None:
    for photo in portraits:
        face = detector.detect(photo)[0]
        points = face.landmarks
        assert points.shape == (5, 2)
        assert points.dtype == np.float32
        assert (points > [face.bbox.left, face.bbox.top]).all()
        assert (points < [face.bbox.right, face.bbox.bottom]).all()
        assert points[0, 0] < points[1, 0]
        assert points[3, 0] < points[4, 0]
        assert points[:2, 1].max() < points[2, 1] < points[3:, 1].min()


def test_faces_of_40_pixels_are_found_in_a_group_of_24_megapixels(
    detector: YuNetDetector, heads: list[tuple[RgbImage, BBox]]
) -> None:
    scene = np.full((4000, 6000, 3), (96, 104, 110), np.uint8)
    ramp = np.linspace(0, 60, 6000, dtype=np.float32)
    scene = (scene + ramp[None, :, None]).astype(np.uint8)
    middles = []
    for number in range(20):
        head, box = heads[number % len(heads)]
        ratio = 40 / box.height
        small = cv2.resize(head, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        left, top = 300 + number % 5 * 1100 + 37 * number, 400 + number // 5 * 950 + 11 * number
        scene[top : top + small.shape[0], left : left + small.shape[1]] = small
        middles.append(
            (left + (box.left + box.right) / 2 * ratio, top + (box.top + box.bottom) / 2 * ratio)
        )
    found = [
        ((face.bbox.left + face.bbox.right) / 2, (face.bbox.top + face.bbox.bottom) / 2)
        for face in detector.detect(scene)
    ]
    assert len(found) == 20
    for x, y in middles:
        assert min(np.hypot(x - a, y - b) for a, b in found) < 12


@pytest.mark.parametrize("height", [80, 640, 2400])
def test_a_face_that_fills_the_frame_is_found(
    detector: YuNetDetector, heads: list[tuple[RgbImage, BBox]], height: int
) -> None:
    for head, box in heads[:3]:
        face = head[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
        ratio = height / face.shape[0]
        face = cv2.resize(face, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        (found,) = detector.detect(face)
        assert found.bbox.height > 0.8 * height


@pytest.mark.parametrize("degrees", [30, 90, -90, 180])
def test_leaning_and_lying_faces_are_found_with_their_own_upright(
    detector: YuNetDetector,
    embedder: MobileFaceEmbedder,
    heads: list[tuple[RgbImage, BBox]],
    degrees: int,
) -> None:
    for head, _ in heads[:2]:
        ratio = 300 / max(head.shape)
        head = cv2.resize(head, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        upright = detector.detect(head)[0]
        height, width = head.shape[:2]
        side = int(np.hypot(height, width))
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        matrix[:, 2] += (side - width) / 2, (side - height) / 2
        turned = cv2.warpAffine(head, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
        face = detector.detect(turned)[0]
        assert abs((roll_of(face) - roll_of(upright) + degrees + 180) % 360 - 180) < 15
        same = embedder.embed(turned, face.landmarks) @ embedder.embed(head, upright.landmarks)
        assert same > 0.75


def test_patterns_are_no_faces(detector: YuNetDetector) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (700, 900, 3), np.uint8)
    rows, columns = np.mgrid[0:700, 0:900]
    board = np.repeat((((rows // 40 + columns // 40) % 2) * 255).astype(np.uint8)[..., None], 3, 2)
    for image in (noise, board, np.zeros((3, 2000, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)):
        assert detector.detect(image) == []


def test_a_harder_search_finds_smaller_faces(
    detector: YuNetDetector, heads: list[tuple[RgbImage, BBox]]
) -> None:
    scene = np.full((260, 620, 3), 128, np.uint8)
    for number, (head, box) in enumerate(heads[:4]):
        ratio = 20 / box.height
        small = cv2.resize(head, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        scene[100 : 100 + small.shape[0], 60 + 150 * number :][:, : small.shape[1]] = small
    assert len(detector.detect_harder(scene)) == 4


def test_a_face_seen_twice_is_kept_once_as_the_surer_look_saw_it() -> None:
    sure, unsure = _face(0, 0, 100, 0.9, FIVE), _face(5, 5, 100, 0.7, FIVE + 5)
    assert without_duplicates([unsure, sure]) == [sure]


def test_a_face_before_another_stays_a_face_of_its_own() -> None:
    mother, child = _face(0, 0, 100, 0.9, FIVE), _face(60, 60, 40, 0.8, FIVE * 0.4 + 60)
    assert without_duplicates([mother, child]) == [mother, child]


def test_a_part_of_a_face_seen_by_one_tile_is_the_same_face() -> None:
    whole, part = _face(0, 0, 100, 0.9, FIVE), _face(20, 30, 60, 0.8, FIVE)
    assert without_duplicates([part, whole]) == [whole]


@pytest.mark.parametrize("degrees", [-170, -90, -20, 0, 45, 90, 135])
def test_a_turned_view_leads_back_to_the_same_face(degrees: float) -> None:
    face = _face(0, 0, 100, 0.9, FIVE)
    matrix = cv2.getRotationMatrix2D((50, 50), -degrees, 1.5)
    in_view = DetectedFace(
        BBox(-25, -25, 125, 125),
        (FIVE @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32),
        0.9,
    )
    back = seen_through(in_view, matrix, (100, 100, 3))
    assert np.allclose(back.landmarks, FIVE, atol=1e-3)
    assert np.allclose(back.bbox, face.bbox, atol=1e-3)
    assert roll_of(face) == pytest.approx(0, abs=1e-6)
    assert roll_of(in_view) == pytest.approx(degrees, abs=1e-3)
