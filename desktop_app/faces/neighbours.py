"""Finds the faces that are like a face: by their signs first, then by the cosine itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import Fixed, floating
from desktop_app.faces.sign_codes import radius, sign_codes, within

_RESCORED = 1 << 13  # cosines at a time: 32 MB of faces


@dataclass(frozen=True)
class FaceBlock:
    """Faces that lie beside each other, in memory or in a mapped file."""

    ids: NDArray[np.int64]  # (faces,)
    vectors: Fixed  # (faces, dimensions)
    codes: NDArray[np.uint64]  # (8, faces)

    @staticmethod
    def of(ids: NDArray[np.int64], vectors: Fixed) -> "FaceBlock":
        return FaceBlock(ids, vectors, sign_codes(vectors))

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, start: int, end: int) -> "FaceBlock":
        """Some of the faces, not copied."""
        return FaceBlock(self.ids[start:end], self.vectors[start:end], self.codes[:, start:end])


@dataclass(frozen=True)
class Pairs:
    """Faces asked for and those found alike, as rows of two blocks."""

    asked: NDArray[np.intp]  # (pairs,)
    found: NDArray[np.intp]  # (pairs,)
    cosine: NDArray[np.float32]  # (pairs,)


def near(asked: FaceBlock, among: FaceBlock, at_least: float) -> Pairs:
    """All pairs of a face asked for and one among many with a cosine of `at_least` (0.3 or more).

    Every cosine is exact; of those at the limit some in 10,000 are missed, the same ones in
    whatever order and company the faces are asked.
    """
    most = radius(at_least)
    ones, others = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    cosines = [np.zeros(0, np.float32)]
    waiting: list[NDArray[np.intp]] = []
    first = held = 0
    for row in range(len(asked)):
        found = within(among.codes, asked.codes[:, row], most)
        waiting.append(found)
        held += len(found)
        if held < _RESCORED and row + 1 < len(asked):
            continue
        one = np.repeat(np.arange(first, row + 1), [len(some) for some in waiting])
        other = np.concatenate(waiting)
        for start in range(0, len(one), _RESCORED):
            part = slice(start, start + _RESCORED)
            cosine = np.vecdot(
                floating(asked.vectors[one[part]]), floating(among.vectors[other[part]])
            )
            kept = cosine >= at_least
            ones.append(one[part][kept])
            others.append(other[part][kept])
            cosines.append(cosine[kept])
        waiting, first, held = [], row + 1, 0
    return Pairs(np.concatenate(ones), np.concatenate(others), np.concatenate(cosines))
