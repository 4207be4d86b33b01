"""Sorts the faces without a name: groups of one unknown person, and suggestions of a known one."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.faces.clustering import group_faces
from desktop_app.faces.matching import best_person

_REPORT_EVERY = 500  # faces


def regroup_people(catalog: Catalog, model: str, report: Report = silent) -> CatalogChanges:
    """Groups the unnamed faces that are good enough to be grouped on their own."""
    waiting = catalog.faces.unnamed(include_poor=False)
    face_ids, embeddings = catalog.faces.embeddings(model, waiting)
    report(Progress(0, len(face_ids)))
    labels: dict[FaceId, int | None] = dict.fromkeys(waiting)
    if face_ids:
        grouped = group_faces(embeddings)
        labels |= {
            face_id: int(label) if label >= 0 else None
            for face_id, label in zip(face_ids, grouped, strict=True)
        }
    report(Progress(len(face_ids), len(face_ids)))
    return catalog.faces.set_clusters(labels)


def suggest_people(catalog: Catalog, model: str, report: Report = silent) -> CatalogChanges:
    """Suggests at most one person for each unnamed face, from that person's confirmed faces.

    A rejected person is never suggested for the same face again; a confirmed face is left alone;
    a suggestion that no longer holds is taken away.
    """
    gallery = galleries(catalog, model)
    open_faces = [
        *catalog.faces.unnamed(include_poor=True),
        *catalog.faces.with_status(AssignmentStatus.SUGGESTED),
    ]
    face_ids, embeddings = catalog.faces.embeddings(model, open_faces)
    poor = {face.id for face in catalog.faces.many(face_ids) if face.quality.poor}
    rejected = catalog.faces.rejections(face_ids)
    suggestions: list[tuple[FaceId, PersonId | None, float]] = []
    for number, (face_id, embedding) in enumerate(zip(face_ids, embeddings, strict=True)):
        best = best_person(embedding, gallery, rejected.get(face_id, frozenset()), face_id in poor)
        suggestions.append((face_id, None, 0.0) if best is None else (face_id, *best))
        if number % _REPORT_EVERY == 0:
            report(Progress(number, len(face_ids)))
    report(Progress(len(face_ids), len(face_ids)))
    return catalog.faces.suggest(suggestions)


def galleries(catalog: Catalog, model: str) -> dict[PersonId, NDArray[np.float32]]:
    """Each person's confirmed embeddings, (faces, dimensions)."""
    gallery: dict[PersonId, NDArray[np.float32]] = {}
    for summary in catalog.people.all():
        if summary.person.ignored:
            continue
        confirmed = catalog.faces.of_person(summary.person.id, AssignmentStatus.CONFIRMED)
        _, embeddings = catalog.faces.embeddings(model, [face.id for face in confirmed])
        if len(embeddings):
            gallery[summary.person.id] = embeddings
    return gallery
