"""The user judges results: one a face is accepted, and a wish is taken back by one undo."""

from collections.abc import Callable

import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import Face
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import (
    RestoreRequest,
)
from desktop_app.operations.decide_faces import undo_decision
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.kept_restorations import (
    accept_restoration,
    accepted_of_photo,
    keep_original,
)
from desktop_app.operations.restore_photos import restore_photos

from .conftest import PRINT, MirrorRestorer

FaceIn = Callable[[str], Face]


def test_one_result_a_face_is_accepted(
    restored: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes
) -> None:
    restore_photos(restored, restorer, [RestoreRequest(face_in(PRINT).id, seed=2)], eyes, silent)
    first, second = restored.restorations.of_face(face_in(PRINT).id)
    accept_restoration(restored, first.id)
    accept_restoration(restored, second.id)
    assert [r.id for r in accepted_of_photo(restored, first.photo_id)] == [second.id]


@pytest.fixture
def tried(restored: Catalog, face_in: FaceIn, restorer: MirrorRestorer, eyes: Eyes) -> Catalog:
    """Three results for one face, the first accepted."""
    face = face_in(PRINT).id
    tries = [RestoreRequest(face, seed=seed) for seed in (2, 3)]
    restore_photos(restored, restorer, tries, eyes, silent)
    accept_restoration(restored, restored.restorations.of_face(face)[0].id)
    return restored


def _states(catalog: Catalog, face: Face) -> list[str]:
    return [result.state.value for result in catalog.restorations.of_face(face.id)]


def test_accepting_another_result_is_taken_back_by_one_undo(
    tried: Catalog, face_in: FaceIn
) -> None:
    results = tried.restorations.of_face(face_in(PRINT).id)
    accept_restoration(tried, results[1].id)
    assert _states(tried, face_in(PRINT)) == ["draft", "accepted", "draft"]
    assert undo_decision(tried)
    assert _states(tried, face_in(PRINT)) == ["accepted", "draft", "draft"]


def test_keeping_the_original_refuses_every_result_and_is_taken_back_by_one_undo(
    tried: Catalog, face_in: FaceIn
) -> None:
    results = tried.restorations.of_face(face_in(PRINT).id)
    keep_original(tried, [results[2].id])
    assert _states(tried, face_in(PRINT)) == ["refused"] * 3
    assert undo_decision(tried)
    assert _states(tried, face_in(PRINT)) == ["accepted", "draft", "draft"]
