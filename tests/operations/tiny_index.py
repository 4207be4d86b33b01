"""A package index of a few kilobytes: wheels that stand for torch and its company."""

import base64
import hashlib
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

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


def _sum(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
