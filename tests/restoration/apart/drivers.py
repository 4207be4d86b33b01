"""An application in a process of its own that starts an engine, says its number, and is ended."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]


@contextmanager
def application(program: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Runs `program`, which prints its engine's process number first; that, and the application."""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as running:
        assert running.stdout is not None
        yield running, int(running.stdout.readline())
