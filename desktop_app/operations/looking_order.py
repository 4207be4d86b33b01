"""Which photo is looked at next, and whether any is: what the user looks at first, pause, pace."""

import enum
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import FolderId, PhotoId
from desktop_app.domain.photo import Photo, PhotoState
from desktop_app.domain.progress import Progress, Report

_PAGE = 100  # photos fetched at a time
_LOOK_UP_S = 0.2  # a wish to stop is seen so soon while nothing is done


class Pace(enum.Enum):
    """How much of the machine looking may take."""

    FULL = "full"
    GENTLE = "gentle"  # one photo at a time, resting as long as it took
    NONE = "none"


class LookingOrder:
    """What the window wishes of photos being looked at; used by its thread and by the lane's."""

    def __init__(self, pace: Callable[[], Pace] | None = None) -> None:
        """`pace` is asked again and again, in the lane's thread: it may change meanwhile."""
        self._changed = threading.Condition()
        self._first: tuple[PhotoId, ...] = ()
        self._paused = False
        self._pace = pace or (lambda: Pace.FULL)

    def follow(self, pace: Callable[[], Pace]) -> None:
        """From now on this is asked for the pace."""
        self._pace = pace

    def look_first(self, photo_ids: Iterable[PhotoId]) -> None:
        """These photos come next, in this order, in place of those named before."""
        with self._changed:
            self._first = tuple(photo_ids)

    def pause(self) -> None:
        """What is under way is finished, then nothing is begun."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def pace(self) -> Pace:
        """`Pace.NONE` while paused."""
        return Pace.NONE if self._paused else self._pace()

    def wait(self, report: Report, progress: Progress, seconds: float = 0.0) -> None:
        """For so long, and until something may be begun; `report` says whether to stop."""
        until = time.monotonic() + seconds
        while self.pace is Pace.NONE or time.monotonic() < until:
            report(progress)
            with self._changed:
                left = until - time.monotonic()
                self._changed.wait(_LOOK_UP_S if left <= 0 else min(left, _LOOK_UP_S))

    def take_first(self) -> tuple[PhotoId, ...]:
        """The photos asked for since the last time."""
        with self._changed:
            first, self._first = self._first, ()
            return first


class WaitingPhotos:
    """The photos of a folder, or of all, that are to be read: each once, until `again`."""

    def __init__(self, catalog: Catalog, folder_id: FolderId | None, order: LookingOrder) -> None:
        self._catalog = catalog
        self._folder_id = folder_id
        self._order = order
        self._first: deque[Photo] = deque()
        self._page: deque[Photo] = deque()
        self._after = PhotoId(0)
        self._given: set[PhotoId] = set()

    def next(self) -> Photo | None:
        """The next one, or None where every one was given."""
        asked = self._order.take_first()
        if asked:
            self._first = deque(self._of(asked))
        while True:
            if not self._first and not self._page:
                self._page.extend(self._next_page())
                if not self._page:
                    return None
                self._after = self._page[-1].id
            photo = (self._first or self._page).popleft()
            if photo.id not in self._given:
                self._given.add(photo.id)
                return photo

    def again(self) -> bool:
        """From the beginning, once all were recorded; whether there may be more.

        A photo that the user turned while it was read waits again.
        """
        if not self._given:
            return False
        self._given.clear()
        self._after = PhotoId(0)
        return True

    def _next_page(self) -> list[Photo]:
        return self._catalog.photos.next_to_index(self._folder_id, _PAGE, self._after)

    def _of(self, asked: Sequence[PhotoId]) -> list[Photo]:
        return [
            photo
            for photo in self._catalog.photos.many(asked)
            if photo.state is PhotoState.FOUND
            and (self._folder_id is None or photo.folder_id == self._folder_id)
        ]


class WaitingForCloser(WaitingPhotos):
    """The photos that had a quick look only, of a folder or of all."""

    def _next_page(self) -> list[Photo]:
        return self._catalog.photos.next_to_look_closer(self._folder_id, _PAGE, self._after)

    def _of(self, asked: Sequence[PhotoId]) -> list[Photo]:
        return self._catalog.photos.wait_for_closer(self._folder_id, asked)
