"""Lets threads write one at a time, in the order in which they came."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator


class Turns:
    """A lock that is fair.

    A plain lock that indexing frees and takes again at once is mostly won by indexing, and a
    decision of the user waits for many of its transactions instead of one.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._writer: int | None = None
        self._waiting: deque[tuple[int, threading.Lock]] = deque()

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until all who came before are done. Raises `RuntimeError` for a turn in a turn."""
        me = threading.get_ident()
        if self._writer == me:
            raise RuntimeError("a transaction was begun inside a transaction of the same thread")
        gate = threading.Lock()
        with self._guard:
            first = self._writer is None
            if first:
                self._writer = me
            else:
                gate.acquire()
                self._waiting.append((me, gate))
        if not first:
            self._wait(me, gate)
        try:
            yield
        finally:
            self._next()

    def _wait(self, me: int, gate: threading.Lock) -> None:
        try:
            gate.acquire()
        except BaseException:  # Ctrl+C: whoever leaves the queue must not stop it
            with self._guard:
                queued = (me, gate) in self._waiting
                if queued:
                    self._waiting.remove((me, gate))
            if not queued:
                self._next()
            raise

    def _next(self) -> None:
        with self._guard:
            if self._waiting:
                self._writer, gate = self._waiting.popleft()
                gate.release()
            else:
                self._writer = None
