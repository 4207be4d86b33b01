"""Writes the hash-pinned lists of packages in `packaging/requirements/` from pyproject.toml.

    python packaging/lock.py [--upgrade] [--constraint FILE]

Needs `uv` on the path. Versions that stand in the lists stay unless `--upgrade` is given. Each
list is complete in itself or on top of `core.txt`, so that all are installed with `--no-deps`.
torch is in no list: its builds, and so their hashes, differ by index. What the large engine needs
in an environment of its own is written to `resources/engine/packages.txt`, which the application
reads.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
REQUIREMENTS = CHECKOUT / "packaging" / "requirements"
OF_THE_ENGINE = CHECKOUT / "resources" / "engine" / "packages.txt"
LOWEST_PYTHON = "3.11"

HEADER = "# Written by packaging/lock.py; installed with --no-deps --require-hashes.\n"

# What comes with a build of torch, not with a list: the build decides which of these it needs.
LEFT_TO_TORCH = re.compile(r"torch|triton|nvidia-|cuda-")

# insightface's own metadata asks for a second OpenCV and the CPU build of ONNX Runtime.
WITHOUT_ITS_NEEDS = {"insightface.txt": ["insightface>=2.1,<3"]}


def inputs(pyproject: Mapping[str, object]) -> dict[str, list[str]]:
    """Name of each list -> what is asked for in it, `core.txt` first."""
    project = pyproject["project"]
    assert isinstance(project, dict)
    extras: dict[str, list[str]] = project["optional-dependencies"]
    build = pyproject["build-system"]
    assert isinstance(build, dict)
    return {
        "core.txt": [*project["dependencies"]],
        "build.txt": ["pip>=26", *build["requires"], "editables>=0.5"],
        "cpu.txt": [*extras["cpu"]],
        "cuda.txt": [*extras["cuda"]],
        "large-engine.txt": [*extras["restore"]],
        "insightface.txt": [*extras["insightface"]],
        "package.txt": [*extras["package"]],
        "provenance.txt": [*extras["provenance"]],
        "dev.txt": [*extras["dev"], *extras["train"]],
    }


def compile_list(asked: Iterable[str], *options: str) -> str:
    """What `uv pip compile` makes of the requirements: one set of versions for every platform."""
    command = ["uv", "pip", "compile", "-", "--universal", "--python-version", LOWEST_PYTHON]
    command += ["--fork-strategy", "fewest", "--quiet", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links", *options]
    try:
        run = subprocess.run(
            command, input="\n".join(asked), capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        sys.exit("uv is not on the path: install it (pip install uv), then run this again.")
    if run.returncode:
        sys.exit(run.stderr)
    return run.stdout


def blocks(text: str) -> dict[str, str]:
    """Package name -> its requirement with the lines of hashes that follow it."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            name = re.split(r"[=\[ ;]", line, maxsplit=1)[0]
        found[name] = found.get(name, "") + line
    return found


def write_list(path: Path, packages: Mapping[str, str]) -> None:
    """Writes the list, sorted by package."""
    body = "".join(packages[package] for package in sorted(packages))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body, encoding="utf-8", newline="\n")
    print(f"{path.name}: {len(packages)} packages")


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes all lists anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest allowed versions")
    parser.add_argument("--constraint", type=Path, help="versions to keep to, as for pip")
    options = parser.parse_args(arguments)
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        asked = inputs(tomllib.load(file))

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "kept.txt"
        old = [] if options.upgrade else sorted(REQUIREMENTS.glob("*.txt"))
        stands = [
            block.split(" ")[0] for path in old for block in blocks(path.read_text()).values()
        ]
        if options.constraint:
            stands = options.constraint.read_text().splitlines()
        kept.write_text("\n".join(sorted(set(stands))), encoding="utf-8")
        versions = Path(folder) / "versions.txt"
        everything = [requirement for listed in asked.values() for requirement in listed]
        versions.write_text(compile_list(everything, "--constraint", str(kept)), encoding="utf-8")

        core: dict[str, str] = {}
        for name, listed in asked.items():
            pinned = ["--generate-hashes", "--constraint", str(versions)]
            packages = blocks(compile_list(listed, *pinned))
            alone = WITHOUT_ITS_NEEDS.get(name, [])
            packages |= blocks(compile_list(alone, "--no-deps", *pinned)) if alone else {}
            packages = {
                package: block
                for package, block in packages.items()
                if "sys_platform == 'emscripten'" not in block
                and (name == "cuda.txt" or not LEFT_TO_TORCH.match(package))
            }
            if name == "large-engine.txt":
                write_list(OF_THE_ENGINE, packages)
            packages = {
                package: block for package, block in packages.items() if core.get(package) != block
            }
            core = core or packages
            write_list(REQUIREMENTS / name, packages)


if __name__ == "__main__":
    main()
