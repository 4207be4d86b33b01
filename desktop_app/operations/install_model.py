"""Installs a model from a file of the user's, or from its makers once their terms are accepted."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BadRequest, FileVanished, ModelNotInstalled
from desktop_app.domain.progress import Report
from desktop_app.models.download import download
from desktop_app.models.store import ModelStore
from desktop_app.restoration.instant_restore.process import convert_weights, missing_packages

INSTANT_RESTORE = "instant-restore"
WEIGHTS = "instant_restore.safetensors"

PUBLISHED_FILES = (
    "final_model_ckpt.pt",
    "lmattn_ablation_ckpt.pt",
    "adain_ablation_ckpt.pt",
    "base_ablation_ckpt.pt",
)
"""The files of InstantRestore's authors, the one to take first."""


def install_model(
    store: ModelStore,
    model_id: str,
    source: Path,
    report: Report,
    architecture: Mapping[str, Any] | None = None,
) -> None:
    """Installs `source`; InstantRestore's checkpoint is converted on the way, in its own process.

    `architecture` is for checkpoints of other shapes than the published ones. What was installed
    before stays until the new one is complete.
    Raises `BadRequest`, `FileVanished`, `ModelRefused`, `ModelNotInstalled` where the packages
    that convert are missing, `DiskFull`, `NotPermitted`, `DeviceUnavailable`, and `Cancelled`.
    """
    if model_id != INSTANT_RESTORE:
        store.install_from(model_id, source, report)
        return
    if not source.is_file():
        raise FileVanished(f"There is no file {source.name}. Choose one of the published files.")
    _check_packages()

    def convert(folder: Path) -> None:
        convert_weights(source, folder / WEIGHTS, report, architecture)

    store.install_made(model_id, convert, source.stat().st_size)


def fetch_model(
    store: ModelStore,
    model_id: str,
    file: str,
    downloads: Path,
    report: Report,
    *,
    terms_accepted: bool,
) -> None:
    """Downloads one of the published files from its makers, installs it, and deletes the download.

    Nothing is fetched before the terms were accepted; a download that breaks off is kept in
    `downloads` and goes on next time. Raises what `install_model` and `download` raise.
    """
    model = store.get(model_id)
    if model_id != INSTANT_RESTORE or model.home is None:
        raise BadRequest(f"{model.title} is not fetched by the application. Give its file.")
    if file not in PUBLISHED_FILES:
        raise BadRequest(f"There is no file {file}. Published: {', '.join(PUBLISHED_FILES)}.")
    if not terms_accepted:
        raise BadRequest(
            f"{model.title}: {model.licence} ({model.licence_source}). "
            "To agree and download it, say --accept-licence; or give a file with --from PATH."
        )
    _check_packages()
    fetched = download(f"{model.home}/resolve/main/{file}", downloads, report)
    install_model(store, model_id, fetched, report)
    shutil.rmtree(downloads, ignore_errors=True)


def _check_packages() -> None:
    missing = missing_packages()
    if missing:
        raise ModelNotInstalled(
            f"The large engine needs the packages {', '.join(missing)}. "
            "Install the application with its extra `restore` first."
        )
