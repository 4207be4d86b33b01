"""The one place that knows which models are here, whether they are whole, and how one comes in."""

import contextlib
import enum
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import (
    BadRequest,
    DiskFull,
    FileVanished,
    ModelNotInstalled,
    ModelRefused,
    NotPermitted,
)
from desktop_app.domain.private_folder import private_folder
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.whole_file import as_expected, write_whole
from desktop_app.models.known import KNOWN, KnownModel

_CHECKSUMS = "checksums.json"
_INCOMING = ".incoming-"
_ABANDONED = 24 * 3600.0  # seconds
_BLOCK = 1 << 20  # bytes read at a time
_ROOM_TO_SPARE = 100_000_000  # bytes that stay free after an installation


class ModelState(enum.Enum):
    INSTALLED = "installed"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class ModelCondition:
    """How it stands with a model, and why where it is not installed."""

    state: ModelState
    why: str = ""


class ModelStore:
    """Bundled models lie flat in `bundled`; what the user installs has a folder in `installed`."""

    def __init__(self, bundled: Path, installed: Path) -> None:
        self._bundled = bundled
        self._installed = installed
        self._found_whole: set[str] = set()  # bundled models whose every byte was compared

    def all(self) -> list[KnownModel]:
        return list(KNOWN.values())

    def get(self, model_id: str) -> KnownModel:
        """Raises `BadRequest` for a model that nobody knows."""
        if model_id not in KNOWN:
            known = ", ".join(KNOWN)
            raise BadRequest(f"There is no model {model_id}. Known models: {known}.")
        return KNOWN[model_id]

    def path(self, model_id: str) -> Path:
        """The file of a model with one file, the folder of one with several.

        What comes with the application is compared with its checksums, once in a session.
        Raises `ModelNotInstalled`.
        """
        model = self.get(model_id)
        unseen = model.bundled and model_id not in self._found_whole
        condition = self._condition(model, thorough=unseen)
        if unseen and condition.state is ModelState.INSTALLED:
            self._found_whole.add(model_id)
        if condition.state is not ModelState.INSTALLED:
            raise ModelNotInstalled(
                f"{model.title} is not usable: {condition.why} "
                + (
                    "Install the application again."
                    if model.bundled
                    else f"Install it: likeness models install {model_id} --from PATH"
                )
            )
        folder = self._folder(model)
        return folder / model.files[0] if len(model.files) == 1 else folder

    def state(self, model_id: str) -> ModelCondition:
        """A quick look: are the files there, and as long as they should be?"""
        return self._condition(self.get(model_id), thorough=False)

    def verify(self, model_id: str) -> ModelCondition:
        """A thorough look: every byte against the checksums."""
        return self._condition(self.get(model_id), thorough=True)

    def hash_of(self, model_id: str) -> str:
        """One sha256 for the whole model, over the sums of its files in the order of their names.

        Raises `ModelNotInstalled`.
        """
        self.path(model_id)
        model = self.get(model_id)
        told = self._checksums(model)
        names = sorted(model.files or told)
        if len(names) == 1:
            return str(told[names[0]]["sha256"])
        return hashlib.sha256("".join(told[n]["sha256"] for n in names).encode()).hexdigest()

    def size_of(self, model_id: str) -> int:
        """Bytes on the disk, by the checksums; 0 for what is not installed."""
        told = self._checksums(self.get(model_id))
        names = self.get(model_id).files or tuple(told)
        return sum(int(told[name]["size"]) for name in names if name in told)

    def install_from(self, model_id: str, source: Path, report: Report) -> None:
        """Copies the model's files from a file or a folder of the user's; whole or not at all.

        What was installed before stays until the new one is complete.
        Raises `BadRequest`, `FileVanished`, `ModelRefused`, `DiskFull`, `NotPermitted`, and
        `Cancelled` through `report`.
        """
        model = self.get(model_id)
        if model.bundled:
            raise BadRequest(f"{model.title} is a part of the application; there is no other.")
        files = _files_of(source.absolute())  # "." has no name

        def copy_into(folder: Path) -> None:
            for number, file in enumerate(files):
                report(Progress(number, len(files), file.name))
                _copy(file, folder / file.name)

        self.install_made(model_id, copy_into, sum(file.stat().st_size for file in files))
        report(Progress(len(files), len(files)))

    def install_made(self, model_id: str, make: Callable[[Path], None], size: int) -> None:
        """Installs what `make` writes into the folder it is given; whole or not at all.

        `size` is about how many bytes that will be: they must be free before it begins. What was
        installed before stays until the new one is complete.
        Raises `BadRequest`, `DiskFull`, `NotPermitted`, and what `make` raises.
        """
        model = self.get(model_id)
        if model.bundled:
            raise BadRequest(f"{model.title} is a part of the application; there is no other.")
        place = self._installed / model_id
        try:
            private_folder(self._installed)
            self._clear_unfinished()
            _check_room(self._installed, size, model)
            staged = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=self._installed))
        except OSError as error:
            raise as_expected(error, place) from error
        before = self._before(model)
        try:
            make(staged)
            told = {
                file.name: {"size": file.stat().st_size, "sha256": sha256_of(file)}
                for file in sorted(staged.iterdir())
            }
            with write_whole(staged / _CHECKSUMS) as checksums:
                checksums.write(json.dumps(told, indent=1).encode())
            if place.exists():
                shutil.rmtree(before, ignore_errors=True)
                place.rename(before)
            staged.rename(place)
        except OSError as error:
            raise as_expected(error, place) from error
        finally:
            self._bring_back(model)
            shutil.rmtree(staged, ignore_errors=True)
            if place.exists():
                shutil.rmtree(before, ignore_errors=True)

    def _before(self, model: KnownModel) -> Path:
        """Where the model of before waits for the moment of the change."""
        return self._installed / f".before-{model.id}"

    def _bring_back(self, model: KnownModel) -> None:
        """Where the change broke off between two renames, the model of before stands again."""
        if not self._folder(model).exists() and self._before(model).is_dir():
            with contextlib.suppress(OSError):  # the drive may be away: asked again next time
                self._before(model).rename(self._folder(model))

    def _clear_unfinished(self) -> None:
        """Gigabytes that a kill left half-way, and nobody works on any more."""
        for left in self._installed.glob(f"{_INCOMING}*"):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)

    def remove(self, model_id: str) -> None:
        """Deletes what the user installed; nothing happens where there is nothing.

        Raises `NotPermitted` where a part of it stays.
        """
        model = self.get(model_id)
        if model.bundled:
            raise BadRequest(f"{model.title} is a part of the application and stays.")
        place = self._installed / model_id
        shutil.rmtree(place, ignore_errors=True)
        if place.exists():
            raise NotPermitted(
                f"{model.title} cannot be removed while it is in use, or its folder may not be "
                f"written: {place}. Stop restoring, then remove it again."
            )

    def place_of(self, model_id: str) -> Path:
        """The folder in which the model lies, or would lie."""
        return self._folder(self.get(model_id))

    def _folder(self, model: KnownModel) -> Path:
        return self._bundled if model.bundled else self._installed / model.id

    def _checksums(self, model: KnownModel) -> Mapping[str, Any]:
        try:
            told = json.loads((self._folder(model) / _CHECKSUMS).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def _condition(self, model: KnownModel, *, thorough: bool) -> ModelCondition:
        folder = self._folder(model)
        if not model.bundled and not folder.is_dir():
            self._bring_back(model)
        if not model.bundled and not folder.is_dir():
            return ModelCondition(ModelState.MISSING, "it is not installed.")
        told = self._checksums(model)
        names: Sequence[str] = model.files or tuple(told)
        if not names:
            return ModelCondition(ModelState.DAMAGED, "its list of checksums is missing.")
        for name in names:
            path = folder / name
            if not path.is_file():
                state = ModelState.MISSING if model.bundled else ModelState.DAMAGED
                return ModelCondition(state, f"its file {name} is missing.")
            expected = told.get(name, {})
            if path.stat().st_size != expected.get("size"):
                return ModelCondition(ModelState.DAMAGED, f"its file {name} has another length.")
            if thorough and sha256_of(path) != expected.get("sha256"):
                return ModelCondition(ModelState.DAMAGED, f"its file {name} has another checksum.")
        return ModelCondition(ModelState.INSTALLED)


def sha256_of(path: Path) -> str:
    """Hexadecimal; reads the file in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_of(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise FileVanished(f"There is no file or folder {source.name}. Choose another one.")
    files = sorted(source.glob("*.onnx"))
    if not files:
        raise ModelRefused(f"The folder {source.name} holds no .onnx files. Choose another one.")
    return files


def _check_room(folder: Path, size: int, model: KnownModel) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _ROOM_TO_SPARE:
        raise DiskFull(
            f"{model.title} needs {size / 1e9:.1f} GB and only {free / 1e9:.1f} GB are free. "
            "Free some space, then install it again."
        )


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as incoming, write_whole(target) as kept:
        while block := incoming.read(_BLOCK):
            kept.write(block)
