"""Makes two people of the catalog one."""

from sqlalchemy import delete, insert, select, update

from desktop_app.catalog.decisions import OpenDecision
from desktop_app.catalog.schema import (
    among,
    faces,
    people,
    reference_choices,
    rejections,
    restorations,
)
from desktop_app.catalog.subject import changes_of_faces
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, RestorationId


def merge_people(decision: OpenDecision, into: PersonId, other: PersonId) -> CatalogChanges:
    """Gives faces, rejections, pinned references and restorations of `other` to `into`.

    Years that `into` lacks come from `other`. A face that one of the two was suggested for and
    the other rejected for has no suggestion any more; what was confirmed stays confirmed.
    """
    connection = decision.connection
    decision.person(into)
    decision.person(other)
    _years(decision, into, other)

    given = [
        FaceId(number)
        for number in connection.scalars(select(faces.c.id).where(faces.c.person_id == other))
    ]
    decision.faces(given)
    connection.execute(update(faces).where(faces.c.person_id == other).values(person_id=into))

    refused = [
        FaceId(number)
        for number in connection.scalars(
            select(rejections.c.face_id).where(rejections.c.person_id == other)
        )
    ]
    decision.rejected(refused, into)
    decision.rejected(refused, other)
    if refused:
        connection.execute(
            insert(rejections).prefix_with("OR IGNORE"),
            [{"face_id": face_id, "person_id": into} for face_id in refused],
        )
    touched = given + refused + _settle(decision, into)

    _references(decision, into, other)
    decision.restored_person(other)
    moved = list(
        connection.scalars(select(restorations.c.id).where(restorations.c.person_id == other))
    )
    connection.execute(
        update(restorations).where(restorations.c.person_id == other).values(person_id=into)
    )
    connection.execute(delete(people).where(people.c.id == other))
    return changes_of_faces(connection, touched) | CatalogChanges.of(
        people=[into, other], restorations=(RestorationId(number) for number in moved)
    )


def _years(decision: OpenDecision, into: PersonId, other: PersonId) -> None:
    kept, given = (
        decision.connection.execute(select(people).where(people.c.id == person)).one()._mapping
        for person in (into, other)
    )
    missing = {
        column: given[column]
        for year in ("born", "died")
        if kept[year] is None and given[year] is not None
        for column in (year, f"{year}_about")
    }
    born, died = missing.get("born", kept["born"]), missing.get("died", kept["died"])
    if missing and (born is None or died is None or born <= died):
        decision.connection.execute(update(people).where(people.c.id == into).values(**missing))


def _settle(decision: OpenDecision, person_id: PersonId) -> list[FaceId]:
    """Takes away what is both given to the person and rejected for them."""
    connection = decision.connection
    both = connection.execute(
        select(faces.c.id, faces.c.status)
        .join(rejections, rejections.c.face_id == faces.c.id)
        .where(faces.c.person_id == person_id, rejections.c.person_id == person_id)
    ).all()
    suggested = [FaceId(row.id) for row in both if row.status == "suggested"]
    confirmed = [FaceId(row.id) for row in both if row.status == "confirmed"]
    decision.faces(suggested)
    decision.rejected(confirmed, person_id)
    connection.execute(
        update(faces)
        .where(faces.c.id.in_(among(suggested)))
        .values(person_id=None, status="none", suggestion_score=0.0)
    )
    connection.execute(
        delete(rejections).where(
            rejections.c.person_id == person_id, rejections.c.face_id.in_(among(confirmed))
        )
    )
    return suggested + confirmed


def _references(decision: OpenDecision, into: PersonId, other: PersonId) -> None:
    connection = decision.connection
    chosen = connection.execute(
        select(reference_choices).where(reference_choices.c.person_id == other)
    ).all()
    for row in chosen:
        decision.reference(other, FaceId(row.face_id))
        decision.reference(into, FaceId(row.face_id))
        connection.execute(
            insert(reference_choices).prefix_with("OR IGNORE"),
            {"person_id": into, "face_id": row.face_id, "choice": row.choice},
        )
