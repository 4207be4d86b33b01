"""A pack read here and by insightface itself gives the same faces and the same vectors."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.domain.errors import ModelNotInstalled, ModelRefused
from desktop_app.domain.face import DetectedFace, Embedding
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.detector import roll_of
from desktop_app.faces.insightface_library import open_library_pack
from desktop_app.faces.insightface_pack import Pack, files_of_pack, open_pack
from desktop_app.faces.scrfd import ScrfdDetector
from desktop_app.imaging.decode import decode_photo

SAME_PLACE = 1e-2  # pixels of the photo; measured: 0
SAME_SCORE = 1e-5  # measured: 0
SAME_VECTOR = 1e-5  # 1 - cosine; measured: 9e-7


@pytest.fixture(autouse=True)
def insightface_remarks() -> Iterator[None]:
    """insightface 2.1 still calls scikit-image by an older name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`estimate` is deprecated", FutureWarning)
        yield


@pytest.fixture(scope="module")
def pack(pack_folder: Path) -> Pack:
    return open_pack(pack_folder, "cpu", threads=1)


@pytest.fixture(scope="module")
def portraits(samples: Path) -> list[RgbImage]:
    """The bundled library, each photo with one face in front."""
    paths = sorted(p for p in (samples / "library").rglob("*") if p.suffix in (".jpg", ".png"))
    return [decode_photo(path, max_side=1200).image for path in paths]


@pytest.fixture(scope="module")
def in_front(pack: Pack, portraits: list[RgbImage]) -> list[DetectedFace]:
    """The face of each portrait."""
    return [pack.detector.detect(photo)[0] for photo in portraits]


@pytest.fixture(scope="module")
def old_photos(shared: Path) -> list[RgbImage]:
    paths = sorted((shared / "data" / "old_photos" / "family").glob("*.jpg"))[:10]
    return [decode_photo(path).image for path in paths]


def _assert_parity(folder: Path, photos: list[RgbImage], sizes: tuple[int, ...]) -> None:
    """Each photo has the same faces in the same order, each face the same vector."""
    files = files_of_pack(folder)
    detector = ScrfdDetector(files.detector, files.detector_id, "cpu", 1, sizes)
    embedder = open_pack(folder, "cpu", 1).embedder
    library = open_library_pack(folder, "cpu", sizes)
    assert (detector.id, embedder.id) == (library.detector.id, library.embedder.id)
    assert embedder.dimensions == library.embedder.dimensions
    compared = 0
    for photo in photos:
        ours, theirs = detector.detect(photo), library.detector.detect(photo)
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.bbox, other.bbox, rtol=0, atol=SAME_PLACE)
            np.testing.assert_allclose(one.landmarks, other.landmarks, rtol=0, atol=SAME_PLACE)
            assert one.det_score == pytest.approx(other.det_score, abs=SAME_SCORE)
            vectors = [e.embed(photo, other.landmarks) for e in (embedder, library.embedder)]
            assert float(vectors[0] @ vectors[1]) > 1 - SAME_VECTOR
            compared += 1
    assert compared >= len(photos) / 2


@pytest.mark.parametrize("sizes", [(640,), (128, 640)])
def test_the_sample_library_is_seen_as_by_insightface(
    pack_folder: Path, portraits: list[RgbImage], sizes: tuple[int, ...]
) -> None:
    pytest.importorskip("insightface", reason="the extra insightface is not installed")
    _assert_parity(pack_folder, portraits, sizes)


def test_ten_old_photographs_are_seen_as_by_insightface(
    pack_folder: Path, old_photos: list[RgbImage]
) -> None:
    pytest.importorskip("insightface", reason="the extra insightface is not installed")
    _assert_parity(pack_folder, old_photos, (640,))


def test_a_detector_of_one_fixed_size_is_seen_as_by_insightface(
    published_detector: Path, bundled_models: Path, portraits: list[RgbImage], tmp_path: Path
) -> None:
    pytest.importorskip("insightface", reason="the extra insightface is not installed")
    shutil.copy(published_detector, tmp_path / "a.onnx")
    shutil.copy(bundled_models / "fr_feature.onnx", tmp_path / "b.onnx")
    _assert_parity(tmp_path, portraits, (640,))


def _head(portrait: RgbImage, face: DetectedFace, margin: float) -> RgbImage:
    """The face with `margin` widths of its box around it, in 512 px."""
    box, more = face.bbox, margin * face.bbox.width
    left, top = int(max(box.left - more, 0)), int(max(box.top - more, 0))
    head = portrait[top : int(box.bottom + more), left : int(box.right + more)]
    enlarged: RgbImage = cv2.resize(head, None, fx=512 / head.shape[1], fy=512 / head.shape[1])
    return enlarged


def test_a_face_that_fills_the_frame_is_found(
    pack: Pack, portraits: list[RgbImage], in_front: list[DetectedFace]
) -> None:
    for photo, face in zip(portraits, in_front, strict=True):
        head = _head(photo, face, 0.0)
        (found, *_) = pack.detector.detect(head)
        assert found.bbox.width > 0.7 * head.shape[1]


def test_a_face_that_fills_the_frame_is_found_by_a_detector_of_one_fixed_size(
    published_detector: Path, portraits: list[RgbImage], in_front: list[DetectedFace]
) -> None:
    detector = ScrfdDetector(published_detector, "scrfd:fixed", "cpu", 1)
    for photo, face in zip(portraits[:2], in_front, strict=False):
        head = _head(photo, face, 0.0)
        (found, *_) = detector.detect(head)
        assert found.bbox.width > 0.7 * head.shape[1]


def test_faces_of_40_pixels_are_found_in_a_large_group(
    pack: Pack, portraits: list[RgbImage], in_front: list[DetectedFace]
) -> None:
    group = np.full((2000, 3000, 3), 128, np.uint8)
    middles = []
    for number, (photo, face) in enumerate(zip(portraits, in_front, strict=True)):
        head = _head(photo, face, 0.7)
        scale = 40 / (face.bbox.height * head.shape[1] / (2.4 * face.bbox.width))
        small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        left, top = 100 + 550 * number, 300 + 300 * number
        group[top : top + small.shape[0], left : left + small.shape[1]] = small
        middles.append((left + small.shape[1] / 2, top + small.shape[0] / 2))
    found = sorted(pack.detector.detect(group), key=lambda face: face.bbox.left)
    assert len(found) == len(portraits)
    for face, (across, down) in zip(found, middles, strict=True):
        assert face.bbox.left < across < face.bbox.right
        assert face.bbox.top < down < face.bbox.bottom
        assert face.bbox.height < 45


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_points_of_a_lying_face_follow_its_own_upright(
    pack: Pack, portraits: list[RgbImage], in_front: list[DetectedFace], quarters: int
) -> None:
    for photo, upright in zip(portraits[:2], in_front, strict=False):
        lying = pack.detector.detect(np.ascontiguousarray(np.rot90(photo, quarters)))[0]
        turned = (roll_of(lying) - roll_of(upright) + 90 * quarters + 180) % 360 - 180
        assert abs(turned) < 10


def test_no_face_is_seen_where_there_is_none(pack: Pack) -> None:
    assert pack.detector.detect(np.full((480, 720, 3), 90, np.uint8)) == []


def test_the_points_of_a_face_lie_in_its_box(in_front: list[DetectedFace]) -> None:
    for face in in_front:
        left, top, right, bottom = face.bbox
        assert (face.landmarks > [left, top]).all()
        assert (face.landmarks < [right, bottom]).all()


def test_photos_of_one_man_have_nearer_vectors_than_those_of_two(pack: Pack, samples: Path) -> None:
    def vector(name: str) -> Embedding:
        photo = decode_photo(samples / "library" / name).image
        return pack.embedder.embed(photo, pack.detector.detect(photo)[0].landmarks)

    man = vector("Official portraits/oval-office-2012.jpg")
    same, other = vector("Speeches/congress-2009.jpg"), vector("Space/astronaut-1993.png")
    assert float(np.linalg.norm(man)) == pytest.approx(1, abs=1e-5)
    assert float(man @ same) > 0.5 > float(man @ other) + 0.2


def test_two_recognisers_have_two_ids(pack_folder: Path, tmp_path: Path) -> None:
    files = files_of_pack(pack_folder)
    shutil.copytree(pack_folder, tmp_path / "other")
    with (tmp_path / "other" / files.embedder.name).open("ab") as file:
        file.write(b"\x12\x00")  # an empty field of the model: another file, the same network
    other = files_of_pack(tmp_path / "other")
    assert other.detector_id == files.detector_id
    assert other.embedder_id != files.embedder_id
    assert files.embedder_id.startswith("arcface:")


@pytest.mark.parametrize("open_it", [open_pack, open_library_pack])
def test_a_missing_folder_is_refused_and_nothing_is_fetched(
    tmp_path: Path, open_it: Callable[[Path, str], Pack]
) -> None:
    with pytest.raises(ModelNotInstalled, match="no folder buffalo_l"):
        open_it(tmp_path / "buffalo_l", "cpu")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_detector_is_refused(bundled_models: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="finds faces"):
        open_pack(tmp_path)
    shutil.copy(bundled_models / "fr_feature.onnx", tmp_path)
    with pytest.raises(ModelRefused, match="finds faces"):
        open_pack(tmp_path)


def test_a_folder_without_a_recogniser_is_refused(bundled_models: Path, tmp_path: Path) -> None:
    shutil.copy(bundled_models / "face_detection_yunet_2023mar.onnx", tmp_path)
    with pytest.raises(ModelRefused, match="describes faces"):
        open_pack(tmp_path)


def test_another_kind_of_detector_is_refused(bundled_models: Path, tmp_path: Path) -> None:
    shutil.copy(bundled_models / "face_detection_yunet_2023mar.onnx", tmp_path)
    shutil.copy(bundled_models / "fr_feature.onnx", tmp_path)
    with pytest.raises(ModelRefused, match="no SCRFD"):
        open_pack(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>not a model</html>", bytes(1000), b"\x3a\xff"])
def test_a_foreign_file_is_refused(bundled_models: Path, tmp_path: Path, content: bytes) -> None:
    shutil.copy(bundled_models / "fr_feature.onnx", tmp_path)
    (tmp_path / "det.onnx").write_bytes(content)
    with pytest.raises(ModelRefused, match=r"det\.onnx is damaged or no ONNX model"):
        open_pack(tmp_path)


def test_a_pack_with_a_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"manifest_version": 2}')
    with pytest.raises(ModelRefused, match="manifest"):
        open_pack(tmp_path)
