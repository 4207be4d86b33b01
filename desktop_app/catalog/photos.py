"""The photos of the library: which are there, which are to be read, when they were taken."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from sqlalchemy import Select, func, select, update

from desktop_app.catalog.indexing import Indexing
from desktop_app.catalog.photo_filter import conditions, order, worded
from desktop_app.catalog.rows import date_columns, numbers, photo_from
from desktop_app.catalog.schema import among, folders, photos
from desktop_app.catalog.stale import rests_on_photos
from desktop_app.catalog.turning import turn_to
from desktop_app.catalog.values import DecisionKind, PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, NotKnown
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.photo import DatePrecision, Photo, PhotoDate, PhotoState


class Photos(Indexing):
    """`catalog.photos`."""

    def get(self, photo_id: PhotoId) -> Photo:
        """Raises `NotKnown`."""
        found = self.many([photo_id])
        if not found:
            raise NotKnown("This photo is no longer in the library.")
        return found[0]

    def many(self, ids: Iterable[PhotoId]) -> list[Photo]:
        """In the order of the ids; those that are not there are left out."""
        wanted = list(ids)
        found = {
            photo.id: photo
            for photo in self._photos(_select().where(photos.c.id.in_(among(wanted))))
        }
        return [found[photo_id] for photo_id in wanted if photo_id in found]

    def ids(self, wanted: PhotoFilter = PhotoFilter()) -> list[PhotoId]:  # noqa: B008 - frozen
        """The photos a filter asks for, in its order."""
        statement = select(photos.c.id).where(*conditions(wanted)).order_by(*order(wanted.order))
        with self._file.read() as connection:
            found = numbers(connection, statement)
            for word in worded(wanted.text):
                found = found[np.isin(found, numbers(connection, word))]
        return cast(list[PhotoId], found.tolist())

    def count(self, wanted: PhotoFilter = PhotoFilter()) -> int:  # noqa: B008 - frozen
        if worded(wanted.text):
            return len(self.ids(wanted))
        statement = select(func.count()).select_from(photos).where(*conditions(wanted))
        with self._file.read() as connection:
            return int(connection.scalar(statement) or 0)

    def by_hash(self, content_hash: str) -> list[Photo]:
        """Every copy of the same file, oldest in the catalog first."""
        if not content_hash:
            return []
        return self._photos(
            _select()
            .where(photos.c.content_hash == content_hash, photos.c.content_hash != "")
            .order_by(photos.c.id)
        )

    def by_path(self, path: Path | str) -> Photo | None:
        """The photo of this file, where one of the library's folders holds it."""
        asked = Path(path).absolute()
        for spelled in dict.fromkeys([asked, asked.parent.resolve() / asked.name]):
            with self._file.read() as connection:
                roots = connection.execute(select(folders.c.id, folders.c.path)).all()
            for root in roots:
                base = Path(os.fsdecode(root.path))
                if not spelled.is_relative_to(base):
                    continue
                relative = os.fsencode(spelled.relative_to(base).as_posix())
                found = self._photos(
                    _select().where(photos.c.folder_id == root.id, photos.c.relative == relative)
                )
                if found:
                    return found[0]
        return None

    def failed(self) -> list[Photo]:
        """The photos that could not be read, each with its reason, by name."""
        return self.many(self.ids(PhotoFilter(state=PhotoState.FAILED)))

    def set_date(self, ids: Iterable[PhotoId], taken: PhotoDate) -> CatalogChanges:
        """Gives photos a date by hand, which reading the file again does not change.

        A decision: `people.undo` takes it back. Raises `BadRequest` for a date that ends before
        it begins.
        """
        wanted = list(ids)
        if taken.precision is DatePrecision.UNKNOWN:
            taken = PhotoDate()
        columns = date_columns(taken)
        with self._file.write() as connection:
            there = list(
                connection.scalars(select(photos.c.id).where(photos.c.id.in_(among(wanted))))
            )
            if not there:
                return CatalogChanges()
            decision = self._log.begin(connection, DecisionKind.DATE)
            decision.dates([PhotoId(photo_id) for photo_id in there])
            connection.execute(
                update(photos)
                .where(photos.c.id.in_(among(there)))
                .values(**columns, date_by_hand=1)
            )
            stale = decision.stale(rests_on_photos([PhotoId(photo_id) for photo_id in there]))
        return replace(stale, photos=frozenset(PhotoId(photo_id) for photo_id in there))

    def turn(self, ids: Iterable[PhotoId], degrees: int) -> CatalogChanges:
        """Turns photos clockwise by 90, 180 or 270 degrees; the files stay as they are.

        Faces keep their names, their boxes and landmarks follow. A decision: `people.undo` takes
        it back. Raises `BadRequest` for another angle.
        """
        if degrees % 90:
            raise BadRequest("A photo is turned by quarters: 90, 180 or 270 degrees.")
        with self._file.write() as connection:
            rows = connection.execute(
                select(photos.c.id, photos.c.turned).where(photos.c.id.in_(among(ids)))
            ).all()
            if not rows or degrees % 360 == 0:
                return CatalogChanges()
            decision = self._log.begin(connection, DecisionKind.TURN)
            decision.turned([PhotoId(row.id) for row in rows])
            return turn_to(
                connection, [(PhotoId(row.id), (row.turned + degrees) % 360) for row in rows]
            )

    def _photos(self, statement: Select[Any]) -> list[Photo]:
        with self._file.read() as connection:
            return [photo_from(row) for row in connection.execute(statement)]


def _select() -> Select[Any]:
    return select(photos, folders.c.path.label("folder_path")).join(
        folders, folders.c.id == photos.c.folder_id
    )
