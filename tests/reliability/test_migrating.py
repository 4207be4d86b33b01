"""An older library full of decisions becomes today's whole, or stays what it was."""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog, restore_backup
from desktop_app.catalog.versions import HEAD, STEPS, Steps
from desktop_app.domain.errors import BadRequest, CatalogBusy, DiskFull, ExpectedError
from tests.catalog.filled import said, taken_back
from tests.reliability.watched_disk import can_watch, watched_disk

from .test_full_disk import KINDS, FailingDisk

CHECKOUT = Path(__file__).resolve().parents[2]
FIXTURES = CHECKOUT / "tests" / "catalog" / "fixtures"
VERSIONS = sorted(path.name[7:11] for path in FIXTURES.glob("filled_*.sqlite.gz"))
OLDER = [version for version in VERSIONS if version < HEAD]
SHORT = int(os.environ.get("LIKENESS_TEST_FAILING_WRITES", "5"))

NEXT = '''
"""A step that fails when everything before it is done."""

from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql("UPDATE people SET name = 'Nobody' || id, name_key = id")
    connection.exec_driver_sql("DELETE FROM rejections")
    connection.exec_driver_sql("DROP TABLE restoration_crops")
    {last}
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "catalog.sqlite"


def place(version: str, path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.decompress((FIXTURES / f"filled_{version}.sqlite.gz").read_bytes()))
    return path


def told(version: str) -> dict[str, object]:
    """What the code of that version said of its own library."""
    words: dict[str, object] = json.loads((FIXTURES / f"filled_{version}.json").read_text("ascii"))
    return words


def asked(catalog: Catalog) -> dict[str, object]:
    words: dict[str, object] = json.loads(json.dumps(said(catalog)))
    return words


def rows(path: Path) -> dict[str, list[object]]:
    """Every row of every table, and the tables themselves."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
        return {"tables": tables} | found
    finally:
        connection.close()


def refusal(work: Callable[[], object]) -> str:
    """What the user is told; nothing where it went well."""
    try:
        work()
    except ExpectedError as error:
        return str(error)
    return ""


def next_step(folder: Path, last: str) -> Steps:
    copy = folder / "migrations"
    shutil.copytree(STEPS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_next.py").write_text(NEXT.format(head=HEAD, last=last))
    return Steps(copy, "9999")


def test_there_is_a_full_library_of_every_version() -> None:
    steps = [path.name[:4] for path in sorted((STEPS / "versions").glob("[0-9]*.py"))]
    assert steps == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_every_decision_is_still_there_and_can_be_taken_back(version: str, path: Path) -> None:
    before = told(version)
    with Catalog.open(place(version, path)) as catalog:
        assert catalog.facts().schema == HEAD
        assert catalog.check() == []
        now = asked(catalog)
        for subject, words in now.items():
            assert words == before.get(subject, 0), subject  # no closer looks before "0007"
        assert taken_back(catalog) == before["taken back"]
        assert catalog.check() == []


@pytest.mark.parametrize("version", OLDER)
def test_the_backup_before_the_step_is_the_library_of_then(version: str, path: Path) -> None:
    place(version, path)
    before = rows(path)
    with Catalog.open(path) as catalog:
        (backup,) = catalog.backups()
        catalog.people.add("Since then")
    assert rows(backup) == before
    restore_backup(path, backup)
    with Catalog.open(path) as catalog:
        assert asked(catalog)["people"] == told(version)["people"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_step_that_fails_at_its_end_changes_nothing(
    version: str, path: Path, tmp_path: Path
) -> None:
    place(version, path)
    before = rows(path)
    with pytest.raises(ZeroDivisionError):
        Catalog.open(path, steps=next_step(tmp_path, "1 / 0"))
    assert rows(path) == before
    (backup,) = (path.parent / "catalog-backups").iterdir()
    assert rows(backup) == before
    with Catalog.open(path) as catalog:
        assert asked(catalog)["rejections"] == told(version)["rejections"]
    with Catalog.open(backup) as catalog:
        assert asked(catalog)["restorations"] == told(version)["restorations"]


@pytest.mark.skipif(not can_watch(), reason="this SQLite hides its table of functions")
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "until there is room"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fails_in_the_midst_of_the_steps_costs_nothing(
    tmp_path: Path, kind: str, lasting: bool
) -> None:
    for version in OLDER if SHORT > 5 else OLDER[:1]:
        counting = FailingDisk(kind, None, lasting=False)
        with watched_disk(counting):
            Catalog.open(place(version, tmp_path / version / "catalog.sqlite")).close()
        assert counting.changes > 20
        refused = 0
        for number in range(1, counting.changes + 1, max(1, counting.changes // SHORT)):
            path = place(version, tmp_path / f"{version}-{number}" / "catalog.sqlite")
            before = rows(path)
            with watched_disk(FailingDisk(kind, number, lasting=lasting)):
                words = refusal(lambda path=path: Catalog.open(path).close())
            if words:
                assert words.endswith(".")
                refused += 1
                now = rows(path)
                assert now == before or now["alembic_version"] == [(HEAD,)], f"write {number}"
            with Catalog.open(path) as catalog:
                assert asked(catalog)["faces"] == told(version)["faces"], f"write {number}"
                assert catalog.check() == []
        assert refused


SLOW = """
import sys, time
from pathlib import Path
from desktop_app.catalog import Catalog
from desktop_app.catalog.versions import Steps
path, steps = Path(sys.argv[1]), Path(sys.argv[2])
Catalog.open(path, steps=Steps(steps, "9999")).close()
"""
WAITS = """
    from pathlib import Path
    import time
    Path({begun!r}).touch()
    while not Path({go_on!r}).exists():
        time.sleep(0.02)
    raise SystemExit("the machine goes down")
"""


def test_a_second_process_waits_outside_while_the_first_one_migrates(
    path: Path, tmp_path: Path
) -> None:
    version = OLDER[0]
    place(version, path)
    before = rows(path)
    begun, go_on = tmp_path / "begun", tmp_path / "go on"
    steps = next_step(tmp_path, WAITS.format(begun=str(begun), go_on=str(go_on)).strip())
    first = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(path), str(steps.folder)],
        cwd=CHECKOUT,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not begun.exists():
            assert first.poll() is None
        with pytest.raises(CatalogBusy, match="already open"):
            Catalog.open(path)
        with pytest.raises(BadRequest, match="older version"):
            Catalog.open(path, read_only=True)
        assert rows(path) == before
        go_on.touch()
        assert first.wait(30)
    finally:
        first.kill()
        first.wait()
    with Catalog.open(path) as catalog:
        assert asked(catalog)["faces"] == told(version)["faces"]


def test_without_room_for_the_backup_nothing_is_migrated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(OLDER[0], path)
    before = rows(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desktop_app.catalog.backups._copy", full)
    with pytest.raises(DiskFull):
        Catalog.open(path)
    assert rows(path) == before
