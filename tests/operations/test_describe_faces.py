"""Another model describes every face anew, and its vectors never meet those of the first."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import ModelNotInstalled
from desktop_app.domain.face import AssignmentStatus, Embedding, Face, Landmarks
from desktop_app.domain.photo import PhotoState, RgbImage
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.faces.alignment import align_for_embedding
from desktop_app.faces.embedder import unit_length
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.models.store import ModelStore
from desktop_app.operations.describe_faces import describe_faces_anew
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.suggest_people import suggest_people

OFFICE = "Official portraits/oval-office-2012.jpg"


class PixelEmbedder:
    """Describes a face by its pixels: 48 numbers, of another length than the bundled model's."""

    id = "pixels"
    dimensions = 48

    def __init__(self) -> None:
        self.asked = 0

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        self.asked += 1
        small = cv2.resize(align_for_embedding(image, landmarks), (4, 4))
        return unit_length(small.astype(np.float32).ravel() - 127.5)


@pytest.fixture
def pixels() -> PixelEmbedder:
    return PixelEmbedder()


@pytest.fixture
def other_eyes(eyes: Eyes, pixels: PixelEmbedder) -> Eyes:
    return Eyes(eyes.detector, pixels)


def _all_faces(catalog: Catalog, model: str) -> int:
    return len(catalog.faces.embeddings(model)[0])


def test_switching_the_model_describes_every_face_once(
    catalog: Catalog, eyes: Eyes, other_eyes: Eyes, pixels: PixelEmbedder
) -> None:
    total = catalog.facts().faces
    assert (_all_faces(catalog, eyes.embedder.id), _all_faces(catalog, "pixels")) == (total, 0)
    seen: list[Progress] = []
    describe_faces_anew(catalog, other_eyes, seen.append)
    assert (seen[-1].done, seen[-1].total) == (total, total)
    describe_faces_anew(catalog, other_eyes, seen.append)
    assert pixels.asked == total
    assert _all_faces(catalog, "pixels") == total


def test_the_vectors_of_two_models_stay_apart(
    catalog: Catalog, eyes: Eyes, other_eyes: Eyes
) -> None:
    before_ids, before = catalog.faces.embeddings(eyes.embedder.id)
    describe_faces_anew(catalog, other_eyes, silent)
    after_ids, after = catalog.faces.embeddings(eyes.embedder.id)
    assert before_ids == after_ids
    assert np.array_equal(before, after)
    assert catalog.faces.embeddings("pixels")[1].shape == (len(before), 48)


def test_switching_back_needs_no_new_look(catalog: Catalog, eyes: Eyes, other_eyes: Eyes) -> None:
    describe_faces_anew(catalog, other_eyes, silent)
    assert catalog.faces.without_embedding(eyes.embedder.id, limit=100) == []


def test_until_it_is_described_anew_a_named_face_suggests_nothing(
    named: Catalog, eyes: Eyes, other_eyes: Eyes
) -> None:
    suggest_people(named, "pixels")
    assert named.faces.with_status(AssignmentStatus.SUGGESTED) == []
    describe_faces_anew(named, other_eyes, silent)
    known = named.faces.evidence().own
    for model, dimensions in ((eyes.embedder.id, eyes.embedder.dimensions), ("pixels", 48)):
        assert named.faces.matrix(model).embeddings(known).shape == (len(known), dimensions)


def test_names_survive_the_switch(
    named: Catalog, face_in: Callable[[str], Face], other_eyes: Eyes
) -> None:
    before = face_in(OFFICE)
    describe_faces_anew(named, other_eyes, silent)
    after = face_in(OFFICE)
    assert after.status is AssignmentStatus.CONFIRMED
    assert after.person_id == before.person_id


def test_a_photo_that_cannot_be_read_waits_for_the_next_time(
    catalog: Catalog, indexed: Path, other_eyes: Eyes, tmp_path: Path
) -> None:
    photo = catalog.photos.by_path(indexed / "library" / OFFICE)
    assert photo is not None
    away = tmp_path / "away.jpg"
    shutil.move(photo.path, away)
    try:
        describe_faces_anew(catalog, other_eyes, silent)
        waiting = catalog.faces.without_embedding("pixels", limit=100)
        assert waiting == [face.id for face in catalog.faces.of_photo(photo.id)]
    finally:
        shutil.move(away, photo.path)
    describe_faces_anew(catalog, other_eyes, silent)
    assert catalog.faces.without_embedding("pixels", limit=100) == []


def test_a_cancelled_description_keeps_the_photos_already_done(
    catalog: Catalog, other_eyes: Eyes
) -> None:
    def stop_at_the_third(progress: Progress) -> None:
        if progress.done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        describe_faces_anew(catalog, other_eyes, stop_at_the_third)
    assert 0 < _all_faces(catalog, "pixels") < catalog.facts().faces


def test_a_library_indexed_with_two_models_has_both_sets(
    catalog: Catalog, indexed: Path, other_eyes: Eyes, eyes: Eyes, thumbnails: ThumbnailStore
) -> None:
    (folder,) = catalog.folders.all()
    index_folder(catalog, folder.id, other_eyes, thumbnails, silent)
    files = catalog.photos.known_files(folder.id).values()
    assert all(file.state is PhotoState.INDEXED for file in files)
    describe_faces_anew(catalog, other_eyes, silent)
    total = catalog.facts().faces
    assert _all_faces(catalog, "pixels") == _all_faces(catalog, eyes.embedder.id) == total


@pytest.mark.parametrize("choice", ["insightface", "insightface-library"])
def test_a_pack_that_is_not_there_is_asked_for(
    bundled_models: Path, tmp_path: Path, choice: str
) -> None:
    store = ModelStore(bundled_models, tmp_path / "models")
    with pytest.raises(ModelNotInstalled, match="likeness models install insightface-pack"):
        open_eyes(store, choice)
    with pytest.raises(ModelNotInstalled, match="no folder buffalo_l"):
        open_eyes(store, choice, str(tmp_path / "buffalo_l"))
