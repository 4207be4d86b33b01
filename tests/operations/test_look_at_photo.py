"""A photo is decoded once, as small as serves; what is seen is told in its own pixels."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.face import BBox, DetectedFace
from desktop_app.domain.photo import RgbImage
from desktop_app.imaging.content_hash import content_hash, hold_photo
from desktop_app.imaging.decode import decode_photo
from desktop_app.operations import look_at_photo as looking
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.look_at_photo import Rooms, SeenPhoto, look_at_photo, see_faces
from desktop_app.operations.room_for_work import RoomForWork
from desktop_app.settings.places import resources

from .conftest import OFFICE

_MOST = 200_000_000


@pytest.fixture(scope="module")
def head(eyes: Eyes) -> RgbImage:
    """A face with what is around it: above and below half as much as it is high."""
    image = decode_photo(resources() / "samples" / "library" / OFFICE).image
    box = eyes.detector.detect(image)[0].bbox
    image = cv2.copyMakeBorder(image, 200, 200, 200, 200, cv2.BORDER_REPLICATE)
    box = BBox(*(edge + 200 for edge in box))
    top, left = int(box.top - box.height / 2), int(box.left - box.width / 2)
    return image[top : int(box.bottom + box.height / 2), left : int(box.right + box.width / 2)]


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """The longer sides that were decoded to."""
    asked: list[int | None] = []
    decode: Callable[..., Any] = decode_photo

    def noted(*photo: Any, **how: Any) -> Any:
        asked.append(how.get("max_side"))
        return decode(*photo, **how)

    monkeypatch.setattr(looking, "decode_photo", noted)
    return asked


def _scene(path: Path, head: RgbImage, height: int, orientation: int = 1, turned: int = 0) -> Path:
    """A photo of 12 megapixels with a face this high, upright once it is turned so."""
    wall = np.full((3000, 4000, 3), (120, 118, 110), np.uint8)
    ratio = 2 * height / head.shape[0]
    small = cv2.resize(head, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
    wall[1700 : 1700 + small.shape[0], 900 : 900 + small.shape[1]] = small
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.rot90(wall, (orientation == 6) + turned // 90)
    Image.fromarray(np.ascontiguousarray(stored)).save(path, quality=92, exif=exif)
    return path


def _look(path: Path, eyes: Eyes, turned: int = 0) -> SeenPhoto:
    rooms = Rooms(RoomForWork(10**9), RoomForWork(10**9))
    seen = look_at_photo(hold_photo(path, 10**8), eyes, _MOST, turned, rooms, known=())
    assert rooms.first.used == rooms.second.used == 0
    assert seen.content_hash == content_hash(path)
    return seen


def test_a_photo_with_a_large_face_is_decoded_once_at_half_its_size(
    tmp_path: Path, head: RgbImage, eyes: Eyes, sides: list[int | None]
) -> None:
    seen = _look(_scene(tmp_path / "p.jpg", head, 400), eyes)
    assert sides == [2000]
    (face,) = seen.faces
    assert face.detected.bbox.height == pytest.approx(400, rel=0.15)
    assert face.detected.bbox.top == pytest.approx(1900, abs=40)
    assert seen.thumbnail is None  # of the first look alone


def test_the_first_look_brings_a_thumbnail_from_the_same_decode(
    tmp_path: Path, head: RgbImage, eyes: Eyes, sides: list[int | None]
) -> None:
    path = _scene(tmp_path / "p.jpg", head, 400)
    rooms = Rooms(RoomForWork(10**9), RoomForWork(10**9))
    seen = look_at_photo(hold_photo(path, 10**8), eyes, _MOST, 0, rooms)
    assert sides == [2000]
    assert len(seen.faces) == 1
    assert not seen.closely
    assert seen.thumbnail is not None
    assert seen.thumbnail.shape == (240, 320, 3)


def test_a_closer_look_does_not_look_again_at_a_face_that_is_known(
    tmp_path: Path, head: RgbImage, eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _scene(tmp_path / "p.jpg", head, 400)
    (face,) = _look(path, eyes).faces
    looked: list[DetectedFace] = []
    network: Any = eyes.detector
    see = network._seen_again

    def noted(image: RgbImage, faces: Sequence[DetectedFace], *look: Any) -> Any:
        looked.extend(faces)
        return see(image, faces, *look)

    monkeypatch.setattr(network, "_seen_again", noted)
    rooms = Rooms(RoomForWork(10**9), RoomForWork(10**9))
    held = hold_photo(path, 10**8)
    assert look_at_photo(held, eyes, _MOST, 0, rooms, known=[face.detected]).faces == ()
    assert looked == []


@pytest.mark.parametrize("height", [48, 400])
@pytest.mark.parametrize(("orientation", "turned"), [(1, 0), (6, 0), (1, 90)])
def test_a_face_is_described_as_the_whole_photo_shows_it(
    tmp_path: Path,
    head: RgbImage,
    eyes: Eyes,
    sides: list[int | None],
    height: int,
    orientation: int,
    turned: int,
) -> None:
    path = _scene(tmp_path / "p.jpg", head, height, orientation, turned)
    (face,) = _look(path, eyes, turned).faces
    assert sides == ([2000, None] if height == 48 else [2000])
    (whole,) = see_faces(decode_photo(path, turned=turned).image, eyes)
    assert face.embedding @ whole.embedding > (0.9 if height == 48 else 0.95)
    assert np.abs(face.detected.landmarks - whole.detected.landmarks).max() < 0.08 * height
    assert face.detected.bbox.overlap(whole.detected.bbox) > 0.8
    assert face.quality.size == pytest.approx(whole.quality.size, rel=0.06, abs=1.5)


def test_another_detector_is_given_the_whole_photo(
    tmp_path: Path, head: RgbImage, eyes: Eyes, sides: list[int | None]
) -> None:
    class Whole:
        id = "whole"
        detect = eyes.detector.detect

    seen = _look(_scene(tmp_path / "p.jpg", head, 400), Eyes(Whole(), eyes.embedder))
    assert sides == [None]
    assert len(seen.faces) == 1


def test_a_file_is_read_once(
    tmp_path: Path, head: RgbImage, eyes: Eyes, sides: list[int | None]
) -> None:
    path = _scene(tmp_path / "p.jpg", head, 48)
    held = hold_photo(path, 10**8)
    path.unlink()
    rooms = Rooms(RoomForWork(10**9), RoomForWork(10**9))
    assert len(look_at_photo(held, eyes, _MOST, 0, rooms, known=()).faces) == 1
    assert len(sides) == 2


def test_a_file_too_large_to_be_held_is_read_in_pieces(
    tmp_path: Path, head: RgbImage, eyes: Eyes
) -> None:
    path = _scene(tmp_path / "p.jpg", head, 400)
    held = hold_photo(path, 1000)
    assert held.data is None
    rooms = Rooms(RoomForWork(10**9), RoomForWork(10**9))
    seen = look_at_photo(held, eyes, _MOST, 0, rooms, known=())
    assert seen.content_hash == content_hash(path)
    assert len(seen.faces) == 1
