"""Fills a real catalog with drawn faces, some of them named, and measures what suggestions cost."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId
from desktop_app.operations import suggest_people as asking
from desktop_app.operations.suggest_people import suggest_people
from tests.benchmarks.drawn_faces import DrawnFaces
from tests.benchmarks.faces_in_catalog import MODEL, fill, resident, say

_EACH = 20  # faces named of each known person
_FACES_A_PERSON = 1000  # in the catalog, for each person who is known


def measure(faces: DrawnFaces, kept: Path) -> None:
    count = len(faces.owners) - 1000
    path = kept / f"suggestions-{count}" / "likeness.catalog"
    if not path.exists():
        Catalog.open(path).close()
        fill(path, faces, 0, count)
        print(f"{_name(path, faces.owners[:count])} faces named", flush=True)
        with Catalog.open(path) as catalog:
            say("vectors kept from the catalog", lambda: catalog.faces.matrix(MODEL))
            _suggest("all asked for the first time", catalog)
        return
    with Catalog.open(path) as catalog:
        before = resident("RssAnon")
        say("vectors mapped and checked", lambda: catalog.faces.matrix(MODEL))
        _suggest("as the last run left it", catalog)
        _suggest("nothing new", catalog)
        for new in (3, 1000):
            fill(path, faces, count, count + new, noted=True)
            _suggest(f"{new} new faces", catalog)
            _remove(path, count)
            _suggest("the same gone again", catalog)
        owners, sizes = np.unique(faces.owners[:count], return_counts=True)
        unknown = owners[np.argsort(-sizes)][count // _FACES_A_PERSON :]
        mine = [FaceId(n + 1) for n in np.flatnonzero(faces.owners[:count] == unknown[0]).tolist()]
        for some in (mine[:1], mine[:_EACH]):
            catalog.faces.name(some, "Anna")
            _suggest(f"a name given to {len(some)} of the {len(mine)} faces of a person", catalog)
            catalog.people.undo()
            _suggest("the same taken back", catalog)
        waiting = catalog.faces.with_status(AssignmentStatus.SUGGESTED)
        print(f"{len(waiting)} faces wait for a yes")
        sure = catalog.faces.get(waiting[len(waiting) // 2])
        assert sure.person_id is not None
        catalog.faces.confirm([sure.id], sure.person_id)
        _suggest("one of them confirmed", catalog)
        catalog.people.undo()
        _suggest("the same taken back", catalog)
        catalog.faces.reject([sure.id], sure.person_id)
        _suggest("the same refused", catalog)
        catalog.people.undo()
        _suggest("the same taken back", catalog)
        one, other = (summary.person.id for summary in catalog.people.all()[:2])
        catalog.people.merge(one, other)
        _suggest(f"two people of {_EACH} faces made one", catalog)
        catalog.people.undo()
        _suggest("the same taken back", catalog)
        print(
            f"  held after all {resident('RssAnon') - before:.0f} MB, and "
            f"{resident('RssFile'):.0f} MB of mapped files, which the system may take back"
        )


def _name(path: Path, owners: NDArray[np.int64]) -> int:
    """Names some faces of the people with the most; returns of how many."""
    numbers, sizes = np.unique(owners, return_counts=True)
    known = numbers[np.argsort(-sizes)][: len(owners) // _FACES_A_PERSON]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    named = 0
    for person, owner in enumerate(known.tolist(), 1):
        mine = np.flatnonzero(owners == owner)[:_EACH]
        connection.execute(
            "INSERT INTO people (id, name, name_key) VALUES (?, ?, ?)",
            (person, f"Person {person}", f"person {person}"),
        )
        connection.executemany(
            "UPDATE faces SET status = 'confirmed', person_id = ? WHERE id = ?",
            [(person, face + 1) for face in mine.tolist()],
        )
        named += len(mine)
    connection.execute("COMMIT")
    connection.close()
    return named


def _remove(path: Path, count: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM faces WHERE id > ?", (count,))
    connection.close()


def _suggest(what: str, catalog: Catalog) -> None:
    with _counted() as asked:
        say(f"{what}: suggestions", lambda: suggest_people(catalog, MODEL))
    print(f"  {sum(asked)} faces were asked", flush=True)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many faces are asked inside the block, at a time."""
    asked: list[int] = []
    before = asking._Library.asked

    def counting(library: asking._Library, ids: NDArray[np.int64], *about: object) -> object:
        asked.append(len(ids))
        return before(library, ids, *about)  # type: ignore[arg-type]

    asking._Library.asked = counting  # type: ignore[method-assign, assignment]
    try:
        yield asked
    finally:
        asking._Library.asked = before  # type: ignore[method-assign]
