"""Chooses the network that restores, and opens it."""

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.restoration import Restorer
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.restoration.compact import CompactRestorer


def open_compact(store: ModelStore, device: str) -> Restorer:
    """The embedded network. Raises `ModelNotInstalled`, `DeviceUnavailable`, `ModelRefused`."""
    folder = store.path("compact")
    encoder, restorer = (folder / name for name in store.get("compact").files)
    return CompactRestorer(encoder, restorer, device)


def open_restorer(engine: str, store: ModelStore, device: str) -> Restorer:
    """The engine named by the settings: "automatic", "compact" or "instant-restore".

    What is asked for by name is opened or refused, never swapped for another.
    Raises `ModelNotInstalled`, `DeviceUnavailable`, `ModelRefused`, and `BadRequest` for an
    engine that nobody knows.
    """
    if engine in ("automatic", "compact"):
        return open_compact(store, device)
    if engine != "instant-restore":
        raise BadRequest(
            f"There is no engine {engine}. Choose automatic, compact or instant-restore."
        )
    model = store.get("instant-restore")
    condition = store.state("instant-restore")
    if condition.state is not ModelState.INSTALLED:
        raise ModelNotInstalled(
            f"{model.title} cannot restore: {condition.why} "
            "Install its weights in Models, or choose the built-in engine."
        )
    raise ModelNotInstalled(
        f"This version of the application cannot run {model.title}. Choose the built-in engine."
    )
