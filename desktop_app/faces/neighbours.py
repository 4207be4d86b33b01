"""Finds the faces that are like a face: by their signs first, then by the cosine itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.faces.fixed_point import Fixed, floating
from desktop_app.faces.sign_codes import radius, sign_codes, within

_ASKED = 64  # faces at a time: bounds what is held of those that may be alike
_RESCORED = 1 << 8  # cosines at a time: 1 MB of faces, which stays in the processor's cache


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

    @staticmethod
    def joined(parts: "Sequence[Pairs]") -> "Pairs":
        if not parts:
            return Pairs(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32))
        return Pairs(
            np.concatenate([part.asked for part in parts]),
            np.concatenate([part.found for part in parts]),
            np.concatenate([part.cosine for part in parts]),
        )


def near(asked: FaceBlock, among: FaceBlock, at_least: float) -> Pairs:
    """All pairs of a face asked for and one among many with a cosine of `at_least` (0.3 or more).

    Every cosine is exact; of those at the limit some in 10,000 are missed, the same ones in
    whatever order and company the faces are asked.
    """
    most = radius(at_least)
    found = []
    for first in range(0, len(asked), _ASKED):
        one, other = within(among.codes, asked.codes[:, first : first + _ASKED], most)
        one += first
        for start in range(0, len(one), _RESCORED):
            part = slice(start, start + _RESCORED)
            cosine = np.vecdot(
                floating(asked.vectors.take(one[part], axis=0)),
                floating(among.vectors.take(other[part], axis=0)),
            )
            kept = cosine >= at_least
            found.append(Pairs(one[part][kept], other[part][kept], cosine[kept]))
    return Pairs.joined(found)
