"""Writes a file whole or not at all."""

import contextlib
import errno
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from desktop_app.domain.errors import (
    BadRequest,
    DiskFull,
    ExpectedError,
    FileVanished,
    NotPermitted,
)

TEMPORARY = ".likeness-"
"""What the name of an unfinished file begins with, where it needs one."""

_UNFINISHED = re.compile(re.escape(TEMPORARY) + r"(?:[a-z0-9_]{8}|[0-9a-f]{16})")
"""Exactly the names that are given here: a user's own file may begin alike."""

_NO_NAMELESS_FILES = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)
"""What file systems answer that cannot make them (network drives, FAT)."""

DRIVE_GONE = frozenset(
    {
        errno.EIO,
        errno.ENODEV,
        errno.ENXIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.ENOENT,
        errno.ENOTDIR,
    }
)
"""What is answered where a drive was pulled out, or a folder taken away."""


@contextlib.contextmanager
def write_whole(path: Path, *, mode: int = 0o644, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write to, which takes the name `path` only when the block ends well.

    Where the system can do so (Linux), the bytes have no name at all until they are whole, and a
    process that is killed leaves nothing behind (where the file takes another's place, for the time
    of a rename, perhaps the whole file as `.likeness-...`); elsewhere it may leave such a file,
    which `sweep_unfinished` takes away.
    The bytes are flushed to the disk before the name is given, and the name before the call
    returns; a cache, which a power cut may take, is not `durable` and skips both. A file that
    stands at `path` is replaced; on failure it stays as it was.
    Raises what `as_expected` makes of a failure: `DiskFull`, `NotPermitted`, `FileVanished`.
    """
    temporary: Path | None = None
    try:
        descriptor = _nameless_file(path.parent)
        nameless = descriptor is not None
        if descriptor is None:
            descriptor, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
            temporary = Path(name)
        with os.fdopen(descriptor, "w+b") as file:
            _locked(descriptor)
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
            if nameless:
                os.fchmod(descriptor, mode)
                try:
                    _give_name(descriptor, path)
                except FileExistsError:  # only a rename takes another file's place
                    temporary = path.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
                    _give_name(descriptor, temporary)
                    temporary.replace(path)
                    temporary = None
        if temporary is not None:
            temporary.chmod(mode)
            temporary.replace(path)
        if durable:
            flush_folder(path.parent)
    except BaseException as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        if isinstance(error, OSError):
            raise as_expected(error, path) from error
        raise


def sweep_unfinished(folder: Path) -> int:
    """Removes what killed processes left unfinished in a folder; how many files that were.

    A file that is still being written is locked (POSIX) or cannot be removed (Windows), and stays;
    so does what may not be removed. A folder that cannot be read is passed over.
    """
    removed = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _UNFINISHED.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            with contextlib.suppress(OSError):
                descriptor = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                try:
                    free = _locked(descriptor)
                finally:
                    os.close(descriptor)
                if free:
                    Path(entry.path).unlink()
                    removed += 1
    return removed


def _locked(descriptor: int) -> bool:
    """Takes the lock that tells a file in the making from one that was left; False: it is held.

    It ends with the process, however that ends. Where a drive knows no locks, nothing is told.
    """
    try:
        import fcntl
    except ImportError:  # Windows: an open file cannot be removed there
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _nameless_file(folder: Path) -> int | None:
    """A file that ceases to exist when it is closed (open(2), O_TMPFILE); None: not here."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno in _NO_NAMELESS_FILES:
            return None
        raise


def _give_name(descriptor: int, path: Path) -> None:
    """Links an open file into a folder, as open(2) shows it."""
    # WORKAROUND for https://github.com/python/cpython/issues/81793: without a folder given,
    # os.link calls link(2), which does not follow the link that /proc holds
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        opened = f"/proc/self/fd/{descriptor}"
        os.link(opened, path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def as_expected(error: OSError, path: Path) -> ExpectedError | OSError:
    """The user's words for a failure of the disk; other failures come back unchanged."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"The disk is full: {path.name} could not be written. Free some space, then try again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NotPermitted(
            f"{path.name} may not be written in {path.parent}. Choose another folder."
        )
    if error.errno in DRIVE_GONE:
        return FileVanished(
            f"{path.name} could not be written: its folder or drive is gone. "
            "Connect the drive or choose another folder, then try again."
        )
    if error.errno == errno.EFBIG:
        return DiskFull(
            f"{path.name} is larger than a file may be on that drive. Choose another drive."
        )
    if error.errno in (errno.ENAMETOOLONG, errno.EILSEQ):
        return BadRequest(f"{path.name} is no name that a file can have there. Choose another one.")
    return error


def flush_folder(folder: Path) -> None:
    """Makes a rename last through a power cut; folders cannot be opened on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
