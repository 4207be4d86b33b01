"""Embeddings say who is who, and never more than they know."""

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain.ids import PersonId
from desktop_app.faces.fixed_point import fixed_point
from desktop_app.faces.matching import identity_similarity
from desktop_app.faces.neighbours import FaceBlock
from desktop_app.faces.within_reach import Reach, within_reach
from tests.faces.drawn import faces_of
from tests.faces.said import Said, names, turned

ANNA, BERTA = PersonId(1), PersonId(2)


@pytest.fixture
def gallery() -> dict[PersonId, NDArray[np.float32]]:
    faces = faces_of(2, 3, 0.3)
    return {ANNA: faces[:3], BERTA: faces[3:]}


def test_a_face_is_as_similar_to_itself_as_can_be() -> None:
    face = faces_of(1, 1, 0)[0]
    assert identity_similarity(face, face) == pytest.approx(1)


def test_the_nearest_person_is_suggested(gallery: dict[PersonId, NDArray[np.float32]]) -> None:
    (found,) = Said(gallery).of(gallery[BERTA][:1])
    assert found is not None
    assert found[0] == BERTA
    assert found[1] == pytest.approx(1, abs=1e-3)


def test_a_stranger_is_nobody(gallery: dict[PersonId, NDArray[np.float32]]) -> None:
    assert Said(gallery).of(faces_of(3, 1, 0, seed=9)[2:]) == [None]
    assert Said({}).of(gallery[ANNA]) == [None, None, None]


def test_a_face_between_two_people_is_left_open(
    gallery: dict[PersonId, NDArray[np.float32]],
) -> None:
    between = gallery[ANNA][:1] + gallery[BERTA][:1]
    assert Said(gallery).of(between / np.linalg.norm(between)) == [None]


@pytest.mark.parametrize(("anna", "berta"), [(0.60, 0.42), (0.60, 0.43), (0.46, 0.28)])
def test_a_poor_face_must_be_further_ahead_of_the_next(anna: float, berta: float) -> None:
    """Also of a person who is too far away to be suggested."""
    faces = np.zeros((3, 128), np.float32)
    faces[0, 0] = 1
    faces[1, :2] = anna, np.sqrt(1 - anna**2)
    faces[2, [0, 2]] = berta, np.sqrt(1 - berta**2)
    faces = turned(faces)
    said = Said({ANNA: faces[1:2], BERTA: faces[2:]})
    assert names(said.of(faces[:1])) == [ANNA]
    assert said.of(faces[:1], np.ones(1, bool)) == [None]


def test_what_was_refused_speaks_against_its_likes() -> None:
    faces = faces_of(1, 6, 0.7)
    known, refused, asked = faces[:2], faces[2:3], faces[3:]
    said = Said({ANNA: known}, {ANNA: refused})
    nearer_to_refused = (asked @ refused.T).max(axis=1) >= (asked @ known.T).max(axis=1)
    assert nearer_to_refused.any()
    assert [one is None for one in said.of(asked)] == nearer_to_refused.tolist()
    assert said.of(refused) == [None]
    assert names(Said({ANNA: known}, {BERTA: refused}).of(asked)) == [ANNA] * 3


def test_a_face_like_an_ignored_stranger_is_nobodys() -> None:
    faces = faces_of(1, 3, 0.7)
    assert names(Said({ANNA: faces[:1]}).of(faces[2:])) == [ANNA]
    assert Said({ANNA: faces[:1]}, strangers=faces[2:]).of(faces[2:]) == [None]


def test_many_faces_get_the_answers_of_each_alone(
    gallery: dict[PersonId, NDArray[np.float32]],
) -> None:
    asked = np.concatenate([faces_of(2, 15, 0.9, seed=0), faces_of(9, 1, 0, seed=4)])
    poor = np.arange(len(asked)) % 2 == 0
    said = Said(gallery)
    together = said.of(asked, poor)
    assert together == [said.of(asked[n : n + 1], poor[n : n + 1])[0] for n in range(len(asked))]
    assert any(together)
    assert not all(together)


@pytest.mark.parametrize("at_once", [7, 4096])
def test_the_same_is_within_reach_whichever_way_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("desktop_app.faces.within_reach._AT_ONCE", at_once)
    faces = fixed_point(faces_of(8, 25, 1.1, seed=3))
    block = FaceBlock.of(np.arange(len(faces)) + 500, faces)
    blocks = [block.rows(0, 90), block.rows(90, 200)]
    every = _pairs(within_reach(block, blocks, 0.42), block)
    few = [block.rows(row, row + 1) for row in range(len(block))]
    assert every == set().union(*(_pairs(within_reach(one, blocks, 0.42), one) for one in few))
    assert every == {(other, one, cosine) for one, other, cosine in every}
    assert len(every) > 1000


def _pairs(reach: Reach, asked: FaceBlock) -> set[tuple[int, int, float]]:
    ids = asked.ids[reach.asked].tolist()
    return set(zip(ids, reach.face.tolist(), reach.cosine.tolist(), strict=True))
