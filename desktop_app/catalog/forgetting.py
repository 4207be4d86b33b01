"""Remembers on the disk what a forgetting has still to remove, should it be interrupted.

The note holds numbers only: of faces whose pictures, and of photos whose sidecars, are to be looked
at. It is written before anything is removed, and goes when everything is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import NotPermitted
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.whole_file import write_whole


@dataclass(frozen=True)
class Unfinished:
    """What is left to do of one forgetting, or of several."""

    faces: frozenset[FaceId] = frozenset()
    photos: frozenset[PhotoId] = frozenset()
    rewritten: bool = False  # the catalog's file holds nothing of it any more, nor do backups


class ForgettingNote:
    """The note beside a catalog."""

    def __init__(self, catalog: Path) -> None:
        self._path = catalog.with_name(f"{catalog.name}.forgetting")

    def read(self) -> Unfinished | None:
        """None where nothing is left; a note that cannot be read says that the bytes are."""
        try:
            told = json.loads(self._path.read_bytes())
            return Unfinished(
                frozenset(FaceId(int(one)) for one in told["faces"]),
                frozenset(PhotoId(int(one)) for one in told["photos"]),
                bool(told["rewritten"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return Unfinished()

    def add(self, faces: Iterable[FaceId], photos: Iterable[PhotoId]) -> None:
        """Before these are forgotten. Raises `DiskFull`, `NotPermitted`."""
        before = self.read() or Unfinished()
        self.keep(Unfinished(before.faces | set(faces), before.photos | set(photos)))

    def keep(self, left: Unfinished | None) -> None:
        """What is left now; None: nothing. Raises `DiskFull`, `NotPermitted`."""
        if left is None:
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                raise NotPermitted(
                    f"{self._path.name} may not be removed from {self._path.parent}. "
                    "Check the permissions of the folder."
                ) from error
            return
        told = {
            "faces": sorted(left.faces),
            "photos": sorted(left.photos),
            "rewritten": left.rewritten,
        }
        with write_whole(self._path, mode=0o600) as file:
            file.write(json.dumps(told).encode())
