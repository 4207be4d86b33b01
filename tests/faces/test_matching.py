"""Embeddings say who is who, and never more than they know."""

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain.ids import PersonId
from desktop_app.faces.matching import Evidence, best_people, best_person, identity_similarity
from tests.faces.drawn import faces_of

ANNA, BERTA = PersonId(1), PersonId(2)


@pytest.fixture
def gallery() -> dict[PersonId, NDArray[np.float32]]:
    faces = faces_of(2, 3, 0.3)
    return {ANNA: faces[:3], BERTA: faces[3:]}


def test_a_face_is_as_similar_to_itself_as_can_be() -> None:
    face = faces_of(1, 1, 0)[0]
    assert identity_similarity(face, face) == pytest.approx(1)


def test_the_nearest_person_is_suggested(gallery: dict[PersonId, NDArray[np.float32]]) -> None:
    found = best_person(gallery[BERTA][0], gallery)
    assert found is not None
    assert found[0] == BERTA
    assert found[1] == pytest.approx(1, abs=1e-5)


def test_a_stranger_is_nobody(gallery: dict[PersonId, NDArray[np.float32]]) -> None:
    assert best_person(faces_of(3, 1, 0, seed=9)[2], gallery) is None
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


def test_a_poor_face_must_be_further_ahead_of_the_next() -> None:
    face, anna, berta = np.zeros((3, 128), np.float32)
    face[0] = 1
    anna[:2] = 0.60, 0.80
    berta[[0, 2]] = 0.42, np.sqrt(1 - 0.42**2)
    people = {ANNA: anna[None], BERTA: berta[None]}
    assert best_person(face, people) is not None
    assert best_person(face, people, poor=True) is None


def test_what_was_refused_speaks_against_its_likes() -> None:
    faces = faces_of(1, 6, 0.7)
    known, refused, asked = faces[:2], faces[2:3], faces[3:]
    evidence = Evidence({ANNA: known}, {ANNA: refused})
    nearer_to_refused = (asked @ refused.T).max(axis=1) >= (asked @ known.T).max(axis=1)
    found = best_people(asked, evidence)
    assert nearer_to_refused.any()
    assert [one is None for one in found] == nearer_to_refused.tolist()
    assert best_people(refused, evidence) == [None]


def test_a_face_like_an_ignored_stranger_is_nobodys() -> None:
    faces = faces_of(1, 3, 0.7)
    assert best_people(faces[2:], Evidence({ANNA: faces[:1]}))[0] is not None
    ignored = Evidence({ANNA: faces[:1]}, strangers=faces[2:])
    assert best_people(faces[2:], ignored) == [None]


def test_many_faces_get_the_answers_of_each_alone(
    gallery: dict[PersonId, NDArray[np.float32]],
) -> None:
    asked = np.concatenate([faces_of(2, 5, 0.9, seed=0), faces_of(9, 1, 0, seed=4)])
    poor = np.arange(len(asked)) % 2 == 0
    together = best_people(asked, Evidence(gallery), None, poor)
    alone = [
        best_person(face, gallery, poor=bool(weak)) for face, weak in zip(asked, poor, strict=True)
    ]
    assert [one and one[0] for one in together] == [one and one[0] for one in alone]
    assert any(together)
