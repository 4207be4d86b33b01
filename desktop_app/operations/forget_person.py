"""Forgets a person, or everybody: names, decisions and descriptions leave the bytes on the disk."""

from collections.abc import Collection
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.forgetting import Unfinished
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import PersonId, PhotoId
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
    The sidecars that Likeness wrote no longer name the person; where a drive is away, they are
    looked at again whenever the catalog is opened (`finish_forgetting`).
    Raises `CatalogBusy`, `DiskFull`, `NotPermitted` where the person is forgotten, but not yet
    every byte; the next opening goes on there.
    """
    faces = catalog.faces.of_person(person_id)
    catalog.forgetting.add((face.id for face in faces), (face.photo_id for face in faces))
    changes = catalog.people.forget(person_id, rewrite=False)
    finish_forgetting(catalog, thumbnails, memories, at_opening=False)
    return changes


def forget_all_faces(
    catalog: Catalog, thumbnails: ThumbnailStore, memories: Path
) -> CatalogChanges:
    """All face data goes: every face, embedding, person, restoration and decision; photos stay.

    Raises what `forget_person` raises.
    """
    faces = [face for status in AssignmentStatus for face in catalog.faces.with_status(status)]
    catalog.forgetting.add(faces, catalog.photos.ids())
    changes = catalog.forget_all_faces(rewrite=False)
    finish_forgetting(catalog, thumbnails, memories, at_opening=False)
    return changes


def finish_forgetting(
    catalog: Catalog, thumbnails: ThumbnailStore, memories: Path, *, at_opening: bool = True
) -> None:
    """Does what is left of a forgetting; nothing where nothing is.

    `at_opening` says that nothing else works on the catalog yet. Otherwise the pictures of the
    faces are looked for once more at the next opening: one may be in the making at this moment.
    """
    left = catalog.forgetting.read()
    if left is None:
        return
    if not left.rewritten:
        catalog.faces.forget_vectors()
        catalog.rewrite()
        catalog.forget_backups()
    catalog.faces.forget_vectors()
    thumbnails.forget(face_keys(left.faces))
    forget_memories(memories)
    away = _sidecars_that_are_away(catalog, left.photos)
    faces = frozenset() if at_opening else left.faces
    catalog.forgetting.keep(Unfinished(faces, away, rewritten=True) if faces or away else None)


def _sidecars_that_are_away(catalog: Catalog, photos: Collection[PhotoId]) -> frozenset[PhotoId]:
    """Brings sidecars up to date; tells the photos whose folder is not there to be looked into."""
    there: dict[Path, bool] = {}
    away: set[PhotoId] = set()
    here: set[PhotoId] = set()
    for photo in catalog.photos.many(photos):
        folder = Path(photo.path).parent
        if folder not in there:
            there[folder] = folder.is_dir()
        (here if there[folder] else away).add(photo.id)
    write_sidecars(catalog, here, silent, only_kept=True)
    return frozenset(away)
