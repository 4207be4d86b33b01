"""The folder that holds the large engine's packages: made beside, taken over whole, verified."""

import base64
import contextlib
import csv
import enum
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import filelock

from desktop_app.domain.errors import BadRequest, ModelRefused, NotPermitted
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.whole_file import as_expected, write_whole

_FACTS = "engine.json"


class EngineState(enum.Enum):
    INSTALLED = "installed"
    MISSING = "missing"
    OUTDATED = "outdated"  # of another list of packages than this version's; it may still work
    DAMAGED = "damaged"


@dataclass(frozen=True)
class EngineFacts:
    """What an environment says of itself, written when it was found whole."""

    torch: str
    build: str  # cpu, cuda or mps
    python: str
    packages: str  # sha256 of the list it was filled from
    size: int  # bytes on the disk


@dataclass(frozen=True)
class EngineCondition:
    """How it stands with the large engine's packages, and why where they cannot be used."""

    state: EngineState
    why: str = ""
    facts: EngineFacts | None = None


class EngineEnvironment:
    """At most one, in `folder`; the next one grows beside it and takes its place when it is whole.

    A Python that was fetched for it lies in `pythons`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.coming = folder.with_name(f"{folder.name}-coming")
        self.pythons = folder.with_name(f"{folder.name}-python")
        self.log = folder.with_name(f"{folder.name}-setup.log")
        self._before = folder.with_name(f"{folder.name}-before")
        self._lock = folder.with_name(f"{folder.name}-setup.lock")

    def condition(self, packages: str) -> EngineCondition:
        """A quick look. `packages` is the sha256 of this version's list."""
        self._bring_back()
        if not self.folder.is_dir():
            return EngineCondition(EngineState.MISSING, "The large engine is not installed.")
        facts = _facts_in(self.folder)
        if facts is None:
            return EngineCondition(EngineState.DAMAGED, "Its description is missing.")
        python = python_of(self.folder)
        if python is None:
            gone = "The Python it was made with is gone from this computer."
            return EngineCondition(EngineState.DAMAGED, gone, facts)
        if packages != facts.packages:
            older = "It was made by another version of Likeness."
            return EngineCondition(EngineState.OUTDATED, older, facts)
        return EngineCondition(EngineState.INSTALLED, facts=facts)

    def verify(self, packages: str, report: Report) -> EngineCondition:
        """A thorough look: every file of every package against its checksum."""
        found = self.condition(packages)
        if found.state in (EngineState.INSTALLED, EngineState.OUTDATED):
            broken = broken_file(self.folder, report)
            if broken:
                why = f"Its file {broken} is missing or has another checksum."
                return EngineCondition(EngineState.DAMAGED, why, found.facts)
        return found

    @contextlib.contextmanager
    def growing(self) -> Iterator[Path]:
        """A folder for the next environment; what is left of an earlier try is cleared away.

        Raises `BadRequest` where another process is at it.
        """
        with self._alone():
            try:
                shutil.rmtree(self.coming, ignore_errors=True)
                self.log.unlink(missing_ok=True)
            except OSError as error:
                raise as_expected(error, self.coming) from error
            try:
                yield self.coming
            finally:
                shutil.rmtree(self.coming, ignore_errors=True)

    def take(self, facts: EngineFacts) -> None:
        """What grew takes the place of what stood there, in one rename each."""
        try:
            with write_whole(self.coming / _FACTS) as file:
                file.write(json.dumps(asdict(facts), indent=1).encode())
            if self.folder.exists():
                shutil.rmtree(self._before, ignore_errors=True)
                self.folder.rename(self._before)
            self.coming.rename(self.folder)
        except OSError as error:
            raise as_expected(error, self.folder) from error
        finally:
            self._bring_back()
        shutil.rmtree(self._before, ignore_errors=True)

    def remove(self) -> None:
        """Everything, also what an installation left half-way.

        Raises `NotPermitted`, and `BadRequest` where another process is adding it.
        """
        with self._alone():
            try:
                if self.folder.exists():
                    shutil.rmtree(self._before, ignore_errors=True)
                    self.folder.rename(self._before)  # who looks finds all of it or nothing
                for part in (self._before, self.coming, self.pythons):
                    if part.exists():
                        shutil.rmtree(part)
                self.log.unlink(missing_ok=True)
            except OSError as error:
                raise NotPermitted(
                    "The engine cannot be removed while it works, or its folder may not be "
                    f"written: {self.folder}. Stop restoring, then remove it again."
                ) from error

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the lock is freed by a kill, and its file taken away."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = filelock.FileLock(self._lock, timeout=0, mode=0o600)
            lock.acquire()
        except filelock.Timeout:
            raise BadRequest(
                "The large engine is being added or removed already, by another window or "
                "command. Wait until that has ended."
            ) from None
        except OSError as error:
            raise as_expected(error, self._lock) from error
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # on Windows the release takes it away
                self._lock.unlink(missing_ok=True)
            lock.release()

    def _bring_back(self) -> None:
        """Where a change broke off between two renames, the one of before stands again."""
        if not self.folder.exists() and _facts_in(self._before) is not None:
            with contextlib.suppress(OSError):
                self._before.rename(self.folder)


def python_of(folder: Path) -> Path | None:
    """The interpreter of an environment."""
    places = (folder / "bin" / "python", folder / "Scripts" / "python.exe")
    return next((python for python in places if python.exists()), None)


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`; 0 where it is not there."""
    total = 0
    waiting = [folder]
    while waiting:
        with contextlib.suppress(OSError):
            for entry in waiting.pop().iterdir():
                with contextlib.suppress(OSError):  # it may be renamed while we look
                    if entry.is_dir() and not entry.is_symlink():
                        waiting.append(entry)
                    else:
                        total += entry.lstat().st_size
    return total


def version_of(python: Path, run: Callable[..., Any] = subprocess.run) -> str:
    """ "3.11.7". Raises `ModelRefused` where it does not start."""
    ask = "import platform; print(platform.python_version())"
    try:
        told = run([str(python), "-I", "-c", ask], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        raise ModelRefused(
            "The Python for the engine does not start. Install a Python of version 3.11 to 3.14, "
            "then add the engine again."
        ) from error
    return str(told.stdout.decode().strip())


def broken_file(folder: Path, report: Report) -> str:
    """The first file whose checksum is not the one its package states; empty where all are right.

    Each package lists its files with their sums in RECORD (PyPA, "Recording installed projects").
    """
    records = sorted(folder.glob("**/site-packages/*.dist-info/RECORD"))
    if not records:
        return "RECORD"
    for number, record in enumerate(records):
        report(Progress(number, len(records), record.parent.name.partition("-")[0]))
        site = record.parents[1]
        with record.open(encoding="utf-8", newline="") as file:
            for name, told, _ in csv.reader(file):
                if told and _digest(site / name, told.partition("=")[0]) != told:
                    return name
    return ""


def _digest(path: Path, kind: str) -> str:
    if kind not in ("sha256", "sha384", "sha512"):
        return ""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, kind).digest()
    except OSError:
        return ""
    return f"{kind}={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _facts_in(folder: Path) -> EngineFacts | None:
    try:
        told = json.loads((folder / _FACTS).read_text("utf-8"))
        return _read(told)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _read(told: Mapping[str, Any]) -> EngineFacts:
    return EngineFacts(
        torch=str(told["torch"]),
        build=str(told["build"]),
        python=str(told["python"]),
        packages=str(told["packages"]),
        size=int(told["size"]),
    )
