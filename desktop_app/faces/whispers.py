"""Lets each face take the group to which its links pull hardest, until nothing moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_ROUNDS = 40
# A link is sorted as one number, many times faster than an order is found by which to arrange
# several. 62 bits: two faces, which may be 33 million, and a pull.
_FACE_BITS = 25
_PULL_BITS = 12


@dataclass(frozen=True)
class Neighbours:
    """The links from the side of each face: `near[starts[n]:starts[n + 1]]` are those of face n."""

    near: NDArray[np.int64]  # (2 * links,)
    pull: NDArray[np.int64]  # (2 * links,), positive, under 4096: sums of such have no order
    starts: NDArray[np.int64]  # (faces + 1,)

    @staticmethod
    def of(
        count: int, one: NDArray[np.int64], other: NDArray[np.int64], pull: NDArray[np.int64]
    ) -> "Neighbours":
        ends = np.concatenate([one << _FACE_BITS | other, other << _FACE_BITS | one])
        ends = np.sort(ends << _PULL_BITS | np.concatenate([pull, pull]))
        starts = np.searchsorted(ends, np.arange(count + 1) << (_FACE_BITS + _PULL_BITS))
        near = ends >> _PULL_BITS & (1 << _FACE_BITS) - 1
        return Neighbours(near, ends & (1 << _PULL_BITS) - 1, starts)

    def between(self, some: NDArray[np.bool_], labels: NDArray[np.int64]) -> "Neighbours":
        """Only the links between some of the faces that have one label."""
        faces = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        kept = some[faces] & (labels[faces] == labels[self.near])
        counts = np.bincount(faces[kept], minlength=len(self.starts) - 1)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Neighbours(self.near[kept], self.pull[kept], starts)

    def of_faces(self, faces: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(places in `faces`, places in `near`) of all links of some faces."""
        counts = self.starts[faces + 1] - self.starts[faces]
        whose = np.repeat(np.arange(len(faces)), counts)
        within = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
        return whose, self.starts[faces][whose] + within


def whispered(
    neighbours: Neighbours,
    labels: NDArray[np.int64],
    held: NDArray[np.bool_],
    coins: NDArray[np.uint64],
    never: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """The label of each face at the end, (faces,), from those at the beginning.

    Chinese whispers (Biemann 2006). Of labels that pull equally the lowest is taken. In a round
    one half of the faces listens, then the other; which, is said by bits of `coins`, (faces,),
    which must come from the faces alone: so the outcome depends on nothing but faces and links,
    and a component comes out the same whatever lies beside it. Faces `held` keep their label.
    `never`, rising, are the labels that a face may not take, as face * `span` + label with
    `span` = the highest label + 1.
    """
    labels = labels.copy()
    span = int(labels.max(initial=0)) + 1
    listens = (np.diff(neighbours.starts) > 0) & ~held
    for turn in range(2 * _MOST_ROUNDS):
        if not listens.any():
            break
        side = (coins >> np.uint64(turn // 2 % 64)) & np.uint64(1) == turn % 2
        asked = np.flatnonzero(listens & side)
        if len(asked) == 0:
            continue
        listens[asked] = False
        loudest = _loudest(neighbours, labels, asked, span, never)
        moved = asked[loudest != labels[asked]]
        labels[asked] = loudest
        _, links = neighbours.of_faces(moved)
        listens[neighbours.near[links]] = True
        listens &= ~held
    return labels


def _loudest(
    neighbours: Neighbours,
    labels: NDArray[np.int64],
    asked: NDArray[np.int64],
    span: int,
    never: NDArray[np.int64] | None,
) -> NDArray[np.int64]:
    """The label that pulls each of the asked hardest; its own where it may take none."""
    whose, links = neighbours.of_faces(asked)
    label_bits = span.bit_length()
    heard = whose << label_bits | labels[neighbours.near[links]]
    heard = np.sort(heard << _PULL_BITS | neighbours.pull[links])
    pull = heard & (1 << _PULL_BITS) - 1
    heard >>= _PULL_BITS
    first = np.flatnonzero(np.concatenate([[True], heard[1:] != heard[:-1]]))
    pulls = np.add.reduceat(pull, first)
    heard = heard[first]
    whose, heard = heard >> label_bits, heard & (1 << label_bits) - 1
    if never is not None and len(never):
        wanted = asked[whose] * span + heard
        at = np.minimum(np.searchsorted(never, wanted), len(never) - 1)
        allowed = never[at] != wanted
        whose, heard, pulls = whose[allowed], heard[allowed], pulls[allowed]
    loudest = labels[asked]
    if len(whose) == 0:
        return loudest
    begins = np.flatnonzero(np.diff(whose, prepend=-1))
    hardest = np.repeat(np.maximum.reduceat(pulls, begins), np.diff(begins, append=len(whose)))
    winners = np.flatnonzero(pulls == hardest)
    # of one face the lowest label comes first
    winners = winners[np.flatnonzero(np.diff(whose[winners], prepend=-1))]
    loudest[whose[winners]] = heard[winners]
    return loudest
