"""Copies of the catalog: made while it is in use, checked, rotated, brought back."""

import glob
import os
import re
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.catalog.engine import in_the_users_words, lock_for_writing, quick_check
from desktop_app.domain.errors import CatalogDamaged, NotKnown, NotPermitted
from desktop_app.domain.whole_file import as_expected, flush_folder

STAMP = "%Y%m%dT%H%M%S%f"  # UTC, as it stands in a backup's name

KEPT = 7
"""Backups kept of each occasion; older ones are removed."""


def backups_folder(path: Path) -> Path:
    """Where the backups of a catalog lie, beside it."""
    return path.parent / f"{path.stem}-backups"


def back_up(path: Path, to: Path) -> None:
    """Copies a catalog by SQLite's backup; `to` is whole and sound, or as it was before.

    Readers and writers go on meanwhile. Only the owner may read the copy.
    Raises `DiskFull`, `NotPermitted`, `CatalogDamaged`.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=".likeness-", dir=to.parent)
    except OSError as error:
        raise as_expected(error, to) from error
    os.close(descriptor)
    temporary = Path(name)
    try:
        with in_the_users_words(to):
            _copy(path, temporary)
        if quick_check(temporary):
            raise CatalogDamaged(
                f"The catalog {path.name} is damaged and was not copied. "
                "Restore an older backup, then try again."
            )
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(to)
        flush_folder(to.parent)
    except OSError as error:
        raise as_expected(error, to) from error
    finally:
        for leftover in (temporary, Path(f"{name}-journal"), Path(f"{name}-wal")):
            leftover.unlink(missing_ok=True)


def back_up_beside(path: Path, occasion: str) -> Path:
    """A dated backup in the catalog's own folder; older ones of the occasion are rotated out."""
    folder = backups_folder(path)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise NotPermitted(
            f"A backup of the catalog may not be written in {folder.parent}. "
            "Check the permissions of the folder, then try again."
        ) from error
    stamp = datetime.now(UTC).strftime(STAMP)
    made = folder / f"{path.stem}-{stamp}-{occasion}.sqlite"
    back_up(path, made)
    for old in sorted(folder.glob(f"*-{occasion}.sqlite"), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
    return made


def backups(path: Path) -> list[Path]:
    """The backups of a catalog, newest first."""
    return sorted(backups_folder(path).glob(f"{glob.escape(path.stem)}-*.sqlite"), reverse=True)


def made_at(backup: Path) -> datetime:
    """When a backup was made, by its name; long ago where the name does not say."""
    stamp = re.search(r"-(\d{8}T\d{12})-", backup.name)
    if stamp is None:
        return datetime.fromtimestamp(0, UTC)
    return datetime.strptime(stamp[1], STAMP).replace(tzinfo=UTC)


def newest_sound_backup(path: Path) -> Path | None:
    for backup in backups(path):
        if not quick_check(backup):
            return backup
    return None


def restore_backup(path: Path, backup: Path) -> Path | None:
    """Puts a backup in the catalog's place; tells where the catalog that stood there is now.

    Raises `CatalogBusy` while the catalog is open, `CatalogDamaged` and `NotKnown` for a backup
    that is damaged or not there.
    """
    if not backup.is_file():
        raise NotKnown(f"There is no backup {backup.name}.")
    if quick_check(backup):
        raise CatalogDamaged(f"The backup {backup.name} is damaged too. Choose an older one.")
    lock = lock_for_writing(path)
    brought = path.with_name(f"{path.name}.brought-back")
    try:
        back_up(backup, brought)  # first, for the disk may be full
        aside = None
        if path.exists():
            stamp = datetime.now(UTC).strftime(STAMP)
            aside = path.with_name(f"{path.stem}-replaced-{stamp}{path.suffix}")
            for end in ("", "-wal", "-shm"):
                part = Path(f"{path}{end}")
                if part.exists():
                    part.replace(f"{aside}{end}")
        brought.replace(path)
        flush_folder(path.parent)
        return aside
    except OSError as error:
        raise as_expected(error, path) from error
    finally:
        brought.unlink(missing_ok=True)
        lock.release()


def _copy(path: Path, to: Path) -> None:
    source = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)
    target = sqlite3.connect(to)
    try:
        source.backup(target)
        # The copy is one file: without this it would want a log of its own beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    finally:
        target.close()
        source.close()
