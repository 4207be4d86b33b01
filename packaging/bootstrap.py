#!/usr/bin/env python3
"""Sets Likeness up in this checkout, then runs it or its tests.

    python3 packaging/bootstrap.py run      set up, restore the sample print, open the window
    python3 packaging/bootstrap.py test     set up everything, then run every check

Needs nothing but Python. Packages go to `.venv` in this folder and nowhere else; a second time,
nothing is installed again.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Optional, Sequence  # noqa: UP035 -- read by old Pythons too

from find_python import another_python, is_fit
from trouble import Trouble, why_disk_failed

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLES = CHECKOUT / "resources" / "samples" / "library"

CHECKS = (
    ("format", ["-m", "ruff", "format", "--check", "."]),
    ("lint", ["-m", "ruff", "check", "."]),
    ("types", ["-m", "mypy"]),
    ("floors", ["-c", "from importlinter.cli import lint_imports_command as c; c()"]),
    ("tests", ["-m", "pytest", "--numprocesses", "auto", "--dist", "loadfile"]),
)


def main(arguments: Optional[Sequence[str]] = None) -> int:  # noqa: UP045 -- as above
    """0 where all went well, 1 where something failed, 2 for wrong arguments, 130 when stopped."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = read_arguments(given)
    try:
        if not is_fit(sys.version_info[:2]):
            command = another_python()
            return subprocess.call([*command, str(Path(__file__).resolve()), *given])
        if options.command == "run":
            return run(large_engine=options.large_engine, cpu=options.cpu)
        return test(cpu=options.cpu)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except OSError as error:
        sentence = why_disk_failed(error)
        if sentence is None:
            raise
        print(f"\n{sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """The command and its options; ends the program on `--help` and on wrong arguments."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="run | test")
    for name, words in (
        ("run", "set up, restore the sample print, open the window on the sample library"),
        ("test", "set up everything, then check format, lint, types, floors and tests"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument(
            "--cpu", action="store_true", help="leave an NVIDIA GPU alone (saves 4 GB of packages)"
        )
        if name == "run":
            command.add_argument(
                "--large-engine",
                action="store_true",
                help="also install torch and diffusers for the large engine (1 to 9 GB)",
            )
    return parser.parse_args(given)


def run(*, large_engine: bool, cpu: bool) -> int:
    """Sets up what the application needs, shows the sample restored, opens the window."""
    from environment import Environment
    from qt_libraries import has_display, provide

    gpu = not cpu and has_nvidia_gpu()
    environment = Environment(CHECKOUT / ".venv")
    environment.make()
    lists = ["build.txt", "core.txt", "cuda.txt" if gpu else "cpu.txt"]
    environment.install_lists([*lists, *(["large-engine.txt"] if large_engine else [])])
    if large_engine:
        import torch_build

        print(f"Large engine: {torch_build.install(environment, cuda=gpu)}", flush=True)
    environment.install_project()
    python = str(environment.python)
    print("\nRestoring the face of the sample print:", flush=True)
    shown = subprocess.call([python, "-m", "desktop_app", "demo"], cwd=CHECKOUT)
    if not has_display():
        if not shown:
            print("\nThere is no display for a window: look at the picture named above.")
        return shown
    provide(window=True)
    print("\nOpening the window on the sample library.", flush=True)
    window = subprocess.call([python, "-m", "desktop_app", "window", str(SAMPLES)], cwd=CHECKOUT)
    return shown or window


def test(*, cpu: bool) -> int:
    """Sets up everything and runs every check; prints one line a check at the end."""
    import torch_build
    from environment import Environment
    from qt_libraries import provide

    gpu = not cpu and has_nvidia_gpu()
    provide(window=False)
    environment = Environment(CHECKOUT / ".venv")
    environment.make()
    runtime = "cuda.txt" if gpu else "cpu.txt"
    extras = ["large-engine.txt", "insightface.txt", "provenance.txt", "dev.txt"]
    environment.install_lists(["build.txt", "core.txt", runtime, *extras])
    try:
        print(f"Large engine: {torch_build.install(environment, cuda=False)}", flush=True)
    except Trouble as trouble:
        print(f"The tests of the large engine will be skipped: {trouble}", flush=True)
    environment.install_project()

    variables = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    summary = []
    failed = 0
    for name, command in CHECKS:
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        code = subprocess.call([str(environment.python), *command], cwd=CHECKOUT, env=variables)
        failed += code != 0
        seconds = time.monotonic() - started
        summary.append(f"{name} {'FAILED' if code else 'ok'} ({seconds:.0f} s)")
    print("\n" + ", ".join(summary), flush=True)
    return min(failed, 1)


def has_nvidia_gpu() -> bool:
    """Whether a driver is there that the GPU build of ONNX Runtime (CUDA 13) can use."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    ask = shutil.which("nvidia-smi")
    if not ask:
        return False
    command = [ask, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        driver = int(told.stdout.split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    if driver < 580:  # the first driver of CUDA 13
        print(f"The NVIDIA driver ({driver}) is older than 580: using the processor.", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
