"""The system libraries that Qt needs on Linux: which are missing, and how they come."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

from trouble import Trouble

# soname -> Debian's package. The first group draws without a display, the second opens a window.
OFFSCREEN = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-shape.so.0": "libxcb-shape0",
}


def has_display() -> bool:
    """Whether a window could be opened here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing(wanted: Iterable[str]) -> list[str]:
    """The sonames that this system cannot load."""
    if not sys.platform.startswith("linux"):
        return []
    return [soname for soname in wanted if not _loads(soname)]


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def provide(window: bool) -> None:
    """Sees to it that Qt's libraries are there.

    As root on a system with apt, installs them; otherwise raises `Trouble` that names them.
    """
    wanted = {**OFFSCREEN, **(WINDOW if window else {})}
    lacking = missing(wanted)
    if not lacking:
        return
    packages = [wanted[soname] for soname in lacking]
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        print(f"Installing Qt's system libraries: {' '.join(packages)}", flush=True)
        _apt(apt, packages)
        lacking = missing(lacking)
        if not lacking:
            return
    if apt:
        how = f"run `sudo apt-get install {' '.join(packages)}`"
    else:
        how = "install them with your system's package manager"
    raise Trouble(
        f"Qt needs system libraries that are missing here ({', '.join(lacking)}): {how}, then run "
        "the same command again."
    )


def _apt(apt: str, packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "--yes", "--no-install-recommends", *packages]
    for command in ([apt, "update"], install):
        run = subprocess.run(
            command,
            env=quiet,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if run.returncode:
            lines = (run.stderr or run.stdout).strip().splitlines() or ["no reason was given"]
            raise Trouble(
                f"Qt's system libraries ({' '.join(packages)}) could not be installed by apt-get: "
                f"{lines[-1]}"
            )
