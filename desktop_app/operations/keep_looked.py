"""Writes what was seen in photos into the catalog, many photos a transaction."""

import time

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import IndexedPhoto, NewFace
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import DiskFull
from desktop_app.domain.photo import Photo
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.look_at_photo import SeenPhoto

_LONGEST_S = 1.0  # of work, that a kill may cost
_MOST = 200  # photos that wait to be written


class KeepsLooked:
    """The one writer while a folder is looked through; `flush` at the end, whatever happened."""

    def __init__(
        self, catalog: Catalog, thumbnails: ThumbnailStore, eyes: Eyes, *, closer: bool = False
    ) -> None:
        """`closer`: what was seen is added to what a quick look showed."""
        self.changes = CatalogChanges()
        photos = catalog.photos
        self._record = photos.record_looked_closer if closer else photos.record_indexed
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._eyes = eyes
        self._waiting: list[IndexedPhoto] = []
        self._flushed_at = time.monotonic()

    def seen(self, photo: Photo, seen: SeenPhoto) -> None:
        self._waiting.append(_indexed(photo, seen, self._eyes))
        if len(self._waiting) >= _MOST or time.monotonic() - self._flushed_at > _LONGEST_S:
            self.flush()

    def failed(self, photo: Photo, reason: str) -> None:
        self.changes |= self._catalog.photos.record_failed(photo.id, reason)

    def missing(self, photo: Photo) -> None:
        self.changes |= self._catalog.photos.mark_missing([photo.id])

    def flush(self) -> None:
        """On a full disk the small pictures are given up first: they can be made again."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            try:
                self.changes |= self._record(waiting)
            except DiskFull:
                if not self._thumbnails.give_up():
                    raise
                self.changes |= self._record(waiting)
        self._flushed_at = time.monotonic()


def _indexed(photo: Photo, seen: SeenPhoto, eyes: Eyes) -> IndexedPhoto:
    return IndexedPhoto(
        photo_id=photo.id,
        content_hash=seen.content_hash,
        metadata=seen.metadata,
        faces=[NewFace(face.detected, face.quality, face.embedding) for face in seen.faces],
        detector=eyes.detector.id,
        embedding_model=eyes.embedder.id,
        turned=photo.turned,
        closely=seen.closely,
    )
