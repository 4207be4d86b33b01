"""Says of a folder which one it is, what is in it, and on what kind of drive it lies."""

import os
import sys
from pathlib import Path

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import silent
from desktop_app.imaging.scan import scan_folder

_NETWORK_DRIVES = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "ceph",
    "gluster",
    "fuse.",
    "vboxsf",
    "davfs",
    "virtiofs",
    "vmhgfs",
    "prl_fs",
    "lustre",
    "beegfs",
    "gpfs",
    "gfs2",
    "ocfs2",
    "ncp",
)
"""Beginnings of the names of file systems that do not tell what others write (mount(8)).

`fuseblk` is not among them: a drive of this computer, as of NTFS, whose every change goes through
its own kernel.
"""

_REMOTE = 4  # DRIVE_REMOTE of GetDriveTypeW
_FIELDS_BEFORE_POINT = 4  # of a line of /proc/self/mountinfo, proc_pid_mountinfo(5)


def standing(folder: Path) -> tuple[int, int] | None:
    """Which folder stands there (device, number); None: none does.

    Where a drive is taken away its folder goes, or another folder of another device stays.
    """
    try:
        status = folder.stat()
        os.scandir(folder).close()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def contents(folder: Path) -> int | None:
    """A number that changes when a photo comes, changes, moves or goes; None: cannot be walked."""
    total = 0
    try:
        for file in scan_folder(folder, silent):
            total = (total + hash((file.relative, file.size, file.mtime_ns))) & (2**64 - 1)
    except ExpectedError:
        return None
    return total


def is_on_network(folder: Path) -> bool:
    """Whether others may write there without this system hearing of it."""
    if sys.platform == "win32":
        import ctypes

        drive = os.path.splitdrive(folder.absolute())[0]
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive) == _REMOTE
    if sys.platform == "darwin":
        return folder.is_relative_to("/Volumes") or folder.is_relative_to("/Network")
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    return file_system_of(folder.resolve(), mounts).startswith(_NETWORK_DRIVES)


def file_system_of(folder: Path, mounts: str) -> str:
    """The kind of the innermost mount around a folder, of the lines of /proc/self/mountinfo."""
    kind, depth = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) <= _FIELDS_BEFORE_POINT or not after:
            continue
        point = Path(_unescaped(fields[_FIELDS_BEFORE_POINT]))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            kind, depth = after.split(" ")[0], len(point.parts)
    return kind


def _unescaped(text: str) -> str:
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, sign)
    return text
