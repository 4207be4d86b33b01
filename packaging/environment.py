"""The private environment in `.venv`: made once, filled from the pinned lists, never redone."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from find_python import is_fit, version_of
from trouble import Trouble, why_pip_failed

CHECKOUT = Path(__file__).resolve().parents[1]
REQUIREMENTS = CHECKOUT / "packaging" / "requirements"

# list -> (what it brings, in words; megabytes on the disk, with room to unpack)
LISTS = {
    "build.txt": ("the installer itself", 40),
    "core.txt": ("window, library and image formats", 900),
    "cpu.txt": ("neural networks on the processor", 120),
    "cuda.txt": ("neural networks on the NVIDIA GPU", 4500),
    "large-engine.txt": ("the large engine", 250),
    "insightface.txt": ("insightface", 400),
    "provenance.txt": ("what signs exports", 60),
    "package.txt": ("what packs the application", 60),
    "dev.txt": ("test tools", 500),
}
OTHER_RUNTIME = {
    "cpu.txt": ("cuda.txt", "onnxruntime-gpu"),
    "cuda.txt": ("cpu.txt", "onnxruntime"),
}


class Environment:
    """The virtual environment of this checkout and the record of what was installed into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.log = folder / "setup.log"
        self._stamps_file = folder / "setup.json"

    def make(self) -> None:
        """Makes the environment where it is not there or no longer starts. Raises `Trouble`."""
        version = version_of([str(self.python)]) if self.python.exists() else None
        if version and is_fit(version):
            return
        if self.folder.exists() and not (self.folder / "pyvenv.cfg").exists():
            raise Trouble(
                f"{self.folder} is there but is no Python environment: move it away, then run the "
                "same command again."
            )
        if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
            package = f"python3.{sys.version_info[1]}-venv"
            raise Trouble(
                "This Python cannot make environments (venv or ensurepip is missing): on Debian "
                f"and Ubuntu run `sudo apt-get install {package}`, elsewhere install the whole "
                "Python, then run the same command again."
            )
        print(f"Making a Python environment in {self.folder}", flush=True)
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise Trouble(why_pip_failed(run.stdout + run.stderr, self.folder, self.log))

    def install_lists(self, names: Sequence[str]) -> None:
        """Installs what the lists name, where that was not done before. Raises `Trouble`."""
        waiting = [name for name in names if self._stamps().get(name) != _digest(name)]
        self.check_room(sum(LISTS[name][1] for name in waiting))
        for number, name in enumerate(waiting, start=1):
            self._remove_other_runtime(name)
            title = f"[{number}/{len(waiting)}] {LISTS[name][0]}"
            count = (REQUIREMENTS / name).read_text(encoding="utf-8").count("==")
            options = ["--no-deps", "--require-hashes", "-r", str(REQUIREMENTS / name)]
            self.pip_install(options, title, count)
            self._stamp(name, _digest(name))

    def install_project(self) -> None:
        """Makes the `likeness` command of this checkout, its build tools being there already."""
        told = (CHECKOUT / "pyproject.toml").read_bytes()
        digest = hashlib.sha256(told + str(CHECKOUT).encode()).hexdigest()
        if self._stamps().get("project") == digest:
            return
        options = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", str(CHECKOUT)]
        self.pip_install(options, "Likeness itself", 1, only_wheels=False)
        self._stamp("project", digest)

    def pip_install(
        self, options: Sequence[str], title: str, count: int, *, only_wheels: bool = True
    ) -> None:
        """Runs `pip install`, showing how many of `count` packages have come. Raises `Trouble`."""
        command = [str(self.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
        command += ["--retries", "2", "--disable-pip-version-check"]
        command += ["--only-binary", ":all:"] if only_wheels else []
        started = time.monotonic()
        seen = 0
        lines: list[str] = []
        with subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=pip_environment(),
        ) as pip:
            assert pip.stdout is not None
            for line in pip.stdout:
                lines.append(line)
                seen += line.startswith(("Collecting ", "Requirement already satisfied"))
                _show(f"{title}: {min(seen, count)} of {count} packages")
        output = "".join(lines)
        _append(self.log, " ".join([*command, *options]) + "\n" + output)
        if pip.returncode:
            _show("", last=True)
            raise Trouble(why_pip_failed(output, self.folder, self.log))
        _show(f"{title}: done in {time.monotonic() - started:.0f} s", last=True)

    def version_of_package(self, name: str) -> str:
        """The version of an installed package; empty where it is not installed."""
        ask = (
            "import importlib.metadata as m, sys\n"
            "try: print(m.version(sys.argv[1]))\n"
            "except m.PackageNotFoundError: pass"
        )
        run = subprocess.run(
            [str(self.python), "-c", ask, name], capture_output=True, text=True, check=False
        )
        return run.stdout.strip()

    def check_room(self, megabytes: int) -> None:
        """Raises `Trouble` where the disk has less room than is needed."""
        free = shutil.disk_usage(self.folder.parent).free // 1_000_000
        if free < megabytes:
            raise Trouble(
                f"The disk has too little room: about {megabytes} MB are needed in "
                f"{self.folder.parent} and {free} MB are free; free some space, then run the same "
                "command again."
            )

    def _remove_other_runtime(self, name: str) -> None:
        """Takes out the other build of ONNX Runtime: of two, the last installed silently wins."""
        if name not in OTHER_RUNTIME:
            return
        other_list, other = OTHER_RUNTIME[name]
        if not self.version_of_package(other):
            return
        ours = "onnxruntime" if name == "cpu.txt" else "onnxruntime-gpu"
        command = [str(self.python), "-m", "pip", "uninstall", "--yes", other, ours]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise Trouble(why_pip_failed(run.stdout + run.stderr, self.folder, self.log))
        self._stamp(other_list, "")

    def _stamps(self) -> dict[str, str]:
        try:
            stamps: dict[str, str] = json.loads(self._stamps_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # never set up, or cut off while being written
            return {}
        return stamps

    def _stamp(self, name: str, digest: str) -> None:
        stamps = {**self._stamps(), name: digest}
        self._stamps_file.write_text(json.dumps(stamps, indent=1) + "\n", encoding="utf-8")


def pip_environment() -> dict[str, str]:
    """This process's variables, without those that would lead pip out of the environment."""
    leading_away = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONHOME", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in leading_away}
    return {**kept, "PIP_USER": "0", "PYTHONIOENCODING": "utf-8"}


def _digest(name: str) -> str:
    return hashlib.sha256((REQUIREMENTS / name).read_bytes()).hexdigest()


def _append(log: Path, text: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(text)


def _show(text: str, last: bool = False) -> None:
    """Shows how far it is: on one line of a terminal, or once at the end in a log."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{text}" + ("\n" if last and text else ""))
    elif last and text:
        sys.stdout.write(text + "\n")
    sys.stdout.flush()
