"""How an older catalog becomes today's, and what happens when it cannot."""

import gzip
import logging
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from desktop_app.catalog import Catalog
from desktop_app.catalog.schema import METADATA
from desktop_app.catalog.versions import HEAD, STEPS, Steps
from desktop_app.domain.errors import BadRequest, CatalogTooNew

FIXTURES = Path(__file__).parent / "fixtures"

SECOND = '''
"""A second step."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("CREATE TABLE extra (id INTEGER PRIMARY KEY)")
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN nickname TEXT")
    connection.exec_driver_sql("UPDATE people SET nickname = 'An: ' || name, born = 1900")
    {last}
'''


def two_steps(folder: Path, last: str = "") -> Steps:
    """The migrations of a version to come, whose second step ends with `last`."""
    copy = folder / "100% migrations"
    shutil.copytree(STEPS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "0011_second.py").write_text(SECOND.format(last=last))
    return Steps(copy, "0011")


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    finally:
        connection.close()


def test_the_last_step_is_the_one_the_code_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_steps_make_the_tables_that_the_code_reads(path: Path) -> None:
    Catalog.open(path).close()
    engine = create_engine(f"sqlite:///{path}")
    made = inspect(engine)
    for table in METADATA.sorted_tables:
        columns = {column["name"] for column in made.get_columns(table.name)}
        assert columns == set(table.columns.keys()), table.name
        keys = {
            (tuple(key["constrained_columns"]), key["referred_table"])
            for key in made.get_foreign_keys(table.name)
        }
        assert keys == {
            ((key.parent.name,), key.column.table.name) for key in table.foreign_keys
        }, table.name
        nullable = {column["name"] for column in made.get_columns(table.name) if column["nullable"]}
        wanted = {column.name for column in table.columns if column.nullable}
        alone = {"id", "restoration_id"}  # SQLite never leaves an INTEGER PRIMARY KEY null
        assert nullable - alone == wanted, table.name
    assert set(made.get_table_names()) == {*METADATA.tables, "alembic_version"}
    engine.dispose()


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("*.gz")), ids=lambda one: one.stem)
def test_a_catalog_of_each_version_opens(fixture: Path, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(gzip.decompress(fixture.read_bytes()))
    with Catalog.open(path) as catalog:
        assert catalog.facts().schema == HEAD
        assert catalog.check() == []


def test_faces_are_compared_anew_where_their_cosines_were_rounded(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(gzip.decompress((FIXTURES / "empty_0004.sqlite.gz").read_bytes()))
    old = sqlite3.connect(path)
    old.execute("INSERT INTO face_links VALUES (1, 'model', 0, 1, x'')")
    old.commit()
    old.close()
    with Catalog.open(path) as catalog:
        assert catalog.check() == []
    now = sqlite3.connect(path)
    assert now.execute("SELECT count(*) FROM face_links").fetchone() == (0,)
    now.close()


OLDER = [one for one in sorted(FIXTURES.glob("filled_*.gz")) if one.stem[7:11] < "0007"]


def _wait_for_closer(path: Path, fixture: Path) -> list[int]:
    """Photos of an older library that had a quick look only, as it was written then."""
    path.parent.mkdir()
    path.write_bytes(gzip.decompress(fixture.read_bytes()))
    old = sqlite3.connect(path)
    quick = "SET detector = 'yunet (quick look)' WHERE state = 'indexed' AND id % 2"
    old.execute(f"UPDATE photos {quick}")
    ids = [row[0] for row in old.execute("SELECT id FROM photos WHERE detector LIKE 'yunet (%'")]
    old.commit()
    old.close()
    return ids


def _detectors(path: Path) -> list[tuple[int, str]]:
    catalog = sqlite3.connect(path)
    try:
        return catalog.execute("SELECT id, detector FROM photos ORDER BY id").fetchall()
    finally:
        catalog.close()


@pytest.mark.parametrize("fixture", OLDER, ids=lambda one: one.name[:11])
def test_photos_that_waited_for_a_closer_look_still_wait(fixture: Path, path: Path) -> None:
    waiting = _wait_for_closer(path, fixture)
    assert len(waiting) > 3
    with Catalog.open(path) as catalog:
        assert [photo.id for photo in catalog.photos.next_to_look_closer(None, 99)] == waiting
        assert catalog.check() == []
    said = dict(_detectors(path))
    assert {said[photo_id] for photo_id in waiting} == {"yunet"}
    assert not any("quick" in detector for detector in said.values())
    with sqlite3.connect(path) as now:
        assert now.execute("PRAGMA page_size").fetchone() == (16384,)
    now.close()


@pytest.mark.parametrize("fixture", OLDER, ids=lambda one: one.name[:11])
def test_where_the_column_cannot_be_made_whole_photos_wait_as_before(
    fixture: Path, path: Path, tmp_path: Path
) -> None:
    _wait_for_closer(path, fixture)
    before = _detectors(path)
    steps = two_steps(tmp_path)
    step = steps.folder / "versions" / "0007_closer_looks.py"
    step.write_text(step.read_text("utf-8") + "    1 / 0\n", "utf-8")
    with pytest.raises(ZeroDivisionError):
        Catalog.open(path, steps=steps)
    assert _detectors(path) == before
    with sqlite3.connect(path) as still:
        columns = [row[1] for row in still.execute("PRAGMA table_info(photos)")]
    still.close()
    assert "waits_for_closer" not in columns


def test_there_is_a_fixture_of_this_version() -> None:
    assert (FIXTURES / f"empty_{HEAD}.sqlite.gz").is_file()
    assert (FIXTURES / f"filled_{HEAD}.sqlite.gz").is_file()  # python -m tests.catalog.filled


def test_a_new_catalog_has_no_backup(path: Path) -> None:
    with Catalog.open(path) as catalog:
        assert catalog.backups() == []


def test_a_step_is_taken_after_a_backup(path: Path, tmp_path: Path) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
    with Catalog.open(path, steps=two_steps(tmp_path)) as catalog:
        assert catalog.facts().schema == "0011"
        (backup,) = catalog.backups()
    assert "extra" in tables(path)
    assert "extra" not in tables(backup)
    with Catalog.open(backup, read_only=True) as before:
        assert [one.person.name for one in before.people.all()] == ["Anna"]


@pytest.mark.parametrize(
    "last",
    [
        "connection.exec_driver_sql('INSERT INTO nowhere VALUES (1)')",
        "raise ZeroDivisionError",
        "connection.exec_driver_sql('INSERT INTO rejections VALUES (12345, 54321)')",
    ],
    ids=["SQL that fails", "code that fails", "a row without its parent"],
)
def test_a_failing_step_leaves_the_catalog_as_it_was(path: Path, tmp_path: Path, last: str) -> None:
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        before = tables(path)
    with pytest.raises(Exception, match=r".*"):
        Catalog.open(path, steps=two_steps(tmp_path, last))
    assert tables(path) == before
    with Catalog.open(path) as catalog:
        assert catalog.facts().schema == HEAD
        (anna,) = catalog.people.all()
        assert anna.person.born is None
        assert catalog.check() == []
        (backup,) = catalog.backups()
    with Catalog.open(backup) as catalog:
        assert [one.person.name for one in catalog.people.all()] == ["Anna"]


def test_a_newer_catalog_is_refused_and_untouched(path: Path, tmp_path: Path) -> None:
    Catalog.open(path, steps=two_steps(tmp_path)).close()
    before = path.read_bytes()
    with pytest.raises(CatalogTooNew, match="newer version of Likeness"):
        Catalog.open(path)
    with pytest.raises(CatalogTooNew):
        Catalog.open(path, read_only=True)
    assert path.read_bytes() == before


def test_an_older_catalog_is_not_upgraded_by_reading(path: Path, tmp_path: Path) -> None:
    Catalog.open(path).close()
    with pytest.raises(BadRequest, match="older version"):
        Catalog.open(path, read_only=True, steps=two_steps(tmp_path))
    assert "extra" not in tables(path)


def test_an_upgrade_mutes_no_logger(path: Path) -> None:
    mine = logging.getLogger("desktop_app.some.room")
    level = logging.getLogger().level
    Catalog.open(path).close()
    assert not mine.disabled
    assert logging.getLogger().level == level
