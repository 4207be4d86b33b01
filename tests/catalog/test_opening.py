"""Who may open a catalog, and what it says when it cannot be opened."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog, newest_sound_backup, restore_backup
from desktop_app.catalog.engine import CatalogFile
from desktop_app.domain.errors import (
    BadRequest,
    CatalogBusy,
    CatalogDamaged,
    DiskFull,
    NotKnown,
    NotPermitted,
)

from .library import Library

posix = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")


@posix
def test_only_the_owner_may_read_the_catalog_and_its_log(catalog: Catalog, path: Path) -> None:
    catalog.people.add("Anna")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    parts = list(path.parent.iterdir())
    assert {part.name for part in parts} >= {path.name, f"{path.name}-wal", f"{path.name}.lock"}
    assert {stat.S_IMODE(part.stat().st_mode) for part in parts} == {0o600}


@posix
def test_a_folder_of_the_users_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Catalog.open(tmp_path / "catalog.sqlite").close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_pages_journal_and_safety_are_as_designed(catalog: Catalog) -> None:
    with catalog._file.write() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "page_size",
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "temp_store",
            )
        }
    assert asked == {
        "page_size": 16384,
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
    }


def test_a_second_window_is_refused_with_a_sentence(catalog: Catalog, path: Path) -> None:
    with pytest.raises(CatalogBusy, match=r"^Likeness is already open on this catalog"):
        Catalog.open(path)


def test_a_second_process_is_refused_and_may_read(catalog: Catalog, path: Path) -> None:
    catalog.people.add("Anna")
    script = (
        "import sys; from pathlib import Path\n"
        "from desktop_app.catalog import Catalog\n"
        "from desktop_app.domain.errors import CatalogBusy\n"
        "path = Path(sys.argv[1])\n"
        "with Catalog.open(path, read_only=True) as seen: print(len(seen.people.all()))\n"
        "try: Catalog.open(path)\n"
        "except CatalogBusy: print('busy')\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout
    assert said.split() == ["1", "busy"]


def test_the_lock_is_free_after_closing(path: Path) -> None:
    Catalog.open(path).close()
    Catalog.open(path).close()


def test_closing_twice_does_no_harm(catalog: Catalog) -> None:
    catalog.close()


def test_a_closed_catalog_is_not_used_again(path: Path) -> None:
    catalog = Catalog.open(path)
    catalog.close()
    with pytest.raises(RuntimeError, match="closed"):
        catalog.people.all()


def test_reading_needs_a_catalog_that_is_there(path: Path) -> None:
    with pytest.raises(NotKnown, match="Add a folder"):
        Catalog.open(path, read_only=True)
    assert not path.parent.exists()


def test_a_catalog_opened_to_read_works_after_the_window_closed(path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
    with Catalog.open(path, read_only=True) as catalog:
        assert [one.person.name for one in catalog.people.all()] == ["Anna"]
        with pytest.raises(RuntimeError, match="read only"):
            catalog.people.add("Bob")


def test_reading_connections_cannot_write(catalog: Catalog) -> None:
    with pytest.raises(NotPermitted), catalog._file.read() as connection:
        connection.exec_driver_sql("DELETE FROM people")


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (id INTEGER)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(BadRequest, match="not a catalog"):
        Catalog.open(path)
    assert path.read_bytes() == before


def _spoil(path: Path) -> None:
    with path.open("r+b") as file:
        for page in range(2, path.stat().st_size // 16384):
            file.seek(page * 16384)
            file.write(b"\xff" * 200)


def test_a_damaged_catalog_names_the_newest_sound_backup(path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        sound = catalog.backup_beside()
        newer = catalog.backup_beside()
    _spoil(path)
    _spoil(newer)
    assert newest_sound_backup(path) == sound
    with pytest.raises(CatalogDamaged, match=sound.name):
        Catalog.open(path)
    with pytest.raises(CatalogDamaged, match=sound.name):
        Catalog.open(path, read_only=True)


def test_a_file_that_is_no_database_is_damaged_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"these are my holiday notes, not a database" * 100)
    with pytest.raises(CatalogDamaged, match="no sound backup"):
        Catalog.open(path)
    assert path.read_bytes().startswith(b"these are my holiday notes")


def test_a_backup_brought_back_stands_where_the_damaged_catalog_stood(path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        backup = catalog.backup_beside()
        catalog.people.add("Bob")
    _spoil(path)
    aside = restore_backup(path, backup)
    assert aside is not None
    assert aside.exists()
    with Catalog.open(path) as catalog:
        assert [one.person.name for one in catalog.people.all()] == ["Anna"]


def test_a_backup_that_finds_no_room_leaves_the_catalog_in_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        backup = catalog.backup_beside()
        catalog.people.add("Bob")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("desktop_app.catalog.backups._copy", full)
    with pytest.raises(DiskFull):
        restore_backup(path, backup)
    with Catalog.open(path) as catalog:
        assert len(catalog.people.all()) == 2
        with pytest.raises(DiskFull):
            catalog.backup_beside()
        assert catalog.backups() == [backup]
    assert not list(path.parent.rglob(".likeness-*"))


def test_no_backup_is_brought_back_under_an_open_window(catalog: Catalog, path: Path) -> None:
    backup = catalog.backup_beside()
    with pytest.raises(CatalogBusy):
        restore_backup(path, backup)


def test_a_backup_is_whole_private_and_made_while_in_use(library: Library, tmp_path: Path) -> None:
    library.faces(3)
    to = tmp_path / "copy.sqlite"
    library.catalog.backup(to)
    assert [name.name for name in tmp_path.glob("*copy*")] == ["copy.sqlite"]
    assert not list(tmp_path.glob(".likeness-*"))
    if os.name != "nt":
        assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with Catalog.open(to, read_only=True) as copy:
        assert copy.facts().faces == 3
        assert copy.check() == []


def test_seven_backups_of_an_occasion_are_kept(catalog: Catalog) -> None:
    other = catalog.backup_beside("before-merge")
    made = [catalog.backup_beside() for _ in range(9)]
    assert sorted(catalog.backups()) == sorted([*made[2:], other])


def test_a_backup_is_made_when_it_is_due(catalog: Catalog) -> None:
    assert catalog.backup_when_due() is not None
    assert catalog.backup_when_due() is None
    assert catalog.backup_when_due(every=timedelta(0)) is not None


def test_photos_filed_wrongly_are_found(library: Library) -> None:
    library.faces(2)
    with library.catalog._file.write() as connection:
        connection.exec_driver_sql("UPDATE photos SET has_faces = 0 WHERE id = 1")
    assert library.catalog.check() == ["1 photos are filed wrongly by their faces."]


def test_a_folder_in_the_catalogs_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="is a folder"):
        Catalog.open(tmp_path)


def test_an_embedding_whose_bit_flipped_is_found_and_left_out(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    faces = library.faces(3)
    catalog = library.catalog
    with catalog._file.write() as connection:
        connection.exec_driver_sql(
            "UPDATE embeddings SET vector = zeroblob(1024) WHERE face_id = ?", (faces[1],)
        )
    assert catalog.check() == ["1 descriptions of faces are damaged; they can be made again."]
    with pytest.raises(CatalogDamaged):
        catalog.faces.embedding(faces[1], "test-embedder")
    ids, vectors = catalog.faces.embeddings("test-embedder")
    assert ids == [faces[0], faces[2]]
    assert vectors.shape == (2, 512)
    assert "1 damaged embeddings" in caplog.text
    assert catalog.faces.drop_damaged() == [faces[1]]
    assert catalog.faces.without_embedding("test-embedder", 9) == [faces[1]]
    assert catalog.check() == []


def test_a_sound_catalog_has_nothing_to_complain_of(library: Library) -> None:
    library.person("Anna", library.faces(2))
    assert library.catalog.check() == []


def test_a_full_disk_is_said_and_costs_nothing_that_was_kept(catalog: Catalog) -> None:
    catalog.people.add("Anna")
    with catalog._file.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection = catalog._file._connection(writing=True)
    with connection.begin():
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull, match="Free some space"):
        for number in range(2000):
            catalog.people.add(f"Somebody with a rather long name indeed {number}" * 20)
    assert catalog.check() == []
    assert catalog.people.by_name("Anna") is not None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(NotPermitted, match="Choose another folder"):
            Catalog.open(tmp_path / "inside" / "catalog.sqlite")
    finally:
        tmp_path.chmod(0o700)


def test_a_place_that_cannot_be_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(NotPermitted, match="Choose another folder"):
        Catalog.open(tmp_path / "file" / "catalog.sqlite")


def test_many_threads_write_and_read_and_nothing_is_lost(library: Library) -> None:
    catalog = library.catalog
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for one in range(10):
                catalog.people.add(f"Person {number} {one}")
                catalog.people.all()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(catalog.people.all()) == 80


def test_connections_of_threads_that_ended_are_closed(path: Path) -> None:
    with Catalog.open(path) as catalog:
        file: CatalogFile = catalog._file
        for number in range(5):
            thread = threading.Thread(target=catalog.people.add, args=(f"Person {number}",))
            thread.start()
            thread.join()
        assert len(file._connections) <= 2


def test_a_catalog_in_a_folder_whose_name_is_no_text_opens(tmp_path: Path) -> None:
    if os.name == "nt" or sys.platform == "darwin":
        pytest.skip("file names are text here")
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/k\xff%3f#?t")) / "c.sqlite"
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        catalog.backup_beside()
    assert len(list(path.parent.iterdir())) == 3
