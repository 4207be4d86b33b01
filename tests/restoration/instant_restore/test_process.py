"""What the window's process knows of the large engine without loading it."""

import os
import subprocess
import sys
from pathlib import Path

from desktop_app.restoration.instant_restore import process


def test_a_private_environment_is_asked_what_it_has(tmp_path):
    assert process.missing_packages(tmp_path / "none") == process.NEEDED
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    bare.chmod(0o700)
    if os.name != "nt":
        assert process.missing_packages(bare) == process.missing_packages()


def test_the_window_drives_the_engine_without_torch():
    said = (
        "import sys; import desktop_app.restoration.instant_restore.process as p;"
        "p.missing_packages(); assert 'torch' not in sys.modules and 'diffusers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", said], check=True, cwd=Path(__file__).parents[3])
