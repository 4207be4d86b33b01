"""Waits until the files that are being copied into a folder are whole."""

QUIET_S = 2.0
"""Nothing may have been written for so long: a camera's import is then one run."""

STALLED_S = 60.0
"""A file that was written to and not closed holds everything up at most for so long."""

LONGEST_S = 600.0
"""After so long of coming and going the folder is looked at all the same."""


class Settling:
    """What was told of one folder since it was last looked at. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._last = 0.0
        self._open: dict[str, float] = {}  # written to and not closed yet, and when

    def note(self, now: float) -> None:
        """Something came, changed, moved or went."""
        if self._first is None:
            self._first = now
        self._last = now

    def written(self, path: str, now: float) -> None:
        """A part of this file was written."""
        self.note(now)
        self._open[path] = now

    def closed(self, path: str, now: float) -> None:
        """Whoever wrote this file has finished."""
        self.note(now)
        self._open.pop(path, None)

    def gone(self, path: str, now: float) -> None:
        self.note(now)
        self._open.pop(path, None)

    def is_whole(self, now: float) -> bool:
        """Whether something was told, and all of it can be looked at now."""
        if self._first is None:
            return False
        if now - self._first >= LONGEST_S:
            return True
        if now - self._last < QUIET_S:
            return False
        return all(now - written >= STALLED_S for written in self._open.values())

    def clear(self) -> None:
        """The folder is looked at: what is told from here on is new."""
        self._first = None
        self._open.clear()
