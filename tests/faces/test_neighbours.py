"""Faces alike are found by their signs, and judged by sums that have no order."""

import numpy as np
import pytest

from desktop_app.faces.components import among
from desktop_app.faces.fixed_point import ONE, fixed_point, floating
from desktop_app.faces.links import LINK_FROM, Links, links_of
from desktop_app.faces.matrix import FaceMatrix
from desktop_app.faces.neighbours import FaceBlock, near
from desktop_app.faces.sign_codes import Radius, radius, sign_codes, within
from tests.faces.drawn import faces_of


def _block(people: int, each: int, spread: float, seed: int = 0) -> FaceBlock:
    vectors = fixed_point(faces_of(people, each, spread, seed))
    return FaceBlock.of(np.arange(1, len(vectors) + 1), vectors)


def test_a_cosine_is_the_same_in_whatever_order_it_is_summed() -> None:
    vectors = fixed_point(faces_of(2, 20, 0.7))
    whole = vectors.astype(np.int64) @ vectors.astype(np.int64).T
    order = np.random.default_rng(0).permutation(vectors.shape[1])
    for some in (floating(vectors), floating(vectors)[:, order]):
        assert (some @ some.T * ONE**2 == whole).all()
        assert (np.vecdot(some[:1], some) * ONE**2 == whole[0]).all()


def test_a_face_has_one_code_in_whatever_company_it_is_coded() -> None:
    vectors = fixed_point(faces_of(3, 5, 0.7))
    together = sign_codes(vectors)
    alone = [sign_codes(vectors[row : row + 1])[:, 0] for row in range(len(vectors))]
    assert (together == np.stack(alone, axis=1)).all()


@pytest.mark.parametrize(
    "most", [Radius(0, 0), Radius(101, 183), Radius(128, 255), Radius(200, 255)]
)
def test_codes_within_a_radius_are_those_that_counting_every_sign_finds(most: Radius) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 2**64, (8, 20_000), np.uint64)
    codes[:, 7] = ~codes[:, 0]  # all signs differ
    codes[:, 8] = codes[:, 0]
    codes[4:, 9] = codes[4:, 0]
    for count in (1, 5, 11):
        asked = codes[:, :count]
        differing = np.bitwise_count(codes[:, None] ^ asked[:, :, None]).astype(int)
        wanted = (differing[:4].sum(axis=0) <= most.half) & (differing.sum(axis=0) <= most.whole)
        one, other = within(codes, asked, most)
        assert (one == np.nonzero(wanted)[0]).all()
        assert (other == np.nonzero(wanted)[1]).all()


def test_a_half_of_which_all_signs_differ_is_at_most_found_in_vain() -> None:
    codes = np.zeros((8, 3), np.uint64)
    codes[:4, 1] = ~codes[:4, 0]
    codes[:, 2] = ~codes[:, 0]
    assert within(codes, codes[:, :1], Radius(101, 183))[1].tolist() in ([0], [0, 1])


def test_all_but_a_few_faces_at_the_limit_are_found() -> None:
    rng = np.random.default_rng(2)
    one = rng.normal(size=(20_000, 512))
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other = rng.normal(size=one.shape)
    other -= (one * other).sum(axis=1, keepdims=True) * one
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    limit = 0.6 * one + 0.8 * other
    codes = sign_codes(fixed_point(one)) ^ sign_codes(fixed_point(limit))
    differing = np.bitwise_count(codes)
    most = radius(0.6)
    missed = differing[:4].sum(axis=0, dtype=int) > most.half
    missed |= differing.sum(axis=0, dtype=int) > most.whole
    assert missed.mean() < 0.001


def test_sign_codes_are_refused_where_they_tell_nothing() -> None:
    with pytest.raises(ValueError, match="do not tell"):
        radius(0.2)


def test_near_faces_are_those_of_brute_force() -> None:
    block = _block(20, 10, 0.7)
    cosines = floating(block.vectors) @ floating(block.vectors).T
    pairs = near(block, block, LINK_FROM)
    wanted = set(zip(*np.nonzero(cosines >= LINK_FROM), strict=True))
    assert set(zip(pairs.asked, pairs.found, strict=True)) == wanted
    assert (pairs.cosine == cosines[pairs.asked, pairs.found]).all()


@pytest.mark.parametrize("known", [0, 1, 40, 150])
def test_links_found_step_by_step_are_those_found_at_once(known: int) -> None:
    block = _block(25, 12, 0.6, seed=3)
    order = np.random.default_rng(known).permutation(len(block))
    first, rest = np.sort(order[:known]), np.sort(order[known:])
    at_once = Links.joined([links for _, links in links_of(block)])
    matrix = FaceMatrix.of([block], [block.ids])
    old, new = matrix.of_faces(block.ids[first]), matrix.of_faces(block.ids[rest])
    blocks = [block.rows(0, 100), block.rows(100, 300)]
    steps = [*links_of(old), *links_of(new, blocks, lambda ids: among(old.ids, ids))]
    assert [number for ids, _ in steps for number in ids] == [*old.ids, *new.ids]
    pairs = [
        {
            (*sorted((int(one), int(other))), float(cosine))
            for one, other, cosine in zip(links.one, links.other, links.cosine, strict=True)
        }
        for links in (at_once, Links.joined([links for _, links in steps]))
    ]
    assert pairs[0] == pairs[1]
    assert len(pairs[0]) == len(at_once.one)
