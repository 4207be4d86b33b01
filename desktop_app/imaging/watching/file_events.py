"""Hears from the system what happens in a folder and all folders inside."""

import os
import sys
import threading
import time
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from desktop_app.imaging.formats import is_photo_name
from desktop_app.imaging.watching.settling import Settling

_HEARD: list[type[FileSystemEvent]] = [  # not that files are opened: we do so ourselves
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_TELLS_OF_CLOSING = sys.platform.startswith("linux")
_STOPS_WITHIN_S = 2.0


class FileEvents(FileSystemEventHandler):
    """One folder that is heard; `take_whole` is asked now and then, from any thread."""

    def __init__(self, folder: Path) -> None:
        """Raises `OSError` where the system cannot watch: limits, odd drives, no folder."""
        self._settling = Settling()
        self._lock = threading.Lock()
        self._observer = Observer()
        self._observer.daemon = True
        self._observer.schedule(self, os.fspath(folder), recursive=True, event_filter=_HEARD)
        try:
            self._observer.start()
        except BaseException:
            self._observer.stop()
            raise

    def take_whole(self) -> bool:
        """Whether something happened that is over; it is told once."""
        with self._lock:
            whole = self._settling.is_whole(time.monotonic())
            if whole:
                self._settling.clear()
        return whole

    def stop(self) -> None:
        self._observer.stop()
        self._observer.join(_STOPS_WITHIN_S)

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by the observer's thread."""
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        if not event.is_directory and not any(map(_is_photo, paths)):
            return
        now = time.monotonic()
        with self._lock:
            if isinstance(event, FileModifiedEvent) and _TELLS_OF_CLOSING:
                self._settling.written(paths[0], now)
            elif isinstance(event, FileClosedEvent):
                self._settling.closed(paths[0], now)
            elif isinstance(event, FileDeletedEvent | FileMovedEvent):
                self._settling.gone(paths[0], now)
            else:
                self._settling.note(now)


def _is_photo(path: str) -> bool:
    name = os.path.basename(path)  # noqa: PTH119 - of thousands, and text it stays
    return not name.startswith(".") and is_photo_name(name)
