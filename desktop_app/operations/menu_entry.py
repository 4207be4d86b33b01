"""Puts the portable application into the menu of a Linux desktop, and takes it out again."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from desktop_app.domain.errors import BadRequest
from desktop_app.domain.whole_file import as_expected, write_whole
from desktop_app.settings.places import resources

_ENTRY = "likeness.desktop"
_ICONS = "icons/hicolor"
_MUST_BE_QUOTED = '"`$\\'  # freedesktop.org, Desktop Entry Specification, "The Exec key"


def add_to_menu(program: Path | None = None, share: Path | None = None) -> Path:
    """Writes the entry ("Open with Likeness" included) and the icons below the user's own `share`.

    `program` None is the one that runs now. Returns the entry's file. Raises `BadRequest` where
    there is nothing to write from, `NotPermitted`, `DiskFull`.
    """
    source = resources() / "desktop"
    if not sys.platform.startswith("linux") or not (source / _ENTRY).is_file():
        raise BadRequest(
            "Only the portable application for Linux can be put into the menu this way. "
            "A package or an installer has done it already."
        )
    program = program or Path(sys.executable)
    share = share or _users_share()
    told = (source / _ENTRY).read_text("utf-8")
    lines = [_of_this_program(line, program) for line in told.splitlines()]
    entry = share / "applications" / _ENTRY
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        with write_whole(entry) as file:
            file.write(("\n".join(lines) + "\n").encode())
        for icon in _icons(source):
            target = share / icon
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / icon, target)
    except OSError as error:
        raise as_expected(error, entry) from error
    _tell_the_desktop(share)
    return entry


def remove_from_menu(share: Path | None = None) -> bool:
    """Takes away what `add_to_menu` wrote; whether there was something. Raises `NotPermitted`."""
    share = share or _users_share()
    entry = share / "applications" / _ENTRY
    found = entry.exists()
    try:
        entry.unlink(missing_ok=True)
        for icon in (share / _ICONS).glob("*/apps/likeness.*"):
            icon.unlink()
    except OSError as error:
        raise as_expected(error, entry) from error
    _tell_the_desktop(share)
    return found


def _of_this_program(line: str, program: Path) -> str:
    if line.startswith("Exec="):
        escaped = "".join(f"\\{sign}" if sign in _MUST_BE_QUOTED else sign for sign in str(program))
        # a backslash is written twice in every value, and % begins a field code
        quoted = escaped.replace("\\", "\\\\").replace("%", "%%")
        return f'Exec="{quoted}" window %F'
    if line.startswith("TryExec="):
        return "TryExec=" + str(program).replace("\\", "\\\\")
    return line


def _icons(source: Path) -> list[Path]:
    return [icon.relative_to(source) for icon in (source / _ICONS).glob("*/apps/likeness.*")]


def _users_share() -> Path:
    told = os.environ.get("XDG_DATA_HOME", "")
    return Path(told) if told.startswith("/") else Path.home() / ".local" / "share"


def _tell_the_desktop(share: Path) -> None:
    """Where these programs are missing, the desktop finds out by itself."""
    for command in (
        ["update-desktop-database", "-q", str(share / "applications")],
        ["gtk-update-icon-cache", "-q", "-t", "-f", str(share / _ICONS)],
    ):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(command, check=False, timeout=30, capture_output=True)
