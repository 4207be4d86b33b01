"""Measures whether the restored face is still, or again, the person's."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus, Embedding
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.domain.restoration import Likeness
from desktop_app.faces.fixed_point import floating
from desktop_app.faces.matching import identity_similarity

_AT_ONCE = 1 << 12  # faces of others, copied at a time: 8 MB


def likeness_in_catalog(
    catalog: Catalog,
    model: str,
    person_id: PersonId,
    photo_id: PhotoId,
    before: Embedding,
    after: Embedding,
) -> Likeness | None:
    """Compares a face with the person's confirmed faces in other photos; None where there are none.

    The nearest other person is the one whose confirmed faces are on average nearest to the
    restored face.
    """
    own_faces = [
        face.id
        for face in catalog.faces.of_person(person_id, AssignmentStatus.CONFIRMED)
        if face.photo_id != photo_id
    ]
    _, own = catalog.faces.embeddings(model, own_faces)
    if not len(own):
        return None
    likeness = likeness_to(own, before, after)
    nearest = _nearest_other(catalog, model, person_id, after)
    if nearest is None:
        return likeness
    other, cosine = nearest
    return Likeness(
        likeness.before,
        likeness.after,
        likeness.spread,
        likeness.faces,
        nearest_other=cosine,
        nearest_other_name=catalog.people.get(other).name,
    )


def _nearest_other(
    catalog: Catalog, model: str, person_id: PersonId, after: Embedding
) -> tuple[PersonId, float] | None:
    """Who of the other people is on average nearest, and how near; the ignored do not count."""
    said = catalog.faces.evidence()
    faces = said.own[said.person != person_id]
    matrix = catalog.faces.matrix(model)
    ids, cosines = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
    for start in range(0, len(faces), _AT_ONCE):
        block = matrix.of_faces(faces[start : start + _AT_ONCE])
        if len(block):
            ids.append(block.ids)
            cosines.append(floating(block.vectors) @ after)
    whose = said.person[np.searchsorted(said.own, np.concatenate(ids))]
    if not len(whose):
        return None
    people, which = np.unique(whose, return_inverse=True)
    means = np.bincount(which, np.concatenate(cosines)) / np.bincount(which)
    best = int(np.argmax(means))
    return PersonId(int(people[best])), float(means[best])


def likeness_to(own: NDArray[np.float32], before: Embedding, after: Embedding) -> Likeness:
    """`own` is (faces, dimensions), of unit length each."""
    similarities = [identity_similarity(after, face) for face in own]
    return Likeness(
        before=float(np.mean([identity_similarity(before, face) for face in own])),
        after=float(np.mean(similarities)),
        spread=float(np.std(similarities)),
        faces=len(own),
    )
