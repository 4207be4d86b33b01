"""The main job through the real window: from a folder of photos to an exported restoration."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.restoration import RestorationState
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings
from desktop_app.ui.people.person_screen import SUGGESTED
from desktop_app.ui.subjects import PhotoSubject

Open = Callable[[], Likeness]
PRINT = "blue-room-print.jpg"
_LONG = 60_000


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path, bundled_models: Path) -> Iterator[Open]:
    """Opens the window on the catalog of this test, as often as it is asked to."""
    where = places(tmp_path / "home")
    store = ModelStore(bundled_models, where.models)
    for needed in ("yunet", "fr_feature", "compact"):
        if store.state(needed).state is not ModelState.INSTALLED:
            pytest.skip(f"the model {needed} is not among the bundled ones")
    opened: list[Likeness] = []

    def open_it() -> Likeness:
        catalog = Catalog.open(where.catalog)
        likeness = Likeness(catalog, where, store, JobRunner(), Settings(device="cpu"))
        opened.append(likeness)
        qtbot.addWidget(likeness.window)
        likeness.begin([], bool(catalog.folders.all()))
        return likeness

    yield open_it
    for likeness in opened:
        likeness.window.close()


def folder_of(likeness: Likeness, name: str) -> PhotoSubject:
    ids = likeness.catalog.photos.ids()
    photo = next(p for p in likeness.catalog.photos.many(ids) if Path(p.path).name == name)
    return PhotoSubject(photo.id, ids)


@pytest.mark.timeout(240)
def test_from_a_folder_to_an_export_and_all_is_there_after_reopening(
    qtbot: QtBot, open_window: Open, samples: Path, tmp_path: Path
) -> None:
    if not (samples / "library").is_dir():
        pytest.skip("the sample library is not bundled")
    album = tmp_path / "album"
    shutil.copytree(samples / "library", album)
    before = {file: file.read_bytes() for file in album.rglob("*") if file.is_file()}
    likeness = open_window()
    catalog = likeness.catalog
    assert likeness.window.shown is likeness.start

    # add a folder, wait
    likeness.add_folder(str(album))
    qtbot.waitUntil(lambda: catalog.photos.count() == 5, timeout=_LONG)
    qtbot.waitUntil(lambda: not likeness.jobs.at_work(), timeout=_LONG)
    qtbot.waitUntil(lambda: likeness.library.grid.photos.rowCount() == 5, timeout=5_000)

    # name a person
    likeness.window.go("people")
    cards = likeness.people.needs_you.cards
    qtbot.waitUntil(lambda: bool(likeness.people.needs_you.cards), timeout=_LONG)
    cards = likeness.people.needs_you.cards
    group = set(cards[0].faces)
    assert len(group) >= 2
    qtbot.keyClicks(cards[0].name_box, "Barack")
    qtbot.keyClick(cards[0].name_box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: catalog.people.by_name("Barack") is not None, timeout=5_000)
    barack = catalog.people.by_name("Barack")
    assert barack is not None

    # confirm the face in the old print, which the machine may only suggest
    subject = folder_of(likeness, PRINT)
    old_face = catalog.faces.of_photo(subject.photo_id)[0]
    if old_face.status is not AssignmentStatus.CONFIRMED:
        qtbot.waitUntil(
            lambda: catalog.faces.get(old_face.id).person_id == barack.id, timeout=_LONG
        )
        likeness.window.go("person", barack.id)
        qtbot.waitUntil(lambda: likeness.person.review.current is not None, timeout=5_000)
        assert likeness.person.tabs.currentIndex() == SUGGESTED
        qtbot.keyClick(likeness.person.review, Qt.Key.Key_Return)
        qtbot.waitUntil(
            lambda: catalog.faces.get(old_face.id).status is AssignmentStatus.CONFIRMED,
            timeout=5_000,
        )

    # restore
    likeness.window.go("photo", subject)
    qtbot.waitUntil(lambda: len(likeness.photo.side.rows) == 1, timeout=5_000)
    likeness.photo.choose_face(old_face.id)
    likeness.photo.restore_chosen()
    assert likeness.window.shown is likeness.restore
    qtbot.waitUntil(lambda: likeness.restore.title() == PRINT, timeout=10_000)
    qtbot.waitUntil(likeness.restore.guides.restore.isEnabled, timeout=10_000)
    likeness.restore.restore_face()
    qtbot.waitUntil(lambda: bool(catalog.restorations.of_face(old_face.id)), timeout=_LONG)
    result = catalog.restorations.of_face(old_face.id)[0]
    assert result.state is RestorationState.DRAFT

    # compare, accept
    qtbot.waitUntil(likeness.restore.guides.compare.isVisible, timeout=10_000)
    likeness.restore.compare()
    assert likeness.window.shown is likeness.compare
    qtbot.waitUntil(lambda: likeness.compare.candidate() is not None, timeout=10_000)
    likeness.compare.decisions.accept.click()
    qtbot.waitUntil(
        lambda: catalog.restorations.get(result.id).state is RestorationState.ACCEPTED,
        timeout=5_000,
    )

    # export
    out = tmp_path / "out"
    out.mkdir()
    likeness.window.go("photo", subject)
    qtbot.waitUntil(lambda: bool(likeness.photo.results()), timeout=5_000)
    likeness.photo.export()
    assert likeness.window.shown is likeness.export
    likeness.export.form.take_folder(str(out))
    qtbot.waitUntil(likeness.export.start.isEnabled, timeout=10_000)
    likeness.export.export()
    qtbot.waitUntil(lambda: bool(list(out.iterdir())), timeout=_LONG)
    qtbot.waitUntil(lambda: not likeness.jobs.at_work(), timeout=_LONG)
    written = next(out.iterdir())
    with Image.open(written) as image, Image.open(album_file(album, PRINT)) as original:
        assert image.size == original.size
        changed = np.abs(np.asarray(image.convert("L"), float) - original.convert("L")) > 24
        assert 0 < changed.mean() < 0.5
    likeness.window.close()

    # reopen: all still there, and no original was touched
    again = open_window()
    assert again.window.shown is again.library
    qtbot.waitUntil(lambda: again.library.grid.photos.rowCount() == 5, timeout=10_000)
    qtbot.waitUntil(lambda: not again.jobs.at_work(), timeout=_LONG)
    person = again.catalog.people.by_name("Barack")
    assert person is not None
    assert {face.id for face in again.catalog.faces.of_person(person.id)} >= group
    assert again.catalog.restorations.get(result.id).state is RestorationState.ACCEPTED
    assert {file: file.read_bytes() for file in before} == before


def album_file(album: Path, name: str) -> Path:
    return next(album.rglob(name))
