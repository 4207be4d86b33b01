"""Opens the catalog's file: who may write, how safely, and in the user's words when it fails."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy.exc
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from desktop_app.catalog.turns import Turns
from desktop_app.domain.errors import (
    CatalogBusy,
    CatalogDamaged,
    DiskFull,
    ExpectedError,
    NotKnown,
    NotPermitted,
)
from desktop_app.domain.private_folder import private_folder, tighten
from desktop_app.domain.whole_file import as_expected

PAGE_SIZE = 16384
"""Bytes; a 1 to 2 KB embedding wastes half of a 4 KB page (measured, design/performance.md)."""

BUSY_TIMEOUT_MS = 10_000

LOG_LIMIT = 8_000_000
"""Bytes of the write-ahead log after which it is written into the catalog's file.

SQLite would do that inside a commit, where a decision waits for it.
"""


class CatalogFile:
    """One SQLite file: two connections a thread (reading, writing), one write at a time.

    Connections never serve another thread than their own; those of a thread that ended are
    closed when the next thread comes.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._reading = _engine(path, read_only=read_only, writing=False)
        self._writing = _engine(path, read_only=read_only, writing=True)
        self._turns = Turns()
        self._register_lock = threading.Lock()
        self._connections: dict[tuple[threading.Thread, bool], Connection] = {}
        self._closed = False

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the catalog and may not write."""
        with in_the_users_words(self.path):
            connection = self._connection(writing=False)
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def write(self, *, bulk: bool = False) -> Iterator[Connection]:
        """A transaction that writes; kept whole at the end of the block, or not at all.

        `bulk` says that nobody waits for this one, so that afterwards it empties the log.
        Raises `CatalogBusy`, `DiskFull`, `NotPermitted` and `CatalogDamaged`.
        """
        if self.read_only:
            raise RuntimeError("this catalog was opened to be read only")
        with in_the_users_words(self.path):
            connection = self._connection(writing=True)
            with self._turns.turn(), connection.begin():
                yield connection
            if self._log_size() > (LOG_LIMIT if bulk else 8 * LOG_LIMIT):
                # Out of turn: a passive checkpoint waits for nobody, and nobody for it.
                with _raw(self.path) as other:
                    other.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def checkpoint(self, *, vacuum: bool = False) -> None:
        """Empties the write-ahead log into the file; `vacuum` rewrites the file as well.

        Raises `CatalogBusy` where somebody reads from the log all the while.
        """
        with self._turns.turn(), in_the_users_words(self.path), _raw(self.path) as connection:
            if vacuum:
                connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise CatalogBusy(
                f"Another program reads the catalog {self.path.name}, which therefore still holds "
                "what was removed from it. Close that program and start Likeness again."
            )

    def close(self) -> None:
        """Closes every connection of every thread; the catalog is not used again."""
        with self._turns.turn(), self._register_lock:
            self._closed = True
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
        self._reading.dispose()
        self._writing.dispose()

    def _log_size(self) -> int:
        try:
            return Path(f"{self.path}-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def _connection(self, *, writing: bool) -> Connection:
        key = (threading.current_thread(), writing)
        found = self._connections.get(key)
        if found is not None:
            return found
        with self._register_lock:
            if self._closed:
                raise RuntimeError("the catalog is closed")
            for old in [key for key in self._connections if not key[0].is_alive()]:
                self._connections.pop(old).close()
            connection = (self._writing if writing else self._reading).connect()
            self._connections[key] = connection
        return connection


def lock_for_writing(path: Path) -> FileLock:
    """Takes the lock beside the catalog; freed by `release`, and by the end of the process.

    Raises `CatalogBusy` at once where another window or command holds it.
    """
    lock = FileLock(
        os.fspath(path) + ".lock", timeout=0, mode=0o600, thread_local=False, is_singleton=False
    )
    try:
        lock.acquire()
    except Timeout as error:
        raise CatalogBusy(
            f"Likeness is already open on this catalog ({path.name}). "
            "Close the other window or wait for the other command, then try again."
        ) from error
    except OSError as error:
        raise _not_writable(path, error) from error
    return lock


def make_folder(path: Path) -> None:
    """The catalog's folder, which only its owner may enter.

    A folder that was there before keeps its permissions: it is the user's own. What lies in it of
    the catalog, a log left by a kill and the backups too, is for the owner alone from here on.
    Raises `NotPermitted`.
    """
    try:
        if not path.parent.is_dir():
            private_folder(path.parent)
        for end in ("", "-wal", "-shm", ".lock"):
            tighten(Path(f"{path}{end}"))
    except OSError as error:
        raise _not_writable(path, error) from error


def make_file(path: Path) -> None:
    """The catalog's file, which only its owner may read; empty where there was none.

    Raises `NotPermitted`.
    """
    try:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise _not_writable(path, error) from error
    with in_the_users_words(path), _raw(path) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")


def quick_check(path: Path, *, read_only: bool = True) -> list[str]:
    """SQLite's own words on what is wrong with the file; empty where it is sound.

    Who may write says so: a kill may have left a journal that only a writer can roll back.
    Raises `NotKnown` and others where it cannot be read at all.
    """
    try:
        with in_the_users_words(path), _raw(path, read_only=read_only) as connection:
            found = [row[0] for row in connection.execute("PRAGMA quick_check")]
    except CatalogDamaged as error:
        return [str(error.__cause__)]
    return [] if found == ["ok"] else found


@contextlib.contextmanager
def in_the_users_words(path: Path) -> Iterator[None]:
    """Says what the disk did to the catalog; other failures of SQLite are bugs and fly on."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            expected = _expected(error.orig, path)
            if expected is not None:
                raise expected from error
        raise
    except sqlite3.Error as error:
        expected = _expected(error, path)
        if expected is not None:
            raise expected from error
        raise


def _not_writable(path: Path, error: OSError) -> ExpectedError:
    expected = as_expected(error, path)
    if isinstance(expected, DiskFull):
        return expected
    return NotPermitted(
        f"The catalog {path.name} may not be written in {path.parent}. Choose another folder."
    )


def _expected(error: sqlite3.Error, path: Path) -> ExpectedError | None:
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(
            "The disk is full: the catalog could not be written, and nothing of it was lost. "
            "Free some space, then try again."
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return NotPermitted(
            f"The catalog {path.name} may not be written in {path.parent}. "
            "Check the permissions of the folder, then try again."
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return CatalogBusy(
            f"Another program is using the catalog {path.name}. Close it, then try again."
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CatalogDamaged(
            f"The catalog {path.name} is damaged ({error}). Restore a backup, then try again."
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return NotKnown(
            f"The catalog {path} cannot be opened. Check that its folder is there and readable."
        )
    if code == sqlite3.SQLITE_IOERR:
        return DiskFull(
            f"The disk could not be read or written at {path.parent}. "
            "Check that the drive is there and has room, then try again."
        )
    return None


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; the extended ones keep it in their low byte."""
    return int(getattr(error, "sqlite_errorcode", -1)) & 0xFF


def _address(path: Path, *, read_only: bool) -> str:
    return path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rw")


@contextlib.contextmanager
def _raw(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(
        _address(path, read_only=read_only), uri=True, isolation_level=None
    )
    try:
        _set_up(connection)
        yield connection
    finally:
        connection.close()


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # faces never reach a temporary file
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_LIMIT // 2}")


def _engine(path: Path, *, read_only: bool, writing: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        # Another thread only ever closes the connection.
        return sqlite3.connect(
            _address(path, read_only=read_only),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        _set_up(connection)
        if not writing:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A read transaction that turns into a write is refused at once, whatever the timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
