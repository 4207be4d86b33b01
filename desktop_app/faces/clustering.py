"""Groups faces of unknown people, so that one name can be given to many at once."""

import numpy as np
from numpy.typing import NDArray

# On ../shared/data/identities (177 clear faces of 12 people) every value from 0.36 to 0.48 groups
# all faces rightly, B-cubed F 1.000, though clear faces of strangers reach 0.51: the votes of many
# pairs decide where a single pair misleads. The upper half of that range keeps families apart.
LINK_FROM = 0.45
_MOST_ROUNDS = 30
_BLOCK = 2048  # rows of the similarity matrix at a time: 2048 x 100,000 x 4 bytes = 0.8 GB


def group_faces(embeddings: NDArray[np.float32], link_from: float = LINK_FROM) -> NDArray[np.int64]:
    """A group's number for each face, (faces,), from (faces, dimensions) of unit length.

    Chinese whispers (Biemann 2006) on the exact graph of pairs with a cosine of `link_from` or
    more: each face takes the group to which its links pull hardest, until nothing moves. Faces are
    visited in an order of their embeddings alone, so the groups do not depend on the order of the
    photos. A face without links is a group by itself. Groups are numbered from 0, biggest first.
    """
    count = len(embeddings)
    if count == 0:
        return np.zeros(0, np.int64)
    order = np.lexsort(embeddings.T[::-1])
    neighbours, weights = _links(embeddings[order], link_from)
    labels = np.arange(count)
    for _ in range(_MOST_ROUNDS):
        if not _whisper(labels, neighbours, weights):
            break
    numbered = np.empty(count, np.int64)
    numbered[order] = _biggest_first(labels)
    return numbered


def _links(
    embeddings: NDArray[np.float32], link_from: float
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.float32]]]:
    neighbours: list[NDArray[np.int64]] = []
    weights: list[NDArray[np.float32]] = []
    for start in range(0, len(embeddings), _BLOCK):
        similarity = embeddings[start : start + _BLOCK] @ embeddings.T
        for row, similarities in enumerate(similarity):
            similarities[start + row] = -1  # nobody whispers to themselves
            near = np.flatnonzero(similarities >= link_from)
            neighbours.append(near)
            weights.append(similarities[near] - link_from + 0.01)
    return neighbours, weights


def _whisper(
    labels: NDArray[np.int64],
    neighbours: list[NDArray[np.int64]],
    weights: list[NDArray[np.float32]],
) -> bool:
    """One round over all faces; True where a face changed its group."""
    moved = False
    for face, near in enumerate(neighbours):
        if len(near) == 0:
            continue
        heard, where = np.unique(labels[near], return_inverse=True)
        loudness = np.bincount(where, weights[face])
        best = heard[int(np.argmax(loudness))]  # of equals the lowest number
        if best != labels[face]:
            labels[face] = best
            moved = True
    return moved


def _biggest_first(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    _, first, where, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    ranks = np.empty(len(sizes), np.int64)
    ranks[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return ranks[where]
