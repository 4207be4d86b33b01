"""Adds the large engine's packages to an installed application, checks them, takes them away."""

import hashlib
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import BadRequest, DiskFull, ModelNotInstalled, ModelRefused
from desktop_app.domain.progress import Progress, Report
from desktop_app.restoration.engine_environment.environment import (
    EngineCondition,
    EngineEnvironment,
    EngineFacts,
    broken_file,
    python_of,
    size_of,
    version_of,
)
from desktop_app.restoration.engine_environment.torch_build import (
    ROOM,
    VERSION,
    TorchBuild,
    build_for_here,
    check_build,
    torch_in,
)
from desktop_app.restoration.engine_environment.uv import Uv
from desktop_app.restoration.instant_restore.process import devices
from desktop_app.settings.places import Places, resources

TERMS = (
    "torch: BSD-3-Clause; diffusers, safetensors: Apache-2.0; what they need: MIT, BSD, "
    "Apache-2.0, MPL-2.0"
)
TERMS_OF_CUDA = "; NVIDIA's CUDA libraries: proprietary, free of charge"
_MB = 1_000_000
_LIST = "packages.txt"


@dataclass(frozen=True)
class EngineOffer:
    """What adding the engine would bring, in bytes (about), from where, under which terms."""

    build: TorchBuild
    download: int
    kept: int  # of a try that broke off: it goes on there
    size: int  # on the disk, at its largest
    free: int
    folder: Path
    python: str  # the path of this computer's, or empty where one would be fetched too
    terms: str


def engine_condition(where: Places) -> EngineCondition:
    """A quick look at the large engine's packages."""
    return EngineEnvironment(where.engine).condition(_digest(_packages()))


def verify_engine(where: Places, report: Report) -> EngineCondition:
    """Every file of every package against its checksum."""
    return EngineEnvironment(where.engine).verify(_digest(_packages()), report)


def offer_engine(
    where: Places, report: Report, build: TorchBuild | None = None, carried: Path | None = None
) -> EngineOffer:
    """Looks at this computer only; asks nothing of the network.

    `build` None is the one for here; `carried` is the folder that holds uv and the list.
    Raises `ModelNotInstalled` where the application carries no uv and the system has none.
    """
    report(Progress(0, None, "Looking for a Python"))
    build = build or build_for_here()
    environment = EngineEnvironment(where.engine)
    where_free = next(p for p in (where.engine, *where.engine.parents) if p.is_dir())
    python = _uv(environment, where, carried).python_here()
    download, size = ROOM[build]
    return EngineOffer(
        build=build,
        download=download,
        kept=size_of(_cache(where)),
        size=size,
        free=shutil.disk_usage(where_free).free,
        folder=where.engine,
        python=str(python or ""),
        terms=TERMS + (TERMS_OF_CUDA if build is TorchBuild.CUDA else ""),
    )


def install_engine(
    where: Places,
    report: Report,
    *,
    terms_accepted: bool,
    build: TorchBuild | None = None,
    carried: Path | None = None,
) -> EngineFacts:
    """Fetches the pinned packages and torch, checks them and starts them; whole or not at all.

    What stood before stays until the new one is whole. What came in whole is kept when it breaks
    off, and is not fetched again. Raises `BadRequest` before the terms are accepted,
    `ModelNotInstalled`, `DiskFull`, `NotPermitted`, `FileVanished` without a network,
    `ModelRefused` for a wrong checksum or another torch than the one meant, and `Cancelled`.
    """
    offer = offer_engine(where, report, build, carried)
    if not terms_accepted:
        raise BadRequest(
            f"The large engine's packages take about {offer.size / 1e9:.1f} GB and come under "
            f"these terms: {offer.terms}. To agree and fetch them, say --accept-licence."
        )
    if offer.free < offer.size - offer.kept:
        raise DiskFull(
            f"The large engine needs about {offer.size / 1e9:.1f} GB and only "
            f"{offer.free / 1e9:.1f} GB are free. Free some space, then add it again."
        )
    environment = EngineEnvironment(where.engine)
    listed = _packages(carried)
    uv = _uv(environment, where, carried)
    with environment.growing() as coming:
        watch = _Watch(report, offer.size, (_cache(where), coming, environment.pythons))
        uv.make_environment(coming, watch.at("Making an environment"))
        python = python_of(coming)
        if python is None:
            raise ModelRefused("The environment has no Python. Try again.")
        pinned = ["--no-deps", "--require-hashes", "--requirement", str(listed)]
        uv.install(python, pinned, watch.at("Fetching packages"))
        _install_torch(uv, python, offer.build, watch)
        watch.at("Starting torch")()
        found = torch_in(python)
        check_build(found, offer.build)
        watch.at("Starting the engine")()
        devices(python)  # raises where our own code does not run there
        broken = broken_file(coming, _staged(report, "Checking"))
        if broken:
            raise ModelRefused(f"{broken} came in damaged. Add the engine again.")
        facts = EngineFacts(
            torch=found.version,
            build=found.build.value,
            python=version_of(python),
            packages=_digest(listed),
            size=size_of(coming) + size_of(environment.pythons),
        )
        environment.take(facts)
    shutil.rmtree(_cache(where), ignore_errors=True)
    return facts


def remove_engine(where: Places) -> None:
    """The packages, a Python that was fetched for them, and what a broken try left."""
    EngineEnvironment(where.engine).remove()
    shutil.rmtree(_cache(where), ignore_errors=True)


def _install_torch(uv: Uv, python: Path, build: TorchBuild, watch: "_Watch") -> None:
    """From the index in use where it offers the build that is meant, else from PyTorch's own.

    On Linux, PyPI's torch is the CUDA build; uv knows where PyTorch keeps the others.
    """
    wanted = f"torch=={VERSION}"
    watch.at("Asking for torch")()
    brings = uv.would_bring(python, wanted)
    cuda = any(name.startswith(("nvidia-", "cuda-")) for name in brings)
    options = [wanted]
    if cuda != (build is TorchBuild.CUDA):
        options += ["--torch-backend", "auto" if build is TorchBuild.CUDA else "cpu"]
    if build is not TorchBuild.CUDA:
        options.append("--no-deps")  # what it needs came with the list
    uv.install(python, options, watch.at("Fetching torch"))


class _Watch:
    """Tells how much has come, by the bytes that lie on the disk."""

    def __init__(self, report: Report, expected: int, folders: tuple[Path, ...]) -> None:
        self._report = report
        self._expected = max(expected // _MB, 1)
        self._folders = folders
        self._stage = ""

    def at(self, stage: str) -> "_Watch":
        self._stage = stage
        return self

    def __call__(self) -> None:
        here = sum(_own_bytes(folder) for folder in self._folders) // _MB
        self._report(Progress(min(here, self._expected - 1), self._expected, f"{self._stage} (MB)"))


def _own_bytes(folder: Path) -> int:
    """Bytes below `folder`; a file that lies also in the cache under another name counts half."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                status = Path(place, name).lstat()
            except OSError:  # renamed while we look
                continue
            total += status.st_size // max(status.st_nlink, 1)
    return total


def _staged(report: Report, stage: str) -> Report:
    def tell(progress: Progress) -> None:
        report(Progress(progress.done, progress.total, f"{stage} {progress.what}"))

    return tell


def _uv(environment: EngineEnvironment, where: Places, carried: Path | None) -> Uv:
    folder = carried or resources() / "engine"
    beside = Path(sys.executable).parent  # of a Python whose packages hold uv
    names = [place / name for place in (folder, beside) for name in ("uv", "uv.exe")]
    found = next((str(path) for path in names if path.is_file()), None) or shutil.which("uv")
    if found is None:
        raise ModelNotInstalled(
            "uv, which adds the engine's packages, is not here. Install it (pip install uv), or "
            "install this application with its extra `restore`."
        )
    return Uv(Path(found), _cache(where), environment.pythons, environment.log)


def _packages(carried: Path | None = None) -> Path:
    return (carried or resources() / "engine") / _LIST


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _cache(where: Places) -> Path:
    return where.downloads / "engine"
