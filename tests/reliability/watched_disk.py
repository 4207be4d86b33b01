"""A disk under the application's own SQLite that notes each write, and fails where it is told to.

SQLite asks a table of functions (its VFS) for every file; here the default table is copied, and
what changes a file goes by way of Python. The connections under test know nothing of it. See
https://www.sqlite.org/vfs.html and, for the order of the fields, sqlite3.h.
"""

import contextlib
import ctypes
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

OK, FULL, READ_ONLY = 0, 13, 8
IO_ERROR_WRITE, IO_ERROR_SYNC, IO_ERROR_TRUNCATE = 778, 1034, 1546
CANNOT_OPEN = 14

_OPEN_CREATE = 0x4
_pointer = ctypes.c_void_p
_Write = ctypes.CFUNCTYPE(ctypes.c_int, _pointer, _pointer, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, _pointer, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, _pointer, ctypes.c_int)
_Open = ctypes.CFUNCTYPE(
    ctypes.c_int, _pointer, _pointer, _pointer, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_Delete = ctypes.CFUNCTYPE(ctypes.c_int, _pointer, ctypes.c_char_p, ctypes.c_int)


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_: ClassVar = [
        ("version", ctypes.c_int),
        ("close", _pointer),
        ("read", _pointer),
        ("write", _pointer),
        ("truncate", _pointer),
        ("sync", _pointer),
        *((f"rest{number}", _pointer) for number in range(13)),
    ]


class _Vfs(ctypes.Structure):
    """sqlite3_vfs, version 3."""

    _fields_: ClassVar = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_name", ctypes.c_int),
        ("next", _pointer),
        ("name", ctypes.c_char_p),
        ("data", _pointer),
        ("open", _pointer),
        ("delete", _pointer),
        *((f"rest{number}", _pointer) for number in range(14)),
    ]


@dataclass(frozen=True)
class Change:
    """One thing that SQLite did to a file."""

    what: str  # "create", "write", "truncate", "sync", "delete"
    path: str
    offset: int = 0  # of a write; the new size of a truncation
    data: bytes = b""


Verdict = Callable[[Change], int]
"""Looks at a change before it is made; what is not `OK` is SQLite's result code, and undone."""


@contextlib.contextmanager
def watched_disk(verdict: Verdict) -> Iterator[None]:
    """In the block every database that is opened tells its changes to `verdict`.

    Close what was opened before the block ends.
    """
    library = _library()
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [ctypes.POINTER(_Vfs), ctypes.c_int]
    library.sqlite3_vfs_unregister.argtypes = [ctypes.POINTER(_Vfs)]
    plain = library.sqlite3_vfs_find(None)
    watched = _Vfs.from_buffer_copy(plain.contents)
    watched.name = b"watched"
    names: dict[int, str] = {}
    methods_of: dict[int, _Methods] = {}
    kept: list[Any] = []  # alive as long as SQLite may call them
    open_plainly = ctypes.cast(plain.contents.open, _Open)
    delete_plainly = ctypes.cast(plain.contents.delete, _Delete)

    def open_file(vfs: int, name: int, file: int, flags: int, told: Any) -> int:
        path = ctypes.string_at(name).decode("utf-8", "surrogateescape") if name else ""
        if path and flags & _OPEN_CREATE and not Path(path).exists():
            refused = verdict(Change("create", path))
            if refused != OK:
                ctypes.cast(file, ctypes.POINTER(_pointer))[0] = None
                return refused
        result = open_plainly(ctypes.addressof(plain.contents), name, file, flags, told)
        if result == OK and path:
            names[file] = path
            field = ctypes.cast(file, ctypes.POINTER(_pointer))
            field[0] = ctypes.addressof(replaced(int(field[0] or 0)))
        return result

    def delete_file(vfs: int, name: bytes, flush: int) -> int:
        refused = verdict(Change("delete", name.decode("utf-8", "surrogateescape")))
        return refused or delete_plainly(ctypes.addressof(plain.contents), name, flush)

    def replaced(address: int) -> _Methods:
        if address in methods_of:
            return methods_of[address]
        real = ctypes.cast(address, ctypes.POINTER(_Methods)).contents
        write_plainly = ctypes.cast(real.write, _Write)
        truncate_plainly = ctypes.cast(real.truncate, _Truncate)
        sync_plainly = ctypes.cast(real.sync, _Sync)

        def write(file: int, data: int, length: int, offset: int) -> int:
            change = Change("write", names[file], offset, ctypes.string_at(data, length))
            return verdict(change) or write_plainly(file, data, length, offset)

        def truncate(file: int, size: int) -> int:
            return verdict(Change("truncate", names[file], size)) or truncate_plainly(file, size)

        def sync(file: int, flags: int) -> int:
            return verdict(Change("sync", names[file])) or sync_plainly(file, flags)

        mine = _Methods.from_buffer_copy(real)
        calls = (_Write(write), _Truncate(truncate), _Sync(sync))
        kept.extend(calls)
        mine.write, mine.truncate, mine.sync = (ctypes.cast(c, _pointer).value for c in calls)
        methods_of[address] = mine
        return mine

    opener, deleter = _Open(open_file), _Delete(delete_file)
    watched.open = ctypes.cast(opener, _pointer).value
    watched.delete = ctypes.cast(deleter, _pointer).value
    library.sqlite3_vfs_register(ctypes.byref(watched), 1)
    try:
        yield
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(watched))
        library.sqlite3_vfs_register(plain, 1)


def can_watch() -> bool:
    """Whether Python's SQLite shows its table of functions (a static build may hide it)."""
    if os.name == "nt":
        return False
    try:
        return hasattr(_library(), "sqlite3_vfs_find")
    except OSError:
        return False


def _library() -> ctypes.CDLL:
    import _sqlite3

    return ctypes.CDLL(getattr(_sqlite3, "__file__", None))


SQLITE = sqlite3.sqlite_version
