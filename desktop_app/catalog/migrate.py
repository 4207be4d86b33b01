"""Brings a catalog of an older version up to this one, or leaves it exactly as it was."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, event

from desktop_app.catalog.backups import back_up_beside
from desktop_app.catalog.engine import in_the_users_words
from desktop_app.catalog.versions import Steps, require_known


def upgrade(path: Path, steps: Steps) -> Path | None:
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
