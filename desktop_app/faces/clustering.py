"""Groups faces of unknown people, so that one name can be given to many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.components import components, mixed, summed
from desktop_app.faces.fixed_point import Fixed, fixed_point
from desktop_app.faces.links import LINK_FROM, Links, links_of
from desktop_app.faces.neighbours import FaceBlock
from desktop_app.faces.whispers import Neighbours, whispered

NOBODY = -1
_SORTED_BY = 16  # dimensions that order the faces; no two different faces share them all
_TWINS = 0.99  # less than the cosine of any face with itself, which rounding leaves near 1
_STEPS = 2048  # a half float from 0.5 to 1 is a multiple of 1 / 2048


@dataclass(frozen=True)
class Said:
    """What the user said of the faces to be grouped, by their places in the list."""

    people: NDArray[np.int64]  # (faces,): whose each face is; `NOBODY` where that is open
    refused: NDArray[np.int64] = field(  # (refusals, 2): a face, and whose it is not
        default_factory=lambda: np.zeros((0, 2), np.int64)
    )
    # of each split (faces,): 0 and 1 for its sides, -1 for faces that it does not concern
    splits: Sequence[NDArray[np.int8]] = ()

    @staticmethod
    def nothing(count: int) -> "Said":
        return Said(np.full(count, NOBODY, np.int64))


def group_faces(embeddings: NDArray[np.float32], link_from: float = LINK_FROM) -> NDArray[np.int64]:
    """A group's number for each face, (faces,), from (faces, dimensions) of unit length."""
    fixed = fixed_point(embeddings)
    block = FaceBlock.of(np.arange(len(fixed)), fixed)
    links = Links.joined([links for _, links in links_of(block, link_from=link_from)])
    return group_linked(fixed, links.one, links.other, links.cosine, link_from=link_from)


def group_linked(
    vectors: Fixed,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    cosine: NDArray[np.float16],
    said: Said | None = None,
    link_from: float = LINK_FROM,
) -> NDArray[np.int64]:
    """A group's number for each face, (faces,), from the pairs of faces that are alike.

    `one` and `other` are places in the list of faces. Faces take the group to which their links
    pull hardest (`whispered`); a face without links is a group by itself. A group with confirmed
    faces is their person's: all of one person are one group, those of two people never are, and a
    face never joins a person for whom it was refused, nor the other side of a split.

    Ties are broken by the embeddings alone, and faces with the same embedding go together, so the
    groups do not depend on the order of the faces, and those of one component not on the others.
    Groups are numbered from 0, biggest first.
    """
    count = len(vectors)
    if count == 0:
        return np.zeros(0, np.int64)
    said = Said.nothing(count) if said is None else said
    order = _order(vectors, said)
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    people, who = np.unique(said.people[order], return_inverse=True)
    named = said.people[order] != NOBODY
    sides = [np.where(named, -1, split[order]).astype(np.int8) for split in said.splits]
    refused = _refused(place, people, said.refused)

    one, other = place[one], place[other]
    pull = (cosine.astype(np.float32) * _STEPS).astype(np.int64) - int((link_from - 0.01) * _STEPS)
    for split in sides:
        held = (split[one] < 0) | (split[other] < 0) | (split[one] == split[other])
        one, other, pull = one[held], other[held], pull[held]

    # of all refusals: whether a refused person has a face here must make no difference
    no = summed(count, place[said.refused[:, 0]], mixed(said.refused[:, 1]))
    kind = mixed(no.view(np.int64), *sides)
    alike = np.flatnonzero(pull >= int(_TWINS * _STEPS) - int((link_from - 0.01) * _STEPS))
    twin = _twins(vectors[order], one[alike], other[alike], ~named, kind)
    if (twin != np.arange(count)).any():
        one, other = twin[one], twin[other]
        apart = one != other
        one, other, pull = one[apart], other[apart], pull[apart]

    neighbours = Neighbours.of(count, one, other, pull)
    # else copies of which different things were said listen at once, and change places for ever
    told = no + np.where(named, mixed(said.people[order]), np.uint64(0))
    for split in sides:
        told += np.where(split < 0, np.uint64(0), mixed(split))
    coins = mixed(*vectors[order, :_SORTED_BY].T) + told
    own = len(people) + np.arange(count)
    labels = whispered(neighbours, own, np.zeros(count, bool), coins)
    if named.any():
        labels = _named(labels, own, np.where(named, who, NOBODY), refused, neighbours, coins)
    for split in sides:
        labels = _held_apart(labels, split, named, neighbours)
    numbered = np.empty(count, np.int64)
    numbered[order] = _biggest_first(labels[twin])
    return numbered


def _order(vectors: Fixed, said: Said) -> NDArray[np.intp]:
    """By the embeddings; of faces with the same one, by what was said of them."""
    refused = summed(len(vectors), said.refused[:, 0], mixed(said.refused[:, 1]))
    keys = [*vectors[:, :_SORTED_BY].T, said.people, refused, *said.splits]
    return np.lexsort(keys[::-1])


def _refused(
    place: NDArray[np.int64], people: NDArray[np.int64], refused: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The refusals as (place, label); of people without a confirmed face here there is none."""
    at = np.minimum(np.searchsorted(people, refused[:, 1]), len(people) - 1)
    here = (people[at] == refused[:, 1]) & (refused[:, 1] != NOBODY)
    return np.stack([place[refused[here, 0]], at[here]], axis=1)


def _twins(
    vectors: Fixed,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    free: NDArray[np.bool_],
    kind: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """(faces,): the first of the free faces of one kind with the same embedding: copies of one
    photo, of which the user said the same, so that nothing tells them apart."""
    maybe = np.flatnonzero(free[one] & free[other] & (kind[one] == kind[other]))
    same = np.concatenate(
        [
            (vectors[one[part]] == vectors[other[part]]).all(axis=1)
            for part in np.array_split(maybe, len(maybe) // 8192 + 1)
        ]
    )
    return components(len(vectors), one[maybe[same]], other[maybe[same]])


def _named(
    labels: NDArray[np.int64],
    own: NDArray[np.int64],
    who: NDArray[np.int64],
    refused: NDArray[np.int64],
    neighbours: Neighbours,
    coins: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Gives a group that holds confirmed faces to their person; where they are of several people,
    its faces choose anew, each among those for whom it was not refused.

    `own` are the labels at the beginning, all above those of people; `who` is the label of each
    face's person, `NOBODY` where that is open.
    """
    named = who != NOBODY
    holds = np.unique(np.stack([labels[named], who[named]], axis=1), axis=0)
    groups, first, people = np.unique(holds[:, 0], return_index=True, return_counts=True)
    at = np.minimum(np.searchsorted(groups, labels), len(groups) - 1)
    held = groups[at] == labels
    single = held & (people[at] == 1)
    several = held & (people[at] > 1)
    person = np.where(single, holds[first[at], 1], NOBODY)
    person[refused[person[refused[:, 0]] == refused[:, 1], 0]] = NOBODY
    given = np.where(person != NOBODY, person, labels)
    if several.any():
        inside = neighbours.between(several, labels)
        start = np.where(several, own, given)
        start[named] = who[named]
        span = int(start.max()) + 1
        never = np.sort(refused[:, 0] * span + refused[:, 1])
        given = whispered(inside, start, named, coins, never)
    given[named] = who[named]
    return given


def _held_apart(
    labels: NDArray[np.int64],
    split: NDArray[np.int8],
    named: NDArray[np.bool_],
    neighbours: Neighbours,
) -> NDArray[np.int64]:
    """Parts each group that holds both sides; other faces go where their links pull harder."""
    parted = labels.copy()
    both = np.intersect1d(labels[split == 0], labels[split == 1])
    free = int(labels.max()) + 1
    for number, label in enumerate(both):
        for face in np.flatnonzero((labels == label) & ~named):
            side = split[face]
            if side < 0:
                links = slice(neighbours.starts[face], neighbours.starts[face + 1])
                near, pull = neighbours.near[links], neighbours.pull[links]
                beside = np.where(labels[near] == label, split[near], -1)
                side = pull[beside == 1].sum() > pull[beside == 0].sum()
            if side:
                parted[face] = free + number
    return parted


def _biggest_first(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    _, first, where, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.empty(len(sizes), np.int64)
    ranks[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return ranks[where]
