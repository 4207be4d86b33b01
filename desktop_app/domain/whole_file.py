"""Writes a file whole or not at all."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from desktop_app.domain.errors import DiskFull, ExpectedError, NotPermitted


@contextlib.contextmanager
def write_whole(path: Path, *, mode: int = 0o644, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write to, which takes the name `path` only when the block ends well.

    The bytes are flushed to the disk before the name is given, and the name before the call
    returns; a cache, which a power cut may take, is not `durable` and skips both. A file that
    stands at `path` is replaced; on failure it stays as it was.
    Raises `DiskFull` and `NotPermitted`.
    """
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=".likeness-", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
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
