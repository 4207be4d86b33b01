"""Looks over the installation and says what to do about each problem."""

import enum
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from desktop_app import __version__
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.errors import CatalogBusy, ExpectedError
from desktop_app.models.known import KnownModel
from desktop_app.models.onnx_session import devices_available
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.settings.places import Places, resources

_LEAST_FREE = 2 * 1024**3  # bytes: below this, thumbnails and exports soon fail
_PACKAGES = (
    "PySide6-Essentials",
    "SQLAlchemy",
    "numpy",
    "pillow",
    "onnxruntime",
    "onnxruntime-gpu",
    "opencv-python-headless",
    "torch",
    "diffusers",
    "insightface",
)


class Verdict(enum.Enum):
    GOOD = "good"
    NOTE = "note"  # nothing is broken; something more would be possible
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, what is the case, and what to do where it is not good."""

    subject: str
    verdict: Verdict
    words: str
    remedy: str = ""


def check_health(places: Places, store: ModelStore) -> tuple[Finding, ...]:
    """Versions, devices, models and their checksums, the catalog, the disk. Changes nothing."""
    return (
        _python(),
        _packages(),
        _devices(),
        *(_model(store, model) for model in store.all()),
        _catalog(places.catalog),
        _disk(places.data),
        _samples(),
    )


def _python() -> Finding:
    words = f"Likeness {__version__}, Python {platform.python_version()}, {platform.platform()}"
    if (3, 11) <= sys.version_info < (3, 15):
        return Finding("version", Verdict.GOOD, words)
    return Finding("version", Verdict.BAD, words, "Install Python 3.11 to 3.14.")


def _packages() -> Finding:
    found = {name: version for name in _PACKAGES if (version := _version(name))}
    words = ", ".join(f"{name} {version}" for name, version in found.items())
    runtimes = [name for name in ("onnxruntime", "onnxruntime-gpu") if name in found]
    if len(runtimes) != 1:
        return Finding(
            "packages",
            Verdict.BAD,
            words,
            "Exactly one of onnxruntime and onnxruntime-gpu must be installed: "
            "run packaging/bootstrap.py again.",
        )
    qt = tuple(int(part) for part in found.get("PySide6-Essentials", "0").split(".")[:2])
    if qt >= (6, 12) and sys.version_info < (3, 12):
        return Finding(
            "packages", Verdict.BAD, words, "PySide6 6.12 crashes on this Python: install 6.11."
        )
    return Finding("packages", Verdict.GOOD, words)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _devices() -> Finding:
    devices = devices_available()
    if len(devices) > 1:
        return Finding("device", Verdict.GOOD, "Faces are restored on: " + ", ".join(devices))
    if shutil.which("nvidia-smi") and not _version("onnxruntime-gpu"):
        return Finding(
            "device",
            Verdict.NOTE,
            "There is an NVIDIA GPU, but the processor is used.",
            "Run packaging/bootstrap.py again to install the GPU build of onnxruntime.",
        )
    return Finding("device", Verdict.GOOD, "Faces are restored on the processor.")


def _model(store: ModelStore, model: KnownModel) -> Finding:
    subject = f"model {model.id}"
    state = store.verify(model.id)
    if state.state is ModelState.INSTALLED:
        return Finding(subject, Verdict.GOOD, f"{model.title}: installed, checksum right.")
    if state.state is ModelState.MISSING and not model.bundled:
        return Finding(
            subject,
            Verdict.NOTE,
            f"{model.title}: not installed. Terms: {model.licence}.",
            f"To add it: likeness models install {model.id} --from PATH",
        )
    return Finding(
        subject,
        Verdict.BAD,
        f"{model.title}: {state.why}",
        "Install Likeness again: this file is a part of it."
        if model.bundled
        else f"Remove it and install it again: likeness models remove {model.id}",
    )


def _catalog(path: Path) -> Finding:
    if not path.exists():
        return Finding("catalog", Verdict.GOOD, "There is none yet; the first folder makes one.")
    try:
        with Catalog.open(path, read_only=True) as catalog:
            problems = catalog.check()
            facts = catalog.facts()
    except CatalogBusy as busy:
        return Finding("catalog", Verdict.NOTE, str(busy))
    except ExpectedError as error:
        return Finding("catalog", Verdict.BAD, str(error), "Restore a backup of the catalog.")
    if problems:
        return Finding(
            "catalog",
            Verdict.BAD,
            "; ".join(problems[:3]),
            "Close Likeness and put the newest sound backup in the catalog's place.",
        )
    return Finding(
        "catalog",
        Verdict.GOOD,
        f"{facts.photos} photos, {facts.faces} faces, {facts.people} people; "
        f"{facts.size_bytes / 1e6:.0f} MB; integrity right.",
    )


def _disk(folder: Path) -> Finding:
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free where the catalog lives."
    if free >= _LEAST_FREE:
        return Finding("disk", Verdict.GOOD, words)
    return Finding("disk", Verdict.BAD, words, "Free some space: thumbnails and exports need it.")


def _samples() -> Finding:
    if (resources() / "samples" / "samples.json").is_file():
        return Finding("samples", Verdict.GOOD, "The sample library is here.")
    return Finding(
        "samples", Verdict.BAD, "The sample library is missing.", "Install Likeness again."
    )
