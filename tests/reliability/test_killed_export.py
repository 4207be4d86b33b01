"""An export that is killed while it writes leaves the folder as it was."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

_CHILD = """
import sys
from pathlib import Path
import numpy as np
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging import encode
from desktop_app.imaging.about import ExportAbout

pixels = SourcePixels(np.zeros((6000, 6000, 3), np.uint8), ColourMode.RGB)
path = Path(sys.argv[1])
print("begin", flush=True)
settings = encode.ExportSettings(path.suffix[1:].replace("tif", "tiff"), overwrite=True)
encode.encode_photo(pixels, path, settings, ExportAbout())
print("again", flush=True)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nameless files are Linux's")
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_killed_export_leaves_nothing_half_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    for delay in (0.02, 0.1, 0.2):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "begin\n"
        time.sleep(delay)
        child.kill()
        said = child.stdout.read()
        child.wait()
        child.stdout.close()
        left = [file.name for file in tmp_path.iterdir()]
        if "again" in said:
            assert left == [path.name]
            path.unlink()
        else:
            assert left in ([], [path.name])
            path.unlink(missing_ok=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="nameless files are Linux's")
def test_a_killed_export_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    path.write_bytes(b"the export of yesterday")
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "begin\n"
    time.sleep(0.05)  # 6000 x 6000 pixels take a second to pack
    child.kill()
    said = child.stdout.read()
    child.wait()
    child.stdout.close()
    assert said == ""
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"the export of yesterday"
