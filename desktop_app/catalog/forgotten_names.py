"""Knows a forgotten name again, so that no file brings it back, without keeping the name."""

import hashlib
import secrets
from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from desktop_app.catalog.rows import folded
from desktop_app.catalog.schema import forgotten_names

# scrypt with 16 MiB, about 50 ms a name (RFC 7914's parameters for logging in). A list of common
# names can still be tried against it, slowly: it keeps a name from being read, not from a guess.
_COST, _BLOCK, _LANES = 2**14, 8, 1
_SALT_BYTES = 16


def remember_forgotten(connection: Connection, names: Iterable[str]) -> None:
    """Keeps a hash of each name, with the salt that this catalog has for all of them."""
    keys = {folded(name) for name in names} - {""}
    salt = _salt(connection) or secrets.token_bytes(_SALT_BYTES)
    for key in sorted(keys):
        row = {"name_hash": _hash(key, salt), "salt": salt}
        connection.execute(insert(forgotten_names).values(row).on_conflict_do_nothing())


def was_forgotten(connection: Connection, name: str) -> bool:
    """Whether a person was forgotten who had this name, in whatever case it is written."""
    salt = _salt(connection)
    if salt is None:
        return False
    own = forgotten_names.c.name_hash == _hash(folded(name), salt)
    return connection.scalar(select(forgotten_names.c.salt).where(own)) is not None


def _salt(connection: Connection) -> bytes | None:
    return connection.scalar(select(forgotten_names.c.salt).limit(1))


def _hash(key: str, salt: bytes) -> bytes:
    return hashlib.scrypt(key.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32)
