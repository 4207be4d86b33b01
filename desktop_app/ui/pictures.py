"""Thumbnails of photos and faces: asked for while painting, there a moment later."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane


class PictureKey(NamedTuple):
    """Which thumbnail, of a whole photo or of one face, and how large."""

    is_face: bool
    number: int
    side: int = 0
    """Of the square that it fits into, in pixels of the device; 0 as large as it is kept."""


ReadPictures = Callable[[Sequence[PictureKey], Report], list[tuple[PictureKey, QImage | None]]]
"""Runs on the thumbnail lane; None for a picture that cannot be had."""

_BATCH = 16
_WAITING = 400
_CACHE_BYTES = 128 * 2**20


class Pictures(QObject):
    """A bounded cache of pixmaps and the queue that fills it, the newest wish first.

    A picture that has changed, or is there at another size only, stands in until the right one
    has come, so that nothing flickers.

    Signals:
        photo_ready(PhotoId): `photo` has an answer now.
        face_ready(FaceId): `face` has an answer now.
    """

    photo_ready = Signal(object)
    face_ready = Signal(object)

    def __init__(
        self, runner: JobRunner, read: ReadPictures, cache_bytes: int = _CACHE_BYTES
    ) -> None:
        super().__init__()
        self._runner = runner
        self._read = read
        self._limit = cache_bytes
        self._held = 0
        self._cache: OrderedDict[PictureKey, QPixmap | None] = OrderedDict()
        self._sides: dict[tuple[bool, int], list[int]] = {}  # kept of a picture, the newest last
        self._stale: set[PictureKey] = set()
        self._waiting: dict[PictureKey, None] = {}
        self._coming: set[PictureKey] = set()
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.setInterval(0)
        self._start.timeout.connect(self._next_batch)

    def photo(self, photo_id: PhotoId, side: int = 0) -> QPixmap | None:
        """The thumbnail (longest side 320 px, or `side`), or None while none can be had."""
        return self._get(PictureKey(False, photo_id, side))

    def face(self, face_id: FaceId, side: int = 0) -> QPixmap | None:
        """The square picture of a face, or None while it is on its way or cannot be had."""
        return self._get(PictureKey(True, face_id, side))

    def photo_failed(self, photo_id: PhotoId) -> bool:
        """Whether there is no thumbnail to wait for."""
        sides = self._sides.get((False, photo_id), [])
        return bool(sides) and self._cache[PictureKey(False, photo_id, sides[-1])] is None

    def forget(self, changes: CatalogChanges) -> None:
        """Reads again what has changed, when it is next painted."""
        if changes.everything:
            self._cache.clear()
            self._sides.clear()
            self._stale.clear()
            self._held = 0
            return
        self.renew(changes.photos)
        for number in changes.faces:
            self._outdate(True, number)

    def renew(self, photos: Iterable[PhotoId]) -> None:
        """These photos look otherwise now; what is kept of them is shown until it is read anew."""
        for number in photos:
            self._outdate(False, number)

    def _outdate(self, is_face: bool, number: int) -> None:
        for side in self._sides.get((is_face, number), ()):
            self._stale.add(PictureKey(is_face, number, side))
        # what is being read may have been read before the change
        self._stale |= {key for key in self._coming if key[:2] == (is_face, number)}

    def _get(self, key: PictureKey) -> QPixmap | None:
        if key in self._cache:
            self._cache.move_to_end(key)
            if key not in self._stale:
                return self._cache[key]
        if key not in self._coming:
            self._waiting.pop(key, None)
            self._waiting[key] = None
            if len(self._waiting) > _WAITING:
                # scrolled past long ago; asked for again when it is painted again
                del self._waiting[next(iter(self._waiting))]
            if not self._coming and not self._start.isActive():
                self._start.start()
        return self._stand_in(key)

    def _stand_in(self, key: PictureKey) -> QPixmap | None:
        """The same picture at another size, or as it was."""
        if key in self._cache:
            return self._cache[key]
        for side in reversed(self._sides.get(key[:2], ())):
            other = self._cache[PictureKey(key.is_face, key.number, side)]
            if other is not None:
                return other
        return None

    @Slot()
    def _next_batch(self) -> None:
        if self._coming or not self._waiting:
            return
        keys = [self._waiting.popitem()[0] for _ in range(min(_BATCH, len(self._waiting)))]
        self._coming = set(keys)
        self._stale -= self._coming  # what changes from here on is asked for once more
        job = Job(self.tr("Thumbnails"), partial(self._read, keys), quiet=True)
        job.succeeded.connect(self._arrived)
        job.failed.connect(self._failed)
        self._runner.submit(Lane.THUMBNAIL, job)

    @Slot(object)
    def _arrived(self, pictures: list[tuple[PictureKey, QImage | None]]) -> None:
        for key, image in pictures:
            self._keep(key, None if image is None else QPixmap.fromImage(image))
        self._end_batch()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        for key in self._coming:
            self._keep(key, None)
        self._end_batch()
        raise error

    def _end_batch(self) -> None:
        done, self._coming = self._coming, set()
        for key in done:
            (self.face_ready if key.is_face else self.photo_ready).emit(key.number)
        if self._waiting:
            self._start.start()

    def _keep(self, key: PictureKey, pixmap: QPixmap | None) -> None:
        self._drop(key)
        self._cache[key] = pixmap
        self._sides.setdefault(key[:2], []).append(key.side)
        self._held += _bytes(pixmap)
        while self._held > self._limit and len(self._cache) > 1:
            self._drop(next(iter(self._cache)))

    def _drop(self, key: PictureKey) -> None:
        if key not in self._cache:
            return
        self._held -= _bytes(self._cache.pop(key))
        sides = self._sides[key[:2]]
        sides.remove(key.side)
        if not sides:
            del self._sides[key[:2]]
        if key not in self._coming:
            self._stale.discard(key)


def _bytes(pixmap: QPixmap | None) -> int:
    return 0 if pixmap is None else pixmap.width() * pixmap.height() * 4
