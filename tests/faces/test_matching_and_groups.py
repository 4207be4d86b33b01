"""Embeddings say who is who, and never more than they know."""

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain.ids import PersonId
from desktop_app.faces.clustering import Links, group_faces, group_linked, links_of
from desktop_app.faces.matching import Evidence, best_people, best_person, identity_similarity

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


def test_a_poor_face_must_be_further_ahead_of_the_next() -> None:
    face, anna, berta = np.zeros((3, 128), np.float32)
    face[0] = 1
    anna[:2] = 0.60, 0.80
    berta[[0, 2]] = 0.42, np.sqrt(1 - 0.42**2)
    people = {ANNA: anna[None], BERTA: berta[None]}
    assert best_person(face, people) is not None
    assert best_person(face, people, poor=True) is None


def test_what_was_refused_speaks_against_its_likes() -> None:
    faces = _faces_of(1, 6, 0.7)
    known, refused, asked = faces[:2], faces[2:3], faces[3:]
    evidence = Evidence({ANNA: known}, {ANNA: refused})
    nearer_to_refused = (asked @ refused.T).max(axis=1) >= (asked @ known.T).max(axis=1)
    found = best_people(asked, evidence)
    assert nearer_to_refused.any()
    assert [one is None for one in found] == nearer_to_refused.tolist()
    assert best_people(refused, evidence) == [None]


def test_a_face_like_an_ignored_stranger_is_nobodys() -> None:
    faces = _faces_of(1, 3, 0.7)
    assert best_people(faces[2:], Evidence({ANNA: faces[:1]}))[0] is not None
    ignored = Evidence({ANNA: faces[:1]}, strangers=faces[2:])
    assert best_people(faces[2:], ignored) == [None]


def test_many_faces_get_the_answers_of_each_alone(
    gallery: dict[PersonId, NDArray[np.float32]],
) -> None:
    asked = np.concatenate([_faces_of(2, 5, 0.9, seed=0), _faces_of(9, 1, 0, seed=4)])
    poor = np.arange(len(asked)) % 2 == 0
    together = best_people(asked, Evidence(gallery), None, poor)
    alone = [
        best_person(face, gallery, poor=bool(weak)) for face, weak in zip(asked, poor, strict=True)
    ]
    assert [one and one[0] for one in together] == [one and one[0] for one in alone]
    assert any(together)


def test_groups_are_people_whatever_the_order_of_the_photos() -> None:
    faces = _faces_of(12, 20, 0.6)
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


def test_pairs_found_step_by_step_are_those_found_at_once() -> None:
    faces = _faces_of(8, 12, 0.6, seed=3)
    at_once = Links.joined(list(links_of(faces)))
    in_steps = Links.joined([*links_of(faces[:40]), *links_of(faces, known=40)])
    pairs = [
        set(zip(one.first.tolist(), one.second.tolist(), strict=True))
        for one in (at_once, in_steps)
    ]
    assert pairs[0] == pairs[1]
    assert (group_linked(faces, at_once) == group_linked(faces, in_steps)).all()


def test_no_group_holds_both_sides_of_a_split() -> None:
    faces = _faces_of(1, 12, 0.4)
    links = Links.joined(list(links_of(faces)))
    split = np.full(12, -1, np.int8)
    split[:5], split[5:10] = 0, 1
    labels = group_linked(faces, links, [split])
    assert not set(labels[:5].tolist()) & set(labels[5:10].tolist())
    assert set(labels[10:].tolist()) <= set(labels[:10].tolist())
    assert len(np.unique(group_linked(faces, links))) == 1
