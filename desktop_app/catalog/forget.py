"""Forgets a person: everything of them leaves the catalog for good."""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, delete, func, or_, select, update

from desktop_app.catalog.forgotten_names import remember_forgotten
from desktop_app.catalog.schema import (
    among,
    decision_changes,
    decisions,
    faces,
    people,
    restorations,
)
from desktop_app.catalog.stale import mark, rests_on_faces
from desktop_app.catalog.subject import changes_of_faces
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, RestorationId


def forget_person(connection: Connection, person_id: PersonId) -> CatalogChanges:
    """Deletes the person's rows; the bytes are gone once the file was vacuumed."""
    confirmed = _ids(connection, person_id, "confirmed")
    suggested = _ids(connection, person_id, "suggested")
    restored = list(
        connection.scalars(
            select(restorations.c.id).where(
                or_(
                    restorations.c.person_id == person_id,
                    restorations.c.face_id.in_(among(confirmed)),
                )
            )
        )
    )
    changes = changes_of_faces(connection, confirmed + suggested)
    selves = _selves(connection, person_id)
    remember_forgotten(connection, _names(connection, selves))
    _forget_decisions(connection, selves, confirmed)
    connection.execute(delete(restorations).where(restorations.c.id.in_(among(restored))))
    name = connection.scalar(select(people.c.name).where(people.c.id == person_id))
    connection.execute(
        update(restorations)
        .where(restorations.c.nearest_other_name == name)
        .values(nearest_other_name="")
    )
    stale = mark(connection, rests_on_faces(confirmed))
    connection.execute(delete(faces).where(faces.c.id.in_(among(confirmed))))
    connection.execute(
        update(faces)
        .where(faces.c.person_id == person_id)
        .values(person_id=None, status="none", suggestion_score=0.0)
    )
    connection.execute(delete(people).where(people.c.id == person_id))
    return changes | CatalogChanges.of(
        people=[person_id], restorations=(RestorationId(number) for number in restored + stale)
    )


def _ids(connection: Connection, person_id: PersonId, status: str) -> list[FaceId]:
    found = connection.scalars(
        select(faces.c.id).where(faces.c.person_id == person_id, faces.c.status == status)
    )
    return [FaceId(number) for number in found]


def _selves(connection: Connection, person_id: PersonId) -> set[int]:
    """The person, and all who were merged into them, in one step or several."""
    selves = {int(person_id)}
    while True:
        merged = set(
            connection.scalars(
                select(decision_changes.c.key)
                .join(decisions, decisions.c.id == decision_changes.c.decision_id)
                .where(
                    decisions.c.kind == "merge",
                    decisions.c.person_id.in_(among(selves)),
                    decision_changes.c.subject == "person",
                )
            )
        )
        if merged <= selves:
            return selves
        selves |= merged


def _names(connection: Connection, selves: Iterable[int]) -> set[str]:
    """What these people are called, and what they were called before."""
    change = decision_changes.c
    before = select(func.json_extract(change.before, "$.name")).where(
        change.subject == "person", change.key.in_(among(selves)), change.before.is_not(None)
    )
    now = connection.scalars(select(people.c.name).where(people.c.id.in_(among(selves))))
    return {name for name in (*now, *connection.scalars(before)) if name}


def _forget_decisions(
    connection: Connection, selves: Iterable[int], face_ids: Iterable[FaceId]
) -> None:
    """Drops what was remembered of these people, and with it the way back to them."""
    change = decision_changes.c
    of_them = or_(
        (change.subject == "person") & change.key.in_(among(selves)),
        (change.subject == "reference") & change.key.in_(among(selves)),
        (change.subject == "rejection") & change.other_key.in_(among(selves)),
        change.subject.in_(("face", "rejection", "new_face", "group"))
        & change.key.in_(among(face_ids)),
        (change.subject == "restored_person") & change.before.in_(str(one) for one in selves),
    )
    connection.execute(delete(decision_changes).where(of_them))
    was_theirs = func.json_extract(change.before, "$.person_id").in_(among(selves))
    connection.execute(
        update(decision_changes)
        .where(change.subject == "face", was_theirs)
        .values(before=json.dumps({"person_id": None, "status": "none", "suggestion_score": 0.0}))
    )
    emptied = ~select(change.key).where(change.decision_id == decisions.c.id).exists()
    connection.execute(delete(decisions).where(emptied | decisions.c.person_id.in_(among(selves))))
