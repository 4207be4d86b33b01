"""Keeps what is read and decoded at one time within a number of bytes."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator


class RoomForWork:
    """So many bytes for photos under way; one that is larger than all of it has it to itself.

    Whoever came first is served first, so that a large scan is not passed over for ever.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._used = 0
        self._closed = False
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @property
    def used(self) -> int:
        return self._used

    def take(self, size: int) -> int:
        """Waits until there is room, and returns what is to be given back."""
        size = min(size, self._total)
        turn = object()
        with self._changed:
            self._waiting.append(turn)
            self._changed.wait_for(
                lambda: (
                    self._closed or (self._waiting[0] is turn and self._used + size <= self._total)
                )
            )
            self._waiting.remove(turn)
            self._used += size
            self._changed.notify_all()
        return size

    def give_back(self, size: int) -> None:
        with self._changed:
            self._used -= size
            self._changed.notify_all()

    @contextlib.contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Room for the block."""
        size = self.take(size)
        try:
            yield
        finally:
            self.give_back(size)

    def close(self) -> None:
        """Nobody waits any longer: the work is being stopped."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
