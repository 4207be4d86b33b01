"""Nothing leaves the machine: a whole run makes no connection and asks no name server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.settings.places import resources

LIBRARY = resources() / "samples" / "library"
CHECKOUT = Path(__file__).resolve().parents[2]
OUTSIDE = re.compile(r"\b(connect|sendto|sendmsg|sendmmsg)\(.*\bAF_INET6?\b")


def calls_to_the_outside(program: str, home: Path) -> list[str]:
    """Every call of a Python program and its children that would reach another machine."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed here")
    trace = home / "trace.txt"
    environment = {k: v for k, v in os.environ.items() if k != "CI" and not k.endswith("_proxy")}
    environment |= {
        "LIKENESS_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(CHECKOUT),
    }
    done = subprocess.run(
        [
            *(strace, "-f", "--seccomp-bpf", "-e", "trace=%network", "-o", str(trace)),
            *(sys.executable, "-c", program),
        ],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if "PTRACE" in done.stderr:
        pytest.skip("strace may not watch processes here")
    assert done.returncode == 0, done.stderr[-2000:]
    return [line for line in trace.read_text(errors="replace").splitlines() if OUTSIDE.search(line)]


def test_the_watcher_sees_a_connection(tmp_path: Path) -> None:
    program = (
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
        "s.connect(('127.0.0.1', 9))"
    )
    assert len(calls_to_the_outside(program, tmp_path)) == 1


def test_the_command_line_makes_no_connection(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    old_print = photos / "blue-room-print.jpg"
    shutil.copy(LIBRARY / "Old prints" / "blue-room-print.jpg", photos)
    program = (
        "from desktop_app.cli import run\n"
        f"assert run(['index', {str(photos)!r}]) == 0\n"
        f"assert run(['restore', {str(old_print)!r}, '--out', 'out.png']) == 0\n"
        "assert run(['doctor']) == 0\n"
    )
    assert calls_to_the_outside(program, tmp_path) == []
