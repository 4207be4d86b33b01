"""Backups turn over without ever losing the last good one; what is brought back is a catalog."""

import os
import sqlite3
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog, newest_sound_backup, restore_backup
from desktop_app.catalog import backups as making
from desktop_app.catalog.backups import KEPT
from desktop_app.domain.errors import BadRequest, CatalogDamaged, CatalogTooNew, DiskFull, NameTaken

from .library import MODEL, Library, new_face


def spoil_embedding(path: Path) -> None:
    """One flipped bit, which passes `quick_check`."""
    connection = sqlite3.connect(path)
    (face, vector) = connection.execute("SELECT face_id, vector FROM embeddings").fetchone()
    flipped = bytes([vector[0] ^ 1]) + vector[1:]
    connection.execute("UPDATE embeddings SET vector = ? WHERE face_id = ?", (flipped, face))
    connection.commit()
    connection.close()


def people_in(path: Path) -> int:
    with Catalog.open(path, read_only=True) as catalog:
        return len(catalog.people.all())


def test_rotation_spares_the_last_backup_that_is_whole(library: Library, path: Path) -> None:
    catalog = library.catalog
    library.faces(2)
    whole = [catalog.backup_beside() for _ in range(3)]
    catalog._file.checkpoint()
    spoil_embedding(path)
    damaged = [catalog.backup_beside() for _ in range(KEPT + 4)]
    assert catalog.backups() == [*reversed(damaged[-KEPT:]), whole[-1]]
    catalog.faces.drop_damaged()
    again = catalog.backup_beside()
    assert catalog.backups() == [again, *reversed(damaged[-KEPT + 1 :])]


def test_the_newest_backup_is_the_newest_also_where_the_clock_was_set_back(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(making.datetime):
        @classmethod
        def now(cls, zone: object = None) -> "Ahead":
            return cls(2036, 1, 1, tzinfo=making.UTC)

    monkeypatch.setattr(making, "datetime", Ahead)
    first = catalog.backup_beside()
    monkeypatch.undo()
    later = [catalog.backup_beside() for _ in range(KEPT)]
    assert catalog.backups() == later[::-1]
    assert first not in catalog.backups()


def test_a_backup_from_the_future_keeps_none_from_being_due(catalog: Catalog) -> None:
    made = catalog.backup_beside()
    assert catalog.backup_when_due() is None
    ahead = time.time() + 90 * 24 * 3600
    os.utime(made, (ahead, ahead))
    assert catalog.backup_when_due() is not None
    old = time.time() - 25 * 3600
    os.utime(catalog.backups()[0], (old, old))
    assert catalog.backup_when_due(timedelta(days=1)) is not None


def test_a_backup_made_while_indexing_writes_is_of_one_moment(library: Library) -> None:
    """Each photo comes with its face and description in one transaction, or not at all."""
    catalog = library.catalog
    stop = threading.Event()

    def index() -> None:
        number = 0
        while not stop.is_set():
            library.photo(f"{number}.jpg", [new_face(number), new_face(number, 300)])
            number += 1

    thread = threading.Thread(target=index)
    thread.start()
    try:
        made = [catalog.backup_beside() for _ in range(4)]
    finally:
        stop.set()
        thread.join()
    counts = []
    for backup in made:
        with Catalog.open(backup, read_only=True) as copy:
            assert copy.check() == []
            facts = copy.facts()
            ids, vectors = copy.faces.embeddings(MODEL)
            indexed = facts.photos - len(copy.photos.next_to_index(None, 10))
            assert len(ids) == len(vectors) == facts.faces == 2 * indexed
            counts.append(facts.faces)
    assert counts == sorted(counts)
    assert counts[-1] > 0


@pytest.mark.parametrize("left", [b"", None], ids=["empty", "gone"])
def test_a_catalog_that_was_lost_is_no_new_one(path: Path, left: bytes | None) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        backup = catalog.backup_beside()
    path.unlink()
    if left is not None:
        path.write_bytes(left)
    for read_only in (False, True):
        with pytest.raises(CatalogDamaged, match=backup.name):
            Catalog.open(path, read_only=read_only)
    restore_backup(path, backup)
    assert people_in(path) == 1


def test_who_begins_anew_keeps_the_old_catalog_and_its_backups(path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        backup = catalog.backup_beside()
    path.write_bytes(b"torn" * 5000)
    with Catalog.open(path, anew=True) as catalog:
        assert catalog.people.all() == []
        for _ in range(KEPT + 1):
            catalog.backup_beside()
    (kept,) = path.parent.glob("catalog-replaced-*-backups")
    (torn,) = path.parent.glob("catalog-replaced-*.sqlite")
    assert torn.read_bytes() == b"torn" * 5000
    assert people_in(kept / backup.name) == 1
    with Catalog.open(path) as catalog:
        catalog.forget_backups()
    assert not list(path.parent.glob("*replaced*"))


def test_a_copy_that_is_damaged_does_not_replace_a_sound_one(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.sqlite"
    library.catalog.backup(copy)
    before = copy.read_bytes()
    library.person("Anna", library.faces(1))
    monkeypatch.setattr(making, "quick_check", lambda path: ["a page is torn"])
    with pytest.raises(CatalogDamaged, match="was not copied"):
        library.catalog.backup(copy)
    assert copy.read_bytes() == before
    assert not list(tmp_path.glob(".likeness-copy-*"))


def test_a_copy_replaces_an_earlier_copy_and_nothing_else(
    library: Library, path: Path, tmp_path: Path
) -> None:
    catalog = library.catalog
    copy = tmp_path / "copy.sqlite"
    catalog.backup(copy)
    library.person("Anna", library.faces(1))
    catalog.backup(copy)
    assert people_in(copy) == 1
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 a photo")
    for taken in (photo, tmp_path, path):
        with pytest.raises(NameTaken):
            catalog.backup(taken)
    assert photo.read_bytes() == b"\xff\xd8 a photo"
    assert catalog.check() == []
    assert len(catalog.people.all()) == 1


def test_only_a_catalog_of_this_program_is_brought_back(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        newer = tmp_path / "newer.sqlite"
        catalog.backup(newer)
    before = path.read_bytes()
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    recipes = tmp_path / "recipes.sqlite"
    with sqlite3.connect(recipes) as connection:
        connection.execute("CREATE TABLE recipes (id INTEGER)")
    connection.close()
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    for file, refusal in ((newer, CatalogTooNew), (recipes, BadRequest), (empty, BadRequest)):
        with pytest.raises(refusal):
            restore_backup(path, file)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*replaced*"))


def test_a_backup_of_a_newer_version_is_not_offered(catalog: Catalog, path: Path) -> None:
    older = catalog.backup_beside()
    newer = catalog.backup_beside()
    with sqlite3.connect(newer) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert newest_sound_backup(path) == older


@pytest.mark.skipif(os.name == "nt", reason="links want a privilege there")
def test_a_link_to_the_catalog_is_the_catalog(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        link = tmp_path / "elsewhere" / "link.catalog"
        link.parent.mkdir()
        link.symlink_to(path)
        with pytest.raises(Exception, match="already open"):
            Catalog.open(link)
    with Catalog.open(link) as catalog:
        backup = catalog.backup_beside()
        assert backup.parent.parent == path.parent
        assert newest_sound_backup(link) == backup
        catalog.people.add("Bob")
    restore_backup(link, backup)
    assert link.is_symlink()
    assert people_in(path) == 1


def test_a_backup_without_room_costs_no_older_one(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [catalog.backup_beside() for _ in range(KEPT)]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "_copy", full)
    with pytest.raises(DiskFull):
        catalog.backup_beside()
    assert catalog.backups() == made[::-1]
