"""Folders that only their owner may enter."""

import contextlib
import os
import stat
from pathlib import Path


def private_folder(folder: Path) -> Path:
    """Makes `folder`, and what is missing above it, readable by its owner alone; returns it.

    Whatever the umask is, and also where it was there before with looser permissions: so it is for
    the application's own folders, not for one that the user chose. A link is left as it is.
    Raises `OSError` where it cannot be made.
    """
    if not folder.is_dir():
        if not folder.parent.is_dir():
            private_folder(folder.parent)
        with contextlib.suppress(FileExistsError):  # made by another at this moment
            folder.mkdir(mode=0o700)
    tighten(folder)
    return folder


def tighten(path: Path) -> None:
    """Takes away what others may do with a folder or a file of ours, where it can be done."""
    if os.name == "nt" or path.is_symlink():
        return
    with contextlib.suppress(OSError):  # another's, or a drive that knows no permissions
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            path.chmod(mode & ~0o077)
