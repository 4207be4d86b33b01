"""Takes a decision of the user back: every row it changed becomes what it was before."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from desktop_app.catalog.decisions import before_images, decoded
from desktop_app.catalog.schema import (
    among,
    decisions,
    faces,
    people,
    photos,
    reference_choices,
    rejections,
    restorations,
    splits,
)
from desktop_app.catalog.subject import changes_of_faces
from desktop_app.catalog.turning import turn_to
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, PhotoId, RestorationId


def take_back(connection: Connection, decision_id: int) -> CatalogChanges:
    """Undoes the newest decision and forgets that it was made.

    Rows that are gone since (a removed folder, a forgotten person) stay gone.
    """
    changes = _people_that_were(connection, decision_id)
    changes |= _faces(connection, decision_id)
    changes |= _rejections(connection, decision_id)
    changes |= _dates(connection, decision_id)
    changes |= _turned(connection, decision_id)
    changes |= _split(connection, decision_id)
    changes |= _references(connection, decision_id)
    changes |= _restorations(connection, decision_id)
    changes |= _people_that_were_not(connection, decision_id)
    connection.execute(delete(decisions).where(decisions.c.id == decision_id))
    return changes


def remove_person(connection: Connection, person_id: PersonId) -> CatalogChanges:
    """Removes a person; faces that were given to them have no name again."""
    given = [
        FaceId(face_id)
        for face_id in connection.scalars(select(faces.c.id).where(faces.c.person_id == person_id))
    ]
    connection.execute(
        update(faces)
        .where(faces.c.person_id == person_id)
        .values(person_id=None, status="none", suggestion_score=0.0)
    )
    connection.execute(delete(people).where(people.c.id == person_id))
    return changes_of_faces(connection, given) | CatalogChanges.of(people=[person_id])


def _people_that_were(connection: Connection, decision_id: int) -> CatalogChanges:
    changed = []
    for key, _, before in before_images(connection, decision_id, "person"):
        if before is None:
            continue
        columns = decoded(before)
        updated = connection.execute(update(people).where(people.c.id == key).values(**columns))
        if updated.rowcount == 0:
            connection.execute(insert(people).values(id=key, **columns))
        changed.append(PersonId(key))
    return CatalogChanges.of(people=changed)


def _people_that_were_not(connection: Connection, decision_id: int) -> CatalogChanges:
    changes = CatalogChanges()
    for key, _, before in before_images(connection, decision_id, "person"):
        if before is None:
            changes |= remove_person(connection, PersonId(key))
    return changes


def _faces(connection: Connection, decision_id: int) -> CatalogChanges:
    images = before_images(connection, decision_id, "face")
    drawn = [FaceId(key) for key, _, _ in before_images(connection, decision_id, "new_face")]
    touched = [FaceId(key) for key, _, _ in images] + drawn
    changes = changes_of_faces(connection, touched)
    if images:
        connection.execute(
            update(faces).where(faces.c.id == bindparam("face")),
            [{"face": key, **decoded(before)} for key, _, before in images],
        )
    changes |= changes_of_faces(connection, touched)
    if drawn:
        connection.execute(delete(faces).where(faces.c.id.in_(among(drawn))))
    return changes


def _rejections(connection: Connection, decision_id: int) -> CatalogChanges:
    images = before_images(connection, decision_id, "rejection")
    there = set(
        connection.scalars(select(faces.c.id).where(faces.c.id.in_(among(k for k, _, _ in images))))
    )
    for face_id, person_id, before in images:
        if before is None:
            connection.execute(
                delete(rejections).where(
                    rejections.c.face_id == face_id, rejections.c.person_id == person_id
                )
            )
        elif face_id in there:
            connection.execute(
                insert(rejections).prefix_with("OR IGNORE"),
                {"face_id": face_id, "person_id": person_id},
            )
    return CatalogChanges.of(faces=(FaceId(face_id) for face_id in there))


def _dates(connection: Connection, decision_id: int) -> CatalogChanges:
    images = before_images(connection, decision_id, "date")
    if images:
        connection.execute(
            update(photos).where(photos.c.id == bindparam("photo")),
            [{"photo": key, **decoded(before)} for key, _, before in images],
        )
    return CatalogChanges.of(photos=(PhotoId(key) for key, _, _ in images))


def _turned(connection: Connection, decision_id: int) -> CatalogChanges:
    images = before_images(connection, decision_id, "turn")
    return turn_to(connection, [(PhotoId(key), int(before or 0)) for key, _, before in images])


def _split(connection: Connection, decision_id: int) -> CatalogChanges:
    made = [key for key, _, _ in before_images(connection, decision_id, "split")]
    connection.execute(delete(splits).where(splits.c.id.in_(among(made))))
    images = before_images(connection, decision_id, "group")
    for key, _, before in images:
        cluster = None if before is None else int(before)
        connection.execute(update(faces).where(faces.c.id == key).values(cluster=cluster))
    return changes_of_faces(connection, [FaceId(key) for key, _, _ in images])


def _references(connection: Connection, decision_id: int) -> CatalogChanges:
    images = before_images(connection, decision_id, "reference")
    for person_id, face_id, before in images:
        connection.execute(
            delete(reference_choices).where(
                reference_choices.c.person_id == person_id, reference_choices.c.face_id == face_id
            )
        )
        if before is not None and _both_there(connection, person_id, face_id):
            connection.execute(
                insert(reference_choices),
                {"person_id": person_id, "face_id": face_id, "choice": before},
            )
    return CatalogChanges.of(people=(PersonId(key) for key, _, _ in images))


def _restorations(connection: Connection, decision_id: int) -> CatalogChanges:
    given = before_images(connection, decision_id, "restored_person")
    for key, _, before in given:
        assert before is not None
        connection.execute(
            update(restorations).where(restorations.c.id == key).values(person_id=int(before))
        )
    fresh = [key for key, _, _ in before_images(connection, decision_id, "stale")]
    connection.execute(
        update(restorations).where(restorations.c.id.in_(among(fresh))).values(stale=0)
    )
    judged = before_images(connection, decision_id, "judged")
    for key, _, before in judged:
        connection.execute(
            update(restorations).where(restorations.c.id == key).values(state=before)
        )
    of_judged = connection.execute(
        select(restorations.c.photo_id, restorations.c.face_id).where(
            restorations.c.id.in_(among(key for key, _, _ in judged))
        )
    ).all()
    changed: Iterable[int] = [key for key, _, _ in (*given, *judged)] + fresh
    return CatalogChanges.of(
        restorations=(RestorationId(key) for key in changed),
        photos=(PhotoId(row.photo_id) for row in of_judged),
        faces=(FaceId(row.face_id) for row in of_judged),
    )


def _both_there(connection: Connection, person_id: int, face_id: int) -> bool:
    return bool(
        connection.scalar(select(people.c.id).where(people.c.id == person_id))
        and connection.scalar(select(faces.c.id).where(faces.c.id == face_id))
    )
