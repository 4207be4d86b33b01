"""Writes `packaging/third_party.md`: what is installed with Likeness, and under which terms.

    .venv/bin/python packaging/third_party.py

Run it in an environment that holds the lists (`bootstrap.py test` makes one): the terms are those
that the installed packages state of themselves.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from lock import REQUIREMENTS, blocks

OUT = Path(__file__).with_name("third_party.md")

SECTIONS = {
    "core.txt": "Always installed",
    "cpu.txt": "Neural networks on the processor",
    "cuda.txt": "Neural networks on an NVIDIA GPU",
    "large-engine.txt": "The large engine (only with `--large-engine`; torch itself: BSD-3-Clause)",
    "insightface.txt": "insightface (only for tests and for those who bring its model packs)",
    "provenance.txt": "To sign exports (the extra `provenance`, and for tests)",
    "build.txt": "To install",
    "package.txt": "To pack the application (not part of it, but for PyInstaller's bootloader)",
    "dev.txt": "To test and to train",
}

# Terms of packages that an environment on Linux without a GPU does not hold, and of those whose
# metadata is a whole text or wrong; read from the packages' own licence files.
STATED = {
    "altgraph": "MIT",
    "colorama": "BSD-3-Clause",
    "macholib": "MIT",
    "pefile": "MIT",
    "pyinstaller": "GPL-2.0-or-later with the bootloader exception",
    "pyinstaller-hooks-contrib": "Apache-2.0 (hooks at run time), GPL-2.0-or-later",
    "pywin32-ctypes": "BSD-3-Clause",
    "insightface": "MIT (the library; its model packs are non-commercial and not installed)",
    "networkx": "BSD-3-Clause",
    "onnxruntime-gpu": "MIT",
    "pi-heif": "BSD-3-Clause (package), LGPL-3.0 (libheif, libde265 in its wheel)",
    "pyside6-essentials": "LGPL-3.0-only (Qt's own terms; replaceable libraries)",
    "shiboken6": "LGPL-3.0-only",
    "rawpy": "MIT (package), LGPL-2.1 or CDDL-1.0 (LibRaw in its wheel)",
    "uv": "MIT OR Apache-2.0",
    "opencv-python-headless": "Apache-2.0 (OpenCV), LGPL-2.1 (FFmpeg in its wheel), MIT (package)",
}

BUNDLED = """\
| part | from | terms |
| --- | --- | --- |
| YuNet, `resources/models/face_detection_yunet_2023mar.onnx` | OpenCV Zoo | MIT |
| `fr_feature.onnx`, `fr_landmark.onnx` | FacePlugin | MIT; training data not documented |
| the embedded restorer, `compact_*.onnx` | trained by this project | Apache-2.0 |
| Inter, in `resources/fonts` | the Inter project | SIL Open Font Licence 1.1 |
| Noto Sans (11 scripts), in `resources/fonts` | the Noto project | SIL Open Font Licence 1.1 |
| Droid Sans Fallback, in `resources/fonts` | the Android project | Apache-2.0 |
| photographs in `resources/samples` | the White House, NASA | public domain; see their README |
"""


def terms(package: str) -> str:
    """The licence that a package states of itself, in a few words."""
    if package.startswith("nvidia-"):
        return "NVIDIA's CUDA licence (proprietary, free of charge)"
    if package in STATED:
        return STATED[package]
    told = metadata.metadata(package).json
    if "license_expression" in told:
        return str(told["license_expression"])
    named = [line.rsplit(" :: ", 1)[-1] for line in told["classifier"] if "License ::" in line]
    if named:
        return ", ".join(named)
    return str(told["license"]).splitlines()[0]


def main() -> None:
    """Writes the list anew."""
    lines = [
        "# Parts by others\n",
        "Written by `packaging/third_party.py`; full texts: each package's `*.dist-info`.\n",
        "## In this repository and in the wheel\n",
        BUNDLED,
    ]
    seen: set[str] = set()
    for name, title in SECTIONS.items():
        packages = blocks((REQUIREMENTS / name).read_text(encoding="utf-8"))
        lines += [f"## {title}\n", "| package | version | terms |\n| --- | --- | --- |"]
        for package in sorted(set(packages) - seen):
            found = re.search(r"==([^\s;]+)", packages[package])
            assert found is not None
            lines.append(f"| {package} | {found[1]} | {terms(package)} |")
        lines.append("")
        seen |= set(packages)
    OUT.write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
