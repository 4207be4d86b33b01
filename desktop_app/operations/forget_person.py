"""Forgets a person, or everybody: names, decisions and descriptions leave the bytes on the disk."""

from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import PersonId
from desktop_app.domain.progress import silent
from desktop_app.imaging.thumbnails import ThumbnailStore, face_keys
from desktop_app.operations.write_sidecars import write_sidecars
from desktop_app.restoration.memories import forget_memories


def forget_person(
    catalog: Catalog, person_id: PersonId, thumbnails: ThumbnailStore, memories: Path
) -> CatalogChanges:
    """The photos stay; the person's name, face crops, embeddings and restorations do not.

    Backups of the catalog still know the person, so they are given up too; and so is what the
    large engine kept of reference photos in `memories`, which does not say whose they are.
    An engine that runs meanwhile is the caller's to end: it remembers references too.
    The sidecars that Likeness wrote no longer name the person; where one could not be written
    (its drive is away), `write_sidecars` for the photos of the changes tells so.
    """
    faces = catalog.faces.of_person(person_id)
    changes = catalog.people.forget(person_id)
    catalog.forget_backups()
    thumbnails.forget(face_keys(face.id for face in faces))
    forget_memories(memories)
    write_sidecars(catalog, {face.photo_id for face in faces}, silent, only_kept=True)
    return changes


def forget_all_faces(
    catalog: Catalog, thumbnails: ThumbnailStore, memories: Path
) -> CatalogChanges:
    """All face data goes: every face, embedding, person, restoration and decision; photos stay."""
    faces = [face for status in AssignmentStatus for face in catalog.faces.with_status(status)]
    changes = catalog.forget_all_faces()
    catalog.forget_backups()
    thumbnails.forget(face_keys(faces))
    forget_memories(memories)
    write_sidecars(catalog, catalog.photos.ids(), silent, only_kept=True)
    return changes
