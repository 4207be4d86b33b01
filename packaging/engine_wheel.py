"""What the packed application carries to make the large engine's environment: uv, and its own code.

The code is the project's wheel without resources: a few hundred kilobytes, put on the path of the
engine's process as it is, so that it is always of the application's own version.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from trouble import Trouble

CHECKOUT = Path(__file__).resolve().parents[1]
RESOURCES = "desktop_app/_resources/"


def carry(python: Path, folder: Path) -> None:
    """Puts uv, the pinned list and the wheel of the code into `folder`. Raises `Trouble`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(CHECKOUT / "resources" / "engine" / "packages.txt", folder)
    places = (python.with_name("uv"), python.with_name("uv.exe"))
    uv = next((path for path in places if path.is_file()), None)
    if uv is None:
        raise Trouble("uv is not in the environment to pack with: package.txt should bring it.")
    shutil.copy(uv, folder)
    with tempfile.TemporaryDirectory() as place:
        options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "-w", place]
        command = [str(python), "-m", "pip", "wheel", *options, str(CHECKOUT)]
        if subprocess.run(command, check=False).returncode:
            raise Trouble("The project's wheel could not be built.")
        (built,) = Path(place).glob("likeness-*.whl")
        without_resources(built, folder / built.name)


def without_resources(wheel: Path, target: Path) -> None:
    """A wheel of the same modules alone, its RECORD in order again."""
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        record = ""
        names = [name for name in whole.namelist() if not name.startswith(RESOURCES)]
        for name in (name for name in names if not name.endswith(".dist-info/RECORD")):
            data = whole.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            record += f"{name},sha256={digest},{len(data)}\n"
            out.writestr(_dated(name), data)
        (listed,) = (name for name in names if name.endswith(".dist-info/RECORD"))
        out.writestr(_dated(listed), record + f"{listed},,\n")


def _dated(name: str) -> zipfile.ZipInfo:
    """The same bytes from the same source, whenever it is packed."""
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
