"""The folders whose photos the catalog knows."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from desktop_app.catalog.rows import moment, now
from desktop_app.catalog.schema import faces, folders, photos
from desktop_app.catalog.subject import Subject
from desktop_app.catalog.values import Folder
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId


class Folders(Subject):
    """`catalog.folders`."""

    def add(self, path: Path) -> FolderId:
        """Adds a folder, or finds it where it was added before; symbolic links are followed.

        Raises `BadRequest` where the folder lies in one that is there, or holds one.
        """
        real = Path(os.path.realpath(path))
        key = os.fsencode(real)
        with self._file.write() as connection:
            for row in connection.execute(select(folders.c.id, folders.c.path)):
                if row.path == key:
                    return FolderId(row.id)
                other = Path(os.fsdecode(row.path))
                if real.is_relative_to(other):
                    raise BadRequest(f"{real} is already in the library, as a part of {other}.")
                if other.is_relative_to(real):
                    raise BadRequest(
                        f"{other}, which lies in {real}, is already in the library. "
                        "Remove it first, or add the other folders one by one."
                    )
            added = connection.execute(
                insert(folders).values(path=key, added_at=now(), offline=0)
            ).inserted_primary_key
            assert added is not None
            return FolderId(added[0])

    def all(self) -> list[Folder]:
        """In the order of their paths."""
        with self._file.read() as connection:
            found = connection.execute(select(folders).order_by(folders.c.path)).all()
        return [_folder(row) for row in found]

    def get(self, folder_id: FolderId) -> Folder:
        """Raises `NotKnown`."""
        with self._file.read() as connection:
            row = connection.execute(select(folders).where(folders.c.id == folder_id)).one_or_none()
        if row is None:
            raise NotKnown("This folder is no longer in the library.")
        return _folder(row)

    def remove(self, folder_id: FolderId) -> CatalogChanges:
        """Takes a folder and all that is known of its photos out of the catalog.

        The files stay. Many transactions: an interrupted removal is finished by another.
        """
        changes = CatalogChanges.of(folders=[folder_id])
        while True:
            with self._file.write(bulk=True) as connection:
                ids = list(
                    connection.scalars(
                        select(photos.c.id).where(photos.c.folder_id == folder_id).limit(50)
                    )
                )
                if not ids:
                    connection.execute(delete(folders).where(folders.c.id == folder_id))
                    return changes
                gone = connection.execute(
                    select(faces.c.id, faces.c.person_id).where(faces.c.photo_id.in_(ids))
                ).all()
                connection.execute(delete(photos).where(photos.c.id.in_(ids)))
            changes |= CatalogChanges.of(
                photos=(PhotoId(photo_id) for photo_id in ids),
                faces=(FaceId(row.id) for row in gone),
                people=(PersonId(row.person_id) for row in gone if row.person_id is not None),
            )

    def mark_indexed(self, folder_id: FolderId) -> CatalogChanges:
        """The folder was looked through to its end just now."""
        return self._set(folder_id, last_indexed=now(), offline=0)

    def mark_offline(self, folder_id: FolderId, offline: bool) -> CatalogChanges:
        return self._set(folder_id, offline=int(offline))

    def _set(self, folder_id: FolderId, **columns: Any) -> CatalogChanges:
        with self._file.write() as connection:
            changed = connection.execute(
                update(folders).where(folders.c.id == folder_id).values(**columns)
            )
        if changed.rowcount == 0:
            raise NotKnown("This folder is no longer in the library.")
        return CatalogChanges.of(folders=[folder_id])


def _folder(row: Row[Any]) -> Folder:
    return Folder(
        FolderId(row.id),
        os.fsdecode(row.path),
        moment(row.added_at),
        None if row.last_indexed is None else moment(row.last_indexed),
        bool(row.offline),
    )
