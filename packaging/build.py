#!/usr/bin/env python3
"""Packs the core application for the platform that this runs on.

    python3 packaging/build.py [--out FOLDER] [--deb-only | --folder-only]

Linux: likeness_VERSION_amd64.deb and likeness-VERSION-linux-x86_64.tar.xz. Windows: the installer,
by Inno Setup. macOS: a .dmg, signed and notarised where the environment names an identity.
Everything is made in FOLDER (default: likeness-packed among the temporary files), from
the pinned lists, in an environment of its own that holds no torch.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine_wheel import carry
from environment import Environment
from trouble import Trouble

CHECKOUT = Path(__file__).resolve().parents[1]
LISTS = ("build.txt", "core.txt", "cpu.txt", "package.txt")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where the packages of this platform were made."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "likeness-packed")
    parser.add_argument("--deb-only", action="store_true", help="on Linux: no tarball")
    parser.add_argument("--folder-only", action="store_true", help="no package, to try it")
    options = parser.parse_args(arguments)
    out: Path = options.out.resolve()
    if out.is_relative_to(CHECKOUT):
        parser.error("FOLDER must lie outside the checkout")
    out.mkdir(parents=True, exist_ok=True)
    try:
        folder = freeze(out)
        if options.folder_only:
            return 0
        for made in pack(folder, out, deb_only=options.deb_only):
            print(f"{made}  {made.stat().st_size / 1e6:.1f} MB", flush=True)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    return 0


def version() -> str:
    """The application's own version."""
    told = (CHECKOUT / "desktop_app" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', told)
    assert found is not None
    return found[1]


def freeze(out: Path) -> Path:
    """The application as one folder that needs no Python, tried once. Raises `Trouble`."""
    environment = Environment(out / "environment")
    environment.make()
    environment.install_lists(LISTS)
    python = str(environment.python)
    notices = out / "licences"
    run([python, str(CHECKOUT / "packaging" / "notices.py"), str(notices)])
    carried = out / "engine"
    carry(environment.python, carried)
    variables = {
        "LIKENESS_CHECKOUT": str(CHECKOUT),
        "LIKENESS_NOTICES": str(notices),
        "LIKENESS_CARRIED": str(carried),
        "LIKENESS_VERSION": version(),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the same bytes from the same source
    }
    icons = out / "icons"
    run([python, str(CHECKOUT / "packaging" / "draw_icon.py"), str(icons)])
    if sys.platform in ("win32", "darwin"):
        icon = icons / ("likeness.ico" if sys.platform == "win32" else "likeness.icns")
        variables["LIKENESS_ICON"] = str(icon)
    if sys.platform == "darwin":
        entitlements = CHECKOUT / "packaging" / "macos" / "entitlements.plist"
        variables["LIKENESS_ENTITLEMENTS"] = str(entitlements)
    if sys.platform.startswith("linux"):
        from linux_package import lay_out_menu

        variables["LIKENESS_DESKTOP"] = str(out / "desktop")
        lay_out_menu(icons, out / "desktop")
    spec = CHECKOUT / "packaging" / "frozen" / "likeness.spec"
    places = ["--distpath", str(out / "folder"), "--workpath", str(out / "work")]
    command = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *places]
    run([*command, str(spec)], variables)
    made = out / "folder" / "likeness"
    if sys.platform.startswith("linux"):
        from linux_package import strip_symbols

        strip_symbols(made)
    program = made / ("likeness.exe" if os.name == "nt" else "likeness")
    run([str(program), "self-test"], {"QT_QPA_PLATFORM": "offscreen"})
    return made


def pack(folder: Path, out: Path, *, deb_only: bool = False) -> list[Path]:
    """The files that a user gets, from the one folder. Raises `Trouble`."""
    if sys.platform == "win32":
        return [windows_installer(folder, out)]
    if sys.platform == "darwin":
        return [mac_image(out)]
    from linux_package import deb, tarball

    made = [deb(folder, out, version())]
    return made if deb_only else [*made, tarball(folder, out, version())]


def windows_installer(folder: Path, out: Path) -> Path:
    """By Inno Setup 6, whose `iscc` must be on the path. Not yet run on a Windows machine."""
    script = CHECKOUT / "packaging" / "windows" / "likeness.iss"
    icon = str(out / "icons" / "likeness.ico")
    told = {"Version": version(), "Folder": str(folder), "Out": str(out), "Icon": icon}
    run(["iscc", "/Qp", *(f"/D{name}={value}" for name, value in told.items()), str(script)])
    return out / f"likeness-{version()}-windows-x86_64.exe"


def mac_image(out: Path) -> Path:
    """Signs, notarises where credentials are named, and packs. Not yet run on a Mac."""
    image = out / f"likeness-{version()}-macos-{platform.machine()}.dmg"
    script = CHECKOUT / "packaging" / "macos" / "make_dmg.sh"
    run(["sh", str(script), str(out / "folder" / "Likeness.app"), str(image)])
    return image


def run(command: Sequence[str], variables: dict[str, str] | None = None) -> None:
    """Runs a command to its good end. Raises `Trouble`."""
    try:
        done = subprocess.run(command, check=False, env={**os.environ, **(variables or {})})
    except FileNotFoundError as error:
        raise Trouble(f"{command[0]} is needed to pack here and is not installed.") from error
    if done.returncode:
        raise Trouble(f"Packing stopped: {Path(command[0]).name} ended with {done.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
