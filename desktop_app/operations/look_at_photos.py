"""Looks at many photos beside each other, and hands back what was seen in the order asked for."""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop_app.domain.errors import DeviceFailed, DeviceOutOfMemory, ExpectedError
from desktop_app.domain.face import DetectedFace
from desktop_app.domain.photo import Photo
from desktop_app.imaging.content_hash import hold_photo
from desktop_app.imaging.photo_file import HeldPhoto
from desktop_app.imaging.thumbnails import ThumbnailStore, photo_key
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.look_at_photo import Rooms, SeenPhoto, look_at_photo
from desktop_app.operations.room_for_work import RoomForWork

_LARGEST_HELD = 64_000_000  # bytes of a file; a larger one is read again by its decoder
_HELD = 128_000_000  # bytes of all files that wait in memory
_DECODED = 400_000_000  # bytes of all pictures under way
_CLOSER = 160_000_000  # bytes of those that are looked at a second time
_READ_AHEAD = 4  # files for each thread that looks: memory that was just used costs least
_AHEAD = 16  # photos for each thread that looks: what was seen is small, so a slow one may lag
_NICER = 5  # steps of priority by which looking gives way to the window
_NICER_STILL = 15  # by which a closer look gives way to all else


@dataclass(frozen=True)
class Looked:
    """One photo, with what was seen in it or why nothing was."""

    photo: Photo
    seen: SeenPhoto | None
    error: ExpectedError | None = None


@dataclass(frozen=True)
class _Read:
    held: HeldPhoto
    room: int  # bytes, to be given back


class Lookers:
    """Threads that decode, find and describe, as many as there are cores, and one that reads ahead.

    Decoders, networks and the drive work without Python's lock, so that one thread a photo keeps
    every core busy, each network running on the core of its photo. Used by one thread, in a `with`
    block; at its end what nobody has begun is dropped, and what is under way is waited for.
    """

    def __init__(
        self,
        eyes: Eyes,
        thumbnails: ThumbnailStore,
        max_pixels: int,
        threads: int | None = None,
        *,
        closely: bool = False,
    ) -> None:
        """`closely`: for small faces, too, in photos whose thumbnail is there."""
        self._eyes = eyes
        self._thumbnails = thumbnails
        self._max_pixels = max_pixels
        self._closely = closely
        self._threads = threads or cores()
        self._held = RoomForWork(_HELD)
        self._least = _HELD // (_READ_AHEAD * self._threads)  # bytes that a small file counts as
        self._rooms = Rooms(RoomForWork(_DECODED), RoomForWork(_CLOSER))
        self._asked: deque[Future[Looked]] = deque()

    def __enter__(self) -> Self:
        # one reader: files come in the order in which they are looked at, or all might wait for all
        give_way = partial(_give_way, _NICER_STILL if self._closely else _NICER)
        self._reading = ThreadPoolExecutor(1, "read", initializer=give_way)
        self._looking = ThreadPoolExecutor(self._threads, "look", initializer=give_way)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.close()
        self._looking.shutdown(wait=False, cancel_futures=True)
        self._reading.shutdown(cancel_futures=True)
        self._looking.shutdown()

    @property
    def under_way(self) -> int:
        """The photos that were asked for and not yet handed back."""
        return len(self._asked)

    @property
    def want_more(self) -> bool:
        return len(self._asked) < _AHEAD * self._threads

    def ask(self, photo: Photo, known: Sequence[DetectedFace] = ()) -> None:
        """Wishes for a look at this photo, for faces other than those known."""
        read = self._reading.submit(self._read, Path(photo.path))
        self._asked.append(self._looking.submit(self._look, photo, known, read))

    def next(self) -> Looked:
        """The photo that was asked for first, of those not yet handed back; waits for it.

        Raises `DeviceFailed` and `DeviceOutOfMemory`, which no other photo would fare better by.
        """
        looked = self._asked[0].result()
        self._asked.popleft()
        return looked

    def _read(self, path: Path) -> _Read:
        size = 0
        with contextlib.suppress(OSError, ValueError):  # reading says what is the matter
            size = path.stat().st_size
        room = self._held.take(max(size if size <= _LARGEST_HELD else 0, self._least))
        try:
            return _Read(hold_photo(path, _LARGEST_HELD), room)
        except BaseException:
            self._held.give_back(room)
            raise

    def _look(self, photo: Photo, known: Sequence[DetectedFace], read: "Future[_Read]") -> Looked:
        try:
            file = read.result()
            try:
                return Looked(photo, self._seen(photo, known, file.held))
            finally:
                self._held.give_back(file.room)
        except (DeviceFailed, DeviceOutOfMemory):
            raise  # the photo's fault it is not: it waits for the next run
        except ExpectedError as error:
            return Looked(photo, None, error)

    def _seen(self, photo: Photo, known: Sequence[DetectedFace], held: HeldPhoto) -> SeenPhoto:
        seen = look_at_photo(
            held,
            self._eyes,
            self._max_pixels,
            photo.turned,
            self._rooms,
            known=known if self._closely else None,
        )
        if seen.thumbnail is not None:
            self._thumbnails.put(photo_key(seen.content_hash, photo.turned), seen.thumbnail)
        return seen


def cores() -> int:
    """The processor's cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _give_way(steps: int) -> None:
    """Lowers this thread's priority, where threads have one of their own (Linux)."""
    if hasattr(os, "sched_getaffinity"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), steps)
