"""What every subject of the catalog stands on: the file, and the log of decisions."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, select

from desktop_app.catalog.decisions import DecisionLog
from desktop_app.catalog.engine import CatalogFile
from desktop_app.catalog.schema import among, faces
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, PhotoId

BATCH = 200
"""Rows a transaction writes before it lets a waiting decision pass (under 20 ms, measured)."""

PATIENCE = 0.010
"""Seconds of writing after which a transaction lets a waiting decision pass."""

T = TypeVar("T")


class Subject:
    """A part of the catalog; its methods are one transaction each unless they say otherwise."""

    def __init__(self, file: CatalogFile, log: DecisionLog) -> None:
        self._file = file
        self._log = log

    def _in_short_writes(
        self, items: Iterable[T], keep: Callable[[Connection, T], CatalogChanges]
    ) -> CatalogChanges:
        """Keeps each; as many a transaction as are written in `PATIENCE`."""
        changes = CatalogChanges()
        waiting = deque(items)
        while waiting:
            with self._file.write(bulk=True) as connection:
                start = time.monotonic()
                while waiting and time.monotonic() - start < PATIENCE:
                    changes |= keep(connection, waiting.popleft())
        return changes


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The rows in lists of at most `size`."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def changes_of_faces(connection: Connection, face_ids: Iterable[FaceId]) -> CatalogChanges:
    """The faces with their photos and the people they are given to now."""
    found = connection.execute(
        select(faces.c.id, faces.c.photo_id, faces.c.person_id).where(
            faces.c.id.in_(among(face_ids))
        )
    ).all()
    return CatalogChanges.of(
        faces=(FaceId(row.id) for row in found),
        photos=(PhotoId(row.photo_id) for row in found),
        people=(PersonId(row.person_id) for row in found if row.person_id is not None),
    )
