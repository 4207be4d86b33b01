"""A quick look shows the larger faces; a closer one adds those that it left out, and only those."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.errors import DeviceFailed
from desktop_app.domain.face import AssignmentStatus, DetectedFace
from desktop_app.domain.ids import FaceId, FolderId
from desktop_app.domain.photo import PhotoState, RgbImage
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.look_closer import look_closer
from desktop_app.operations.looking_order import LookingOrder, Pace
from desktop_app.settings.places import resources
from tests.noise_album import make_noise_album
from tests.stand_in_eyes import EYES, HashEmbedder, MiddleDetector, TwoLooks

from .conftest import OFFICE

PHOTOS = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_noise_album(tmp_path / "photos", PHOTOS, (240, 180))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog.open(tmp_path / "kept" / "catalog") as catalog:
        yield catalog


@pytest.fixture
def detector() -> TwoLooks:
    return TwoLooks()


@pytest.fixture
def looked(
    catalog: Catalog, folder: Path, detector: TwoLooks, thumbnails: ThumbnailStore
) -> FolderId:
    """The folder after its quick look."""
    folder_id, _ = add_folder(catalog, folder)
    index_folder(catalog, folder_id, Eyes(detector, HashEmbedder()), thumbnails, silent)
    return folder_id


def _eyes(detector: TwoLooks) -> Eyes:
    return Eyes(detector, HashEmbedder())


def _counts(catalog: Catalog) -> list[int]:
    return [
        len(catalog.faces.of_photo(photo.id))
        for photo in catalog.photos.many(sorted(catalog.photos.ids()))
    ]


def _decided(catalog: Catalog, ids: list[FaceId]) -> list[tuple[object, ...]]:
    return [
        (face.id, face.bbox, face.status, face.person_id, face.landmarks.tolist())
        for face in catalog.faces.many(ids)
    ]


def test_the_closer_look_adds_what_the_quick_one_left_out(
    catalog: Catalog, looked: FolderId, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    assert detector.closely == 0
    assert _counts(catalog) == [1] * PHOTOS
    assert catalog.photos.closer_looks_left() == PHOTOS
    changes = look_closer(catalog, looked, _eyes(detector), thumbnails, silent)
    assert len(changes.faces) == PHOTOS
    assert _counts(catalog) == [2] * PHOTOS
    assert catalog.photos.closer_looks_left() == 0
    assert catalog.faces.without_embedding("hash", limit=9) == []
    assert look_closer(catalog, None, _eyes(detector), thumbnails, silent).faces == frozenset()
    assert detector.closely == PHOTOS
    assert catalog.check() == []


def test_what_was_decided_stays_as_it_is(
    catalog: Catalog, looked: FolderId, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    first, second, *_ = catalog.photos.many(sorted(catalog.photos.ids()))
    (named,), (none,) = (catalog.faces.of_photo(photo.id) for photo in (first, second))
    name_faces(catalog, [named.id], "Anna")
    catalog.faces.set_status([none.id], AssignmentStatus.NOT_A_FACE)
    decision = catalog.people.last_decision()
    before = _decided(catalog, [named.id, none.id])
    look_closer(catalog, looked, _eyes(detector), thumbnails, silent)
    assert _decided(catalog, [named.id, none.id]) == before
    assert catalog.people.last_decision() == decision
    assert _counts(catalog) == [2] * PHOTOS


def _touched_since(catalog: Catalog, last: int) -> set[int]:
    """The faces that the next grouping reads because of what happened since."""
    with sqlite3.connect(catalog.path) as connection:
        asked = "SELECT DISTINCT face_id FROM touched_faces WHERE id > ?"
        touched = {row[0] for row in connection.execute(asked, [last])}
    connection.close()
    return touched


class FewPixels(TwoLooks):
    """Finds the small face at once, in a picture of half the size."""

    def side_needed(self, longest: int) -> int:
        return longest // 2

    def detect_quickly(self, picture: RgbImage, view: RgbImage) -> list[DetectedFace]:
        return self.detect_in(picture, max(picture.shape[:2]))[1:]


def test_a_face_described_from_few_pixels_is_described_anew_unless_somebody_decided(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    eyes = Eyes(FewPixels(), HashEmbedder())
    folder_id, _ = add_folder(catalog, folder)
    index_folder(catalog, folder_id, eyes, thumbnails, silent)
    ids = [
        catalog.faces.of_photo(photo.id)[0].id
        for photo in catalog.photos.many(sorted(catalog.photos.ids()))
    ]
    catalog.faces.name([ids[0]], "Anna")
    anna = catalog.people.all()[0].person.id
    catalog.faces.reject([ids[1]], anna)
    catalog.faces.set_status([ids[2]], AssignmentStatus.IGNORED)
    catalog.faces.suggest([Suggestion(ids[3], anna, 0.5)])
    before = {face: catalog.faces.embedding(face, "hash") for face in ids}
    boxes = {face.id: face.bbox for face in catalog.faces.many(ids)}
    last = catalog.faces.touched("hash", "").last
    changes = look_closer(catalog, folder_id, eyes, thumbnails, silent)
    assert _counts(catalog) == [2] * PHOTOS
    anew = {
        face
        for face in ids
        if not np.array_equal(before[face], catalog.faces.embedding(face, "hash"))
    }
    assert anew == set(ids[3:])
    assert anew < changes.faces
    assert not changes.faces & set(ids[:3])
    for face in catalog.faces.many(ids):
        assert face.bbox.overlap(boxes[face.id]) > 0.9
    assert catalog.faces.get(ids[3]).person_id == anna
    assert _touched_since(catalog, last) == anew | (changes.faces - set(ids))
    assert catalog.check() == []


def test_a_photo_that_has_nothing_left_out_is_not_looked_at_twice(
    catalog: Catalog, folder: Path, thumbnails: ThumbnailStore
) -> None:
    folder_id, _ = add_folder(catalog, folder)
    index_folder(catalog, folder_id, Eyes(MiddleDetector(), HashEmbedder()), thumbnails, silent)
    assert catalog.photos.closer_looks_left() == 0
    assert look_closer(catalog, None, EYES, thumbnails, silent).photos == frozenset()


def test_a_stopped_closer_look_goes_on_where_it_was(
    catalog: Catalog, looked: FolderId, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    def stop_at_the_third(progress: Progress) -> None:
        if progress.done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        look_closer(catalog, looked, _eyes(detector), thumbnails, stop_at_the_third)
    assert catalog.photos.closer_looks_left() == PHOTOS - 2
    look_closer(catalog, looked, _eyes(detector), thumbnails, silent)
    assert _counts(catalog) == [2] * PHOTOS


def test_a_fault_of_the_device_stops_the_closer_look_and_no_photo_is_blamed(
    catalog: Catalog, looked: FolderId, thumbnails: ThumbnailStore
) -> None:
    failing = TwoLooks(fails_at=2)
    with pytest.raises(DeviceFailed):
        look_closer(catalog, looked, _eyes(failing), thumbnails, silent)
    assert catalog.photos.failed() == []
    assert catalog.photos.closer_looks_left() > 0
    look_closer(catalog, looked, _eyes(failing), thumbnails, silent)
    assert _counts(catalog) == [2] * PHOTOS


def test_the_photos_asked_for_come_first_and_pausing_holds_the_rest(
    catalog: Catalog, looked: FolderId, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    ids = sorted(catalog.photos.ids())
    order = LookingOrder(lambda: Pace.GENTLE)
    order.look_first([ids[4], ids[2]])
    names: list[str] = []

    def note(progress: Progress) -> None:
        if progress.what and progress.what not in names:
            names.append(progress.what)

    look_closer(catalog, looked, _eyes(detector), thumbnails, note, order=order)
    assert names == ["04.jpg", "02.jpg", "00.jpg", "01.jpg", "03.jpg", "05.jpg"]


def test_a_photo_turned_meanwhile_is_not_told_of_as_it_lay(
    catalog: Catalog, looked: FolderId, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    first = min(catalog.photos.ids())
    turned: list[bool] = []

    def turn_once(progress: Progress) -> None:
        if not turned:
            turned.append(True)
            catalog.photos.turn([first], 90)

    look_closer(catalog, looked, _eyes(detector), thumbnails, turn_once)
    photo = catalog.photos.get(first)
    for face in catalog.faces.of_photo(first):
        assert face.bbox.right <= photo.width
        assert face.bbox.bottom <= photo.height
    index_folder(catalog, looked, _eyes(detector), thumbnails, silent)
    look_closer(catalog, looked, _eyes(detector), thumbnails, silent)
    assert _counts(catalog) == [2] * PHOTOS


def test_a_photo_whose_content_changed_waits_to_be_read(
    catalog: Catalog, looked: FolderId, folder: Path, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    cv2.imwrite(str(folder / "00.jpg"), np.zeros((180, 240, 3), np.uint8))
    look_closer(catalog, looked, _eyes(detector), thumbnails, silent)
    assert _counts(catalog) == [1] + [2] * (PHOTOS - 1)
    (changed,) = catalog.photos.next_to_index(looked, 9)
    assert Path(changed.path).name == "00.jpg"


def test_a_lost_photo_is_missing_and_a_lost_folder_waits(
    catalog: Catalog, looked: FolderId, folder: Path, detector: TwoLooks, thumbnails: ThumbnailStore
) -> None:
    ids = sorted(catalog.photos.ids())
    away = folder.with_name("unplugged")
    folder.rename(away)
    look_closer(catalog, None, _eyes(detector), thumbnails, silent)
    assert catalog.folders.all()[0].offline
    assert catalog.photos.closer_looks_left() == 0  # none that could be looked at
    away.rename(folder)
    (folder / "00.jpg").unlink()
    catalog.folders.mark_offline(looked, False)
    assert catalog.photos.closer_looks_left() == PHOTOS
    look_closer(catalog, None, _eyes(detector), thumbnails, silent)
    states = [photo.state for photo in catalog.photos.many(ids)]
    assert states == [PhotoState.MISSING] + [PhotoState.INDEXED] * (PHOTOS - 1)


def test_a_large_photo_shows_its_large_face_at_once_and_its_small_one_later(
    catalog: Catalog, tmp_path: Path, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    image = decode_photo(resources() / "samples" / "library" / OFFICE).image
    box = eyes.detector.detect(image)[0].bbox
    head = image[
        max(0, int(box.top - 0.4 * box.height)) : int(box.bottom + 0.4 * box.height),
        max(0, int(box.left - 0.4 * box.width)) : int(box.right + 0.4 * box.width),
    ]
    wall = np.full((3000, 4000, 3), (120, 118, 110), np.uint8)
    for left, height in ((300, 500), (2500, 50)):
        ratio = height / box.height
        small = cv2.resize(head, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA)
        wall[900 : 900 + small.shape[0], left : left + small.shape[1]] = small
    (tmp_path / "large").mkdir()
    cv2.imwrite(str(tmp_path / "large" / "both.jpg"), wall[:, :, ::-1])
    folder_id, _ = add_folder(catalog, tmp_path / "large")
    index_folder(catalog, folder_id, eyes, thumbnails, silent)
    (large,) = catalog.faces.of_photo(min(catalog.photos.ids()))
    assert large.bbox.height > 300
    look_closer(catalog, folder_id, eyes, thumbnails, silent)
    both = catalog.faces.of_photo(min(catalog.photos.ids()))
    assert large.id in {face.id for face in both}
    (small_one,) = (face for face in both if face.id != large.id)
    assert small_one.bbox.height < 80
    vectors = dict(zip(*catalog.faces.embeddings(eyes.embedder.id), strict=True))
    assert vectors[large.id] @ vectors[small_one.id] > 0.6
