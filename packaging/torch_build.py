"""torch for the large engine: a step of its own, because its builds differ by index."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from environment import Environment, pip_environment
from trouble import Trouble

VERSION = "2.13.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
MEGABYTES = 1500  # CPU build, with room to unpack
MEGABYTES_CUDA = 9000


def install(environment: Environment, *, cuda: bool) -> str:
    """Installs torch; returns which build came, in words. Raises `Trouble` where none can be had.

    Already there: kept. Else the configured index, where it offers what is wanted; else, for the
    processor, the index of PyTorch's own CPU builds.
    """
    if environment.version_of_package("torch").split("+")[0] == VERSION:
        return _build(environment)
    environment.check_room(MEGABYTES_CUDA if cuda else MEGABYTES)
    asked = f"torch=={VERSION}"
    if cuda or not _would_bring_cuda(environment, asked):
        environment.pip_install([asked], "torch", 1)
    else:
        # what torch needs besides came with the list of the large engine
        options = [asked, "--no-deps", "--index-url", CPU_INDEX]
        environment.pip_install(options, "torch (CPU build)", 1)
    return _build(environment)


def _would_bring_cuda(environment: Environment, asked: str) -> bool:
    """Whether the configured index offers only the CUDA build, which is gigabytes larger."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [str(environment.python), "-m", "pip", "install", "--dry-run", "--quiet"]
        command += ["--only-binary", ":all:", "--retries", "2", "--report", str(report), asked]
        run = subprocess.run(
            command, capture_output=True, text=True, check=False, env=pip_environment()
        )
        if run.returncode:
            return True
        told = json.loads(report.read_text(encoding="utf-8"))
    names = [str(item["metadata"]["name"]).lower() for item in told["install"]]
    return any(name.startswith("nvidia-") for name in names)


def _build(environment: Environment) -> str:
    """The build that came, asked of torch itself. Raises `Trouble` where it does not start."""
    ask = "import torch; print(torch.__version__, torch.version.cuda or 'CPU')"
    run = subprocess.run(
        [str(environment.python), "-c", ask], capture_output=True, text=True, check=False
    )
    told = run.stdout.split()
    if run.returncode or len(told) != 2 or told[0].split("+")[0] != VERSION:
        lines = run.stderr.strip().splitlines() or [run.stdout.strip()]
        raise Trouble(f"torch was installed but is not the build that was meant: {lines[-1]}")
    return f"torch {told[0]} ({told[1] if told[1] == 'CPU' else 'CUDA ' + told[1]})"
