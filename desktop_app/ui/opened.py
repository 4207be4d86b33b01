"""Models opened once and shared by the lanes: eyes that find faces, engines that restore."""

import threading
from collections.abc import Callable

from desktop_app.domain.restoration import Restorer
from desktop_app.operations.eyes import Eyes


class OpenedEyes:
    """The face models, opened by the first lane that needs them."""

    def __init__(self, open_them: Callable[[], Eyes]) -> None:
        self._open = open_them
        self._lock = threading.Lock()
        self._eyes: Eyes | None = None

    def get(self) -> Eyes:
        """Raises `ModelNotInstalled`, `ModelRefused`, `BadRequest`."""
        with self._lock:
            if self._eyes is None:
                self._eyes = self._open()
            return self._eyes

    def forget(self) -> None:
        """Opens them anew when next needed: the settings have changed."""
        with self._lock:
            self._eyes = None


class OpenedRestorer:
    """The engine in use; another one takes its place. Only the restoring lane calls `get`."""

    def __init__(self, open_it: Callable[[str], Restorer]) -> None:
        self._open = open_it
        self._lock = threading.Lock()
        self._key: str | None = None
        self._restorer: Restorer | None = None
        self._outdated = False

    def get(self, engine: str) -> Restorer:
        """Raises `ModelNotInstalled`, `ModelRefused`, `DeviceUnavailable`."""
        with self._lock:
            if self._restorer is not None and (self._key != engine or self._outdated):
                self._restorer.close()
                self._restorer = None
            if self._restorer is None:
                self._restorer = self._open(engine)
                self._key, self._outdated = engine, False
            return self._restorer

    def forget(self) -> None:
        """Opens it anew when next needed: the settings have changed."""
        self._outdated = True

    def close(self) -> None:
        """Frees the device and forgets references; called by the restoring lane, or after it."""
        with self._lock:
            if self._restorer is not None:
                self._restorer.close()
                self._restorer = None
