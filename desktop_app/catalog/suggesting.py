"""Whom faces may show, on what each suggestion rests, and what changed since faces were asked.

A row of `suggestion_grounds` stands while its face, the two faces it names, and what lies nearer
than they do are as they were. Triggers note each face that a photo, a description or a decision
changes, in the transaction of the change itself; so a pass asks anew about those, about the faces
that rest on them, and about those that they come near to. A face without a row is like nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from desktop_app.catalog.rows import numbers, plain
from desktop_app.catalog.schema import (
    among,
    changed_evidence,
    faces,
    people,
    rejections,
    suggestion_grounds,
    suggestions_made,
)
from desktop_app.catalog.subject import Subject, batches
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import PersonId, PhotoId
from desktop_app.faces.matching import Evidence

_NOTES = 5000  # forgotten in a transaction


@dataclass(frozen=True)
class ChangedEvidence:
    """What was noted up to a moment."""

    last: int  # the newest note
    faces: NDArray[np.int64]  # (faces,) ids, rising, of faces that may be gone
    asked_to: int  # the highest face whose grounds are known; 0 where none are


@dataclass(frozen=True)
class Asked:
    """The grounds of some faces, by rising ids; (faces,) each."""

    ids: NDArray[np.int64]
    score: NDArray[np.float64]  # cosine to the nearest face with a name
    person: NDArray[np.int64]  # whom it was suggested for; -1 where something spoke against it


class Suggesting(Subject):
    """The part of `catalog.faces` in which the machine says whose a face may be."""

    def changed_evidence(self, model: str, rule: str) -> ChangedEvidence:
        """What changed since faces were asked by this model and rule."""
        noted = select(changed_evidence.c.face_id).distinct().order_by(changed_evidence.c.face_id)
        made = select(suggestions_made.c.asked_to).where(
            suggestions_made.c.model == model, suggestions_made.c.rule == rule
        )
        with self._file.read() as connection:
            last = int(connection.scalar(select(func.max(changed_evidence.c.id))) or 0)
            asked_to = int(connection.scalar(made) or 0)
            return ChangedEvidence(last, numbers(connection, noted), asked_to)

    def unasked(
        self, after: int = 0, ids: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Faces (of `ids`) with a higher id than `after` that nobody decided about, and the poor
        among them; by rising ids."""
        statement = select(faces.c.id, faces.c.poor).where(
            faces.c.id > after, faces.c.status.in_(("none", "suggested"))
        )
        if ids is not None:
            statement = statement.where(faces.c.id.in_(among(ids.tolist())))
        with self._file.read() as connection:
            rows = np.array(plain(connection, statement.order_by(faces.c.id)), np.int64)
        found, poor = rows.reshape(-1, 2).T.copy()
        return found, poor.astype(bool)

    def evidence(self, ids: NDArray[np.int64] | None = None) -> Evidence:
        """What the user said of faces (of `ids`)."""
        theirs = case((people.c.ignored == 0, faces.c.person_id), else_=-1)
        said = (
            select(faces.c.id, func.coalesce(theirs, -1))
            .outerjoin(people, people.c.id == faces.c.person_id)
            .where(faces.c.status.in_(("confirmed", "ignored", "not_a_face")))
        )
        refused = select(rejections.c.face_id, rejections.c.person_id)
        if ids is not None:
            some = among(ids.tolist())
            said = said.where(faces.c.id.in_(some))
            refused = refused.where(rejections.c.face_id.in_(some))
        with self._file.read() as connection:
            found = np.array(plain(connection, said), np.int64).reshape(-1, 2)
            pairs = np.array(plain(connection, refused), np.int64).reshape(-1, 2)
        found = found[np.argsort(found[:, 0])]
        own = found[found[:, 1] >= 0]
        strangers = found[found[:, 1] < 0, 0]
        return Evidence(own[:, 0].copy(), own[:, 1].copy(), strangers.copy(), pairs)

    def how_much_evidence(self) -> int:
        """About how many faces there are of which the user said something."""
        said = select(func.count()).where(
            faces.c.status.in_(("confirmed", "ignored", "not_a_face"))
        )
        with self._file.read() as connection:
            refused = connection.scalar(select(func.count()).select_from(rejections))
            return int(connection.scalar(said) or 0) + int(refused or 0)

    def resting_on(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The faces whose grounds name some faces; ids, rising."""
        grounds = suggestion_grounds.c
        with self._file.read() as connection:
            return np.unique(
                np.concatenate(
                    [
                        numbers(
                            connection,
                            select(grounds.face_id).where(named.in_(among(ids.tolist()))),
                        )
                        for named in (grounds.nearest, grounds.against)
                    ]
                )
            )

    def asked(self, ids: NDArray[np.int64]) -> Asked:
        """Of some faces those that are like somebody."""
        return self._asked(suggestion_grounds.c.face_id.in_(among(ids.tolist())))

    def suggested_below(self, score: float) -> Asked:
        """The suggested faces that are less like the person than that."""
        weak = suggestion_grounds.c.against.is_(None) & (suggestion_grounds.c.score < score)
        return self._asked(weak)

    def suggest(self, suggestions: Sequence[Suggestion]) -> CatalogChanges:
        """Notes whom each face may show, and on what that rests.

        Faces that a user confirmed, ignored or called no face stay as they are, and a person
        who was rejected for a face is not suggested for it. A transaction for every 200.
        """
        changes = CatalogChanges()
        for batch in batches(suggestions):
            with self._file.write(bulk=True) as connection:
                last = int(connection.scalar(select(func.max(changed_evidence.c.id))) or 0)
                changes |= _suggest(connection, batch)
                connection.execute(delete(changed_evidence).where(changed_evidence.c.id > last))
        return changes

    def drop_grounds(self, ids: NDArray[np.int64]) -> None:
        """Forgets what was found of faces that are not asked any more; names stay."""
        for batch in batches(ids.tolist()):
            with self._file.write(bulk=True) as connection:
                connection.execute(
                    delete(suggestion_grounds).where(suggestion_grounds.c.face_id.in_(among(batch)))
                )

    def asked_up_to(self, model: str, rule: str, face: int) -> None:
        """The grounds of all faces up to this one are known."""
        with self._file.write() as connection:
            connection.execute(delete(suggestions_made))
            connection.execute(
                insert(suggestions_made).values(model=model, rule=rule, asked_to=face)
            )

    def forget_changed(self, last: int) -> None:
        """What was noted up to `last` is done. A transaction for every 5,000 notes."""
        oldest = (
            select(changed_evidence.c.id)
            .where(changed_evidence.c.id <= last)
            .order_by(changed_evidence.c.id)
            .limit(_NOTES)
        )
        while True:
            with self._file.write(bulk=True) as connection:
                gone = connection.execute(
                    delete(changed_evidence).where(changed_evidence.c.id.in_(oldest))
                )
                if gone.rowcount < _NOTES:
                    return

    def _asked(self, which: ColumnElement[bool]) -> Asked:
        grounds = suggestion_grounds.c
        # a person who is gone meanwhile is none of those who are there, and none was 0
        person = case((grounds.against.is_(None), func.coalesce(faces.c.person_id, 0)), else_=-1)
        statement = (
            select(grounds.face_id, grounds.score, person)
            .join(faces, faces.c.id == grounds.face_id)
            .where(which)
            .order_by(grounds.face_id)
        )
        with self._file.read() as connection:
            rows = plain(connection, statement)
        ids, scores, whom = zip(*rows, strict=True) if rows else ((), (), ())
        return Asked(
            np.array(ids, np.int64), np.array(scores, np.float64), np.array(whom, np.int64)
        )


def _suggest(connection: Connection, batch: Sequence[Suggestion]) -> CatalogChanges:
    ids = [one.face for one in batch]
    open_to_it = {
        row.id: row
        for row in connection.execute(
            select(faces.c.id, faces.c.photo_id, faces.c.person_id, faces.c.suggestion_score).where(
                faces.c.id.in_(among(ids)), faces.c.status.in_(("none", "suggested"))
            )
        )
    }
    refused = {
        (row.face_id, row.person_id)
        for row in connection.execute(
            select(rejections).where(rejections.c.face_id.in_(among(ids)))
        )
    }
    wanted = {one.person for one in batch if one.person is not None}
    known = set(connection.scalars(select(people.c.id).where(people.c.id.in_(among(wanted)))))
    rows, grounds, changes = [], [], CatalogChanges()
    for one in batch:
        now = open_to_it.get(one.face)
        if now is None:
            continue
        if one.nearest is not None:
            about = {"nearest": one.nearest, "score": one.score, "against": one.against}
            grounds.append({"face_id": one.face, **about})
        if (one.face, one.person) in refused:
            continue
        if one.person is not None and one.person not in known:
            continue
        score = 0.0 if one.person is None else float(one.score)
        if (now.person_id, now.suggestion_score) == (one.person, score):
            continue
        status = "none" if one.person is None else "suggested"
        rows.append({"face": one.face, "given": one.person, "state": status, "likeness": score})
        changes |= CatalogChanges.of(
            faces=[one.face],
            photos=[PhotoId(now.photo_id)],
            people=(PersonId(p) for p in (now.person_id, one.person) if p is not None),
        )
    connection.execute(
        delete(suggestion_grounds).where(suggestion_grounds.c.face_id.in_(among(ids)))
    )
    if grounds:
        connection.execute(insert(suggestion_grounds), grounds)
    if rows:
        connection.execute(
            update(faces)
            .where(faces.c.id == bindparam("face"))
            .values(
                person_id=bindparam("given"),
                status=bindparam("state"),
                suggestion_score=bindparam("likeness"),
            ),
            rows,
        )
    return changes
