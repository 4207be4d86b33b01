"""Chooses the network that restores, and opens it."""

from pathlib import Path

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.restoration import Restorer
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.restoration.apart.restorer import RestorerApart
from desktop_app.restoration.compact import CompactRestorer
from desktop_app.restoration.instant_restore.process import (
    InstantRestoreProcess,
    devices,
    missing_packages,
)

ENGINES = ("automatic", "compact", "instant-restore")
PREVIEW = "taesd"
"""The model that decodes the large engine's fast previews."""


def open_compact(store: ModelStore, device: str, *, apart: bool = False) -> Restorer:
    """The embedded network. Raises `ModelNotInstalled`, `DeviceUnavailable`, `ModelRefused`.

    `apart` opens it in a process of its own when it is first asked for something, and what it
    refuses, its first wish raises. ONNX Runtime lets no other thread of Python run while it opens
    a network: a window would stand still for as long.
    """
    folder = store.path("compact")
    encoder, restorer = (folder / name for name in store.get("compact").files)
    if apart:
        opening = {
            "engine": "compact",
            "encoder": str(encoder),
            "restorer": str(restorer),
            "device": device,
        }
        return RestorerApart(opening, "built-in engine")
    return CompactRestorer(encoder, restorer, device)


def open_instant_restore(
    store: ModelStore,
    device: str,
    cache: Path | None,
    *,
    python: Path | None = None,
    compiled: bool = False,
) -> Restorer:
    """The large network, in a process of its own that starts when it is first asked for something.

    `cache` is where memories of reference photos are kept; None keeps none on the disk. `python`
    is the interpreter of a private environment, where there is one. `compiled` makes it ready by
    torch.compile. The fast preview comes with it where its weights are installed.
    Raises `ModelNotInstalled`; what its process refuses, its first wish raises.
    """
    model = store.get("instant-restore")
    condition = store.state("instant-restore")
    if condition.state is not ModelState.INSTALLED:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: {condition.why} "
            "Install its weights in Models, or choose the built-in engine."
        )
    missing = missing_packages(python)
    if missing:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: its engine ({', '.join(missing)}) is missing. Add it "
            "in Models (or: likeness engine install), or choose the built-in engine."
        )
    weights = _weights(store, "instant-restore")
    if weights is None:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: its weights were not converted. Install them again."
        )
    here = store.state(PREVIEW).state is ModelState.INSTALLED
    return InstantRestoreProcess(
        weights,
        _device_of_torch(device),
        cache=cache,
        preview=_weights(store, PREVIEW) if here else None,
        compiled=compiled,
        python=python,
    )


def open_restorer(
    engine: str,
    store: ModelStore,
    device: str,
    cache: Path | None = None,
    *,
    python: Path | None = None,
    compiled: bool = False,
    apart: bool = False,
) -> Restorer:
    """The engine named by the settings: "automatic", "compact" or "instant-restore".

    "automatic" is the large engine where it is installed and has a GPU, else the embedded one.
    What is asked for by name is opened or refused, never swapped for another. `cache`, `python`
    and `compiled` are the large engine's: see `open_instant_restore`; `apart` is the embedded
    one's: see `open_compact`.
    Raises `ModelNotInstalled`, `DeviceUnavailable`, `ModelRefused`, and `BadRequest` for an
    engine that nobody knows.
    """
    if engine not in ENGINES:
        raise BadRequest(
            f"There is no engine {engine}. Choose automatic, compact or instant-restore."
        )
    if engine == "instant-restore" or (
        engine == "automatic" and _large_has_gpu(store, device, python)
    ):
        return open_instant_restore(store, device, cache, python=python, compiled=compiled)
    return open_compact(store, device, apart=apart)


def _large_has_gpu(store: ModelStore, device: str, python: Path | None) -> bool:
    """Whether the large engine is here and would run on a GPU; asks its process only if it is."""
    if store.state("instant-restore").state is not ModelState.INSTALLED or missing_packages(python):
        return False
    here = devices(python)
    return (here[0] if device == "auto" else _device_of_torch(device)) in set(here) - {"cpu"}


def _device_of_torch(device: str) -> str:
    """torch's name of a device: the Apple GPU is one device with two names."""
    return {"coreml": "mps"}.get(device, device)


def _weights(store: ModelStore, model_id: str) -> Path | None:
    found = sorted(store.path(model_id).glob("*.safetensors"))
    return found[0] if len(found) == 1 else None
