"""Tries both commands in an empty Debian 12: python3, python3-venv and python3-pip, nothing else.

    sudo python3 packaging/try_in_chroot.py FOLDER [run] [test]

Makes the system in FOLDER with debootstrap, copies the committed tree into it, and runs
`bootstrap.py run` and `bootstrap.py test` there, one after the other. How packages are reached
(mirror, proxy, certificates, pip's settings) is taken from this machine at run time; nothing of it
is kept in the checkout. The folder is left behind, to be looked at and deleted by hand.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SUITE = "bookworm"
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
PLACE = "home/likeness"


def make_system(folder: Path) -> None:
    """An empty Debian with Python in `folder`, where it is not there from an earlier try."""
    if (folder / "etc" / "debian_version").exists() and not (folder / "debootstrap").exists():
        return
    options = ["--variant=minbase", f"--include={PACKAGES}"]
    subprocess.run(["debootstrap", *options, SUITE, str(folder), *debian_mirror()], check=True)


def debian_mirror() -> list[str]:
    """The mirror this machine's apt uses; nothing where debootstrap's own choice will do."""
    sources = Path("/etc/apt").glob("sources.list*/**/*")
    for path in [Path("/etc/apt/sources.list"), *sources]:
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found = re.search(r"(?m)^(?:URIs:|deb)\s+(\S+/debian)/?(?:\s|$)", text)
            if found:
                return [found[1]]
    return []


def copy_tree(folder: Path) -> None:
    """The committed files of this checkout, without its environment."""
    place = folder / PLACE
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=CHECKOUT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", str(place)], stdin=archive.stdout, check=True)
    if archive.wait():
        sys.exit("git archive failed: is this a checkout with a commit?")


def reach_packages(folder: Path) -> dict[str, str]:
    """Hands over how this machine reaches packages; returns the variables for the commands."""
    for name in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        if Path("/", name).exists():
            shutil.copy(Path("/", name), folder / name)
    for path in Path("/etc/apt/apt.conf.d").glob("*"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "Acquire::" in text and "DPkg" not in text:
            shutil.copy(path, folder / "etc/apt/apt.conf.d")
    variables = {
        name: value for name, value in os.environ.items() if name.lower().endswith("proxy")
    }
    variables |= pip_settings()
    for value in variables.values():
        for local in re.findall(r"(?:file://)?(/[^\s']+)", value):
            if Path(local).exists():
                show_inside(Path(local), folder)
    return variables


def pip_settings() -> dict[str, str]:
    """This machine's pip settings as variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"(?m)^(?:global|:env:|install)\.([a-z-]+)='(.*)'$", told)
    return {f"PIP_{name.upper().replace('-', '_')}": value for name, value in found}


def show_inside(path: Path, folder: Path) -> None:
    """Makes a file or folder of this machine visible, read-only, in the new system."""
    inside = folder / path.relative_to("/")
    if path.is_file():
        inside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, inside)
        return
    source = path.parent if path.name == "simple" else path  # an index refers to files beside it
    inside = folder / source.relative_to("/")
    inside.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", "-o", "ro", str(source), str(inside)], check=True)


def run_inside(folder: Path, variables: dict[str, str], command: Sequence[str]) -> int:
    """Runs a command in the new system with a bare environment; returns its exit status."""
    bare = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    settings = [f"{name}={value}" for name, value in {**bare, **variables}.items()]
    inside = f'cd /{PLACE} && exec "$@"'
    whole = ["chroot", str(folder), "env", "-i", *settings, "sh", "-c", inside, "sh", *command]
    return subprocess.call(whole, stdin=subprocess.DEVNULL)


def main() -> int:
    """0 where every command succeeded in the new system."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("commands", nargs="*", metavar="run | test", default=["run", "test"])
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("A chroot needs root: run this with sudo.")
    if "LIKENESS_OWN_MOUNTS" not in os.environ:  # mounts end with the process that made them
        variables = {**os.environ, "LIKENESS_OWN_MOUNTS": "1"}
        again = ["unshare", "--mount", sys.executable, __file__, *sys.argv[1:]]
        return subprocess.call(again, env=variables)
    folder = options.folder.resolve()
    make_system(folder)
    copy_tree(folder)
    for name in ("proc", "dev", "sys"):
        subprocess.run(["mount", "--rbind", f"/{name}", str(folder / name)], check=True)
    variables = reach_packages(folder)
    summary = []
    for command in options.commands:
        print(f"\n=== {command} in an empty Debian", flush=True)
        started = time.monotonic()
        status = run_inside(folder, variables, ["python3", "packaging/bootstrap.py", command])
        seconds = time.monotonic() - started
        summary.append(f"{command}: {'ok' if status == 0 else 'FAILED'} ({seconds:.0f} s)")
    print("\n" + ", ".join(summary))
    return int(any("FAILED" in line for line in summary))


if __name__ == "__main__":
    sys.exit(main())
