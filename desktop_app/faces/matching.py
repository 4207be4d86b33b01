"""Says whose face an embedding may be, from people's confirmed faces and from what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import Embedding
from desktop_app.domain.ids import PersonId

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
_BLOCK = 1 << 24  # cosines at a time: 64 MB


def identity_similarity(one: Embedding, other: Embedding) -> float:
    """Cosine of two embeddings of unit length by the same model, -1 to 1."""
    return float(np.dot(one, other))


@dataclass(frozen=True)
class Evidence:
    """What the user said so far; each value is (faces, dimensions) of unit length.

    `confirmed` are people's own faces; `refused` those that the user said are not theirs;
    `strangers` the ignored and what is no face.
    """

    confirmed: Mapping[PersonId, NDArray[np.float32]]
    refused: Mapping[PersonId, NDArray[np.float32]] = field(default_factory=dict)
    strangers: NDArray[np.float32] | None = None


def best_people(
    embeddings: NDArray[np.float32],
    evidence: Evidence,
    rejected: Sequence[frozenset[PersonId]] | None = None,
    poor: NDArray[np.bool_] | None = None,
) -> list[tuple[PersonId, float] | None]:
    """For each face the person to suggest, with a cosine; None where nobody is near enough.

    `embeddings` is (faces, dimensions), `rejected` whose each face is not, `poor` marks faces that
    need a stricter rule. A person is as near as the nearest of their faces, because a person has
    ages. Nobody is suggested for a face that is nearer to one that was refused for them, or to a
    stranger; the rejected still stand in the way of a worse guess.
    """
    people = [person for person, faces in evidence.confirmed.items() if len(faces)]
    people.sort()
    if not people or not len(embeddings):
        return [None] * len(embeddings)
    gallery = np.concatenate([evidence.confirmed[person] for person in people])
    sizes = [len(evidence.confirmed[person]) for person in people]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    found: list[tuple[PersonId, float] | None] = []
    step = max(1, _BLOCK // len(gallery))
    for first in range(0, len(embeddings), step):
        faces = embeddings[first : first + step]
        nearness = np.maximum.reduceat(faces @ gallery.T, starts, axis=1)  # (faces, people)
        against = _against(faces, people, evidence)
        best = np.argmax(nearness, axis=1)
        rows = np.arange(len(faces))
        score = nearness[rows, best]
        refuted = score <= against[rows, best]
        nearness[rows, best] = -1
        lead = score - np.max(nearness, axis=1)
        weak = np.zeros(len(faces), bool) if poor is None else poor[first : first + step]
        held = (score >= SUGGEST_FROM) & ~refuted
        held &= lead >= np.where(weak, POOR_AHEAD_OF_NEXT, AHEAD_OF_NEXT)
        for row in range(len(faces)):
            person = people[best[row]]
            refused = rejected is not None and person in rejected[first + row]
            found.append((person, float(score[row])) if held[row] and not refused else None)
    return found


def best_person(
    embedding: Embedding,
    gallery: Mapping[PersonId, NDArray[np.float32]],
    rejected: frozenset[PersonId] = frozenset(),
    poor: bool = False,
) -> tuple[PersonId, float] | None:
    """The person to suggest for one face; see `best_people`."""
    return best_people(embedding[None], Evidence(gallery), [rejected], np.array([poor]))[0]


def _against(
    faces: NDArray[np.float32], people: Sequence[PersonId], evidence: Evidence
) -> NDArray[np.float32]:
    """(faces, people): the cosine to the nearest face that speaks against the person."""
    against = np.full((len(faces), len(people)), -1.0, np.float32)
    if evidence.strangers is not None and len(evidence.strangers):
        step = max(1, _BLOCK // len(faces))
        for first in range(0, len(evidence.strangers), step):
            near = np.max(faces @ evidence.strangers[first : first + step].T, axis=1)
            against = np.maximum(against, near[:, None])
    for column, person in enumerate(people):
        refused = evidence.refused.get(person)
        if refused is not None and len(refused):
            against[:, column] = np.maximum(against[:, column], np.max(faces @ refused.T, axis=1))
    return against
