"""Adds a folder of photos to the library, or takes it out; the folder is only ever read."""

import os
from pathlib import Path

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, FileVanished, NotPermitted
from desktop_app.domain.ids import FolderId


def add_folder(catalog: Catalog, path: Path) -> tuple[FolderId, CatalogChanges]:
    """Adds `path`, or finds it where it was added before.

    Raises `FileVanished` where there is no such folder, `NotPermitted` where it may not be read,
    `BadRequest` where it lies inside a folder of the library or around one.
    """
    folder = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the user's links
    if not folder.is_dir():
        raise FileVanished(f"There is no folder {folder.name}. Choose another one.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise NotPermitted(f"The folder {folder.name} may not be read. Choose another one.")
    for known in catalog.folders.all():
        other = Path(known.path)
        if _same(folder, other):
            return known.id, CatalogChanges()
        if any(_same(around, other) for around in folder.parents):
            raise BadRequest(f"{folder.name} is already in the library, as part of {other.name}.")
        if any(_same(around, folder) for around in other.parents):
            raise BadRequest(
                f"{other.name}, a part of {folder.name}, is already in the library. "
                f"Remove it from the library first, then add {folder.name}."
            )
    folder_id = catalog.folders.add(folder)
    return folder_id, CatalogChanges.of(folders=[folder_id])


def _same(one: Path, other: Path) -> bool:
    """Also where a name is spelled in other letters on a drive that takes them for the same."""
    if one == other:
        return True
    try:
        return one.samefile(other)
    except OSError:  # a drive that is away
        return False


def folder_of(path: Path) -> Path:
    """The folder to take into the library for what "Open with" handed over: a photo, or a folder.

    The library is made of folders; a photo comes with those beside it.
    """
    return path.resolve().parent if path.is_file() else path


def remove_folder(catalog: Catalog, folder_id: FolderId) -> CatalogChanges:
    """Takes a folder and all that is known of its photos out of the library.

    The names that were given there cannot be taken back by undo, so a backup is made before.
    Raises `DiskFull`, `NotPermitted`, `NotKnown`.
    """
    catalog.backup_beside("before-removing-a-folder")
    return catalog.folders.remove(folder_id)
