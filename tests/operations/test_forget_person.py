"""Who is forgotten leaves no bytes in the caches either, on the disk or in the engine."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.forget_person import forget_all_faces, forget_person
from desktop_app.restoration.memories import forget_memories

MODEL = "fr_feature"


@pytest.fixture
def thumbnails(tmp_path: Path) -> ThumbnailStore:
    return ThumbnailStore(tmp_path / "thumbnails", 10_000_000)


@pytest.fixture
def memories(tmp_path: Path) -> Path:
    folder = tmp_path / "memories" / ("a" * 32)
    folder.mkdir(parents=True)
    for name in ("one.memory", "one.latents"):
        (folder / name).write_bytes(b"a face")
    return tmp_path / "memories"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_forgotten_persons_memories_leave_the_disk(
    named: Catalog, thumbnails: ThumbnailStore, memories: Path
) -> None:
    person = named.people.by_name("Barack Obama")
    assert person is not None
    theirs = [face.id for face in named.faces.of_person(person.id)]
    matrix = named.faces.matrix(MODEL)
    assert matrix.has(np.array(theirs)).any()
    beside = named.path.with_name(named.path.name + "-vectors")
    assert _files(beside)
    forget_person(named, person.id, thumbnails, memories)
    assert _files(beside) == []
    assert not named.faces.matrix(MODEL).has(np.array(theirs)).any()
    assert named.people.by_name("Barack Obama") is None
    assert _files(memories) == []


def test_all_face_data_goes_and_the_photos_stay(
    named: Catalog, thumbnails: ThumbnailStore, memories: Path
) -> None:
    photos = named.facts().photos
    faces = [f for s in AssignmentStatus for f in named.faces.with_status(s)]
    assert faces
    for face in faces:
        thumbnails.put(f"face-{face}", np.zeros((8, 8, 3), np.uint8))
    assert forget_all_faces(named, thumbnails, memories).everything
    assert named.facts().photos == photos
    assert named.facts().faces == 0
    assert _files(memories) == []
    assert all(thumbnails.get(f"face-{face}") is None for face in faces)


def test_nothing_kept_is_nothing_to_forget(tmp_path: Path) -> None:
    forget_memories(tmp_path / "none")
