"""Photos on their way into the catalog: found, read, failed, missing, moved."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from desktop_app.catalog.closer_looks import CloserLooks
from desktop_app.catalog.reindex import faces_of_a_photo_read_again
from desktop_app.catalog.rows import date_columns, folded, photo_from, plain
from desktop_app.catalog.schema import among, folders, photos
from desktop_app.catalog.stale import mark, rests_on_photos
from desktop_app.catalog.subject import batches
from desktop_app.catalog.values import FoundPhoto, IndexedPhoto, KnownFile
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import NotKnown
from desktop_app.domain.ids import FolderId, PhotoId, RestorationId
from desktop_app.domain.photo import Photo, PhotoState


class Indexing(CloserLooks):
    """The part of `catalog.photos` that a look through a folder writes."""

    def known_files(self, folder_id: FolderId) -> dict[bytes, KnownFile]:
        """Every file of a folder that the catalog knows, by its path below the folder."""
        statement = select(
            photos.c.relative, photos.c.id, photos.c.size, photos.c.mtime_ns, photos.c.state
        ).where(photos.c.folder_id == folder_id)
        states = {state.value: state for state in PhotoState}
        with self._file.read() as connection:
            return {
                relative: KnownFile(PhotoId(number), size, mtime_ns, states[state])
                for relative, number, size, mtime_ns, state in plain(connection, statement)
            }

    def record_found(self, folder_id: FolderId, files: Sequence[FoundPhoto]) -> list[PhotoId]:
        """Notes files that a scan met, a transaction for every 200; ids in the same order.

        A new file, and one whose size or time changed, is to be read (FOUND); what was known of
        it stays until it is read. A file that was MISSING or FAILED and is there unchanged: a
        missing one is INDEXED again where it had been read, a failed one stays failed.
        Raises `NotKnown` for a folder that is not there.
        """
        ids: list[PhotoId] = []
        for batch in batches(files):
            with self._file.write(bulk=True) as connection:
                ids += _record(connection, folder_id, batch)
        return ids

    def next_to_index(
        self,
        folder_id: FolderId | None,
        limit: int,
        after: PhotoId = PhotoId(0),  # noqa: B008
    ) -> list[Photo]:
        """Photos that are to be read, in the order in which they were found, after this one."""
        statement = (
            select(photos, folders.c.path.label("folder_path"))
            .join(folders, folders.c.id == photos.c.folder_id)
            .where(photos.c.state == PhotoState.FOUND.value, photos.c.id > after)
            .order_by(photos.c.id)
            .limit(limit)
        )
        if folder_id is not None:
            statement = statement.where(photos.c.folder_id == folder_id)
        with self._file.read() as connection:
            return [photo_from(row) for row in connection.execute(statement)]

    def record_indexed(self, results: Sequence[IndexedPhoto]) -> CatalogChanges:
        """Keeps what was read from photos; a photo that is gone is left out.

        As many photos a transaction as are written in 10 ms, so that a decision never waits.
        Faces of a photo read again take the place of those known where the boxes overlap by
        more than half (see `reindex`); a date set by hand stays; restorations of a photo whose
        content changed become stale.
        """
        return self._in_short_writes(results, _keep)

    def record_failed(self, photo_id: PhotoId, reason: str) -> CatalogChanges:
        """The photo could not be read; it is tried again once its file changes."""
        with self._file.write() as connection:
            connection.execute(
                update(photos)
                .where(photos.c.id == photo_id)
                .values(state=PhotoState.FAILED.value, reason=reason)
            )
        return CatalogChanges.of(photos=[photo_id])

    def try_again(self, ids: Iterable[PhotoId]) -> CatalogChanges:
        """Photos are to be read once more, whether they failed or not; what is known stays."""
        wanted = list(ids)
        with self._file.write() as connection:
            connection.execute(
                update(photos)
                .where(photos.c.id.in_(among(wanted)))
                .values(state=PhotoState.FOUND.value, reason="")
            )
        return CatalogChanges.of(photos=wanted)

    def mark_missing(self, ids: Iterable[PhotoId]) -> CatalogChanges:
        """The files are gone from where they were; what is known of them stays."""
        wanted = list(ids)
        for batch in batches(wanted):
            with self._file.write(bulk=True) as connection:
                connection.execute(
                    update(photos)
                    .where(photos.c.id.in_(among(batch)))
                    .values(state=PhotoState.MISSING.value)
                )
        return CatalogChanges.of(photos=wanted)

    def moved(self, photo_id: PhotoId, folder_id: FolderId, relative: bytes) -> CatalogChanges:
        """The file of this photo stands elsewhere now; all that is known of it goes along.

        A photo that a scan found at the new place gives its place and is gone.
        """
        with self._file.write() as connection:
            there = connection.execute(
                select(photos.c.id, photos.c.size, photos.c.mtime_ns).where(
                    photos.c.folder_id == folder_id, photos.c.relative == relative
                )
            ).one_or_none()
            old_hash = connection.scalar(
                select(photos.c.content_hash).where(photos.c.id == photo_id)
            )
            if old_hash is None:
                raise NotKnown("This photo is no longer in the library.")
            state = PhotoState.INDEXED if old_hash else PhotoState.FOUND
            columns: dict[str, Any] = {
                "folder_id": folder_id,
                "relative": relative,
                "search_text": _search_text(relative),
                "state": state.value,
                "reason": "",
            }
            if there is not None and there.id != photo_id:
                columns |= {"size": there.size, "mtime_ns": there.mtime_ns}
                connection.execute(delete(photos).where(photos.c.id == there.id))
            connection.execute(update(photos).where(photos.c.id == photo_id).values(**columns))
        gone = [photo_id] if there is None else [photo_id, PhotoId(there.id)]
        return CatalogChanges.of(photos=gone)


def _record(
    connection: Connection, folder_id: FolderId, batch: Sequence[FoundPhoto]
) -> list[PhotoId]:
    if connection.scalar(select(folders.c.id).where(folders.c.id == folder_id)) is None:
        raise NotKnown("This folder is no longer in the library.")
    of_batch = select(
        photos.c.id,
        photos.c.relative,
        photos.c.size,
        photos.c.mtime_ns,
        photos.c.state,
        photos.c.content_hash,
    ).where(photos.c.folder_id == folder_id, photos.c.relative.in_([f.relative for f in batch]))
    known = {row.relative: row for row in connection.execute(of_batch)}
    new, changed = [], []
    for file in {file.relative: file for file in batch}.values():
        row = known.get(file.relative)
        if row is None:
            new.append(
                {
                    "folder_id": folder_id,
                    "relative": file.relative,
                    "search_text": _search_text(file.relative),
                    "size": file.size,
                    "mtime_ns": file.mtime_ns,
                    "state": PhotoState.FOUND.value,
                }
            )
            continue
        same = (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
        if same and row.state != PhotoState.MISSING.value:
            continue
        read_before = same and row.content_hash
        state = PhotoState.INDEXED if read_before else PhotoState.FOUND
        changed.append(
            {"photo": row.id, "size": file.size, "mtime_ns": file.mtime_ns, "state": state.value}
        )
    if new:
        connection.execute(
            insert(photos).values({name: bindparam(name) for name in new[0]}).inline(), new
        )
    if changed:
        connection.execute(update(photos).where(photos.c.id == bindparam("photo")), changed)
    ids = (
        {row.relative: row.id for row in connection.execute(of_batch)}
        if new
        else {relative: row.id for relative, row in known.items()}
    )
    return [PhotoId(ids[file.relative]) for file in batch]


_PHOTO = update(photos).where(photos.c.id == bindparam("photo"))


def _keep(connection: Connection, result: IndexedPhoto) -> CatalogChanges:
    photo_id = result.photo_id
    before = connection.execute(select(photos).where(photos.c.id == photo_id)).one_or_none()
    if before is None:
        return CatalogChanges()
    if before.turned != result.turned:
        # turned by the user since it was read: it waits to be read once more
        connection.execute(_PHOTO, {"photo": photo_id, "state": PhotoState.FOUND.value})
        return CatalogChanges.of(photos=[photo_id])
    metadata = result.metadata
    columns: dict[str, Any] = {
        "state": PhotoState.INDEXED.value,
        "reason": "",
        "content_hash": result.content_hash,
        "width": metadata.width,
        "height": metadata.height,
        "file_format": metadata.file_format,
        "camera": metadata.camera,
        "orientation": metadata.orientation,
        "has_place": int(metadata.has_place),
        "detector": result.detector,
        "waits_for_closer": int(not result.closely),
    }
    if not before.date_by_hand:
        columns |= date_columns(metadata.taken)
    connection.execute(_PHOTO, columns | {"photo": photo_id})
    changes = faces_of_a_photo_read_again(connection, result, before)
    if before.content_hash and before.content_hash != result.content_hash:
        stale = mark(connection, rests_on_photos([photo_id]))
        changes |= CatalogChanges.of(restorations=(RestorationId(number) for number in stale))
    return changes | CatalogChanges.of(photos=[photo_id])


def _search_text(relative: bytes) -> str:
    return folded(relative.decode("utf-8", "replace"))
