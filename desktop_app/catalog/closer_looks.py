"""Photos that had a quick look only, and what a closer one adds to them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select, update

from desktop_app.catalog.reindex import (
    face_added,
    face_seen_again,
    keep_embeddings,
    matches,
)
from desktop_app.catalog.rows import photo_from
from desktop_app.catalog.schema import (
    among,
    faces,
    folders,
    photos,
    rejections,
    restoration_references,
    restorations,
    split_faces,
)
from desktop_app.catalog.subject import Subject
from desktop_app.catalog.values import IndexedPhoto
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId, FolderId, PhotoId
from desktop_app.domain.photo import Photo, PhotoState

# SQLite takes the index of the photos that wait, and no other, where the condition stands as in the
# index; a plus sign before a column keeps it from the indexes of that column.
_waits = photos.c.waits_for_closer == literal_column("1")
_state: ColumnElement[str] = literal_column("+photos.state")
_folder: ColumnElement[int] = literal_column("+photos.folder_id")

_DECIDED = (rejections, split_faces, restorations, restoration_references)
"""Where a row about a face is of the user's making, or rests on how the face was seen."""


class CloserLooks(Subject):
    """The part of `catalog.photos` that a closer look asks and writes."""

    def next_to_look_closer(
        self,
        folder_id: FolderId | None,
        limit: int,
        after: PhotoId = PhotoId(0),  # noqa: B008
    ) -> list[Photo]:
        """Photos that had a quick look only, in folders that are there, after this one."""
        statement = _waiting(folder_id, photos, folders.c.path.label("folder_path"))
        statement = statement.where(photos.c.id > after).order_by(photos.c.id).limit(limit)
        with self._file.read() as connection:
            return [photo_from(row) for row in connection.execute(statement)]

    def wait_for_closer(self, folder_id: FolderId | None, ids: Iterable[PhotoId]) -> list[Photo]:
        """Those of the photos that had a quick look only, in the order given."""
        wanted = list(ids)
        statement = _waiting(folder_id, photos, folders.c.path.label("folder_path"))
        statement = statement.where(photos.c.id.in_(among(wanted)))
        with self._file.read() as connection:
            found = {row.id: photo_from(row) for row in connection.execute(statement)}
        return [found[photo_id] for photo_id in wanted if photo_id in found]

    def closer_looks_left(self, folder_id: FolderId | None = None) -> int:
        with self._file.read() as connection:
            return int(connection.scalar(_waiting(folder_id, func.count())) or 0)

    def record_looked_closer(self, results: Sequence[IndexedPhoto]) -> CatalogChanges:
        """Adds the faces that are not known yet; what is known stays as it is.

        Except where a known face is among those seen and nobody decided about it: it is described
        anew. As many photos a transaction as are written in 10 ms. A photo that was turned or read
        again meanwhile still waits; one whose content changed waits to be read.
        """
        return self._in_short_writes(results, _add)


def _waiting(folder_id: FolderId | None, *columns: object) -> "Select[tuple[object, ...]]":
    statement: Select[tuple[object, ...]] = (
        select(*columns)  # type: ignore[call-overload]
        .select_from(photos)
        .join(folders, folders.c.id == photos.c.folder_id)
        .where(
            _waits,
            _state == PhotoState.INDEXED.value,
            folders.c.offline == 0,
        )
    )
    return statement if folder_id is None else statement.where(_folder == folder_id)


def _add(connection: Connection, result: IndexedPhoto) -> CatalogChanges:
    of_photo = photos.c.id == result.photo_id
    before = connection.execute(select(photos).where(of_photo)).one_or_none()
    if (
        before is None
        or before.state != PhotoState.INDEXED.value
        or before.turned != result.turned
        or not before.waits_for_closer
    ):
        return CatalogChanges()
    if before.content_hash != result.content_hash:
        connection.execute(update(photos).where(of_photo).values(state=PhotoState.FOUND.value))
        return CatalogChanges.of(photos=[result.photo_id])
    known = connection.execute(select(faces).where(faces.c.photo_id == result.photo_id)).all()
    again = _described_again(connection, result, known)
    boxes = [BBox(row.box_left, row.box_top, row.box_right, row.box_bottom) for row in known]
    missed = [face for face in result.faces if not face.detected.bbox.is_among(boxes)]
    ids = [face_added(connection, result.photo_id, face) for face in missed]
    keep_embeddings(connection, ids, missed, result.embedding_model)
    looked = update(photos).where(of_photo).values(detector=result.detector, waits_for_closer=0)
    connection.execute(looked)
    ids += again
    return CatalogChanges.of(photos=[result.photo_id] if ids else [], faces=ids)


def _described_again(
    connection: Connection, result: IndexedPhoto, known: "Sequence[Row[Any]]"
) -> list[FaceId]:
    """Faces that were seen with more pixels now, and about which nobody has decided anything."""
    pairs = matches(known, result, (1.0, 1.0))
    undecided = set(
        connection.scalars(
            select(faces.c.id).where(
                faces.c.id.in_(among(pairs.values())),
                faces.c.status.in_(("none", "suggested")),
                faces.c.drawn_by_hand == 0,
                *(faces.c.id.not_in(select(table.c.face_id)) for table in _DECIDED),
            )
        )
    )
    again = {number: face_id for number, face_id in pairs.items() if face_id in undecided}
    for number, face_id in again.items():
        face_seen_again(connection, face_id, result.faces[number], result.embedding_model)
    return [FaceId(face_id) for face_id in again.values()]
