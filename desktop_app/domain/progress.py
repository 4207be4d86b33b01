"""How far a piece of work has come, and the user's wish to stop it."""

import threading
from dataclasses import dataclass
from typing import Protocol


class Cancelled(Exception):
    """The user asked to stop; what was finished is kept."""


@dataclass(frozen=True)
class Progress:
    """Where the work stands: `done` of `total` (None while the total is unknown)."""

    done: int
    total: int | None
    what: str = ""  # the thing just finished, in the user's words: a file's name, a stage


class Report(Protocol):
    """Called after each photo; raises `Cancelled` when the user asked to stop."""

    def __call__(self, progress: Progress, /) -> None: ...


class CancelToken:
    """A wish to stop, set by one thread and seen by another."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raises `Cancelled` once `cancel` was called."""
        if self._event.is_set():
            raise Cancelled


def silent(progress: Progress, /) -> None:
    """A report that nobody reads."""
