"""What "Open with Likeness" hands over becomes a folder of the library; no display is no crash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.operations.add_folder import folder_of


def test_a_photo_comes_with_its_folder(tmp_path: Path) -> None:
    photo = tmp_path / "old print.jpg"
    photo.write_bytes(b"")
    assert folder_of(photo) == tmp_path.resolve()
    assert folder_of(tmp_path) == tmp_path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")
def test_without_a_display_a_sentence_is_said(tmp_path: Path) -> None:
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    variables = {name: value for name, value in os.environ.items() if name not in without}
    run = subprocess.run(
        [sys.executable, "-m", "desktop_app"],
        env=variables | {"LIKENESS_HOME": str(tmp_path)},
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "no display" in run.stderr
    assert "Traceback" not in run.stderr
