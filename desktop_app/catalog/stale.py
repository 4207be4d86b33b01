"""Tells which restorations no longer rest on what they were made from."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, select, update

from desktop_app.catalog.schema import among, faces, restoration_references, restorations
from desktop_app.domain.ids import FaceId, PersonId, PhotoId


def rests_on_faces(face_ids: Iterable[FaceId]) -> ColumnElement[bool]:
    """Restorations of these faces, and those that these faces guided."""
    ids = list(face_ids)
    return restorations.c.face_id.in_(among(ids)) | restorations.c.id.in_(
        select(restoration_references.c.restoration_id).where(
            restoration_references.c.face_id.in_(among(ids))
        )
    )


def rests_on_photos(photo_ids: Iterable[PhotoId]) -> ColumnElement[bool]:
    """Restorations of these photos, and those that a face in these photos guided."""
    ids = list(photo_ids)
    return restorations.c.photo_id.in_(among(ids)) | restorations.c.id.in_(
        select(restoration_references.c.restoration_id)
        .join(faces, faces.c.id == restoration_references.c.face_id)
        .where(faces.c.photo_id.in_(among(ids)))
    )


def guided_by(person_id: PersonId, face_id: FaceId) -> ColumnElement[bool]:
    """Restorations of this person that this face guided."""
    return (restorations.c.person_id == person_id) & restorations.c.id.in_(
        select(restoration_references.c.restoration_id).where(
            restoration_references.c.face_id == face_id
        )
    )


def mark(connection: Connection, which: ColumnElement[bool]) -> list[int]:
    """Marks restorations as stale and tells which were fresh before."""
    fresh = list(
        connection.scalars(select(restorations.c.id).where(which, restorations.c.stale == 0))
    )
    connection.execute(
        update(restorations).where(restorations.c.id.in_(among(fresh))).values(stale=1)
    )
    return fresh
