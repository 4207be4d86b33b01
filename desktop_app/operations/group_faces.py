"""Sorts the faces without a name: groups of one unknown person, and suggestions of a known one."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.faces.clustering import Links, group_linked, links_of
from desktop_app.faces.matching import Evidence, best_people

_AT_ONCE = 2000  # faces whose suggestions are kept together


def regroup_people(catalog: Catalog, model: str, report: Report = silent) -> CatalogChanges:
    """Groups the unnamed faces that are good enough to be grouped on their own.

    Only faces that came since are compared, with all others and exactly; who is like whom is kept.
    The groups are then found among these pairs, so that they are the same in whatever order the
    photos came, and a group keeps its number while most of it stays together.
    """
    compare_faces(catalog, model, report)
    waiting = catalog.faces.unnamed(include_poor=False)
    face_ids, embeddings = catalog.faces.embeddings(model, waiting)
    kept = catalog.faces.links(model)
    ids = np.array(face_ids, np.int64)
    first, second = np.searchsorted(ids, kept.one), np.searchsorted(ids, kept.other)
    both = _stands_at(ids, first, kept.one) & _stands_at(ids, second, kept.other)
    links = Links(first[both], second[both], kept.cosine[both])
    found = group_linked(embeddings, links, _splits(catalog, face_ids))
    labels: dict[FaceId, int | None] = dict.fromkeys(waiting)
    labels |= _numbered(face_ids, found, catalog.faces.groups())
    return catalog.faces.set_clusters(labels)


def compare_faces(catalog: Catalog, model: str, report: Report = silent) -> int:
    """Compares the faces that were not yet with all that were; returns how many were new.

    What was compared is kept as it goes, so that a stopped run goes on where it ended.
    """
    before = catalog.faces.links(model).compared
    waiting = catalog.faces.unnamed(include_poor=False)
    known = set(before.tolist())
    new = [face_id for face_id in waiting if face_id not in known]
    report(Progress(0, len(new)))
    if not new:
        return 0
    old_ids, old = catalog.faces.embeddings(model, [FaceId(number) for number in before.tolist()])
    new_ids, fresh = catalog.faces.embeddings(model, new)
    if not new_ids:
        return 0
    ids = np.array([*old_ids, *new_ids], np.int64)
    everything = np.concatenate([old, fresh]) if len(old) else fresh
    done = len(old_ids)
    for links in links_of(everything, known=len(old_ids)):
        end = done + links.rows
        cuts = np.searchsorted(links.first, np.arange(done, end + 1))
        near = [
            (FaceId(int(ids[place])), ids[links.second[start:stop]], links.cosine[start:stop])
            for place, (start, stop) in enumerate(pairwise(cuts), done)
        ]
        catalog.faces.add_links(model, near)
        done = end
        report(Progress(done - len(old_ids), len(new_ids)))
    return len(new_ids)


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
    face_ids, embeddings = catalog.faces.embeddings(model, open_faces)
    report(Progress(0, len(face_ids)))
    evidence = gather_evidence(catalog, model)
    poor = catalog.faces.poor(face_ids)
    rejected = catalog.faces.rejections(face_ids)
    changes = CatalogChanges()
    for start in range(0, len(face_ids), _AT_ONCE):
        some = face_ids[start : start + _AT_ONCE]
        best = best_people(
            embeddings[start : start + _AT_ONCE],
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
        catalog.faces.embeddings(model, strangers)[1] if strangers else None,
    )


def _by_person(
    catalog: Catalog, model: str, whose: Mapping[FaceId, Sequence[PersonId]]
) -> dict[PersonId, NDArray[np.float32]]:
    if not whose:
        return {}
    face_ids, embeddings = catalog.faces.embeddings(model, whose)
    rows: dict[PersonId, list[int]] = {}
    for row, face_id in enumerate(face_ids):
        for person in whose[face_id]:
            rows.setdefault(person, []).append(row)
    return {person: embeddings[of_person] for person, of_person in sorted(rows.items())}


def _stands_at(
    ids: NDArray[np.int64], places: NDArray[np.int64], wanted: NDArray[np.int64]
) -> NDArray[np.bool_]:
    inside = places < len(ids)
    inside[inside] = ids[places[inside]] == wanted[inside]
    return inside


def _splits(catalog: Catalog, face_ids: Sequence[FaceId]) -> list[NDArray[np.int8]]:
    return [
        np.array([split.get(face_id, -1) for face_id in face_ids], np.int8)
        for split in catalog.faces.splits()
    ]


def _numbered(
    face_ids: Sequence[FaceId], found: NDArray[np.int64], before: Mapping[FaceId, int]
) -> dict[FaceId, int]:
    """The groups under the numbers they had: each takes that of most of its faces, once given."""
    free = max(before.values(), default=-1) + 1
    votes: dict[tuple[int, int], int] = {}
    for face_id, group in zip(face_ids, found.tolist(), strict=True):
        if face_id in before:
            votes[group, before[face_id]] = votes.get((group, before[face_id]), 0) + 1
    numbers: dict[int, int] = {}
    given: set[int] = set()
    for (group, number), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if group not in numbers and number not in given:
            numbers[group] = number
            given.add(number)
    for group in range(int(found.max(initial=-1)) + 1):
        if group not in numbers:
            numbers[group] = free
            free += 1
    return {f: numbers[group] for f, group in zip(face_ids, found.tolist(), strict=True)}
