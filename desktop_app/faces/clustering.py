"""Groups faces of unknown people, so that one name can be given to many at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Chosen on ../shared/data/portraits, the smallest hundredth at which no two of 708 people stood in
# one group: the nearest strangers reach a cosine of 0.588 (0.45, which looked as good on twelve
# people, put 192 of 803 faces into groups with strangers). Other people, ../shared/data/identities:
# nobody merged, B-cubed F 0.963. A family's children and grown-ups may stand in two groups each;
# naming one brings suggestions for the other.
LINK_FROM = 0.60
_MOST_ROUNDS = 30
_BLOCK = 1 << 25  # cosines at a time: 128 MB
_SORTED_BY = 16  # components of an embedding that order the faces; no two faces share them all


@dataclass(frozen=True)
class Links:
    """Pairs of faces alike: each pair once, `first` and `second` are places in a list of faces."""

    first: NDArray[np.int64]  # (pairs,)
    second: NDArray[np.int64]  # (pairs,)
    cosine: NDArray[np.float16]  # (pairs,), at least `LINK_FROM`
    rows: int = 0  # faces that were compared, for `first`

    @staticmethod
    def joined(parts: Sequence["Links"]) -> "Links":
        if not parts:
            return Links(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float16))
        return Links(
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.second for part in parts]),
            np.concatenate([part.cosine for part in parts]),
        )


def links_of(
    embeddings: NDArray[np.float32], known: int = 0, link_from: float = LINK_FROM
) -> Iterator[Links]:
    """The pairs with a cosine of `link_from` or more, exactly, some hundred faces at a time.

    `embeddings` is (faces, dimensions) of unit length. Pairs among the first `known` faces are
    left out: they were linked before. `first` is always the later face of the list.
    """
    count = len(embeddings)
    start = known
    while start < count:
        end = min(count, start + max(1, _BLOCK // count))
        cosines = embeddings[start:end] @ embeddings[:end].T
        cosines[:, start:][np.triu_indices(end - start)] = -1  # each pair once, none with itself
        rows, columns = np.divmod(np.flatnonzero(cosines >= link_from), end)
        yield Links(rows + start, columns, cosines[rows, columns].astype(np.float16), end - start)
        start = end


def group_faces(embeddings: NDArray[np.float32], link_from: float = LINK_FROM) -> NDArray[np.int64]:
    """A group's number for each face, (faces,), from (faces, dimensions) of unit length."""
    links = Links.joined(list(links_of(embeddings, 0, link_from)))
    return group_linked(embeddings, links, link_from=link_from)


def group_linked(
    embeddings: NDArray[np.float32],
    links: Links,
    apart: Sequence[NDArray[np.int8]] = (),
    link_from: float = LINK_FROM,
) -> NDArray[np.int64]:
    """A group's number for each face, (faces,), from the pairs of faces that are alike.

    Chinese whispers (Biemann 2006): each face takes the group to which its links pull hardest,
    until nothing moves. Faces are visited in an order of their embeddings alone, so the groups do
    not depend on the order of the photos. A face without links is a group by itself. Groups are
    numbered from 0, biggest first.

    `apart` are splits by the user, each (faces,): 0 and 1 for the two sides, -1 for faces that it
    does not concern; no group holds both sides of a split.
    """
    count = len(embeddings)
    if count == 0:
        return np.zeros(0, np.int64)
    order = np.lexsort(embeddings[:, :_SORTED_BY].T[::-1])
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    one, other = place[links.first], place[links.second]
    pull = links.cosine.astype(np.float32) - (link_from - 0.01)
    sides = [split[order] for split in apart]
    for split in sides:
        held = (split[one] < 0) | (split[other] < 0) | (split[one] == split[other])
        one, other, pull = one[held], other[held], pull[held]
    neighbours, pulls, starts = _by_face(count, one, other, pull)
    labels = _whispered(neighbours, pulls, starts)
    for split in sides:
        labels = _held_apart(labels, split, neighbours, pulls, starts)
    numbered = np.empty(count, np.int64)
    numbered[order] = _biggest_first(labels)
    return numbered


def _by_face(
    count: int, one: NDArray[np.int64], other: NDArray[np.int64], pull: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """The neighbours of face n are `neighbours[starts[n]:starts[n + 1]]`, in rising order."""
    faces, neighbours = np.concatenate([one, other]), np.concatenate([other, one])
    pulls = np.concatenate([pull, pull])
    sort = np.argsort(faces * count + neighbours)
    starts = np.concatenate([[0], np.cumsum(np.bincount(faces, minlength=count))])
    return neighbours[sort], pulls[sort], starts


def _whispered(
    neighbours: NDArray[np.int64], pulls: NDArray[np.float32], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    count = len(starts) - 1
    labels = np.arange(count)
    listens = np.diff(starts) > 0  # whose neighbours moved since it was asked
    for _ in range(_MOST_ROUNDS):
        asked = np.flatnonzero(listens)
        if len(asked) == 0:
            break
        for face in asked:
            listens[face] = False
            near = slice(starts[face], starts[face + 1])
            loudest = _loudest(labels[neighbours[near]], pulls[near])
            if loudest != labels[face]:
                labels[face] = loudest
                listens[neighbours[near]] = True
    return labels


def _loudest(heard: NDArray[np.int64], pulls: NDArray[np.float32]) -> int:
    if (heard == heard[0]).all():
        return int(heard[0])
    groups, where = np.unique(heard, return_inverse=True)
    return int(groups[np.argmax(np.bincount(where, pulls))])  # of equals the lowest number


def _held_apart(
    labels: NDArray[np.int64],
    split: NDArray[np.int8],
    neighbours: NDArray[np.int64],
    pulls: NDArray[np.float32],
    starts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Parts each group that holds both sides; other faces go where their links pull harder."""
    parted = labels.copy()
    both = np.intersect1d(labels[split == 0], labels[split == 1])
    free = int(labels.max()) + 1
    for number, label in enumerate(both):
        for face in np.flatnonzero(labels == label):
            side = split[face]
            if side < 0:
                near = slice(starts[face], starts[face + 1])
                beside = np.where(labels[neighbours[near]] == label, split[neighbours[near]], -1)
                side = pulls[near][beside == 1].sum() > pulls[near][beside == 0].sum()
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
