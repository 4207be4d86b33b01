"""Embeddings say who is who, and never more than they know."""

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain.ids import PersonId
from desktop_app.faces.clustering import group_faces
from desktop_app.faces.matching import best_person, identity_similarity

ANNA, BERTA = PersonId(1), PersonId(2)


def _faces_of(people: int, each: int, spread: float, seed: int = 0) -> NDArray[np.float32]:
    """(people * each, 128): `each` unit vectors around the direction of each person."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(people, 1, 128))
    faces = centres / np.linalg.norm(centres, axis=2, keepdims=True)
    faces = faces + rng.normal(size=(people, each, 128)) * spread / np.sqrt(128)
    faces = faces.reshape(-1, 128)
    return (faces / np.linalg.norm(faces, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def gallery() -> dict[PersonId, NDArray[np.float32]]:
    faces = _faces_of(2, 3, 0.3)
    return {ANNA: faces[:3], BERTA: faces[3:]}


def test_a_face_is_as_similar_to_itself_as_can_be() -> None:
    face = _faces_of(1, 1, 0)[0]
    assert identity_similarity(face, face) == pytest.approx(1)


def test_the_nearest_person_is_suggested(gallery: dict[PersonId, NDArray[np.float32]]) -> None:
    found = best_person(gallery[BERTA][0], gallery)
    assert found is not None
    assert found[0] == BERTA
    assert found[1] == pytest.approx(1, abs=1e-5)


def test_a_stranger_is_nobody(gallery: dict[PersonId, NDArray[np.float32]]) -> None:
    assert best_person(_faces_of(3, 1, 0, seed=9)[2], gallery) is None
    assert best_person(gallery[ANNA][0], {}) is None


def test_a_rejected_person_is_not_suggested_and_nobody_else_instead(
    gallery: dict[PersonId, NDArray[np.float32]],
) -> None:
    assert best_person(gallery[ANNA][0], gallery, rejected=frozenset([ANNA])) is None


def test_a_face_between_two_people_is_left_open(
    gallery: dict[PersonId, NDArray[np.float32]],
) -> None:
    between = gallery[ANNA][0] + gallery[BERTA][0]
    assert best_person(between / np.linalg.norm(between), gallery) is None


def test_a_poor_face_must_be_nearer() -> None:
    face = np.zeros(128, np.float32)
    face[0] = 1
    other = np.zeros(128, np.float32)
    other[:2] = 0.43, np.sqrt(1 - 0.43**2)
    assert best_person(face, {ANNA: other[None]}) is not None
    assert best_person(face, {ANNA: other[None]}, poor=True) is None


def test_groups_are_people_whatever_the_order_of_the_photos() -> None:
    faces = _faces_of(12, 20, 0.7)
    truth = np.repeat(np.arange(12), 20)
    labels = group_faces(faces)
    assert len(np.unique(labels)) == 12
    assert all(len(np.unique(labels[truth == person])) == 1 for person in range(12))
    order = np.random.default_rng(1).permutation(len(faces))
    again = group_faces(faces[order])
    same = labels[order][:, None] == labels[order][None]
    assert (same == (again[:, None] == again[None])).all()


def test_a_face_that_is_like_no_other_is_alone() -> None:
    labels = group_faces(np.concatenate([_faces_of(1, 5, 0.2), _faces_of(3, 1, 0, seed=5)[2:]]))
    assert labels.tolist() == [0] * 5 + [1]
    assert group_faces(np.zeros((0, 128), np.float32)).shape == (0,)
