"""Groups are people, whatever the order of the photos, and as the user said."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop_app.faces.clustering import NOBODY, Said, group_faces, group_linked
from desktop_app.faces.components import components, mixed, pieces, summed
from desktop_app.faces.fixed_point import fixed_point
from desktop_app.faces.links import Links, links_of
from desktop_app.faces.neighbours import FaceBlock
from tests.faces.drawn import faces_of


def _grouped(faces: NDArray[np.float32], said: Said | None = None) -> NDArray[np.int64]:
    fixed = fixed_point(faces)
    links = Links.joined([some for _, some in links_of(FaceBlock.of(np.arange(len(fixed)), fixed))])
    return group_linked(fixed, links.one, links.other, links.cosine, said)


def _same(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    return bool(((one[:, None] == one) == (other[:, None] == other)).all())


def test_groups_are_people() -> None:
    truth = np.repeat(np.arange(12), 20)
    assert _same(group_faces(faces_of(12, 20, 0.6)), truth)


def test_a_face_that_is_like_no_other_is_alone() -> None:
    labels = group_faces(np.concatenate([faces_of(1, 5, 0.2), faces_of(3, 1, 0, seed=5)[2:]]))
    assert labels.tolist() == [0] * 5 + [1]
    assert group_faces(np.zeros((0, 128), np.float32)).shape == (0,)


@settings(max_examples=40, deadline=None)
@example(seed=328, spread=0.8, copies=2, decisions=10)  # copies of which the same was said
@example(seed=3, spread=0.95, copies=8, decisions=10)
@given(
    seed=st.integers(0, 10_000),
    spread=st.sampled_from([0.6, 0.8, 0.95]),
    copies=st.integers(0, 8),
    decisions=st.integers(0, 12),
)
def test_groups_are_the_same_in_whatever_order_the_faces_stand(
    seed: int, spread: float, copies: int, decisions: int
) -> None:
    rng = np.random.default_rng(seed)
    faces = faces_of(6, 8, spread, seed)
    faces = np.concatenate([faces, faces[rng.integers(0, len(faces), copies)]])
    count = len(faces)
    people = np.full(count, NOBODY)
    people[rng.integers(0, count, decisions)] = rng.integers(0, 4, decisions)
    refused = np.stack([rng.integers(0, count, decisions), rng.integers(0, 4, decisions)], axis=1)
    split = rng.integers(-1, 2, count).astype(np.int8) if decisions > 8 else np.full(count, -1)
    order = rng.permutation(count)
    place = np.argsort(order)
    at_first = _grouped(faces, Said(people, refused, [split.astype(np.int8)]))
    moved = np.stack([place[refused[:, 0]], refused[:, 1]], axis=1)
    again = _grouped(faces[order], Said(people[order], moved, [split[order].astype(np.int8)]))
    assert _same(at_first[order], again)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), decisions=st.integers(1, 10))
def test_what_the_user_said_holds(seed: int, decisions: int) -> None:
    rng = np.random.default_rng(seed)
    faces = faces_of(3, 10, 0.8, seed)
    people = np.full(len(faces), NOBODY)
    people[rng.integers(0, len(faces), decisions)] = rng.integers(0, 3, decisions)
    refused = np.stack(
        [rng.integers(0, len(faces), decisions), rng.integers(0, 3, decisions)], axis=1
    )
    refused = refused[people[refused[:, 0]] == NOBODY]
    labels = _grouped(faces, Said(people, refused))
    groups = {person: set(labels[people == person].tolist()) for person in {*people} - {NOBODY}}
    assert all(len(group) == 1 for group in groups.values())
    assert len(set.union(*groups.values())) == len(groups)
    for face, person in refused.tolist():
        assert labels[face] not in groups.get(person, set())


def test_a_name_joins_what_no_link_joins() -> None:
    faces = np.concatenate([faces_of(1, 6, 0.3, seed=1), faces_of(1, 6, 0.3, seed=2)])
    people = np.full(12, NOBODY)
    people[[0, 6]] = 5
    assert len(np.unique(_grouped(faces))) == 2
    assert len(np.unique(_grouped(faces, Said(people)))) == 1


def test_a_component_comes_out_the_same_whatever_lies_beside_it() -> None:
    here, beside = faces_of(2, 10, 0.9, seed=3), faces_of(5, 10, 0.9, seed=4)
    together = _grouped(np.concatenate([beside, here]))
    assert _same(together[len(beside) :], _grouped(here))


@pytest.mark.parametrize("seed", range(8))
def test_copies_of_which_different_things_were_said_stay_together(seed: int) -> None:
    faces = faces_of(1, 4, 0.7, seed)
    copies = np.concatenate([faces, faces[:2]])
    people = np.array([5, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY])
    refused = np.array([[1, 6]])
    beside = faces_of(1, 1, 0.1, seed + 100)
    alone = _grouped(copies, Said(people, refused))
    assert (alone[4:] == alone[:2]).all()
    together = _grouped(np.concatenate([copies, beside]), Said(np.append(people, 6), refused))
    assert _same(together[: len(copies)], alone)


def test_no_group_holds_both_sides_of_a_split() -> None:
    faces = faces_of(1, 12, 0.4)
    split = np.full(12, -1, np.int8)
    split[:5], split[5:10] = 0, 1
    labels = _grouped(faces, Said(np.full(12, NOBODY), splits=[split]))
    assert not set(labels[:5].tolist()) & set(labels[5:10].tolist())
    assert set(labels[10:].tolist()) <= set(labels[:10].tolist())
    assert len(np.unique(_grouped(faces))) == 1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_what_hangs_together(links: list[tuple[int, int]]) -> None:
    ends = np.array(links, np.int64).reshape(-1, 2)
    found = components(30, ends[:, 0], ends[:, 1])
    walked = np.arange(30)
    for _ in range(30):
        for one, other in links:
            walked[[one, other]] = min(walked[one], walked[other])
    assert found.tolist() == walked.tolist()


@settings(max_examples=200, deadline=None)
@given(
    faces=st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 6)), max_size=30),
    bundles=st.dictionaries(st.integers(0, 6), st.integers(0, 2)),
)
def test_pieces_and_bundles_hang_together_as_their_faces_do(
    faces: list[tuple[int, int]], bundles: dict[int, int]
) -> None:
    hangs, before = np.array(faces, np.int64).reshape(-1, 2).T
    now, joined = pieces(hangs, before, bundles, 7, 3)
    assert ((now < 0) == (hangs < 0)).all()
    bundle = [(0, joined[piece]) if piece in joined else (1, piece) for piece in now.tolist()]
    for one in np.flatnonzero(now >= 0):
        for other in np.flatnonzero(now >= 0):
            assert (bundle[one] == bundle[other]) == (hangs[one] == hangs[other])
    for piece in set(before[(before >= 0) & (hangs >= 0)].tolist()):
        mine = hangs[(before == piece) & (hangs >= 0)]
        stay = hangs[(before == piece) & (now == piece)]
        assert len(stay) == np.bincount(mine).max()


def test_a_sum_of_what_faces_hold_sees_every_change_and_no_order() -> None:
    numbers = mixed(np.arange(10), np.arange(10) % 3)
    places = np.zeros(10, np.int64)
    whole = summed(1, places, numbers)
    assert summed(1, places, numbers[::-1]) == whole
    assert summed(1, places[1:], numbers[1:]) != whole
    assert len(np.unique(mixed(np.repeat(np.arange(9), 9), np.tile(np.arange(9), 9)))) == 81
