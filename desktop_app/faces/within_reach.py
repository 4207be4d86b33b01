"""Finds the faces that are like enough to bring a name, of few faces or of thousands."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import floating
from desktop_app.faces.neighbours import FaceBlock, Pairs, near
from desktop_app.faces.sign_codes import pairs_within, radius

_FEW = 16  # faces asked, from which all cosines take less time than sign codes and some cosines
_AT_ONCE = 1 << 12  # faces on each side: 64 MB of cosines


@dataclass(frozen=True)
class Reach:
    """Faces asked and those like them, (pairs,) each."""

    asked: NDArray[np.intp]  # rows of the faces asked
    face: NDArray[np.int64]  # ids
    cosine: NDArray[np.float32]


def within_reach(asked: FaceBlock, blocks: Iterable[FaceBlock], at_least: float) -> Reach:
    """All faces of the blocks with a cosine of `at_least` (0.3 or more) to one of those asked.

    The same pairs whether few or many are asked, and whichever of two is asked for the other: as
    `near` does, it leaves out some in 10,000 of those at the limit, by their sign codes.
    """
    asked_rows, faces = [np.zeros(0, np.intp)], [np.zeros(0, np.int64)]
    cosines = [np.zeros(0, np.float32)]
    for block in blocks:
        find = near if len(asked) < _FEW else _near_of_all_cosines
        pairs = find(asked, block, at_least)
        asked_rows.append(pairs.asked)
        faces.append(block.ids[pairs.found])
        cosines.append(pairs.cosine)
    return Reach(np.concatenate(asked_rows), np.concatenate(faces), np.concatenate(cosines))


def _near_of_all_cosines(asked: FaceBlock, among: FaceBlock, at_least: float) -> Pairs:
    """What `near` finds, in no order."""
    most = radius(at_least)
    found: list[Pairs] = []
    for start in range(0, len(among), _AT_ONCE):
        some = among.rows(start, start + _AT_ONCE)
        vectors = floating(some.vectors).T
        for first in range(0, len(asked), _AT_ONCE):
            these = asked.rows(first, first + _AT_ONCE)
            cosine = floating(these.vectors) @ vectors
            one, other = np.nonzero(cosine >= at_least)
            seen = pairs_within(these.codes[:, one], some.codes[:, other], most)
            one, other = one[seen], other[seen]
            found.append(Pairs(one + first, other + start, cosine[one, other]))
    return Pairs.joined(found)
