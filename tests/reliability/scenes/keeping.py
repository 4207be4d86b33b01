"""The catalog is brought up to date, backed up, and a backup brought back."""

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.catalog import Catalog, restore_backup
from desktop_app.catalog.versions import HEAD, STEPS, Steps

from .people import prepare_people
from .scene import Acknowledge, Home, Scene


def _prepare_old(home: Home) -> None:
    with Catalog.open(home.catalog, steps=Steps(STEPS, "0001")) as catalog:
        for number in range(300):
            catalog.people.add(f"Person {number}")


def _run_migrating(home: Home, acknowledge: Acknowledge) -> None:
    Catalog.open(home.catalog).close()
    acknowledge("migrated")


def _migrated(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        people = [one.person.name for one in catalog.people.all()]
        assert catalog.backups(), "no backup was made before the step"
        assert _people_in(catalog.backups()[-1]) == sorted(people)
    return [catalog.path.name, people]


def _lost_migration(home: Home, acknowledged: Sequence[str]) -> list[str]:
    connection = sqlite3.connect(home.catalog)
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    wrong = [] if schema in ("0001", HEAD) else [f"a schema of nobody: {schema}"]
    return wrong + (["migrated"] if acknowledged and schema != HEAD else [])


_BACKUPS = 4


def _run_backing_up(home: Home, acknowledge: Acknowledge) -> None:
    with Catalog.open(home.catalog) as catalog:
        while len(catalog.backups()) < _BACKUPS:
            acknowledge(catalog.backup_beside().name)


def _backed_up(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        kept = catalog.backups()
    left = [each.name for each in kept[0].parent.iterdir() if each not in kept]
    return [[_people_in(each) for each in kept], left]


def _lost_backups(home: Home, acknowledged: Sequence[str]) -> list[str]:
    folder = home.catalog.parent / "likeness-backups"
    there = {each.name: each for each in folder.glob("*.sqlite")}
    for each in there.values():
        _people_in(each)
    return [name for name in acknowledged if name not in there]


def _people_in(backup: Path) -> list[str]:
    """Raises where the backup is not whole."""
    connection = sqlite3.connect(f"{backup.as_uri()}?mode=ro", uri=True)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], backup.name
    people = sorted(row[0] for row in connection.execute("SELECT name FROM people"))
    connection.close()
    return people


def _prepare_backup(home: Home) -> None:
    prepare_people(home)
    with Catalog.open(home.catalog) as catalog:
        catalog.backup_beside()
    # as after a kill: the log is full of what the backup does not know
    with Catalog.open(home.catalog) as catalog:
        catalog.people.add("Later")
        for end in ("", "-wal"):
            shutil.copy(f"{home.catalog}{end}", f"{home.catalog}.kept{end}")
    for end in ("", "-wal"):
        Path(f"{home.catalog}.kept{end}").replace(f"{home.catalog}{end}")


def _run_bringing_back(home: Home, acknowledge: Acknowledge) -> None:
    with Catalog.open(home.catalog) as catalog:
        if catalog.people.by_name("Later") is None:
            return
        (backup,) = catalog.backups()
        log = Path(f"{home.catalog}-wal").read_bytes()
    Path(f"{home.catalog}-wal").write_bytes(log)
    restore_backup(home.catalog, backup)
    acknowledge("brought back")


def _brought_back(home: Home) -> Any:
    with Catalog.open(home.catalog) as catalog:
        people = [one.person.name for one in catalog.people.all()]
    aside = [p for p in home.catalog.parent.glob("likeness-replaced-*") if p.suffix == ".catalog"]
    return [people, len(aside), sorted(p.name for p in home.catalog.parent.glob("*.brought-back"))]


def _lost_return(home: Home, acknowledged: Sequence[str]) -> list[str]:
    with Catalog.open(home.catalog) as catalog:
        people = {one.person.name for one in catalog.people.all()}
    if not people - {"Later"}:
        return ["everybody"]
    return ["brought back"] if acknowledged and "Later" in people else []


MIGRATING = Scene(_prepare_old, _run_migrating, _migrated, _lost_migration)
BACKING_UP = Scene(prepare_people, _run_backing_up, _backed_up, _lost_backups)
BRINGING_BACK = Scene(_prepare_backup, _run_bringing_back, _brought_back, _lost_return)
