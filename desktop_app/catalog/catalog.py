"""The catalog: what is known of the user's photos, in one file that only they can read."""

import contextlib
import os
import shutil
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock
from sqlalchemy import delete, func, select

from desktop_app.catalog.backups import (
    back_up,
    back_up_beside,
    backups,
    clear_unfinished,
    is_due,
    newest_sound_backup,
    require_replaceable,
)
from desktop_app.catalog.bring_back import finish_restoring, put_aside, set_aside
from desktop_app.catalog.decisions import DecisionLog
from desktop_app.catalog.engine import (
    CatalogFile,
    in_the_users_words,
    lock_for_writing,
    make_file,
    make_folder,
    quick_check,
)
from desktop_app.catalog.faces import Faces
from desktop_app.catalog.folders import Folders
from desktop_app.catalog.forgetting import ForgettingNote
from desktop_app.catalog.migrate import upgrade
from desktop_app.catalog.people import People
from desktop_app.catalog.photo_filter import flags_astray
from desktop_app.catalog.photos import Photos
from desktop_app.catalog.references import References
from desktop_app.catalog.restorations import Restorations
from desktop_app.catalog.rows import sound
from desktop_app.catalog.schema import (
    decisions,
    embeddings,
    faces,
    folders,
    people,
    photos,
    restorations,
    splits,
)
from desktop_app.catalog.values import CatalogFacts
from desktop_app.catalog.versions import Steps, require_known, schema_of
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import BadRequest, CatalogDamaged, NotKnown

SMALL = 32_000_000
"""Bytes of a catalog that is looked through for damage in a blink, before it is opened."""


class Catalog:
    """All photos, faces, people and restorations of a library.

    May be used from any thread. `folders`, `photos`, `faces`, `people`, `references` and
    `restorations` hold the methods; each is one transaction where it does not say otherwise, and
    what changes tells so by `CatalogChanges`. `forgetting` notes what is left of a forgetting.
    """

    def __init__(
        self, file: CatalogFile, lock: FileLock | None, *, looked_through: bool = True
    ) -> None:
        """Use `open`."""
        self.looked_through = looked_through
        """Whether the file was looked through for damage; if not, `require_sound` does so."""
        log = DecisionLog()
        self._file = file
        self._lock = lock
        self._log = log
        self.folders = Folders(file, log)
        self.photos = Photos(file, log)
        self.faces = Faces(file, log)
        self.people = People(file, log)
        self.references = References(file, log)
        self.restorations = Restorations(file, log)
        self.forgetting = ForgettingNote(file.path)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        anew: bool = False,
        at_once: bool = False,
        steps: Steps | None = None,
    ) -> Self:
        """Opens a catalog; makes it where there is none, and brings an older one up to date.

        `read_only` takes no lock, so that it works beside an open window, and changes nothing.
        `at_once` leaves it to the caller to look through a large one for damage (`require_sound`)
        before much is written: that takes a second for each gigabyte, or many on a slow disk.
        `anew` sets aside what stands there, damaged or not, and begins an empty one.
        `steps` are the migrations, for tests. Raises `CatalogBusy`, `CatalogTooNew`,
        `CatalogDamaged` (naming the newest sound backup; also where the catalog is gone or empty
        and its backups are not), `NotPermitted`, `DiskFull`; read only `NotKnown` where there is
        no catalog, `BadRequest` where it is of an older version.
        """
        steps = steps or Steps()
        # SQLite keeps its log beside the file itself, not beside a link to it; so do we
        path = Path(os.path.realpath(path))
        if path.is_dir():
            raise BadRequest(f"{path} is a folder. Name the catalog's file in it.")
        if read_only:
            return cls(_open_to_read(path, steps), None)
        make_folder(path)
        lock = lock_for_writing(path)
        try:
            finish_restoring(path)
            clear_unfinished(path)
            if anew:
                put_aside(path)
            else:
                _require_not_lost(path)
            looked_through = True
            if path.exists() and path.stat().st_size:
                looked_through = not at_once or path.stat().st_size <= SMALL
                if looked_through or schema_of(path) != steps.head:
                    _require_sound(path, read_only=False)
                    looked_through = True
                require_known(path, steps)
            make_file(path)
            upgrade(path, steps)
            return cls(CatalogFile(path), lock, looked_through=looked_through)
        except BaseException:
            lock.release()
            raise

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def read_only(self) -> bool:
        return self._file.read_only

    def as_one_decision(self) -> contextlib.AbstractContextManager[None]:
        """Decisions that this thread makes inside the block are taken back by one undo."""
        return self._log.one_wish()

    def facts(self) -> CatalogFacts:
        tables = (folders, photos, faces, people, restorations)
        with self._file.read() as connection:
            in_folders, in_photos, in_faces, in_people, in_restorations = (
                int(connection.scalar(select(func.count()).select_from(table)) or 0)
                for table in tables
            )
        parts = [self.path, Path(f"{self.path}-wal")]
        size = sum(part.stat().st_size for part in parts if part.exists())
        return CatalogFacts(
            schema_of(self.path) or "",
            in_folders,
            in_photos,
            in_faces,
            in_people,
            in_restorations,
            size,
        )

    def require_sound(self) -> None:
        """Looks through the file for damage while it is in use; raises `CatalogDamaged`."""
        _require_sound(self.path)
        self.looked_through = True

    def check(self) -> list[str]:
        """Everything wrong with the catalog, a sentence each; empty where it is sound.

        Looks at every page, every link between rows and every embedding's checksum.
        """
        with self._file.read() as connection:
            found = [
                f"The file is damaged: {line}."
                for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars()
                if line != "ok"
            ]
            dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if dangling:
                found.append(f"{len(dangling)} rows speak of rows that are not there.")
            astray = connection.scalar(
                select(func.count()).select_from(photos).where(flags_astray())
            )
            if astray:
                found.append(f"{astray} photos are filed wrongly by their faces.")
            damaged = sum(
                not sound(row.vector, row.crc32)
                for row in connection.execute(select(embeddings.c.vector, embeddings.c.crc32))
            )
        if damaged:
            found.append(f"{damaged} descriptions of faces are damaged; they can be made again.")
        return found

    def backup(self, to: Path) -> None:
        """Copies the catalog while it is in use; the copy is whole or not there.

        An earlier copy is replaced, and no other file.
        Raises `NameTaken`, `DiskFull`, `NotPermitted`, `CatalogDamaged`.
        """
        require_replaceable(self.path, to)
        back_up(self.path, to)

    def backup_beside(self, occasion: str = "daily") -> Path:
        """A dated copy in the catalog's own folder of backups; the newest 7 are kept."""
        return back_up_beside(self.path, occasion)

    def backups(self) -> list[Path]:
        """Newest first."""
        return backups(self.path)

    def backup_when_due(self, every: timedelta = timedelta(days=1)) -> Path | None:
        """A dated copy, where the newest of any occasion is older than `every`."""
        return self.backup_beside() if is_due(self.path, every) else None

    def forget_backups(self) -> Path:
        """Removes every backup, for they still hold whoever was forgotten; makes a fresh one.

        Catalogs that a backup once replaced, and that were set aside, go likewise.
        """
        clear_unfinished(self.path)
        old = backups(self.path) + set_aside(self.path)
        made = self.backup_beside("after-forgetting")
        for each in old:
            if each.is_dir():
                shutil.rmtree(each)
            else:
                each.unlink(missing_ok=True)
        return made

    def rewrite(self) -> None:
        """Writes the file anew, so that no byte of what was deleted stays, and empties its log.

        Raises `CatalogBusy`, `DiskFull`.
        """
        self._file.checkpoint(vacuum=True)

    def forget_all_faces(self, *, rewrite: bool = True) -> CatalogChanges:
        """Drops every face, embedding, person, restoration and decision; photos stay. No undo.

        The file is rewritten and its log emptied (without `rewrite`, by the caller); backups are
        the caller's to drop (`forget_backups`), and so are the thumbnails of faces. Photos are
        read again only where `photos.try_again` asks for it.
        """
        with self._file.write() as connection:
            for table in (decisions, restorations, faces, people, splits):
                connection.execute(delete(table))
        if rewrite:
            self.rewrite()
        return CatalogChanges(everything=True)

    def close(self) -> None:
        """Ends every connection and frees the lock; once is enough, twice does no harm."""
        self._file.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _open_to_read(path: Path, steps: Steps) -> CatalogFile:
    _require_not_lost(path)
    if not path.is_file():
        raise NotKnown(f"There is no catalog at {path} yet. Add a folder of photos first.")
    _require_sound(path)
    schema = require_known(path, steps)
    if schema != steps.head:
        raise BadRequest(
            f"The catalog {path.name} was written by an older version of Likeness. "
            "Open it in the window once, so that it is brought up to date."
        )
    return CatalogFile(path, read_only=True)


def _require_not_lost(path: Path) -> None:
    """A catalog without a byte is a new one only where it never had a backup."""
    if path.exists() and path.stat().st_size:
        return
    backup = newest_sound_backup(path)
    if backup is not None:
        what = "is empty" if path.exists() else "is gone"
        raise CatalogDamaged(f"The catalog {path.name} {what}. {_remedy(backup)}")


def _require_sound(path: Path, *, read_only: bool = True) -> None:
    with in_the_users_words(path):
        wrong = quick_check(path, read_only=read_only)
    if wrong:
        remedy = _remedy(newest_sound_backup(path))
        raise CatalogDamaged(f"The catalog {path.name} is damaged ({wrong[0]}). {remedy}")


def _remedy(backup: Path | None) -> str:
    if backup is not None:
        return f"The newest sound backup is {backup}: restore it, then try again."
    return "There is no sound backup beside it. Move it away and index your folders again."
