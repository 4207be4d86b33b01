"""Brings a catalog of an older version up to this one, or leaves it exactly as it was."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, event

from desktop_app.catalog.backups import back_up_beside
from desktop_app.catalog.engine import in_the_users_words
from desktop_app.domain.errors import BadRequest, CatalogTooNew

HEAD = "0004"
"""The last step; a test holds it to the files in `migrations/versions`."""

STEPS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Steps:
    """The migrations: their folder (as Alembic wants it) and the number of the last."""

    folder: Path = STEPS
    head: str = HEAD


def schema_of(path: Path) -> str | None:
    """The last step a catalog went through; None for an empty file.

    Raises `BadRequest` for a SQLite file that is no catalog.
    """
    with in_the_users_words(path):
        connection = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)
        try:
            names = {
                row[0] for row in connection.execute("SELECT name FROM sqlite_master").fetchall()
            }
            if not names:
                return None
            row = None
            if "alembic_version" in names:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    if row is None:
        raise BadRequest(f"{path.name} is not a catalog of Likeness. Choose another file.")
    return str(row[0])


def require_known(path: Path, steps: Steps) -> str | None:
    """The catalog's schema. Raises `CatalogTooNew` where this version does not know it."""
    schema = schema_of(path)
    if schema is not None and schema > steps.head:
        raise CatalogTooNew(
            f"The catalog {path.name} was written by a newer version of Likeness "
            f"(its schema is {schema}, this version knows {steps.head}). "
            "Install the newer version, or open another catalog."
        )
    return schema


def upgrade(path: Path, steps: Steps = Steps()) -> Path | None:
    """Takes a catalog to the last step, in one transaction; tells where the backup is.

    The caller holds the catalog's lock. A backup is made before the first step (none of an empty
    file). Where a step fails, the catalog is as it was and the step's own error flies on.
    Raises `CatalogTooNew`.
    """
    schema = require_known(path, steps)
    if schema == steps.head:
        return None
    backup = None if schema is None else back_up_beside(path, f"before-{steps.head}")
    with in_the_users_words(path):
        _in_one_transaction(path, lambda connection: _run(connection, steps))
    return backup


def _run(connection: Connection, steps: Steps) -> None:
    # Alembic takes a third of a second to import, and most openings need no migration.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(steps.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, steps.head)


def _in_one_transaction(path: Path, work: Callable[[Connection], None]) -> None:
    """The driver commits before DDL unless it is kept from it and BEGIN is sent by hand.

    Foreign keys are off, so that a table may be built anew, and checked before the end.
    """
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            path.absolute().as_uri() + "?mode=rw", uri=True, isolation_level=None
        ),
        poolclass=NullPool,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")

    try:
        with engine.connect() as connection, connection.begin():
            work(connection)
            dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if dangling:
                raise RuntimeError(f"the migration left {len(dangling)} rows without their parent")
    finally:
        engine.dispose()
