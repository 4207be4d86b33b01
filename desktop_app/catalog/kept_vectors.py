"""Keeps the embeddings where they can be mapped into memory; the catalog makes them anew.

Beside the catalog lies a folder of files that are never changed: each is written whole, and holds
some faces as 16-bit vectors and sign codes. New faces come as a new small file, small files are
joined into larger ones, and a file with a face that is gone is replaced, so that no byte of it
stays. What the files hold is compared with the whole catalog when they are opened, and from then on
with the parts of it whose stamps are new. A second process that reads meanwhile sees whole files
only, and takes from the catalog what they lack.
"""

import hashlib
import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog.vector_file import VectorFile
from desktop_app.domain.errors import ExpectedError, NotPermitted
from desktop_app.domain.private_folder import private_folder
from desktop_app.faces.matrix import FaceMatrix

_log = logging.getLogger(__name__)

FULL = 1 << 16
"""Faces in a file, 68 MB at 512 dimensions: what is written anew when one of them goes."""

_MOST_SMALL = 12  # files that are not full, before they are joined

Stamps = Mapping[int, int]
"""Parts of the catalog, and a number for each that is drawn anew when an embedding changes there.

While a part's number is the same, or still lacks, so is what it holds.
"""


@dataclass(frozen=True)
class Listing:
    """The embeddings that a catalog holds at one moment, in some parts of it or in all."""

    stamps: Stamps  # of all parts
    spans: Sequence[tuple[int, int]] | None  # first and last face id of what was listed; None: all
    ids: NDArray[np.int64]  # (faces,), rising
    crcs: NDArray[np.int64]  # (faces,), checksum of each one's embedding


Look = Callable[[Stamps | None], Listing]
"""Lists what differs from some stamps; all, without any."""

Read = Callable[[NDArray[np.int64]], VectorFile]
"""Reads the embeddings of some faces from the catalog."""


@dataclass(frozen=True)
class _Known:
    stamps: Stamps
    files: Sequence[VectorFile]  # no face is in two of them
    matrix: FaceMatrix


class KeptVectors:
    """The files of one catalog. May be used from any thread."""

    def __init__(self, catalog: Path, *, read_only: bool) -> None:
        self.folder = catalog.with_name(catalog.name + "-vectors")
        self._read_only = read_only
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._to_remove: set[Path] = set()

    def matrix(self, model: str, look: Look, read: Read) -> FaceMatrix:
        """All faces that a model described, as the catalog holds them now.

        A face whose embedding the catalog itself finds damaged is left out.
        """
        with self._lock:
            known = self._known.get(model)
            if known is None:
                listing = look(None)
                files, wanted = self._opened(model, listing)
            else:
                listing = look(known.stamps)
                gone, wanted = _differing(known.matrix, listing)
                if not len(gone) and not len(wanted):
                    self._known[model] = _Known(listing.stamps, known.files, known.matrix)
                    return known.matrix
                files = _without(known, gone)
            now = self._kept(model, files, [read(some) for some in _in_files(wanted)])
            matrix = FaceMatrix.of([file.block for file in now], [file.crcs for file in now])
            self._known[model] = _Known(listing.stamps, now, matrix)
            return matrix

    def forget(self) -> None:
        """Removes every file; what the catalog still holds is kept anew when it is asked for.

        Raises `NotPermitted` where one is in use, as Windows does not let go of it then.
        """
        with self._lock:
            self._known.clear()
            self._to_remove.clear()
            here = list(self.folder.iterdir()) if self.folder.is_dir() else []
            if [path for path in here if not _removed(path)]:
                raise NotPermitted(
                    "Descriptions of faces are in use at this moment and were not all removed. "
                    "Close Likeness and open it again: it goes on with that by itself."
                )

    def _opened(
        self, model: str, listing: Listing
    ) -> tuple[list[tuple[VectorFile, NDArray[np.bool_]]], NDArray[np.int64]]:
        """The files on the disk, which of their faces are as they are listed, and what they lack.

        Damaged files are removed. Of a face in two files, as a kill may leave it, one is taken.
        """
        ids, crcs = listing.ids, listing.crcs
        missing = np.ones(len(ids), bool)
        files = []
        for path in sorted(self.folder.glob(f"{_short(model)}-*.faces")):
            try:
                file = VectorFile.read(path)
            except FileNotFoundError:
                continue  # joined with others meanwhile
            except (ValueError, OSError) as error:
                _log.warning("a file of face vectors is damaged and made anew: %s", error)
                self._to_remove.add(path)
                continue
            alive = np.zeros(len(file.block), bool)
            if len(ids):
                at = np.minimum(np.searchsorted(ids, file.block.ids), len(ids) - 1)
                alive = (ids[at] == file.block.ids) & (crcs[at] == file.crcs) & missing[at]
                missing[at[alive]] = False
            files.append((file, alive))
        return files, ids[missing]

    def _kept(
        self,
        model: str,
        files: Sequence[tuple[VectorFile, NDArray[np.bool_]]],
        new: Sequence[VectorFile],
    ) -> list[VectorFile]:
        """The faces of some files that are alive, and new ones, in files on the disk."""
        whole = [file for file, alive in files if alive.all() and len(alive)]
        loose = [file.only(alive) for file, alive in files if alive.any() and not alive.all()]
        loose += [file for file in new if len(file.block)]
        gone = {file.path for file, alive in files if not alive.all() or not len(alive)}
        small = [file for file in whole if len(file.block) < FULL]
        if len(small) + len(loose) > _MOST_SMALL:
            loose += [file.only(np.ones(len(file.block), bool)) for file in small]
            gone |= {file.path for file in small}
            whole = [file for file in whole if len(file.block) >= FULL]
        made = self._written(model, loose)
        self._to_remove |= {path for path in gone if path is not None}
        if not self._read_only:
            self._to_remove = {path for path in self._to_remove if not _removed(path)}
        return whole + made

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


def _differing(matrix: FaceMatrix, listing: Listing) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of the parts listed: faces that are gone or described anew, and those to be read; ids."""
    spans = [(0, np.iinfo(np.int64).max)] if listing.spans is None else listing.spans
    cuts = [
        slice(np.searchsorted(matrix.ids, first), np.searchsorted(matrix.ids, last, "right"))
        for first, last in spans
    ]
    none = [np.zeros(0, np.int64)]
    before = np.stack(
        [
            np.concatenate([*none, *(matrix.ids[cut] for cut in cuts)]),
            np.concatenate([*none, *(matrix.crcs[cut] for cut in cuts)]),
        ]
    )
    now = np.stack([listing.ids, listing.crcs])
    at = np.searchsorted(before[0], now[0])
    same = at < before.shape[1]
    same[same] = (before[:, at[same]] == now[:, same]).all(axis=0)
    gone = np.ones(before.shape[1], bool)
    gone[at[same]] = False
    return before[0, gone], now[0, ~same]


def _without(known: _Known, gone: NDArray[np.int64]) -> list[tuple[VectorFile, NDArray[np.bool_]]]:
    """The files known, and which of their faces are not among those that are gone."""
    alive = [np.ones(len(file.block), bool) for file in known.files]
    for file, row in zip(*known.matrix.places(gone), strict=True):
        alive[file][row] = False
    return list(zip(known.files, alive, strict=True))


def _in_files(ids: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [ids[start : start + FULL] for start in range(0, len(ids), FULL)]


def _short(model: str) -> str:
    return hashlib.sha256(model.encode()).hexdigest()[:12]


def _removed(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # still mapped, where a system does not allow that: removed another time
        _log.warning("a file of face vectors could not be removed", exc_info=True)
        return False
    return True
