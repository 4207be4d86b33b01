"""Suggests whose face it may be, from what the user said of other faces."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.suggesting import ChangedEvidence
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.progress import Progress, Report, silent
from desktop_app.faces.components import among
from desktop_app.faces.fixed_point import floating
from desktop_app.faces.matching import (
    AHEAD_OF_NEXT,
    POOR_AHEAD_OF_NEXT,
    SUGGEST_FROM,
    Evidence,
    Grounds,
    ask,
    weigh,
)
from desktop_app.faces.matrix import FaceMatrix
from desktop_app.faces.within_reach import within_reach

_AT_ONCE = 1 << 12  # faces asked together, and kept before the next are
_SAID_AT_ONCE = 1 << 8  # faces whose reach is looked at together: some 2,000 each in a million
_COPIED = 40  # faces whose signs are read in the time in which one face is listed and copied
_RULE = f"1 from {SUGGEST_FROM} ahead {AHEAD_OF_NEXT} poor {POOR_AHEAD_OF_NEXT}"
"""Its first number is to be raised when `weigh` comes to other suggestions: then all are asked
anew."""


def suggest_people(catalog: Catalog, model: str, report: Report = silent) -> CatalogChanges:
    """Suggests at most one person for each face that nobody decided about.

    A rejected person is never suggested for the same face again, nor for one that is more like it
    than like the person's own faces; a confirmed face is left alone; a suggestion that no longer
    holds is taken away.

    Faces are asked that came since, and those whose answer may be another by what changed since;
    for all others it would be as it is. A pass that was stopped is gone on with by the next.
    """
    faces = catalog.faces
    changed = faces.changed_evidence(model, _RULE)
    new, new_poor = faces.unasked(after=changed.asked_to)
    if not len(changed.faces) and not len(new):
        report(Progress(0, 0))
        return CatalogChanges()
    library = _Library(catalog, faces.matrix(model))
    if changed.asked_to == 0:  # first by this model and rule: what is kept of others' is void
        faces.asked_up_to(model, _RULE, 0)
    again = _to_be_asked_again(library, changed)
    known, known_poor = faces.unasked(ids=again)
    described = library.matrix.has(known)
    known, known_poor = known[described], known_poor[described]
    faces.drop_grounds(np.setdiff1d(again, known))
    changes, done, total = CatalogChanges(), 0, len(known) + len(new)
    report(Progress(0, total))
    for start in range(0, len(known), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        changes |= library.asked(known[part], known_poor[part])
        done += len(known[part])
        report(Progress(done, total))
    faces.forget_changed(changed.last)
    for start in range(0, len(new), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        described = library.matrix.has(new[part])
        changes |= library.asked(new[part][described], new_poor[part][described])
        faces.asked_up_to(model, _RULE, int(new[part][-1]))
        done += len(new[part])
        report(Progress(done, total))
    return changes


@dataclass(frozen=True)
class _Library:
    """What the faces of one pass are asked about. What is read of it may be some changes old:
    those are noted for the next pass."""

    catalog: Catalog
    matrix: FaceMatrix

    @cached_property
    def everything(self) -> Evidence:
        return self.catalog.faces.evidence()

    @cached_property
    def much(self) -> int:
        return self.catalog.faces.how_much_evidence()

    def asked(self, ids: NDArray[np.int64], poor: NDArray[np.bool_]) -> CatalogChanges:
        """Asks some faces, and keeps what they say."""
        grounds = self._grounds(ids, poor)
        return self.catalog.faces.suggest(
            [
                Suggestion(
                    FaceId(face),
                    PersonId(person) if suggested else None,
                    score,
                    None if nearest < 0 else FaceId(nearest),
                    None if against < 0 else FaceId(against),
                )
                for face, person, suggested, score, nearest, against in zip(
                    ids.tolist(),
                    grounds.person.tolist(),
                    grounds.suggested.tolist(),
                    grounds.score.tolist(),
                    grounds.nearest.tolist(),
                    grounds.against.tolist(),
                    strict=True,
                )
            ]
        )

    def _grounds(self, ids: NDArray[np.int64], poor: NDArray[np.bool_]) -> Grounds:
        asked = self.matrix.of_faces(ids)
        if len(ids) * len(self.matrix) > _COPIED * self.much:
            return ask(asked, poor, self.everything, self.matrix)
        reach = within_reach(asked, self.matrix.blocks, SUGGEST_FROM)
        evidence = self.catalog.faces.evidence(np.union1d(reach.face, ids))
        return weigh(asked, poor, reach, evidence, lambda: self.everything, self.matrix)


def _to_be_asked_again(library: _Library, changed: ChangedEvidence) -> NDArray[np.int64]:
    """The faces asked before whose answer may be another now; ids, rising.

    Those that changed themselves, or rest on a face that did; and where a face that changed speaks
    for or against somebody now, those to which it is nearer than the face that had the last word.
    """
    if changed.asked_to == 0:
        return np.zeros(0, np.int64)
    faces = library.catalog.faces
    again = [changed.faces, faces.resting_on(changed.faces)]
    evidence = faces.evidence(changed.faces)
    speaking = evidence.faces[library.matrix.has(evidence.faces)]
    for start in range(0, len(speaking), _SAID_AT_ONCE):
        some = speaking[start : start + _SAID_AT_ONCE]
        again += [_nearer(library, some, evidence), _weaker(library, some, evidence)]
    every = np.unique(np.concatenate(again))
    return every[every <= changed.asked_to]


def _nearer(
    library: _Library, speaking: NDArray[np.int64], evidence: Evidence
) -> NDArray[np.int64]:
    """The faces within reach of some that speak, to which these are near enough to be heard."""
    block = library.matrix.of_faces(speaking)
    reach = within_reach(block, library.matrix.blocks, SUGGEST_FROM)
    before = library.catalog.faces.asked(np.unique(reach.face))
    known = among(before.ids, reach.face)
    at = np.searchsorted(before.ids, reach.face[known])
    score = np.zeros(len(reach.face))
    score[known] = before.score[at]
    shown = np.full(len(reach.face), -1, np.int64)
    shown[known] = before.person[at]
    speaks_for = evidence.people_of(block.ids)[reach.asked]
    # a face with a name is heard where it is the nearest, or another person's and nearly so; one
    # without a name, where it is as near and there is a suggestion
    holds_back = (shown >= 0) & (speaks_for >= 0) & (speaks_for != shown)
    least = np.where(holds_back, score - POOR_AHEAD_OF_NEXT, score)
    return reach.face[(reach.cosine >= least) & ((speaks_for >= 0) | (shown >= 0))]


def _weaker(
    library: _Library, speaking: NDArray[np.int64], evidence: Evidence
) -> NDArray[np.int64]:
    """The faces suggested for somebody whom one of another, out of reach, may hold back."""
    named = library.matrix.of_faces(np.intersect1d(speaking, evidence.own))
    person = evidence.people_of(named.ids)
    weak = library.catalog.faces.suggested_below(SUGGEST_FROM + POOR_AHEAD_OF_NEXT)
    there = np.flatnonzero(library.matrix.has(weak.ids)) if len(named) else np.zeros(0, np.intp)
    found = [np.zeros(0, np.int64)]
    for start in range(0, len(there), _AT_ONCE):
        part = there[start : start + _AT_ONCE]
        cosine = library.matrix.embeddings(weak.ids[part]) @ floating(named.vectors).T
        cosine[weak.person[part, None] == person] = -1
        close = cosine.max(axis=1) >= weak.score[part] - POOR_AHEAD_OF_NEXT
        found.append(weak.ids[part][close])
    return np.concatenate(found)
