"""Thumbnails of photos and faces: asked for while painting, there a moment later."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
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
    """Which thumbnail: of a whole photo, or of one face."""

    is_face: bool
    number: int


ReadPictures = Callable[[Sequence[PictureKey], Report], list[tuple[PictureKey, QImage | None]]]
"""Runs on the thumbnail lane; None for a picture that cannot be had."""

_BATCH = 16
_WAITING = 400
_CACHE_BYTES = 256 * 2**20


class Pictures(QObject):
    """A bounded cache of pixmaps and the queue that fills it, the newest wish first.

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
        self._waiting: dict[PictureKey, None] = {}
        self._coming: set[PictureKey] = set()
        self._start = QTimer(self)
        self._start.setSingleShot(True)
        self._start.setInterval(0)
        self._start.timeout.connect(self._next_batch)

    def photo(self, photo_id: PhotoId) -> QPixmap | None:
        """The thumbnail (longest side 320 px), or None while it is on its way or cannot be had."""
        return self._get(PictureKey(False, photo_id))

    def face(self, face_id: FaceId) -> QPixmap | None:
        """The square picture of a face, or None while it is on its way or cannot be had."""
        return self._get(PictureKey(True, face_id))

    def photo_failed(self, photo_id: PhotoId) -> bool:
        """Whether there is no thumbnail to wait for."""
        key = PictureKey(False, photo_id)
        return key in self._cache and self._cache[key] is None

    def forget(self, changes: CatalogChanges) -> None:
        """Reads again what has changed, when it is next painted."""
        if changes.everything:
            self._cache.clear()
            self._held = 0
            return
        for key in (
            *(PictureKey(False, number) for number in changes.photos),
            *(PictureKey(True, number) for number in changes.faces),
        ):
            # a picture that was there stays until then: no flicker after each decision
            if key in self._cache and self._cache[key] is None:
                del self._cache[key]

    def _get(self, key: PictureKey) -> QPixmap | None:
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        if key not in self._coming:
            self._waiting.pop(key, None)
            self._waiting[key] = None
            if len(self._waiting) > _WAITING:
                # scrolled past long ago; asked for again when it is painted again
                del self._waiting[next(iter(self._waiting))]
            if not self._coming and not self._start.isActive():
                self._start.start()
        return None

    @Slot()
    def _next_batch(self) -> None:
        if self._coming or not self._waiting:
            return
        keys = [self._waiting.popitem()[0] for _ in range(min(_BATCH, len(self._waiting)))]
        self._coming = set(keys)
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
        self._cache[key] = pixmap
        self._held += _bytes(pixmap)
        while self._held > self._limit and len(self._cache) > 1:
            _, old = self._cache.popitem(last=False)
            self._held -= _bytes(old)


def _bytes(pixmap: QPixmap | None) -> int:
    return 0 if pixmap is None else pixmap.width() * pixmap.height() * 4
