"""Measures whether the restored face is still, or again, the person's."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus, Embedding
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.domain.restoration import Likeness
from desktop_app.faces.matching import identity_similarity
from desktop_app.operations.suggest_people import galleries


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
    others = {
        other: float(np.mean(faces @ after))
        for other, faces in galleries(catalog, model).items()
        if other != person_id
    }
    if not others:
        return likeness
    nearest = max(others, key=lambda other: others[other])
    return Likeness(
        likeness.before,
        likeness.after,
        likeness.spread,
        likeness.faces,
        nearest_other=others[nearest],
        nearest_other_name=catalog.people.get(nearest).name,
    )


def likeness_to(own: NDArray[np.float32], before: Embedding, after: Embedding) -> Likeness:
    """`own` is (faces, dimensions), of unit length each."""
    similarities = [identity_similarity(after, face) for face in own]
    return Likeness(
        before=float(np.mean([identity_similarity(before, face) for face in own])),
        after=float(np.mean(similarities)),
        spread=float(np.std(similarities)),
        faces=len(own),
    )
