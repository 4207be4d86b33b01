"""Keeps the embeddings where they can be mapped into memory; the catalog makes them anew.

Beside the catalog lies a folder of files that are never changed: each is written whole, and holds
some faces as 16-bit vectors and sign codes. New faces come as a new small file, small files are
joined into larger ones, and a file with a face that is gone is replaced, so that no byte of it
stays. A second process that reads meanwhile sees whole files only, and takes from the catalog what
they lack.
"""

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.vector_file import VectorFile
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.private_folder import private_folder
from desktop_app.faces.matrix import FaceMatrix

_log = logging.getLogger(__name__)

FULL = 1 << 16
"""Faces in a file, 68 MB at 512 dimensions: what is written anew when one of them goes."""

_MOST_SMALL = 12  # files that are not full, before they are joined

Listed = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Face ids, rising, and the checksum of each one's embedding: what the catalog holds now."""

Read = Callable[[NDArray[np.int64]], VectorFile]
"""Reads the embeddings of some faces from the catalog."""


class KeptVectors:
    """The files of one catalog. May be used from any thread."""

    def __init__(self, catalog: Path, *, read_only: bool) -> None:
        self.folder = catalog.with_name(catalog.name + "-vectors")
        self._read_only = read_only
        self._lock = threading.Lock()
        self._files: dict[str, list[VectorFile]] = {}
        self._matrices: dict[str, tuple[Listed, FaceMatrix]] = {}

    def matrix(self, model: str, listed: Listed, read: Read) -> FaceMatrix:
        """All faces that a model described, as the catalog lists them now.

        A face whose embedding the catalog itself finds damaged is left out.
        """
        with self._lock:
            known = self._matrices.get(model)
            if known is not None and all(
                np.array_equal(one, other) for one, other in zip(known[0], listed, strict=True)
            ):
                return known[1]
            files = self._up_to_date(model, listed, read)
            self._files[model] = files
            matrix = FaceMatrix.of([file.block for file in files], [file.crcs for file in files])
            self._matrices[model] = (listed, matrix)
            return matrix

    def forget(self) -> None:
        """Removes every file; what the catalog still holds is kept anew when it is asked for."""
        with self._lock:
            self._files.clear()
            self._matrices.clear()
            if self.folder.is_dir():
                for path in self.folder.iterdir():
                    path.unlink(missing_ok=True)

    def _up_to_date(self, model: str, listed: Listed, read: Read) -> list[VectorFile]:
        ids, crcs = listed
        missing = np.ones(len(ids), bool)
        whole: list[VectorFile] = []
        loose: list[VectorFile] = []
        gone: list[Path] = []
        for file in self._opened(model):
            at = np.minimum(np.searchsorted(ids, file.block.ids), max(len(ids) - 1, 0))
            alive = np.zeros(len(file.block), bool)
            if len(ids):
                alive = (ids[at] == file.block.ids) & (crcs[at] == file.crcs) & missing[at]
                missing[at[alive]] = False
            if alive.all() and len(alive):
                whole.append(file)
                continue
            if alive.any():
                loose.append(file.only(alive))
            if file.path is not None:
                gone.append(file.path)
        wanted = ids[missing]
        for start in range(0, len(wanted), FULL):
            new = read(wanted[start : start + FULL])
            if len(new.block):
                loose.append(new)
        small = [file for file in whole if len(file.block) < FULL]
        if len(small) + len(loose) > _MOST_SMALL:
            loose += [file.only(np.ones(len(file.block), bool)) for file in small]
            gone += [file.path for file in small if file.path is not None]
            whole = [file for file in whole if len(file.block) >= FULL]
        made = self._written(model, loose)
        if not self._read_only:
            for path in gone:
                _remove(path)
        return whole + made

    def _opened(self, model: str) -> list[VectorFile]:
        """The files known, and those on the disk that are not; damaged ones are removed."""
        on_disk = set(self.folder.glob(f"{_short(model)}-*.faces"))
        files = [
            file for file in self._files.get(model, []) if file.path is None or file.path in on_disk
        ]
        for path in sorted(on_disk - {file.path for file in files}):
            try:
                files.append(VectorFile.read(path))
            except FileNotFoundError:
                continue  # joined with others meanwhile
            except (ValueError, OSError) as error:
                _log.warning("a file of face vectors is damaged and made anew: %s", error)
                if not self._read_only:
                    _remove(path)
        return files

    def _written(self, model: str, loose: list[VectorFile]) -> list[VectorFile]:
        """The faces in files of at most `FULL`; in memory where they may or can not be written."""
        if not loose:
            return []
        if sum(len(part.block) for part in loose) > FULL:
            parts = [part for part in loose if len(part.block) == FULL]
            rest = [part for part in loose if len(part.block) < FULL]
        else:
            parts, rest = [], loose
        if rest:
            joined = VectorFile.joined(rest)
            places = np.arange(len(joined.block))
            parts += [
                joined.only((places >= start) & (places < start + FULL))
                for start in range(0, len(places), FULL)
            ]
        if self._read_only or not self._make_folder():
            return parts
        made = []
        for part in parts:
            path = self.folder / f"{_short(model)}-{secrets.token_hex(8)}.faces"
            try:
                made.append(part.written(path))
            except (ExpectedError, OSError):
                _log.warning("face vectors could not be kept on the disk", exc_info=True)
                made.append(part)
        return made

    def _make_folder(self) -> bool:
        try:
            private_folder(self.folder)
        except OSError:
            return False
        return True


def _short(model: str) -> str:
    return hashlib.sha256(model.encode()).hexdigest()[:12]


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # still mapped, where a system does not allow that: removed another time
        _log.warning("a file of face vectors could not be removed", exc_info=True)
