"""Watches the folders of the library on a thread of its own, each as well as its drive allows."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop_app.imaging.watching.drives import contents, is_on_network, standing

_log = logging.getLogger(__name__)


class Events(Protocol):
    """`FileEvents`, or what a test puts in its place."""

    def take_whole(self) -> bool: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Pace:
    """Seconds between looks."""

    heard: float = 0.5  # at what the system told
    standing: float = 4.0  # whether the folder is there
    walk: float = 60.0  # through a folder of which the system does not tell
    spare_walk: float = 1800.0  # through one of which it does: a queue may have run over
    share: float = 50.0  # so many times what a walk took passes before the next
    settle: float = 3.0  # two walks so far apart must find the same before it is told


class FolderWatcher:
    """Tells which folders are to be looked at anew; the catalog then finds out what is new.

    A folder is told once when something in it came, changed, moved or went and all of it is whole,
    when it vanishes, and when it is back. Where the system does not tell (a network drive, no room
    for more watches), the folder is walked now and then instead.
    """

    def __init__(
        self,
        told: Callable[[Path], None],
        listen: Callable[[Path], Events] | None = None,
        pace: Pace = Pace(),
    ) -> None:
        """`told` is called by the watcher's thread. `listen` raises `OSError` where it cannot."""
        self._told = told
        self._listen = listen or _listen
        self._pace = pace
        self._wanted: frozenset[Path] = frozenset()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def watch(self, folders: Iterable[Path]) -> None:
        """These folders and no others, from now on; returns at once."""
        with self._changed:
            self._wanted = frozenset(folders)
            if self._thread is None and self._wanted and not self._stopping:
                # a drive that hangs must not keep the application from ending
                self._thread = threading.Thread(
                    target=self._run, name="folder-watcher", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()

    def stop(self, timeout: float = 5.0) -> bool:
        """Ends the thread; False where a drive holds it up."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        watched: dict[Path, _Watched] = {}
        while True:
            with self._changed:
                wanted, stopping = self._wanted, self._stopping
            for folder in set(watched) - (frozenset() if stopping else wanted):
                watched.pop(folder).stop()
            if stopping:
                return
            for folder in sorted(wanted - set(watched)):
                watched[folder] = _Watched(folder, self._listen, self._pace)
            for folder, one in watched.items():
                if one.is_to_be_looked_at():
                    self._told(folder)
            with self._changed:
                if not self._stopping and self._wanted == wanted:
                    self._changed.wait(self._pace.heard if watched else None)


class _Watched:
    """One folder, used by the watcher's thread alone."""

    def __init__(self, folder: Path, listen: Callable[[Path], Events], pace: Pace) -> None:
        self._folder = folder
        self._listen = listen
        self._pace = pace
        self._events: Events | None = None
        self._standing = standing(folder)
        self._known: int | None = None  # what was in it when it was last told
        self._seen: int | None = None  # what the last walk found
        self._next_standing = 0.0
        self._begin()

    def _begin(self) -> None:
        self.stop()
        self._network = is_on_network(self._folder)
        if self._standing is not None:
            try:
                self._events = self._listen(self._folder)
            except OSError as error:
                _log.info("A folder is walked instead of watched: %s", type(error).__name__)
        now = time.monotonic()
        self._next_standing = now + self._pace.standing
        self._next_walk = now + (self._pace.spare_walk if self._hears_all() else 0.0)

    def _hears_all(self) -> bool:
        return self._events is not None and not self._network

    def stop(self) -> None:
        if self._events is not None:
            self._events.stop()
            self._events = None

    def is_to_be_looked_at(self) -> bool:
        now = time.monotonic()
        if now >= self._next_standing:
            self._next_standing = now + self._pace.standing
            before, self._standing = self._standing, standing(self._folder)
            if before != self._standing:
                self._begin()
                return True
        if self._events is not None and self._events.take_whole():
            self._known = self._seen = None
            return True
        return self._standing is not None and now >= self._next_walk and self._walked()

    def _walked(self) -> bool:
        """Whether a walk found other photos than were told, and the walk before it the same."""
        began = time.monotonic()
        found = contents(self._folder)
        took = time.monotonic() - began
        usual = self._pace.spare_walk if self._hears_all() else self._pace.walk
        self._next_walk = began + max(usual, self._pace.share * took)
        if found is None or found == self._known:
            return False
        if found != self._seen:
            self._seen = found
            self._next_walk = began + took + self._pace.settle
            return False
        # what the first walk of all found may be newer than what the catalog knows
        tell = self._known is not None or not self._hears_all()
        self._known = found
        return tell


def _listen(folder: Path) -> Events:
    # here, on the watcher's thread, so that the window need not wait for watchdog to be imported
    from desktop_app.imaging.watching.file_events import FileEvents

    return FileEvents(folder)
