"""Whatever the work, and whenever it is killed: nothing acknowledged is lost, nothing is half."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.scenes import SCENES

CHECKOUT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("LIKENESS_TEST_KILLS_ANYWHERE", "60"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork and no SIGKILL")
@pytest.mark.timeout(240 + 2 * KILLS)
def test_work_killed_at_any_moment_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "tests.reliability.killing", str(tmp_path / "killed")]
    run = subprocess.run(
        [*asked, "--kills", str(KILLS)],
        cwd=CHECKOUT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert run.stdout, run.stderr
    outcome = json.loads(run.stdout)
    assert outcome["faults"] == []
    assert outcome["killed"] == KILLS
    assert outcome["acknowledged"] > KILLS // 3  # the kills fall inside the work
    assert min(outcome["by_scene"].get(name, 0) for name in SCENES) >= KILLS // 16
