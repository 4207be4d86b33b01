"""What a user said of drawn faces, and whom it suggests for others."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.ids import PersonId
from desktop_app.faces.fixed_point import fixed_point
from desktop_app.faces.matching import Evidence, ask
from desktop_app.faces.matrix import FaceMatrix
from desktop_app.faces.neighbours import FaceBlock

Vectors = NDArray[np.float32]


class Said:
    """Each argument holds (faces, dimensions) of unit length: people's own faces, those that are
    not theirs, and those of nobody."""

    def __init__(
        self,
        own: Mapping[PersonId, Vectors],
        refused: Mapping[PersonId, Vectors] | None = None,
        strangers: Vectors | None = None,
    ) -> None:
        parts: list[Vectors] = [*own.values(), *(refused or {}).values()]
        parts += [] if strangers is None else [strangers]
        cuts = np.cumsum([len(part) for part in parts])
        ids = np.split(np.arange(1, 1 + sum(map(len, parts))), cuts[:-1])
        mine, no = ids[: len(own)], ids[len(own) : len(own) + len(refused or {})]
        pairs = [
            (face, person)
            for faces, person in zip(no, refused or {}, strict=True)
            for face in faces.tolist()
        ]
        none = [np.zeros(0, np.int64)]
        self.evidence = Evidence(
            np.concatenate([*none, *mine]),
            np.concatenate([*none, *(np.full(len(v), person) for person, v in own.items())]),
            np.zeros(0, np.int64) if strangers is None else ids[-1],
            np.array(pairs, np.int64).reshape(-1, 2),
        )
        every = np.concatenate(parts) if parts else np.zeros((0, 128), np.float32)
        block = FaceBlock.of(np.concatenate([*none, *ids]), fixed_point(every))
        self.matrix = FaceMatrix.of([block], [np.zeros(len(block), np.int64)])

    def of(
        self, faces: Vectors, poor: NDArray[np.bool_] | None = None
    ) -> list[tuple[PersonId, float] | None]:
        """Whom each face may show, with a cosine; None for nobody."""
        asked = FaceBlock.of(np.arange(len(faces)) + 1_000_000, fixed_point(faces))
        weak = np.zeros(len(faces), bool) if poor is None else poor
        grounds = ask(asked, weak, self.evidence, self.matrix)
        return [
            (PersonId(person), score) if suggested else None
            for person, score, suggested in zip(
                grounds.person.tolist(),
                grounds.score.tolist(),
                grounds.suggested.tolist(),
                strict=True,
            )
        ]


def turned(vectors: Vectors) -> Vectors:
    """The same cosines without zeros, from which signs would tell nothing."""
    drawn = np.random.default_rng(0).normal(size=(vectors.shape[1],) * 2)
    return np.asarray(vectors @ np.linalg.qr(drawn)[0], np.float32)


def names(found: Sequence[tuple[PersonId, float] | None]) -> list[PersonId | None]:
    return [None if one is None else one[0] for one in found]
