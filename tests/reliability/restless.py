"""Somebody who never waits: opens, switches, cancels, removes and closes while work goes on."""

import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.restoration import RestoreRequest
from desktop_app.imaging.encode import ExportSettings
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.operations.export_photos import ExportRequest
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings
from desktop_app.ui.subjects import CompareSubject, ExportSubject, PhotoSubject, RestoreSubject
from tests.noise_album import make_noise_album

ALBUMS = 3


class Restless:
    """One user and their windows, one after another, on one catalog."""

    def __init__(self, qtbot: QtBot, folder: Path, models: Path, seed: int) -> None:
        self._qtbot = qtbot
        self._luck = random.Random(seed)
        self._where = places(folder / "home")
        self._store = ModelStore(models, self._where.models)
        self._out = folder / "out"
        self._out.mkdir()
        self._albums = [folder / f"album{number}" for number in range(ALBUMS)]
        for album in self._albums:
            make_noise_album(album, 14)
        self.done: list[str] = []
        self.windows = 0
        self.open()

    def open(self) -> None:
        self.windows += 1
        catalog = Catalog.open(self._where.catalog)
        self.likeness = Likeness(
            catalog, self._where, self._store, JobRunner(), Settings(device="cpu")
        )
        self.likeness.begin([], bool(catalog.folders.all()))
        self._qtbot.addWidget(self.likeness.window)

    def act(self) -> None:
        """One wish, and perhaps a moment's look at what comes of it."""
        wish = self._luck.choices(self._wishes, self._weights)[0]
        self.done.append(wish.__name__)
        wish(self)
        if self._luck.random() < 0.7:
            self._qtbot.wait(self._luck.randrange(0, 40))

    def close(self) -> None:
        """Closes the window, whatever is going on, and opens the next."""
        self.shut()
        self.open()

    def shut(self) -> None:
        likeness = self.likeness
        assert likeness.window.close()
        assert likeness.runner.jobs() == [] or all(
            job.cancel_asked for job in likeness.runner.jobs()
        )
        likeness.window.deleteLater()
        likeness.deleteLater()
        del self.likeness

    def switch_screen(self) -> None:
        key = self._luck.choice(("start", "library", "people", "jobs", "models", "settings"))
        self.likeness.window.go(key)

    def open_a_photo(self) -> None:
        photos = self._photos()
        if photos:
            self.likeness.window.go("photo", PhotoSubject(self._luck.choice(photos), photos))

    def open_restore(self) -> None:
        if face := self._face():
            photo = self.likeness.catalog.faces.get(face).photo_id
            self.likeness.window.go("restore", RestoreSubject(photo, face))

    def open_compare_or_export(self) -> None:
        catalog = self.likeness.catalog
        photos = self._photos()  # once: they come and go
        for photo in self._luck.sample(photos, min(8, len(photos))):
            results = tuple(r.id for r in catalog.restorations.of_photo(photo))
            if results:
                subject = CompareSubject(photo, results)
                self.likeness.window.go("compare", subject)
                if self._luck.random() < 0.5:
                    self.likeness.window.go("export", ExportSubject(results))
                return

    def add_a_folder(self) -> None:
        self.likeness.add_folder(str(self._luck.choice(self._albums)))

    def remove_a_folder(self) -> None:
        folders = self.likeness.catalog.folders.all()
        if folders:
            self.likeness.looking.remove_folder(self._luck.choice(folders).id)

    def look_again(self) -> None:
        self.likeness.looking.look_at_all()

    def cancel_something(self) -> None:
        jobs = self.likeness.runner.jobs()
        if jobs:
            self._luck.choice(jobs).cancel()

    def cancel_everything(self) -> None:
        for job in self.likeness.runner.jobs():
            job.cancel()

    def name_a_face(self) -> None:
        if face := self._face():
            name = self._luck.choice(("Anna", "Bert", "Cleo"))
            self.likeness.decisions.name([face], name)

    def restore_faces(self) -> None:
        faces = [face for _ in range(3) if (face := self._face())]
        requests = [RestoreRequest(face, references=(face,)) for face in dict.fromkeys(faces)]
        if requests:
            self.likeness.restoring.restore(requests, "compact")

    def export_photos(self) -> None:
        photos = self._photos()
        if photos:
            photo = self._luck.choice(photos)
            name = f"{photo}-{len(self.done)}.png"
            request = ExportRequest(photo, (), self._out / name, ExportSettings("png"))
            self.likeness.exporting.export([request])

    def undo(self) -> None:
        self.likeness.decisions.undo()

    def press_keys(self) -> None:
        window = self.likeness.window
        key = self._luck.choice(
            (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Space, Qt.Key.Key_B)
        )
        self._qtbot.keyClick(QApplication.focusWidget() or window, key)

    def resize(self) -> None:
        self.likeness.window.resize(self._luck.randrange(860, 1600), self._luck.randrange(600, 900))

    def _photos(self) -> list[PhotoId]:
        return list(self.likeness.catalog.photos.ids())

    def _face(self) -> FaceId | None:
        photos = self._photos()
        if not photos:
            return None
        faces = self.likeness.catalog.faces.of_photo(self._luck.choice(photos))
        return self._luck.choice(faces).id if faces else None

    _often: tuple[tuple[Callable[["Restless"], None], int], ...] = (
        (switch_screen, 12),
        (open_a_photo, 8),
        (open_restore, 8),
        (open_compare_or_export, 6),
        (add_a_folder, 10),
        (remove_a_folder, 6),
        (look_again, 6),
        (cancel_something, 8),
        (cancel_everything, 3),
        (name_a_face, 8),
        (restore_faces, 8),
        (export_photos, 5),
        (undo, 4),
        (press_keys, 6),
        (resize, 3),
        (close, 5),
    )
    _wishes = tuple(wish for wish, _ in _often)
    _weights = tuple(weight for _, weight in _often)
