"""Installs a model from a file of the user's, or from its makers once their terms are accepted."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BadRequest, FileVanished, ModelNotInstalled, ModelRefused
from desktop_app.domain.progress import Progress, Report
from desktop_app.models.download import ask_for, download, kept_of
from desktop_app.models.known import KnownModel
from desktop_app.models.store import ModelStore
from desktop_app.restoration.engines import PREVIEW
from desktop_app.restoration.instant_restore.process import (
    check_preview,
    convert_weights,
    missing_packages,
)

INSTANT_RESTORE = "instant-restore"
_MEGABYTE = 1_000_000
WEIGHTS = "instant_restore.safetensors"
PREVIEW_WEIGHTS = "taesd.safetensors"


@dataclass(frozen=True)
class DownloadOffer:
    """What a download would bring, in bytes, and where it would lie."""

    size: int
    kept: int  # of a download that broke off: it goes on there
    free: int  # where the download lies on its way
    folder: Path  # where the model will lie


def install_model(
    store: ModelStore,
    model_id: str,
    source: Path,
    report: Report,
    architecture: Mapping[str, Any] | None = None,
    *,
    python: Path | None = None,
) -> None:
    """Installs `source`; the large engine's files are converted or checked in its own process.

    `architecture` is for checkpoints of other shapes than the published ones; `python` is the
    interpreter of a private environment, where there is one. What was installed before stays until
    the new one is complete.
    Raises `BadRequest`, `FileVanished`, `ModelRefused`, `ModelNotInstalled` where the packages
    that convert are missing, `DiskFull`, `NotPermitted`, `DeviceUnavailable`, and `Cancelled`.
    """
    if model_id not in (INSTANT_RESTORE, PREVIEW):
        store.install_from(model_id, source, report)
        return
    if not source.is_file():
        raise FileVanished(f"There is no file {source.name}. Choose one of the published files.")
    _check_packages(python)
    report = in_megabytes(report)

    def convert(folder: Path) -> None:
        convert_weights(source, folder / WEIGHTS, report, architecture, python)

    def copy_checked(folder: Path) -> None:
        copy = folder / PREVIEW_WEIGHTS
        shutil.copyfile(source, copy)
        check_preview(copy, report, python)

    make = convert if model_id == INSTANT_RESTORE else copy_checked
    store.install_made(model_id, make, source.stat().st_size)


def offer_download(store: ModelStore, model_id: str, file: str, downloads: Path) -> DownloadOffer:
    """Asks the makers how large the file is; fetches nothing.

    Raises `BadRequest`, `FileVanished` where they cannot be reached, `ModelRefused` where they
    tell no checksum.
    """
    model = store.get(model_id)
    url = _address(model, file)
    folder = _on_its_way(downloads, model)
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    return DownloadOffer(
        size=ask_for(url).size,
        kept=kept_of(url, folder),
        free=shutil.disk_usage(there).free,
        folder=store.place_of(model_id),
    )


def fetch_model(
    store: ModelStore,
    model_id: str,
    file: str | None,
    downloads: Path,
    report: Report,
    *,
    terms_accepted: bool,
    python: Path | None = None,
) -> None:
    """Downloads one of the published files from its makers, installs it, and deletes the download.

    `file` None is the first of `KnownModel.published`. Nothing is fetched before the terms were
    accepted; a download that breaks off is kept in `downloads` and goes on next time.
    Raises what `install_model` and `download` raise.
    """
    model = store.get(model_id)
    url = _address(model, file)
    if not terms_accepted:
        raise BadRequest(
            f"{model.title}: {model.licence} ({model.licence_source}). "
            "To agree and download it, say --accept-licence; or give a file with --from PATH."
        )
    _check_packages(python)
    folder = _on_its_way(downloads, model)
    report(Progress(0, None, "Asking the makers"))
    fetched = download(url, folder, in_megabytes(report))
    try:
        install_model(store, model_id, fetched, report, python=python)
    except ModelRefused:
        fetched.unlink(missing_ok=True)  # it came as it was published: another try brings the same
        raise
    shutil.rmtree(folder, ignore_errors=True)


def in_megabytes(report: Report) -> Report:
    """A report for work that counts bytes: told on in numbers that a person can read."""

    def tell(progress: Progress) -> None:
        if progress.total is not None:
            report(
                Progress(
                    progress.done // _MEGABYTE,
                    max(progress.total // _MEGABYTE, 1),
                    f"{progress.what} (MB)",
                )
            )
        else:
            report(progress)

    return tell


def _address(model: KnownModel, file: str | None) -> str:
    if model.home is None or not model.published:
        raise BadRequest(f"{model.title} is not fetched by the application. Give its file.")
    file = file or model.published[0]
    if file not in model.published:
        raise BadRequest(f"There is no file {file}. Published: {', '.join(model.published)}.")
    return f"{model.home}/resolve/main/{file}"


def _on_its_way(downloads: Path, model: KnownModel) -> Path:
    return downloads / model.id


def _check_packages(python: Path | None) -> None:
    missing = missing_packages(python)
    if missing:
        raise ModelNotInstalled(
            f"The large engine needs the packages {', '.join(missing)}. "
            "Add them first: in Models, or by `likeness engine install`."
        )
