"""Copies of the catalog: made while it is in use, checked, rotated, brought back."""

import glob
import os
import re
import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.catalog.engine import in_the_users_words, lock_for_writing, quick_check
from desktop_app.domain.errors import CatalogDamaged, NotKnown, NotPermitted
from desktop_app.domain.whole_file import as_expected, flush_folder

STAMP = "%Y%m%dT%H%M%S%f"  # UTC, as it stands in a backup's name

_REPLACED = "-replaced-"
_LOGS = ("-wal", "-shm")

UNFINISHED = ".likeness-copy-"
"""How the name of a copy begins that is not whole; a kill may leave one."""

KEPT = 7
"""Backups kept of each occasion; older ones are removed."""


def backups_folder(path: Path) -> Path:
    """Where the backups of a catalog lie, beside it."""
    return path.parent / f"{path.stem}-backups"


def back_up(path: Path, to: Path, *, by_way_of: Path | None = None) -> None:
    """Copies a catalog by SQLite's backup; `to` is whole and sound, or as it was before.

    Readers and writers go on meanwhile. Only the owner may read the copy. Until it is whole it
    lies in the folder `by_way_of` (that of `to` where none is named), under the name `UNFINISHED`.
    Raises `DiskFull`, `NotPermitted`, `CatalogDamaged`.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=UNFINISHED, dir=by_way_of or to.parent)
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
    folder = _made_folder(path)
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


def clear_unfinished(path: Path) -> None:
    """Removes the copies that a kill left half made; the caller holds the catalog's lock.

    They hold faces and names, which nobody would find to forget. Those that a command is making
    at this moment of a catalog opened to read lie where the user asked for them.
    """
    for left in backups_folder(path).glob(f"{UNFINISHED}*"):
        left.unlink(missing_ok=True)


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
    brought = _brought(path)
    try:
        back_up(backup, brought, by_way_of=_made_folder(path))  # first, for the disk may be full
        aside = None
        if path.exists():
            stamp = datetime.now(UTC).strftime(STAMP)
            aside = path.with_name(f"{path.stem}{_REPLACED}{stamp}{path.suffix}")
            _set_aside(path, aside, ("", *_LOGS))
        brought.replace(path)
        flush_folder(path.parent)
        return aside
    except OSError as error:
        raise as_expected(error, path) from error
    finally:
        if path.exists():  # else the next opening goes on from here, see `finish_restoring`
            brought.unlink(missing_ok=True)
        lock.release()


def finish_restoring(path: Path) -> None:
    """Ends what a kill interrupted in `restore_backup`; the caller holds the catalog's lock.

    As long as the catalog stands in its place the backup was not brought; once it is set aside,
    the rest follows, its log first, which must not be taken for the backup's.
    """
    brought = _brought(path)
    if path.exists():
        brought.unlink(missing_ok=True)
    elif brought.exists():
        names = f"{glob.escape(path.stem)}{_REPLACED}*{glob.escape(path.suffix)}"
        for aside in sorted(path.parent.glob(names))[-1:]:
            _set_aside(path, aside, _LOGS)
        brought.replace(path)
        flush_folder(path.parent)


def _brought(path: Path) -> Path:
    """Where a backup waits, whole, until the catalog is set aside for it."""
    return path.with_name(f"{path.name}.brought-back")


def _set_aside(path: Path, aside: Path, ends: Sequence[str]) -> None:
    for end in ends:
        part = Path(f"{path}{end}")
        if part.exists():
            part.replace(f"{aside}{end}")
    flush_folder(path.parent)


def _made_folder(path: Path) -> Path:
    """The folder of the backups. Raises `NotPermitted`, `DiskFull`."""
    folder = backups_folder(path)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except PermissionError as error:
        raise NotPermitted(
            f"A backup of the catalog may not be written in {folder.parent}. "
            "Check the permissions of the folder, then try again."
        ) from error
    except OSError as error:
        raise as_expected(error, folder) from error
    return folder


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
