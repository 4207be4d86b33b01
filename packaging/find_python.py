"""Finds a Python that the application runs on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Iterator, Optional, Tuple  # noqa: UP035 -- read by old Pythons too

from trouble import Trouble

LOWEST = (3, 11)
TOO_NEW = (3, 15)

Version = Tuple[int, int]  # noqa: UP006 -- read by old Pythons too


def is_fit(version: Version) -> bool:
    """Whether the application runs on this version of Python."""
    return LOWEST <= version < TOO_NEW


def candidates() -> Iterator[list[str]]:
    """Commands that may start another Python, the best first."""
    minors = range(TOO_NEW[1] - 1, LOWEST[1] - 1, -1)
    for minor in minors:
        path = shutil.which(f"python3.{minor}")
        if path:
            yield [path]
    launcher = shutil.which("py") if os.name == "nt" else None
    for minor in minors if launcher else ():
        yield [str(launcher), f"-3.{minor}"]


def version_of(command: list[str]) -> Optional[Version]:  # noqa: UP045 -- as above
    """The version a command answers with; None where it does not start."""
    ask = "import sys; print(*sys.version_info[:2])"
    try:
        run = subprocess.run(
            [*command, "-c", ask], capture_output=True, text=True, timeout=60, check=True
        )
        major, minor = run.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def another_python() -> list[str]:
    """The command of a fit Python on this computer. Raises `Trouble` where there is none."""
    for command in candidates():
        version = version_of(command)
        if version and is_fit(version):
            return command
    wanted = f"3.{LOWEST[1]} to 3.{TOO_NEW[1] - 1}"
    raise Trouble(
        f"This is Python {sys.version_info[0]}.{sys.version_info[1]}, and Likeness needs {wanted}: "
        "install one of these (from python.org or your system's packages), then run the same "
        "command again."
    )
