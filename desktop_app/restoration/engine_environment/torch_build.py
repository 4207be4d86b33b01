"""Which build of torch this computer wants, and which one came."""

import enum
import json
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import ModelRefused
from desktop_app.restoration.apart.process import environment_outside

VERSION = "2.13.0"
"""One version for every platform; its builds, and so their checksums, differ by index."""

_FIRST_DRIVER = 580  # of CUDA 13, which this version is built for
_PATIENCE = 600.0  # seconds; the first import after an installation reads gigabytes
_MB = 1_000_000


class TorchBuild(enum.Enum):
    """What torch computes on."""

    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


ROOM = {
    # measured on Linux, x86-64, with the list of packages: 242 MB came, 892 MB lay on the disk
    # in the end; the rest is for what is on its way
    TorchBuild.CPU: (242 * _MB, 1_200 * _MB),
    # not measured: room is kept as `packaging/torch_build.py` keeps it, and nothing is promised
    TorchBuild.CUDA: (3_500 * _MB, 9_000 * _MB),
    TorchBuild.MPS: (242 * _MB, 1_200 * _MB),
}
"""Bytes that come in and bytes on the disk, about: the exact figures are known afterwards."""


@dataclass(frozen=True)
class FoundTorch:
    """What torch says of itself."""

    version: str
    build: TorchBuild
    usable: bool  # whether the device it is built for answers


def build_for_here() -> TorchBuild:
    """The Apple GPU on a Mac, an NVIDIA GPU whose driver is new enough, else the processor."""
    if sys.platform == "darwin":
        return TorchBuild.MPS
    if platform.machine().lower() in ("x86_64", "amd64") and _nvidia_driver() >= _FIRST_DRIVER:
        return TorchBuild.CUDA
    return TorchBuild.CPU


def _nvidia_driver() -> int:
    """Its major version; 0 where there is none."""
    ask = shutil.which("nvidia-smi")
    if ask is None:
        return 0
    try:
        told = subprocess.run(
            [ask, "--query-gpu=driver_version", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env=environment_outside(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return int(told.stdout.split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


_ASK = """
import json, torch
cuda, mps = torch.version.cuda is not None, torch.backends.mps.is_built()
build = "cuda" if cuda else "mps" if mps else "cpu"
usable = torch.cuda.is_available() if cuda else not mps or torch.backends.mps.is_available()
print(json.dumps([torch.__version__, build, usable]))
"""


def torch_in(python: Path) -> FoundTorch:
    """Starts torch in its environment. Raises `ModelRefused` where it does not start."""
    try:
        run = subprocess.run(
            [str(python), "-I", "-c", _ASK],
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
            env=environment_outside(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        version, build, usable = json.loads(run.stdout.splitlines()[-1])
        return FoundTorch(str(version), TorchBuild(build), bool(usable))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise ModelRefused(
            "torch came in whole but does not start on this computer. Its processor or system may "
            "be too old for it: use the built-in engine."
        ) from error


def check_build(found: FoundTorch, meant: TorchBuild) -> None:
    """Raises `ModelRefused` where another torch came than the one that was meant."""
    if found.version.split("+")[0] != VERSION or found.build is not meant:
        raise ModelRefused(
            f"The torch that came is {found.version} for {found.build.value}; meant was {VERSION} "
            f"for {meant.value}. It was not kept. Check which package index this computer uses."
        )
    if not found.usable:
        raise ModelRefused(
            f"torch for {meant.value} came in whole, but the device does not answer. Update its "
            "driver, or add the engine for the processor: likeness engine install --for cpu"
        )
