"""A long session beside the window: restores and thumbnails by the thousand, and what they leave.

    python -m tests.reliability.long_session FOLDER --restores 2000 --thumbnails 20000 --engine tiny

Prints one line of JSON: the memory and the handles of the process, sampled on the way.
"""

import argparse
import ctypes
import gc
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QElapsedTimer, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import Face
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import Restorer, RestoreRequest
from desktop_app.imaging.thumbnails import ThumbnailStore, face_keys
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import open_eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.restoration.engines import open_restorer
from desktop_app.settings.places import places, resources
from desktop_app.settings.settings import Settings
from desktop_app.ui.messages import Messages
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer
from desktop_app.ui.picture_reading import read_pictures
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.restore.wishes import RestoreWishes
from desktop_app.ui.wishes import Means
from tests.operations.conftest import OFFICE, PRINT, SPEECH, MirrorRestorer

_PATIENCE_MS = 60_000
_ROUND = 10  # restores between two samples


@dataclass(frozen=True)
class Sample:
    """What the process held after so many restores and thumbnails."""

    restores: int
    thumbnails: int
    resident: int  # bytes
    handles: int
    threads: int


class Session:
    """What lives as long as a window does, over a copy of the sample library."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.where = places(folder / "home")
        shutil.copytree(resources() / "samples" / "library", folder / "library")
        store = ModelStore(resources() / "models", self.where.models)
        self.eyes = OpenedEyes(partial(open_eyes, store, device="cpu"))
        self.thumbnails = ThumbnailStore(self.where.thumbnails, 50_000_000)
        self.catalog = Catalog.open(self.where.catalog)
        self.face = self._indexed(folder / "library")
        self.engine = engine
        self.window = QWidget()
        self.runner = JobRunner()
        messages = Messages(self.window)
        opened = OpenedRestorer(_open_tiny if engine == "tiny" else partial(_open_embedded, store))
        self.restorer = opened
        self.restoring = RestoreWishes(
            Means(
                catalog=self.catalog,
                thumbnails=self.thumbnails,
                eyes=self.eyes,
                restorer=opened,
                settings=Settings,
                places=self.where,
                runner=self.runner,
                messages=messages,
            )
        )
        self.restoring.catalog_changed.connect(self._on_changes)
        self.drafts = 0
        self.pictures = Pictures(self.runner, partial(read_pictures, self.catalog, self.thumbnails))

    def _on_changes(self, changes: CatalogChanges, initiator: object) -> None:
        self.drafts += len(changes.restorations)

    def _indexed(self, library: Path) -> Face:
        folder_id, _ = add_folder(self.catalog, library)
        index_folder(self.catalog, folder_id, self.eyes.get(), self.thumbnails, silent)
        found = []
        for name in (PRINT, OFFICE, SPEECH):
            photo = self.catalog.photos.by_path(library / name)
            assert photo is not None
            found.append(max(self.catalog.faces.of_photo(photo.id), key=lambda f: f.bbox.width))
        name_faces(self.catalog, [face.id for face in found], "Barack Obama")
        return found[0]

    def restore(self, count: int, first_seed: int) -> None:
        """Restores the print's face so many times; every one must become a draft."""
        self.ask(count, first_seed)
        assert self.drafts == first_seed + count

    def ask(self, count: int, first_seed: int) -> None:
        """Wishes for so many restorations and waits for the end of each."""
        for number in range(count):
            request = RestoreRequest(self.face.id, seed=first_seed + number)
            self.restoring.restore([request], self.engine)
        self._until_idle()

    def look_at_pictures(self, count: int) -> None:
        """Reads so many thumbnails, every tenth round with nothing in the store."""
        photos = self.catalog.photos.ids()
        faces = [face.id for photo in photos for face in self.catalog.faces.of_photo(photo)]
        seen = turn = 0
        while seen < count:
            if turn % 10 == 0:
                self.thumbnails.forget(face_keys(faces))
            self.pictures.forget(CatalogChanges(everything=True))
            for photo in photos:
                self.pictures.photo(photo)
            for face in faces:
                self.pictures.face(face)
            self._until_idle()
            assert all(self.pictures.face(face) is not None for face in faces)
            seen += len(photos) + len(faces)
            turn += 1

    def _until_idle(self) -> None:
        clock = QElapsedTimer()
        clock.start()
        events = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
        QApplication.processEvents()
        while self.runner.jobs():
            QApplication.processEvents(events, 1000)
            if clock.elapsed() > _PATIENCE_MS:
                raise TimeoutError("the lanes do not come to an end")
        QApplication.processEvents()

    def close(self) -> None:
        assert self.runner.shutdown(20)
        self.restorer.close()
        self.catalog.close()


def _open_tiny(engine: str) -> Restorer:
    return MirrorRestorer()


def _open_embedded(store: ModelStore, engine: str) -> Restorer:
    return open_restorer(engine, store, "cpu")


def sample(restores: int, thumbnails: int) -> Sample:
    """What this process holds now, garbage and freed memory given back first."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Sample(
        restores=restores,
        thumbnails=thumbnails,
        resident=pages * os.sysconf("SC_PAGE_SIZE"),
        handles=len(os.listdir("/proc/self/fd")),
        threads=len(os.listdir("/proc/self/task")),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--restores", type=int, default=2000)
    parser.add_argument("--thumbnails", type=int, default=20_000)
    parser.add_argument("--engine", default="tiny")
    given = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication(["likeness"])
    session = Session(given.folder, given.engine)
    rounds = max(1, given.restores // _ROUND)
    each = max(1, given.thumbnails // rounds)
    samples = [sample(0, 0)]
    for number in range(rounds):
        session.restore(_ROUND, number * _ROUND)
        session.look_at_pictures(each)
        samples.append(sample((number + 1) * _ROUND, (number + 1) * each))
    session.close()
    app.processEvents()
    samples.append(sample(rounds * _ROUND, rounds * each))
    print(json.dumps([asdict(one) for one in samples]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
