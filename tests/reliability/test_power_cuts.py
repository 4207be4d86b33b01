"""A power cut at any moment, with torn and reordered writes, costs no acknowledged decision."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog
from tests.catalog.library import Library
from tests.reliability.watched_disk import OK, Change, can_watch, watched_disk

CUTS = int(os.environ.get("LIKENESS_TEST_POWER_CUTS", "60"))
SECTOR = 512

pytestmark = pytest.mark.skipif(not can_watch(), reason="this SQLite hides its table of functions")


class Recording:
    """What a session did to the disk, and the catalog as it stood after each decision."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.before = {str(path): path.read_bytes()}
        self.changes: list[Change] = []
        self.acknowledged: list[tuple[int, object]] = []  # (changes until then, the catalog)

    def note(self, change: Change) -> int:
        if not change.path.endswith("-shm"):
            self.changes.append(change)
        return OK


def _told(catalog: Catalog) -> object:
    """Everything that was decided, and by whom the faces are."""
    return (
        [(one.person.name, one.confirmed, one.suggested) for one in catalog.people.all()],
        [(face.id, face.person_id, face.status) for face in catalog.faces.many(range(1, 60))],
        catalog.photos.count(),
        catalog.restorations.ids(),
    )


def _record(folder: Path) -> Recording:
    path = folder / "catalog.sqlite"
    (folder / "photos").mkdir()
    with Catalog.open(path) as catalog:
        Library(catalog, folder / "photos").faces(24)
    recording = Recording(path)
    with watched_disk(recording.note):
        with Catalog.open(path) as catalog:

            def done() -> None:
                recording.acknowledged.append((len(recording.changes), _told(catalog)))

            done()
            for decide in _decisions(catalog):
                decide()
                done()
        recording.acknowledged.append((len(recording.changes), recording.acknowledged[-1][1]))
    return recording


def _decisions(catalog: Catalog) -> list[Callable[[], object]]:
    library = object.__new__(Library)
    library.catalog, library.folder, library._mtime = catalog, catalog.folders.all()[0].id, 1000
    faces = [face.id for face in catalog.faces.many(range(1, 60))]
    wishes: list[Callable[[], object]] = []
    for number, face in enumerate(faces):
        wishes.append(lambda face=face, n=number: catalog.faces.name([face], f"Person {n % 7}"))
        if number % 5 == 4:
            wishes.append(catalog.people.undo)
        if number % 6 == 5:
            wishes.append(lambda face=face: library.restoration(face, crop=os.urandom(40_000)))
        if number % 8 == 7:
            wishes.append(lambda n=number: library.photo(f"new {n}.jpg"))
            wishes.append(lambda: catalog._file.checkpoint())

    def merge() -> None:
        into, other = (catalog.people.by_name(f"Person {number}") for number in (0, 1))
        assert into is not None
        assert other is not None
        catalog.people.merge(into.id, other.id)

    wishes += [merge, lambda: catalog.people.add("Last")]
    wishes.append(lambda: catalog.people.forget(catalog.people.by_name("Person 3").id))
    wishes += [lambda: catalog.people.add("After the forgetting"), catalog.people.undo]
    return wishes


class Disk:
    """Files as a power cut leaves them: what was flushed is there, of the rest anything."""

    def __init__(self, before: dict[str, bytes], chance: random.Random) -> None:
        self.flushed = {path: bytearray(data) for path, data in before.items()}
        self.waiting: list[Change] = []
        self._chance = chance

    def do(self, change: Change) -> None:
        if change.what != "sync":
            self.waiting.append(change)
            return
        for other in [each for each in self.waiting if each.path == change.path]:
            self.waiting.remove(other)
            self._apply(other, whole=True)

    def cut(self) -> dict[str, bytes]:
        """Each write that was not flushed came to the disk whole, in part, or not at all."""
        share = self._chance.choice((0.0, 0.05, 0.5, 0.95, 1.0))
        if self._chance.random() < 0.5:
            self._chance.shuffle(self.waiting)
        for change in self.waiting:
            if change.what == "write":
                self._tear(change, share)
            elif self._chance.random() < share:
                self._apply(change, whole=True)
        return {path: bytes(data) for path, data in self.flushed.items()}

    def _tear(self, change: Change, share: float) -> None:
        for start in range(0, len(change.data), SECTOR):
            if self._chance.random() < share:
                part = change.data[start : start + SECTOR]
                if self._chance.random() < 0.02:
                    part = part[: self._chance.randrange(len(part) + 1)]
                self._apply(Change("write", change.path, change.offset + start, part), whole=False)

    def _apply(self, change: Change, *, whole: bool) -> None:
        if change.what == "delete":
            self.flushed.pop(change.path, None)
            return
        data = self.flushed.setdefault(change.path, bytearray())
        if change.what == "write":
            end = change.offset + len(change.data)
            data.extend(bytes(max(0, end - len(data))))
            data[change.offset : end] = change.data
        elif change.what == "truncate":
            data.extend(bytes(max(0, change.offset - len(data))))
            del data[change.offset :]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return _record(tmp_path_factory.mktemp("recorded"))


@pytest.mark.timeout(240 + CUTS)
def test_a_power_cut_costs_no_acknowledged_decision(recording: Recording, tmp_path: Path) -> None:
    chance = random.Random(8)
    changed = 0
    for number in range(CUTS):
        moment = chance.randrange(recording.acknowledged[0][0], len(recording.changes) + 1)
        disk = Disk(recording.before, chance)
        for change in recording.changes[:moment]:
            disk.do(change)
        changed += bool(disk.waiting)
        home = tmp_path / str(number)
        home.mkdir()
        for path, data in disk.cut().items():
            (home / Path(path).name).write_bytes(data)
        known = [state for at, state in recording.acknowledged if at <= moment]
        coming = [state for at, state in recording.acknowledged if at > moment][:1]
        with Catalog.open(home / recording.path.name) as catalog:
            assert catalog.check() == [], f"cut {number} after change {moment}"
            assert _told(catalog) in (known[-1:] + coming), f"cut {number} after change {moment}"
            catalog.people.add("Life goes on")
    assert changed > CUTS // 4  # many cuts fall where something waits to be flushed


def test_the_same_cuts_find_what_lazy_flushing_loses(recording: Recording, tmp_path: Path) -> None:
    """The cuts are cruel enough: without the flushes the same disk loses decisions."""
    lazy = [change for change in recording.changes if change.what != "sync"]
    chance, lost = random.Random(8), 0
    for number in range(10):
        disk = Disk(recording.before, chance)
        for change in lazy:
            disk.do(change)
        home = tmp_path / str(number)
        home.mkdir()
        for path, data in disk.cut().items():
            (home / Path(path).name).write_bytes(data)
        try:
            with Catalog.open(home / recording.path.name) as catalog:
                lost += catalog.check() != [] or _told(catalog) != recording.acknowledged[-1][1]
        except Exception:
            lost += 1
    assert lost >= 5
