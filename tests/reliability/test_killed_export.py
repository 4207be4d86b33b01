"""An export that is killed while it writes leaves the folder as it was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.whole_file import TEMPORARY, sweep_unfinished, write_whole
from tests.reliability.killed_exports import KINDS

_KILLS = int(os.environ.get("LIKENESS_TEST_EXPORT_KILLS", "3"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="workers are forked")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the kills of each kind of export came to."""
    folder = tmp_path_factory.mktemp("kills")
    command = [sys.executable, "-m", "tests.reliability.killed_exports", str(folder), str(_KILLS)]
    try:
        import c2pa  # noqa: F401
    except ImportError:
        pass
    else:
        from tests.imaging.certificates import make_credential

        files = make_credential(folder / "mine")
        command += [str(files.certificates), str(files.private_key)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_export_leaves_nothing_half_written(told: dict[str, Any], kind: str) -> None:
    """Nor is a file of yesterday touched; and the next export sweeps what is left."""
    if kind.startswith("signed") and kind not in told:
        pytest.skip("the extra `provenance` is not installed")
    assert told[kind]["faults"] == []


def test_kills_met_exports_at_work(told: dict[str, Any]) -> None:
    met = sum(outcome["met"] for outcome in told.values())
    assert met >= _KILLS * len(told) / 2


def test_what_is_being_written_is_not_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.domain.whole_file._nameless_file", lambda _folder: None)
    left = tmp_path / f"{TEMPORARY}0123456789abcdef"
    left.write_bytes(b"left by a kill")
    own = tmp_path / f"{TEMPORARY}my notes.txt"
    own.write_bytes(b"the user's")
    with write_whole(tmp_path / "out") as file:
        file.write(b"whole")
        assert sweep_unfinished(tmp_path) == 1
    assert (tmp_path / "out").read_bytes() == b"whole"
    assert sorted(tmp_path.iterdir()) == [own, tmp_path / "out"]
    assert sweep_unfinished(tmp_path / "not there") == 0
