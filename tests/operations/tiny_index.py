"""A package index of a few kilobytes: wheels that stand for torch and its company."""

import base64
import hashlib
import os
import shutil
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from desktop_app.operations import install_engine

UV = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
needs_uv = pytest.mark.skipif(
    not UV.is_file() and shutil.which("uv") is None, reason="uv is not installed"
)

TORCH = """
__version__ = "2.13.0+{build}"
class version: cuda = {cuda!r}
class cuda:
    is_available = staticmethod(lambda: {cuda!r} is not None)
class _Mps:
    is_available = is_built = staticmethod(lambda: False)
class backends: mps = _Mps
class dtype: pass
class OutOfMemoryError(RuntimeError): pass
"""


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str]) -> str:
    """Writes a wheel; returns its line for a pinned list."""
    about = f"{name}-{version}.dist-info"
    whole = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: tiny\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(f"{path},{_sum(text)},{len(text)}\n" for path, text in whole.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in whole.items():
            archive.writestr(inside, text)
        archive.writestr(f"{about}/RECORD", record + f"{about}/RECORD,,\n")
    page = folder / name / "index.html"  # PEP 503
    page.parent.mkdir()
    page.write_text(f'<a href="../{path.name}">{path.name}</a>')
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def make_index(folder: Path, *, cuda: str | None = None) -> str:
    """torch, diffusers and safetensors by name alone; the other packages are lent by this
    environment. Returns the pinned list."""
    folder.mkdir()
    lent = {"lent.pth": sysconfig.get_path("purelib") + "\n"}
    listed = make_wheel(folder, "diffusers", "0.42.1", {"diffusers/__init__.py": "", **lent})
    listed += make_wheel(folder, "safetensors", "0.8.0", {"safetensors/__init__.py": ""})
    torch = TORCH.format(build="cpu" if cuda is None else "cu130", cuda=cuda)
    make_wheel(folder, "torch", "2.13.0", {"torch/__init__.py": torch})
    return listed


def use_tiny_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the index in `folder` the only one that is asked; returns the folder of the list."""
    carried = folder / "carried"
    carried.mkdir()
    (carried / "packages.txt").write_text(make_index(folder / "index"))
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_DEFAULT_INDEX", (folder / "index").as_uri())
    monkeypatch.setattr(install_engine, "_packages", lambda _=None: carried / "packages.txt")
    return carried


def _sum(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
