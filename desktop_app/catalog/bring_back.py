"""Puts a backup in the catalog's place; what stood there is set aside, never deleted."""

import glob
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.catalog.backups import STAMP, back_up, backups_folder, made_folder
from desktop_app.catalog.engine import lock_for_writing, quick_check
from desktop_app.catalog.versions import Steps, require_known
from desktop_app.domain.errors import BadRequest, CatalogDamaged, NotKnown
from desktop_app.domain.whole_file import as_expected, flush_folder

_REPLACED = "-replaced-"
_LOGS = ("-wal", "-shm")


def restore_backup(path: Path, backup: Path) -> Path | None:
    """Puts a backup in the catalog's place; tells where the catalog that stood there is now.

    Raises `CatalogBusy` while the catalog is open, `CatalogDamaged` and `NotKnown` for a backup
    that is damaged or not there, `BadRequest` for a file that is no backup, `CatalogTooNew` for
    one of a newer version.
    """
    if not backup.is_file():
        raise NotKnown(f"There is no backup {backup.name}.")
    if quick_check(backup):
        raise CatalogDamaged(f"The backup {backup.name} is damaged too. Choose an older one.")
    if require_known(backup, Steps()) is None:
        raise BadRequest(f"The backup {backup.name} is empty. Choose another one.")
    path = Path(os.path.realpath(path))
    lock = lock_for_writing(path)
    brought = _brought(path)
    try:
        back_up(backup, brought, by_way_of=made_folder(path))  # first, for the disk may be full
        aside = _aside(path) if path.exists() else None
        if aside is not None:
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
        for aside in [each for each in set_aside(path) if each.suffix == path.suffix][-1:]:
            _set_aside(path, aside, _LOGS)
        brought.replace(path)
        flush_folder(path.parent)


def set_aside(path: Path) -> list[Path]:
    """What stood here before a catalog was brought back or begun anew, oldest first.

    Files, and the folders of their backups.
    """
    return sorted(path.parent.glob(f"{glob.escape(path.stem)}{_REPLACED}*"))


def put_aside(path: Path) -> None:
    """Leaves the catalog's place free; its backups go with it, so that none is rotated out.

    The caller holds the catalog's lock. Raises `NotPermitted`, `DiskFull`.
    """
    aside, folder = _aside(path), backups_folder(path)
    try:
        _set_aside(path, aside, ("", *_LOGS))
        if folder.exists():
            folder.rename(backups_folder(aside))
    except OSError as error:
        raise as_expected(error, path) from error


def _aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime(STAMP)
    return path.with_name(f"{path.stem}{_REPLACED}{stamp}{path.suffix}")


def _brought(path: Path) -> Path:
    """Where a backup waits, whole, until the catalog is set aside for it."""
    return path.with_name(f"{path.name}.brought-back")


def _set_aside(path: Path, aside: Path, ends: Sequence[str]) -> None:
    for end in ends:
        part = Path(f"{path}{end}")
        if part.exists():
            part.replace(f"{aside}{end}")
    flush_folder(path.parent)
