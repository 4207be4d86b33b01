"""Suggests whose face it may be, from what the user said of other faces."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.faces.matching import Evidence, best_people

_AT_ONCE = 2000  # faces whose suggestions are kept together


def suggest_people(
    catalog: Catalog,
    model: str,
    report: Report = silent,
    faces: Sequence[FaceId] | None = None,
) -> CatalogChanges:
    """Suggests at most one person for each unnamed face (of `faces`: for these alone).

    A rejected person is never suggested for the same face again, nor for one that is more like it
    than like the person's own faces; a confirmed face is left alone; a suggestion that no longer
    holds is taken away.
    """
    open_faces = [
        *catalog.faces.unnamed(include_poor=True),
        *catalog.faces.with_status(AssignmentStatus.SUGGESTED),
    ]
    if faces is not None:
        wanted = set(faces)
        open_faces = [face_id for face_id in open_faces if face_id in wanted]
    matrix = catalog.faces.matrix(model)
    open_ids = np.array(sorted(open_faces), np.int64)
    open_ids = open_ids[matrix.has(open_ids)]
    face_ids = [FaceId(number) for number in open_ids.tolist()]
    report(Progress(0, len(face_ids)))
    evidence = gather_evidence(catalog, model)
    poor = catalog.faces.poor(face_ids)
    rejected = catalog.faces.rejections(face_ids)
    changes = CatalogChanges()
    for start in range(0, len(face_ids), _AT_ONCE):
        some = face_ids[start : start + _AT_ONCE]
        best = best_people(
            matrix.embeddings(open_ids[start : start + _AT_ONCE]),
            evidence,
            [rejected.get(face_id, frozenset()) for face_id in some],
            np.array([face_id in poor for face_id in some], bool),
        )
        changes |= catalog.faces.suggest(
            [
                (face_id, None, 0.0) if found is None else (face_id, *found)
                for face_id, found in zip(some, best, strict=True)
            ]
        )
        report(Progress(start + len(some), len(face_ids)))
    return changes


def galleries(catalog: Catalog, model: str) -> dict[PersonId, NDArray[np.float32]]:
    """Each person's confirmed embeddings, (faces, dimensions), without the ignored people's."""
    people = {summary.person.id for summary in catalog.people.all() if not summary.person.ignored}
    whose = catalog.faces.confirmed()
    return _by_person(catalog, model, {f: [p] for f, p in whose.items() if p in people})


def gather_evidence(catalog: Catalog, model: str) -> Evidence:
    """All that the user said of faces: who they are, who they are not, and who does not matter."""
    ignored = {summary.person.id for summary in catalog.people.all() if summary.person.ignored}
    strangers = [
        *catalog.faces.with_status(AssignmentStatus.IGNORED),
        *catalog.faces.with_status(AssignmentStatus.NOT_A_FACE),
        *(face_id for face_id, person in catalog.faces.confirmed().items() if person in ignored),
    ]
    refused = catalog.faces.rejections()
    return Evidence(
        galleries(catalog, model),
        _by_person(catalog, model, {face_id: sorted(them) for face_id, them in refused.items()}),
        catalog.faces.matrix(model).embeddings(np.array(strangers, np.int64)),
    )


def _by_person(
    catalog: Catalog, model: str, whose: Mapping[FaceId, Sequence[PersonId]]
) -> dict[PersonId, NDArray[np.float32]]:
    matrix = catalog.faces.matrix(model)
    ids = np.array(sorted(whose), np.int64)
    ids = ids[matrix.has(ids)]
    embeddings = matrix.embeddings(ids)
    rows: dict[PersonId, list[int]] = {}
    for row, face_id in enumerate(ids.tolist()):
        for person in whose[FaceId(face_id)]:
            rows.setdefault(person, []).append(row)
    return {person: embeddings[of_person] for person, of_person in sorted(rows.items())}
