"""Lets the system refuse a call that writes: the first, the second, each in its turn."""

import contextlib
import errno
import io
import os
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

REFUSALS = {
    "disk full": errno.ENOSPC,
    "no permission": errno.EACCES,
    "read-only": errno.EROFS,
    "drive gone": errno.EIO,
}

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Refusals:
    """Counts the calls; the `failing`-th, and with `lasting` all after it, fail with `number`."""

    def __init__(self, failing: int | None, number: int, *, lasting: bool) -> None:
        self.calls = 0
        self.refused = 0
        self._failing = failing
        self._number = number
        self._lasting = lasting

    def __call__(self) -> None:
        self.calls += 1
        if self._failing is None:
            return
        if self.calls == self._failing or (self._lasting and self.calls > self._failing):
            self.refused += 1
            raise OSError(self._number, os.strerror(self._number))


@contextlib.contextmanager
def refusals(
    failing: int | None, number: int = errno.ENOSPC, *, lasting: bool = False
) -> Iterator[Refusals]:
    """In the block, opening to write, writing, flushing, naming and making folders may fail.

    `failing` counts from 1; None only counts.
    """
    asked = Refusals(failing, number, lasting=lasting)

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            asked()
            return super().write(data)

    def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any, **options: Any) -> Any:
            asked()
            return call(*arguments, **options)

        return made

    real_open, real_fdopen = os.open, os.fdopen

    def open_(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & _WRITING:
            asked()
        return real_open(path, flags, *rest, **options)

    def fdopen(descriptor: int, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if mode == "w+b":
            return io.BufferedRandom(Raw(descriptor, "w+b"))
        return real_fdopen(descriptor, mode, *rest, **options)

    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(os, "open", open_))
        stack.enter_context(patch.object(os, "fdopen", fdopen))
        for name in ("fsync", "link", "replace", "rename", "mkdir", "chmod", "fchmod"):
            stack.enter_context(patch.object(os, name, guarded(getattr(os, name))))
        yield asked
