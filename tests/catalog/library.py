"""A small library, written as an index of it would write it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from desktop_app.catalog import Catalog, FoundPhoto, IndexedPhoto, NewFace, NewRestoration
from desktop_app.domain.face import BBox, DetectedFace, Embedding, FaceQuality
from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId, RestorationId
from desktop_app.domain.photo import PhotoDate, PhotoMetadata
from desktop_app.domain.restoration import Likeness, RestoreSettings

MODEL = "test-embedder"


def vector(seed: int, dimensions: int = 512) -> Embedding:
    made = np.random.default_rng(seed).normal(size=dimensions).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


def detected(left: float = 100, top: float = 100, side: float = 80) -> DetectedFace:
    inside = [(20, 30), (60, 30), (40, 50), (25, 65), (55, 65)]
    landmarks = np.array(inside, np.float32) + np.array([left, top], np.float32)
    return DetectedFace(BBox(left, top, left + side, top + side), landmarks, 0.9)


def new_face(
    seed: int, left: float = 100, top: float = 100, *, side: float = 80, sharpness: float = 0.8
) -> NewFace:
    return NewFace(detected(left, top, side), FaceQuality(sharpness, 0.9, 0.7, 40.0), vector(seed))


class Library:
    """A catalog with one folder, and short ways to fill it."""

    def __init__(self, catalog: Catalog, root: Path) -> None:
        self.catalog = catalog
        self.root = root
        self.folder: FolderId = catalog.folders.add(root)
        self._mtime = 0

    def found(self, name: str | bytes, size: int = 1000) -> PhotoId:
        self._mtime += 1
        relative = name if isinstance(name, bytes) else name.encode()
        return self.catalog.photos.record_found(
            self.folder, [FoundPhoto(relative, size, self._mtime)]
        )[0]

    def read(
        self,
        photo_id: PhotoId,
        faces: Sequence[NewFace] = (),
        *,
        content: str = "",
        taken: PhotoDate = PhotoDate(),  # noqa: B008 - frozen
        size: tuple[int, int] = (800, 600),
        model: str = MODEL,
        closely: bool = True,
    ) -> PhotoId:
        self.catalog.photos.record_indexed(
            [
                IndexedPhoto(
                    photo_id,
                    content or f"{photo_id:064x}",
                    PhotoMetadata(taken=taken, width=size[0], height=size[1], file_format="JPEG"),
                    faces,
                    "test-detector",
                    model,
                    closely=closely,
                )
            ]
        )
        return photo_id

    def photo(self, name: str, faces: Sequence[NewFace] = (), **about: object) -> PhotoId:
        return self.read(self.found(name), faces, **about)  # type: ignore[arg-type]

    def faces(self, count: int) -> list[FaceId]:
        """One face in each of `count` photos."""
        first = self.catalog.photos.count()
        photos = [
            self.photo(f"{first + number:04}.jpg", [new_face(first + number)])
            for number in range(count)
        ]
        return [self.catalog.faces.of_photo(photo)[0].id for photo in photos]

    def person(self, name: str, faces: Sequence[FaceId]) -> PersonId:
        self.catalog.faces.name(faces, name)
        person = self.catalog.people.by_name(name)
        assert person is not None
        return person.id

    def restoration(
        self,
        face_id: FaceId,
        references: Sequence[FaceId] = (),
        person_id: PersonId | None = None,
        *,
        crop: bytes = b"\x89PNG crop",
        nearest: str = "",
    ) -> RestorationId:
        face = self.catalog.faces.get(face_id)
        return self.catalog.restorations.add(
            NewRestoration(
                face.photo_id,
                face_id,
                person_id,
                tuple(references),
                "compact",
                "0" * 64,
                "cpu",
                7,
                RestoreSettings(strength=0.5, grain=False),
                Likeness(0.4, 0.6, 0.05, 3, 0.1, nearest),
                self.catalog.photos.get(face.photo_id).content_hash,
                crop,
                b"\x89PNG map",
            )
        )
