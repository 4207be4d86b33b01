"""Collects the licence texts of everything that is packed: names and terms, then the full texts.

    python packaging/notices.py FOLDER            the list and all full texts
    python packaging/notices.py resources/licences --list-only

Run by `build.py` in the environment that holds just what is packed, so that the list is the truth
about the package and not about this computer.
"""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from pathlib import Path

from third_party import BUNDLED, terms

CHECKOUT = Path(__file__).resolve().parents[1]

# In the environment to make the package with, and not in the package.
ONLY_TO_PACK = frozenset(
    (
        "altgraph",
        "editables",
        "hatchling",
        "macholib",
        "pathspec",
        "pefile",
        "pip",
        "pluggy",
        "pyinstaller-hooks-contrib",
        "pywin32-ctypes",
        "setuptools",
        "tomlkit",
        "trove-classifiers",
    )
)

QT = """\
Likeness uses Qt 6 and Qt for Python (PySide6) under the GNU Lesser General Public License,
version 3. Qt is copyright The Qt Company Ltd and other contributors. Its libraries lie as
separate files in this installation (PySide6/Qt/lib, PySide6/, shiboken6/) and may be replaced
by your own builds of the same version; nothing in Likeness prevents that, or the study of it
for that purpose. Source: https://download.qt.io/official_releases/qt/ and
https://download.qt.io/official_releases/QtForPython/ (the versions listed below). The same holds
for libheif, libde265, LibRaw and FFmpeg, which lie here as separate libraries under the LGPL.
"""


def normal(name: str) -> str:
    """A distribution's name as the lists write it."""
    return name.lower().replace("_", "-").replace(".", "-")


def packed() -> dict[str, metadata.Distribution]:
    """Name -> distribution of what is installed here and goes into the package."""
    found = {normal(dist.metadata["Name"]): dist for dist in metadata.distributions()}
    return {name: found[name] for name in sorted(found) if name not in ONLY_TO_PACK}


def texts(dist: metadata.Distribution) -> list[Path]:
    """The files of a distribution that hold its terms."""
    words = ("licen", "copying", "notice", "copyright", "thirdparty")
    return [
        path
        for file in dist.files or ()
        if any(word in file.as_posix().lower() for word in words)
        and file.suffix.lower() in ("", ".txt", ".md", ".rst")
        and (path := Path(str(file.locate()))).is_file()
    ]


def write(folder: Path, *, list_only: bool) -> None:
    """Writes `LICENCES.md` and a folder of full texts for each part."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not list_only:
        shutil.copy(CHECKOUT / "LICENSE", folder / "Likeness-LICENSE.txt")
    lines = ["# Parts by others\n", QT, BUNDLED]
    lines += ["| package | version | terms |\n| --- | --- | --- |"]
    for name, dist in packed().items():
        lines.append(f"| {name} | {dist.version} | {terms(name)} |")
        for number, path in enumerate([] if list_only else texts(dist)):
            target = folder / name / (f"{number}-{path.name}" if number else path.name)
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}"
    lines.append(f"| Python | {python} | PSF-2.0 |\n" if not list_only else "")
    (folder / "LICENCES.md").write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), list_only="--list-only" in sys.argv[2:])
