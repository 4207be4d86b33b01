"""Which version of Likeness wrote a catalog, and whether this one knows it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from desktop_app.catalog.engine import in_the_users_words
from desktop_app.domain.errors import BadRequest, CatalogTooNew

HEAD = "0010"
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
