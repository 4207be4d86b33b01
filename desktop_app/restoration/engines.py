"""Chooses the network that restores, and opens it."""

from pathlib import Path

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.restoration import Restorer
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.restoration.compact import CompactRestorer
from desktop_app.restoration.instant_restore.process import (
    InstantRestoreProcess,
    devices,
    missing_packages,
)

ENGINES = ("automatic", "compact", "instant-restore")


def open_compact(store: ModelStore, device: str) -> Restorer:
    """The embedded network. Raises `ModelNotInstalled`, `DeviceUnavailable`, `ModelRefused`."""
    folder = store.path("compact")
    encoder, restorer = (folder / name for name in store.get("compact").files)
    return CompactRestorer(encoder, restorer, device)


def open_instant_restore(store: ModelStore, device: str, cache: Path | None) -> Restorer:
    """The large network, in a process of its own that starts when it is first asked for something.

    `cache` is where memories of reference photos are kept; None keeps none on the disk.
    Raises `ModelNotInstalled`; what its process refuses, its first wish raises.
    """
    model = store.get("instant-restore")
    condition = store.state("instant-restore")
    if condition.state is not ModelState.INSTALLED:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: {condition.why} "
            "Install its weights in Models, or choose the built-in engine."
        )
    missing = missing_packages()
    if missing:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: its engine ({', '.join(missing)}) is missing. Install "
            "the application with its extra `restore`, or choose the built-in engine."
        )
    weights = sorted(store.path("instant-restore").glob("*.safetensors"))
    if len(weights) != 1:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: its weights were not converted. Install them again."
        )
    return InstantRestoreProcess(weights[0], device, cache=cache)


def open_restorer(
    engine: str, store: ModelStore, device: str, cache: Path | None = None
) -> Restorer:
    """The engine named by the settings: "automatic", "compact" or "instant-restore".

    "automatic" is the large engine where it is installed and has a GPU, else the embedded one.
    What is asked for by name is opened or refused, never swapped for another.
    Raises `ModelNotInstalled`, `DeviceUnavailable`, `ModelRefused`, and `BadRequest` for an
    engine that nobody knows.
    """
    if engine not in ENGINES:
        raise BadRequest(
            f"There is no engine {engine}. Choose automatic, compact or instant-restore."
        )
    if engine == "instant-restore" or (engine == "automatic" and _large_has_gpu(store, device)):
        return open_instant_restore(store, device, cache)
    return open_compact(store, device)


def _large_has_gpu(store: ModelStore, device: str) -> bool:
    """Whether the large engine is here and would run on a GPU; asks its process only if it is."""
    if store.state("instant-restore").state is not ModelState.INSTALLED or missing_packages():
        return False
    here = devices()
    return (here[0] if device == "auto" else device) in set(here) - {"cpu"}
