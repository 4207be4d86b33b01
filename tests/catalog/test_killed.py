"""A catalog whose process was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop_app.catalog import Catalog

CHECKOUT = Path(__file__).parents[2]

DECIDE = """
import sys
from pathlib import Path
from desktop_app.catalog import Catalog

with Catalog.open(Path(sys.argv[1])) as catalog:
    number = 0
    while True:
        number += 1
        catalog.people.add(f"Person {sys.argv[2]} {number}")
        print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_every_acknowledged_decision_survives_a_kill(path: Path) -> None:
    acknowledged: set[str] = set()
    for turn in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", DECIDE, str(path), str(turn)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(5 + 7 * turn)]
        time.sleep(0.003 * turn)
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
        child.wait()
        child.stdout.close()
        acknowledged |= {f"Person {turn} {line.strip()}" for line in said if line.endswith("\n")}
        with Catalog.open(path) as catalog:
            assert catalog.check() == []
            names = {one.person.name for one in catalog.people.all()}
        assert acknowledged <= names
        assert len(names) <= len(acknowledged) + turn + 1
