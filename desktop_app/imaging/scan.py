"""Finds the photos in a folder."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import FileVanished, NotPermitted
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.formats import is_photo_name
from desktop_app.imaging.photo_file import shown_name

_NOT_THE_USERS = {"$recycle.bin", "system volume information", "@eadir", "lost+found"}
"""Folders that belong to systems and network drives: bins and their own thumbnails."""

_FILES_A_REPORT = 200


@dataclass(frozen=True)
class FoundFile:
    """A file that looks like a photo; nothing of its contents was read."""

    path: str  # absolute; bytes that are no text are kept by os.fsdecode's surrogates
    relative: bytes  # to the folder, "/" between the parts
    size: int  # in bytes
    mtime_ns: int


def scan_folder(
    root: Path, report: Report, unreadable: list[bytes] | None = None
) -> Iterator[FoundFile]:
    """Walks `root` once, in order of names, and yields its photos.

    Symbolic links are not followed, hidden files and folders, devices and pipes are left out.
    Folders that may not be read are left out too and noted in `unreadable` (relative to `root`),
    so that their photos are not taken for deleted.
    Raises `FileVanished` where `root` is not there, or no longer there at the end (a drive that
    was unplugged is not an empty folder), and `NotPermitted` where it may not be read.
    """
    top = root.absolute()
    if not top.is_dir():
        raise FileVanished(f"The folder {shown_name(root)} is not there. Is its drive connected?")
    found = 0
    folders = [""]
    while folders:
        folder = folders.pop()
        here = top / folder
        try:
            with os.scandir(here) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            _note_unreadable(error, top, folder, unreadable)
            continue
        report(Progress(found, None, shown_name(here)))
        inner = []
        for entry in entries:
            if _is_left_out(entry.name):
                continue
            relative = f"{folder}/{entry.name}" if folder else entry.name
            status = _status(entry)
            if status is None:
                continue
            if stat.S_ISDIR(status.st_mode):
                inner.append(relative)
            elif stat.S_ISREG(status.st_mode) and is_photo_name(entry.name):
                found += 1
                if found % _FILES_A_REPORT == 0:
                    report(Progress(found, None, shown_name(here)))
                yield FoundFile(
                    entry.path, os.fsencode(relative), status.st_size, status.st_mtime_ns
                )
        folders.extend(reversed(inner))
    if not top.is_dir():
        raise FileVanished(f"The folder {shown_name(root)} disappeared while it was read.")


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name.lower() in _NOT_THE_USERS


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    """None for a link, and for a file that vanished since its folder was listed."""
    try:
        return None if entry.is_symlink() else entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _note_unreadable(
    error: OSError, top: Path, folder: str, unreadable: list[bytes] | None
) -> None:
    if not folder:
        if isinstance(error, PermissionError):
            raise NotPermitted(f"The folder {shown_name(top)} may not be read.") from error
        raise FileVanished(f"The folder {shown_name(top)} cannot be read.") from error
    if unreadable is not None and not isinstance(error, FileNotFoundError):
        unreadable.append(os.fsencode(folder))
