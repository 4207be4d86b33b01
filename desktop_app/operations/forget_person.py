"""Forgets a person: name, decisions and embeddings leave the catalog's bytes."""

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import PersonId
from desktop_app.imaging.thumbnails import ThumbnailStore


def forget_person(
    catalog: Catalog, person_id: PersonId, thumbnails: ThumbnailStore
) -> CatalogChanges:
    """The photos stay; the person's name, face crops, embeddings and restorations do not.

    Backups of the catalog still know the person, so they are given up too.
    """
    faces = catalog.faces.of_person(person_id)
    changes = catalog.people.forget(person_id)
    catalog.forget_backups()
    thumbnails.forget([f"face-{face.id}" for face in faces])
    return changes
