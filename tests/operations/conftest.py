"""A small library, real eyes, and a restorer tiny enough to be understood."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import Face
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import (
    ReferenceMap,
    ReferenceMemory,
    RestoredFace,
    RestoreRequest,
    RestorerFacts,
)
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.models.store import ModelStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import Eyes, open_eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.restore_photos import restore_photos
from desktop_app.settings.places import resources
from tests.catalog.library import Library

PRINT = "Old prints/blue-room-print.jpg"
OFFICE = "Official portraits/oval-office-2012.jpg"
SPEECH = "Speeches/congress-2009.jpg"


class MirrorRestorer:
    """Answers with the mean of its references, or the sharpened face where it has none."""

    facts = RestorerFacts("tiny", "0" * 64, 64, 4, True, "cpu", "test")

    def __init__(self) -> None:
        self.encoded: list[int] = []
        self.restored = self.previews = 0
        self.slow_from: int | None = None  # from this face on, the work looks up on its way
        self._look: Callable[[str], None] | None = None

    def encode_references(self, crops: Sequence[RgbImage]) -> ReferenceMemory:
        self.encoded.append(len(crops))
        mean = np.mean([c.astype(np.float32) / 255 for c in crops], axis=0) if crops else None
        return ReferenceMemory("tiny", "0" * 64, len(crops), mean)

    @contextmanager
    def watched(self, look: Callable[[str], None]) -> Iterator[None]:
        self._look = look
        yield
        self._look = None

    def restore(
        self, crop: RgbImage, memory: ReferenceMemory, seed: int, *, preview: bool = False
    ) -> RestoredFace:
        self.restored += 1
        self.previews += preview
        if self._look is not None and self.restored == self.slow_from:
            self._look("")
            self._look("Working")
        own = crop.astype(np.float32) / 255
        sharpened = np.clip(own * 2 - cv2.GaussianBlur(own, (0, 0), 2), 0, 1)
        restored = sharpened if memory.state is None else memory.state
        winner = np.full((8, 8), -1 if memory.count == 0 else 0, np.int8)
        share = np.full(memory.count, 1 / max(memory.count, 1), np.float32)
        return RestoredFace(restored.astype(np.float32), ReferenceMap(winner, share))

    def close(self) -> None:
        pass


@pytest.fixture
def restorer() -> MirrorRestorer:
    return MirrorRestorer()


@pytest.fixture(scope="session")
def eyes() -> Eyes:
    return open_eyes(ModelStore(resources() / "models", Path("nowhere")), device="cpu")


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, eyes: Eyes) -> Path:
    """A folder with a copy of the sample library and a catalog of it, made once."""
    folder = tmp_path_factory.mktemp("indexed")
    shutil.copytree(resources() / "samples" / "library", folder / "library")
    with Catalog.open(folder / "catalog") as catalog:
        folder_id, _ = add_folder(catalog, folder / "library")
        index_folder(catalog, folder_id, eyes, ThumbnailStore(folder / "thumbs", 10**8), silent)
    return folder


@pytest.fixture
def catalog(indexed: Path, tmp_path: Path) -> Iterator[Catalog]:
    """A catalog of one's own over the shared copy of the library."""
    shutil.copy(indexed / "catalog", tmp_path / "catalog")
    with Catalog.open(tmp_path / "catalog") as opened:
        yield opened


@pytest.fixture
def thumbnails(tmp_path: Path) -> ThumbnailStore:
    return ThumbnailStore(tmp_path / "thumbnails", 10**8)


@pytest.fixture
def face_in(catalog: Catalog, indexed: Path) -> Callable[[str], Face]:
    """The one large face of a photo of the library."""

    def find(name: str) -> Face:
        photo = catalog.photos.by_path(indexed / "library" / name)
        assert photo is not None
        return max(catalog.faces.of_photo(photo.id), key=lambda f: f.bbox.width)

    return find


@pytest.fixture
def named(catalog: Catalog, face_in: Callable[[str], Face]) -> Catalog:
    """The same man is confirmed in the print and in two good photos."""
    name_faces(catalog, [face_in(n).id for n in (PRINT, OFFICE, SPEECH)], "Barack Obama")
    return catalog


@pytest.fixture
def restored(
    named: Catalog, face_in: Callable[[str], Face], restorer: MirrorRestorer, eyes: Eyes
) -> Catalog:
    """The face of the print is restored once."""
    restore_photos(named, restorer, [RestoreRequest(face_in(PRINT).id)], eyes, silent)
    return named


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty catalog, and photos that only it knows of."""
    (tmp_path / "photos").mkdir()
    with Catalog.open(tmp_path / "kept" / "catalog.sqlite") as catalog:
        yield Library(catalog, tmp_path / "photos")
