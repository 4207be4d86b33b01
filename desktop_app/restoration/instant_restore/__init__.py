"""The large restorer: one step of a diffusion network, guided by photos of the same person.

Importing this package, or the modules that the window's process needs (`process`),
imports no torch: the two public names are fetched when they are first asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_app.restoration.instant_restore.draws import Draws
    from desktop_app.restoration.instant_restore.network import InstantRestore

__all__ = ["Draws", "InstantRestore"]


def __getattr__(name: str) -> Any:
    if name == "InstantRestore":
        from desktop_app.restoration.instant_restore.network import InstantRestore

        return InstantRestore
    if name == "Draws":
        from desktop_app.restoration.instant_restore.draws import Draws

        return Draws
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
