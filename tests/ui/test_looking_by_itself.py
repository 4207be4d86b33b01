"""The library notices what happens in its folders, shows it at once, and can be paused."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.face import AssignmentStatus, DetectedFace, Embedding, Landmarks
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.photo import PhotoState, RgbImage
from desktop_app.imaging.watching import settling
from desktop_app.imaging.watching.watcher import FolderWatcher, Pace
from desktop_app.operations.eyes import Eyes
from desktop_app.ui.library.library_screen import LibraryScreen
from desktop_app.ui.looking import Looking
from desktop_app.ui.opened import OpenedEyes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.watching import Watching
from desktop_app.ui.wishes import Means
from tests.imaging.test_first_picture import jpeg, photo_with_small_one
from tests.stand_in_eyes import TwoLooks
from tests.ui.painting import Library, paint_photo

LONG = 20_000


class Held:
    """Sees no face, and waits with each photo until it may go on."""

    id = "held"

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        assert self.may_go_on.wait(20)
        return []


class Grey:
    id = "grey"
    dimensions = 8

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        return np.full(8, 8**-0.5, np.float32)


@pytest.fixture
def held() -> Iterator[Held]:
    made = Held()
    yield made
    made.may_go_on.set()


@pytest.fixture
def looking(bench: Workbench, means: Means, held: Held) -> Looking:
    made = Looking(replace(means, eyes=OpenedEyes(lambda: Eyes(held, Grey()))))
    made.catalog_changed.connect(bench.pictures.forget)
    return made


@pytest.fixture
def screen(qtbot: QtBot, bench: Workbench, looking: Looking) -> LibraryScreen:
    made = LibraryScreen(bench)
    looking.catalog_changed.connect(made.refresh)
    looking.looking_changed.connect(made.show_looking)
    made.pause_wanted.connect(looking.pause)
    made.resume_wanted.connect(looking.resume)
    made.seen.connect(looking.look_first)
    made.rescan_wanted.connect(looking.look_at)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    made.show_subject(None)
    qtbot.waitUntil(lambda: made.grid.photos.rowCount() == 6, timeout=LONG)
    return made


@pytest.fixture
def watching(
    bench: Workbench, looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Watching]:
    monkeypatch.setattr(settling, "QUIET_S", 0.3)
    quick = partial(FolderWatcher, pace=Pace(heard=0.1, standing=0.5))
    monkeypatch.setattr("desktop_app.ui.watching.FolderWatcher", quick)
    made = Watching(bench.catalog, bench.runner)
    made.changed.connect(looking.look_again)
    looking.catalog_changed.connect(made.follow)
    yield made
    assert made.stop()


@pytest.fixture
def folder(library: Library) -> Path:
    return Path(library.catalog.folders.all()[0].path)


def test_photos_that_come_and_go_in_a_watched_folder_appear_and_leave(
    qtbot: QtBot, screen: LibraryScreen, watching: Watching, folder: Path
) -> None:
    watching.set_on(True)
    qtbot.wait(600)
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 7, timeout=LONG)
    (folder / "new.jpg").unlink()
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=LONG)


def test_nothing_is_watched_once_it_is_switched_off(
    qtbot: QtBot, screen: LibraryScreen, watching: Watching, folder: Path
) -> None:
    watching.set_on(True)
    qtbot.wait(400)
    watching.set_on(False)
    qtbot.wait(400)
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    qtbot.wait(1200)
    assert screen.grid.photos.rowCount() == 6


def test_a_drive_that_vanishes_pauses_its_folder_and_resumes_by_itself(
    qtbot: QtBot,
    screen: LibraryScreen,
    watching: Watching,
    folder: Path,
    library: Library,
    anna: PersonId,
) -> None:
    def confirmed() -> list[FaceId]:
        named = library.catalog.faces.of_person(anna, AssignmentStatus.CONFIRMED)
        return sorted(face.id for face in named)

    before = confirmed()
    watching.set_on(True)
    qtbot.wait(400)
    away = folder.with_name("unplugged")
    folder.rename(away)
    qtbot.waitUntil(lambda: library.catalog.folders.all()[0].offline, timeout=LONG)
    qtbot.waitUntil(lambda: screen.offline_words() != "", timeout=LONG)
    assert screen.grid.photos.rowCount() == 6
    shutil.copytree(away, folder)
    qtbot.waitUntil(lambda: not library.catalog.folders.all()[0].offline, timeout=LONG)
    qtbot.waitUntil(lambda: screen.offline_words() == "", timeout=LONG)
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs(), timeout=LONG)
    assert len(before) == 2
    assert confirmed() == before
    assert screen.grid.photos.rowCount() == 6


def test_the_cameras_picture_is_shown_at_once_and_replaced(
    qtbot: QtBot,
    bench: Workbench,
    screen: LibraryScreen,
    looking: Looking,
    held: Held,
    folder: Path,
    library: Library,
) -> None:
    held.may_go_on.clear()
    red = np.full((80, 120, 3), (255, 0, 0), np.uint8)
    photo_with_small_one(folder / "zz.jpg", jpeg(red))
    looking.look_at(library.catalog.folders.all()[0].id)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 7, timeout=LONG)
    (new,) = set(screen.grid.photos.ids()) - set(library.photos)

    def colour() -> str:
        shown = bench.pictures.photo(new)
        return "" if shown is None else shown.toImage().pixelColor(10, 10).name()

    qtbot.waitUntil(lambda: colour().startswith("#f"), timeout=LONG)
    assert library.catalog.photos.get(new).state is PhotoState.FOUND
    held.may_go_on.set()
    qtbot.waitUntil(lambda: not bench.runner.jobs() and not colour().startswith("#f"), timeout=LONG)
    assert library.catalog.photos.get(new).state is PhotoState.INDEXED


def test_what_was_read_what_cannot_be_and_what_is_gone_is_said(
    qtbot: QtBot,
    screen: LibraryScreen,
    looking: Looking,
    folder: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(looking.messages, "say", said.append)
    folder_id = library.catalog.folders.all()[0].id
    looking.look_at(folder_id)
    qtbot.waitUntil(lambda: said == ["6 photos were read."], timeout=LONG)
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    (folder / "broken.jpg").write_bytes(b"no photo")
    (folder / "photo0.jpg").unlink()
    (folder / "photo1.jpg").unlink()
    qtbot.waitUntil(lambda: not looking.runner.jobs(), timeout=LONG)
    looking.look_at(folder_id)
    words = "One photo was read. One photo cannot be read. 2 photos are no longer in their folder."
    qtbot.waitUntil(lambda: len(said) == 2, timeout=LONG)
    assert said[1] == words
    qtbot.waitUntil(lambda: not looking.runner.jobs(), timeout=LONG)
    looking.look_at(folder_id)
    qtbot.waitUntil(lambda: not looking.runner.jobs(), timeout=LONG)
    assert len(said) == 2


def test_looking_is_paused_and_goes_on(
    qtbot: QtBot, screen: LibraryScreen, looking: Looking, folder: Path, library: Library
) -> None:
    line = screen.looking_line
    assert not line.isVisible()
    looking.pause()
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    looking.look_at(library.catalog.folders.all()[0].id)
    qtbot.waitUntil(line.resume.isVisible, timeout=LONG)
    qtbot.waitUntil(lambda: "left" in line.said(), timeout=LONG)
    assert line.said().startswith("Paused: 0 of ")
    assert library.catalog.photos.next_to_index(None, 9)
    line.resume.click()
    qtbot.waitUntil(lambda: not library.catalog.photos.next_to_index(None, 9), timeout=LONG)
    qtbot.waitUntil(lambda: not line.isVisible(), timeout=LONG)


def test_what_is_on_the_screen_is_looked_at_first(
    qtbot: QtBot, screen: LibraryScreen, looking: Looking, folder: Path, library: Library
) -> None:
    looking.pause()
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    with qtbot.waitSignal(screen.seen, timeout=LONG) as told:
        looking.look_at(library.catalog.folders.all()[0].id)
    (new,) = set(library.catalog.photos.ids()) - set(library.photos)
    assert new in told.args[0]
    looking.resume()


def test_new_photos_stand_in_the_library_before_the_models_are_open(
    qtbot: QtBot, screen: LibraryScreen, means: Means, folder: Path, library: Library
) -> None:
    may_open = threading.Event()

    def open_late() -> Eyes:
        assert may_open.wait(20)
        return Eyes(Held(), Grey())

    looking = Looking(replace(means, eyes=OpenedEyes(open_late)))
    looking.catalog_changed.connect(screen.refresh)
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    try:
        looking.look_at(library.catalog.folders.all()[0].id)
        qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 7, timeout=LONG)
    finally:
        may_open.set()
    qtbot.waitUntil(lambda: not library.catalog.photos.next_to_index(None, 9), timeout=LONG)


def test_once_all_is_read_photos_are_looked_at_closely(
    qtbot: QtBot, bench: Workbench, means: Means, folder: Path, library: Library
) -> None:
    detector = TwoLooks()
    detector.may_go_on.clear()
    looking = Looking(replace(means, eyes=OpenedEyes(lambda: Eyes(detector, Grey()))))
    screen = LibraryScreen(bench)
    qtbot.addWidget(screen)
    looking.looking_changed.connect(screen.show_looking)
    screen.pause_wanted.connect(looking.pause)
    screen.resume_wanted.connect(looking.resume)
    line = screen.looking_line
    for number in range(40):  # more than are under way at one time
        paint_photo(folder / f"new{number}.jpg", number, [(20, 120)])
    looking.look_at(library.catalog.folders.all()[0].id)
    qtbot.waitUntil(lambda: "Looking closer" in line.said() or detector.closely > 0, timeout=LONG)
    looking.pause()
    detector.may_go_on.set()
    qtbot.waitUntil(lambda: line.said().startswith("Paused: All photos are read"), timeout=LONG)
    assert library.catalog.photos.closer_looks_left()
    line.resume.click()
    qtbot.waitUntil(lambda: not library.catalog.photos.closer_looks_left(), timeout=LONG)
    qtbot.waitUntil(lambda: line.said() == "", timeout=LONG)
    qtbot.waitUntil(lambda: not bench.runner.jobs(), timeout=LONG)
    new = max(library.catalog.photos.ids())
    assert len(library.catalog.faces.of_photo(new)) == 2


def test_reading_comes_before_the_closer_look(
    qtbot: QtBot, bench: Workbench, means: Means, folder: Path, library: Library
) -> None:
    detector = TwoLooks()
    detector.may_go_on.clear()
    looking = Looking(replace(means, eyes=OpenedEyes(lambda: Eyes(detector, Grey()))))
    paint_photo(folder / "new.jpg", 7, [(20, 120)])
    folder_id = library.catalog.folders.all()[0].id

    def closer_jobs() -> list[str]:
        return [job.title for job in bench.runner.jobs() if "closer" in job.title]

    looking.look_at(folder_id)
    qtbot.waitUntil(lambda: closer_jobs() == ["Looking closer for small faces"], timeout=LONG)
    paint_photo(folder / "newer.jpg", 8, [(20, 120)])
    looking.look_at(folder_id)
    qtbot.waitUntil(lambda: not library.catalog.photos.next_to_index(None, 9), timeout=LONG)
    detector.may_go_on.set()
    qtbot.waitUntil(lambda: not library.catalog.photos.closer_looks_left(), timeout=LONG)
    qtbot.waitUntil(lambda: not bench.runner.jobs(), timeout=LONG)
