"""Removes all that the application keeps of a user: catalog, settings, models, caches, logs."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from desktop_app.catalog.engine import lock_for_writing
from desktop_app.domain.errors import NotPermitted
from desktop_app.settings.places import Places


@dataclass(frozen=True)
class KeptFolder:
    """A folder of the application's, and how much lies in it."""

    folder: Path
    size: int  # bytes


def kept_folders(where: Places) -> tuple[KeptFolder, ...]:
    """Those that exist, none within another."""
    every = sorted({where.data, where.cache, where.logs, where.models})
    outer = [place for place in every if not any(p in every for p in place.parents)]
    return tuple(KeptFolder(place, _size(place)) for place in outer if place.is_dir())


def remove_everything(where: Places) -> tuple[KeptFolder, ...]:
    """Deletes all of them; photographs, exports and sidecar files lie elsewhere and stay.

    Raises `CatalogBusy` while a window or a command has the catalog open, and `NotPermitted`.
    """
    kept = kept_folders(where)
    lock = lock_for_writing(where.catalog) if where.data.is_dir() else None
    try:
        if lock is not None:  # on Windows its file cannot be removed while it is held
            _clear(where.data, but=Path(lock.lock_file))
            lock.release()
        for place in kept:
            shutil.rmtree(place.folder)
    except OSError as error:
        raise NotPermitted(
            f"Not everything could be removed: {error.filename or error}. "
            "Delete the folders by hand; `likeness data show` names them."
        ) from error
    finally:
        if lock is not None:
            lock.release()
    return kept


def _clear(folder: Path, but: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry != but:
            entry.unlink()


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(place, name).lstat().st_size
            except OSError:  # gone meanwhile
                continue
    return total
