"""Copies of the catalog: made while it is in use, checked, rotated."""

import glob
import os
import re
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop_app.catalog.engine import in_the_users_words, quick_check
from desktop_app.catalog.rows import sound
from desktop_app.catalog.versions import Steps, require_known
from desktop_app.domain.errors import CatalogDamaged, ExpectedError, NameTaken, NotPermitted
from desktop_app.domain.private_folder import private_folder, tighten
from desktop_app.domain.whole_file import as_expected, flush_folder

STAMP = "%Y%m%dT%H%M%S%f"  # UTC, as it stands in a backup's name

UNFINISHED = ".likeness-copy-"
"""How the name of a copy begins that is not whole; a kill may leave one."""

_SQLITE = b"SQLite format 3\0"  # how its files begin: https://sqlite.org/fileformat.html

KEPT = 7
"""Backups kept of each occasion; older ones are removed."""


def backups_folder(path: Path) -> Path:
    """Where the backups of a catalog lie: beside it, not beside a link to it."""
    path = Path(os.path.realpath(path))
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


def require_replaceable(path: Path, to: Path) -> None:
    """Whether a copy of the catalog at `path` may be written to a place that the user named.

    Raises `NameTaken` where something else than an earlier copy stands there, a photo for instance.
    """
    if not os.path.lexists(to):
        return
    if to.is_dir():
        raise NameTaken(f"{to.name or to} is a folder. Name a file in it.")
    if to.exists() and to.samefile(path):
        raise NameTaken(f"{to.name} is the catalog itself. Choose another name.")
    try:
        with to.open("rb") as file:
            sqlite = file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        sqlite = False
    if not sqlite:
        raise NameTaken(f"{to.name} is there already and no backup. Choose another name.")


def back_up_beside(path: Path, occasion: str) -> Path:
    """A dated backup in the catalog's own folder; older ones of the occasion are rotated out.

    Names rise with every backup, also where the clock was set back in between.
    """
    folder = made_folder(path)
    made = folder / f"{path.stem}-{_next_stamp(path)}-{occasion}.sqlite"
    back_up(path, made)
    _rotate(folder, occasion)
    return made


def backups(path: Path) -> list[Path]:
    """The backups of a catalog, newest first."""
    folder = backups_folder(path)
    stem = glob.escape(folder.name.removesuffix("-backups"))
    return sorted(folder.glob(f"{stem}-*.sqlite"), reverse=True)


def is_due(path: Path, every: timedelta) -> bool:
    """Whether the newest backup of any occasion is older than `every`, or there is none.

    One that seems to come from the future does not count: the clock was wrong then.
    """
    newest = backups(path)[:1]
    if not newest:
        return True
    age = datetime.now(UTC) - datetime.fromtimestamp(newest[0].stat().st_mtime, UTC)
    return not timedelta(0) <= age < every


def newest_sound_backup(path: Path) -> Path | None:
    """The newest that this version can open."""
    return next((backup for backup in backups(path) if _can_be_opened(backup)), None)


def clear_unfinished(path: Path) -> None:
    """Removes the copies that a kill left half made; the caller holds the catalog's lock.

    They hold faces and names, which nobody would find to forget. Those that a command is making
    at this moment of a catalog opened to read lie where the user asked for them.
    """
    folder = backups_folder(path)
    if folder.is_dir():
        tighten(folder)
    for left in folder.glob(f"{UNFINISHED}*"):
        left.unlink(missing_ok=True)


def made_folder(path: Path) -> Path:
    """The folder of the backups. Raises `NotPermitted`, `DiskFull`."""
    folder = backups_folder(path)
    try:
        private_folder(folder)
    except PermissionError as error:
        raise NotPermitted(
            f"A backup of the catalog may not be written in {folder.parent}. "
            "Check the permissions of the folder, then try again."
        ) from error
    except OSError as error:
        raise as_expected(error, folder) from error
    return folder


def _next_stamp(path: Path) -> str:
    now = datetime.now(UTC)
    newest = backups(path)[:1]
    stamp = re.search(r"-(\d{8}T\d{12})-", newest[0].name) if newest else None
    if stamp is not None:
        before = datetime.strptime(stamp[1], STAMP).replace(tzinfo=UTC)
        now = max(now, before + timedelta(microseconds=1))
    return now.strftime(STAMP)


def _rotate(folder: Path, occasion: str) -> None:
    """Removes all but the newest, and never the newest of those without a single damaged row."""
    of_occasion = sorted(folder.glob(f"*-{occasion}.sqlite"), reverse=True)
    kept, old = of_occasion[:KEPT], of_occasion[KEPT:]
    if old and not any(_is_whole(backup) for backup in kept):
        spared = next((backup for backup in old if _is_whole(backup)), None)
        old = [backup for backup in old if backup != spared]
    for backup in old:
        backup.unlink(missing_ok=True)


def _can_be_opened(backup: Path) -> bool:
    try:
        return not quick_check(backup) and require_known(backup, Steps()) is not None
    except ExpectedError:
        return False


def _is_whole(backup: Path) -> bool:
    """Whether also what `quick_check` does not see is as it was written."""
    if not _can_be_opened(backup):
        return False
    connection = sqlite3.connect(backup.absolute().as_uri() + "?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT vector, crc32 FROM embeddings")
        return all(sound(vector, crc32) for vector, crc32 in rows)
    except sqlite3.Error:
        return False
    finally:
        connection.close()


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
