"""Says whose face an embedding may be, from people's confirmed faces and from what was refused."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import Embedding
from desktop_app.faces.components import among
from desktop_app.faces.fixed_point import floating
from desktop_app.faces.matrix import FaceMatrix
from desktop_app.faces.neighbours import FaceBlock
from desktop_app.faces.within_reach import Reach, within_reach

# The lead was chosen on ../shared/data/portraits with 387 people in the gallery, one face each, so
# that fewer than 1 in 100 faces of strangers bring a name (measured 0.0075; with a lead of 0.05 it
# was 0.13), and none of 410 degraded ones a wrong one, the right person there or not. The score
# alone cannot tell strangers apart (999 of 1,000 pairs are under 0.44, the nearest reaches 0.588).
# On ../shared/data/identities, on which the score was chosen and the lead was not, two faces
# confirmed each: precision 1.000 at recall 0.993. The price of the lead: brothers, or one person
# entered twice, wait for more confirmed faces.
SUGGEST_FROM = 0.42
AHEAD_OF_NEXT = 0.16  # cosine, before the next nearest person
POOR_AHEAD_OF_NEXT = 0.20
_AT_ONCE = 1 << 12  # faces with a name, copied at a time


def identity_similarity(one: Embedding, other: Embedding) -> float:
    """Cosine of two embeddings of unit length by the same model, -1 to 1."""
    return float(np.dot(one, other))


@dataclass(frozen=True)
class Evidence:
    """What the user said of some faces, by rising ids."""

    own: NDArray[np.int64]  # (named,) faces of people who are not ignored
    person: NDArray[np.int64]  # (named,) whose each of them is
    strangers: NDArray[np.int64]  # (strangers,) faces that do not matter, or are none
    refused: NDArray[np.int64]  # (refusals, 2): a face, and a person whose it is not

    @property
    def faces(self) -> NDArray[np.int64]:
        """Every face that says something about others; ids, rising."""
        return np.unique(np.concatenate([self.own, self.strangers, self.refused[:, 0]]))

    def people_of(self, faces: NDArray[np.int64]) -> NDArray[np.int64]:
        """(faces,): whose each face is; -1 for nobody's."""
        found = np.full(len(faces), -1, np.int64)
        mine = among(self.own, faces)
        found[mine] = self.person[np.searchsorted(self.own, faces[mine])]
        return found


@dataclass(frozen=True)
class Grounds:
    """What a suggestion for each face asked rests on, or why there is none; (faces,) each."""

    nearest: NDArray[np.int64]  # the named face that it is most like; -1 where none is like it
    person: NDArray[np.int64]  # whose that one is; -1
    score: NDArray[np.float32]  # the cosine of the two; 0
    against: NDArray[np.int64]  # a face that speaks against it, which may be itself; -1

    @property
    def suggested(self) -> NDArray[np.bool_]:
        return (self.nearest >= 0) & (self.against < 0)


def ask(
    asked: FaceBlock, poor: NDArray[np.bool_], evidence: Evidence, matrix: FaceMatrix
) -> Grounds:
    """Whom each face may show, by all that the user said; `poor`, (faces,), are hard to tell.

    A person is as near as the nearest of their faces, because a person has ages. Nobody is
    suggested for a face where another person is nearly as near, nor where a stranger, or a face
    that was refused for the person, is as near; the rejected still stand in the way of a worse
    guess.
    """
    those = evidence.faces
    pieces = (those[start : start + _AT_ONCE] for start in range(0, len(those), _AT_ONCE))
    reach = within_reach(asked, (matrix.of_faces(piece) for piece in pieces), SUGGEST_FROM)
    return weigh(asked, poor, reach, evidence, lambda: evidence, matrix)


def weigh(
    asked: FaceBlock,
    poor: NDArray[np.bool_],
    reach: Reach,
    evidence: Evidence,
    everything: Callable[[], Evidence],
    matrix: FaceMatrix,
) -> Grounds:
    """The same as `ask`, where all faces are known that are within reach (`SUGGEST_FROM`).

    `evidence` knows at least those and the faces asked; `everything` is all that the user said. It
    is needed where a person out of reach may be nearly as near as a weak suggestion.
    """
    grounds = _nearest(asked.ids, reach, evidence)
    person = grounds.person[reach.asked]
    whose = evidence.people_of(reach.face)
    row, face, second = _most(reach, (whose >= 0) & (whose != person))
    close = grounds.score[row] - second < _ahead(poor[row])
    grounds.against[row[close]] = face[close]
    refuting = among(evidence.strangers, reach.face) | _refused(evidence, reach.face, person)
    row, face, _ = _most(reach, refuting & (reach.cosine >= grounds.score[reach.asked]))
    grounds.against[row] = face
    rejected = _refused(evidence, asked.ids, grounds.person)
    grounds.against[rejected] = asked.ids[rejected]
    grounds.against[grounds.nearest < 0] = -1
    weak = np.flatnonzero(grounds.suggested & (grounds.score - _ahead(poor) < SUGGEST_FROM))
    if len(weak):
        vectors = floating(asked.vectors[weak])
        row, face, second = _out_of_reach(vectors, grounds.person[weak], everything(), matrix)
        close = grounds.score[weak[row]] - second < _ahead(poor[weak[row]])
        grounds.against[weak[row[close]]] = face[close]
    return grounds


def _out_of_reach(
    vectors: NDArray[np.float32],
    person: NDArray[np.int64],
    evidence: Evidence,
    matrix: FaceMatrix,
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.float32]]:
    """Of other people's faces under `SUGGEST_FROM` the nearest: rows, ids, cosines; (faces,)."""
    rows = np.arange(len(vectors))
    second = np.full(len(vectors), -1, np.float32)
    nearest = np.full(len(vectors), -1, np.int64)
    for start in range(0, len(evidence.own), _AT_ONCE):
        block = matrix.of_faces(evidence.own[start : start + _AT_ONCE])
        if not len(block):
            continue
        cosine = vectors @ floating(block.vectors).T
        theirs = evidence.people_of(block.ids) == person[:, None]
        cosine[theirs | (cosine >= SUGGEST_FROM)] = -1
        best = np.argmax(cosine, axis=1)
        nearer = cosine[rows, best] > second
        second[nearer] = cosine[rows, best][nearer]
        nearest[nearer] = block.ids[best[nearer]]
    return rows, nearest, second


def _nearest(ids: NDArray[np.int64], reach: Reach, evidence: Evidence) -> Grounds:
    row, face, cosine = _most(reach, among(evidence.own, reach.face))
    grounds = Grounds(
        np.full(len(ids), -1, np.int64),
        np.full(len(ids), -1, np.int64),
        np.zeros(len(ids), np.float32),
        np.full(len(ids), -1, np.int64),
    )
    grounds.nearest[row], grounds.score[row] = face, cosine
    grounds.person[row] = evidence.people_of(face)
    return grounds


def _most(
    reach: Reach, which: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.float32]]:
    """Of some pairs the nearest of each face asked: its row, the other's id, their cosine."""
    row, face, cosine = reach.asked[which], reach.face[which], reach.cosine[which]
    order = np.lexsort((face, -cosine, row))
    first = order[np.flatnonzero(np.diff(row[order], prepend=-1))]
    return row[first], face[first], cosine[first]


def _refused(
    evidence: Evidence, faces: NDArray[np.int64], people: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(faces,): whether the user said that each face is not the person beside it."""
    refused = evidence.refused[:, 0] << 32 | evidence.refused[:, 1]
    return np.isin(faces << 32 | np.maximum(people, 0), refused)


def _ahead(poor: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.where(poor, POOR_AHEAD_OF_NEXT, AHEAD_OF_NEXT)
