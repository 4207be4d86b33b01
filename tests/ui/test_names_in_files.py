"""Names in files: seen before they are taken, written beside photos, kept up to date."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.imaging.face_tags.reading import sidecar_of
from desktop_app.operations.decide_faces import undo_decision
from desktop_app.ui.messages import Toast
from desktop_app.ui.people import names_wishes
from desktop_app.ui.people.names_screen import NamesScreen
from desktop_app.ui.people.names_wishes import NamesWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.imaging.face_tags import layouts
from tests.ui.painting import Library


@pytest.fixture
def wishes(means: Means, monkeypatch: pytest.MonkeyPatch) -> NamesWishes:
    """Every face of these files is known: no eyes are needed."""
    monkeypatch.setattr(names_wishes, "_AFTER_CHANGES_MS", 200)
    return NamesWishes(means)


@pytest.fixture
def screen(qtbot: QtBot, bench: Workbench, wishes: NamesWishes) -> NamesScreen:
    """The screen, joined as `app/` joins it."""
    made = NamesScreen(bench)
    qtbot.addWidget(made)
    made.look_wanted.connect(wishes.look)
    made.take_wanted.connect(wishes.take)
    made.write_wanted.connect(wishes.write)
    wishes.working.connect(made.on_job)
    wishes.found.connect(made.on_found)
    wishes.taken.connect(made.on_taken)
    wishes.written.connect(made.on_written)
    made.resize(1000, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


def photo_path(library: Library, face_id: FaceId) -> Path:
    face = library.catalog.faces.get(face_id)
    return Path(library.catalog.photos.get(face.photo_id).path)


def tag(library: Library, face_id: FaceId, name: str) -> None:
    face = library.catalog.faces.get(face_id)
    photo = library.catalog.photos.get(face.photo_id)
    box = BBox(
        face.bbox.left / photo.width,
        face.bbox.top / photo.height,
        face.bbox.right / photo.width,
        face.bbox.bottom / photo.height,
    )
    xmp = layouts.digikam([(name, box)], (photo.width, photo.height))
    Path(photo.path).with_suffix(".xmp").write_bytes(xmp)


def test_names_are_seen_before_they_are_taken_and_one_undo_takes_them_back(
    qtbot: QtBot, library: Library, screen: NamesScreen, wishes: NamesWishes
) -> None:
    for face in library.faces[0]:
        tag(library, face, "Anna")
    assert not screen.take.isVisible()
    with qtbot.waitSignal(wishes.found):
        qtbot.mouseClick(screen.look, Qt.MouseButton.LeftButton)
        assert not screen.look.isEnabled()
    assert screen.result.text() == "6 named faces found in your files."
    assert screen.people.text() == "Anna: 6"
    assert library.catalog.people.all() == []
    qtbot.waitUntil(screen.take.isEnabled)
    with qtbot.waitSignals([wishes.taken, wishes.catalog_changed, wishes.faces_decided]):
        qtbot.mouseClick(screen.take, Qt.MouseButton.LeftButton)
    assert screen.result.text() == "6 faces are named now."
    assert library.catalog.people.all()[0].confirmed == 6
    qtbot.waitUntil(screen.look.isEnabled)
    with qtbot.waitSignal(wishes.found):
        qtbot.mouseClick(screen.look, Qt.MouseButton.LeftButton)
    assert screen.result.text() == "All 6 names in your files are known here already."
    assert not screen.take.isVisible()
    undo_decision(library.catalog)
    assert library.catalog.people.all() == []


def test_what_cannot_be_taken_is_told(
    qtbot: QtBot, library: Library, anna: PersonId, screen: NamesScreen, wishes: NamesWishes
) -> None:
    tag(library, library.faces[0][0], "Berta")
    photo_path(library, library.faces[0][1]).with_suffix(".xmp").write_bytes(b"<broken")
    with qtbot.waitSignal(wishes.found):
        qtbot.mouseClick(screen.look, Qt.MouseButton.LeftButton)
    assert screen.result.text() == "None of the names in your files can be taken."
    assert "the file says Berta, in the library it is Anna" in screen.not_taken.text()
    assert "photo1.xmp: its XMP is damaged" in screen.not_taken.text()
    with qtbot.waitSignal(wishes.faces_decided, timeout=300, raising=False) as decided:
        qtbot.waitUntil(screen.look.isEnabled)
    assert not decided.signal_triggered


def test_a_forgotten_name_is_not_offered_again(
    qtbot: QtBot, library: Library, screen: NamesScreen, wishes: NamesWishes
) -> None:
    library.catalog.people.forget(library.catalog.people.add("Berta"))
    tag(library, library.faces[1][0], "Berta")
    with qtbot.waitSignal(wishes.found):
        qtbot.mouseClick(screen.look, Qt.MouseButton.LeftButton)
    assert "you had Berta forgotten" in screen.not_taken.text()
    assert not screen.take.isVisible()
    qtbot.waitUntil(screen.look.isEnabled)


def test_written_names_follow_the_catalog(
    qtbot: QtBot, library: Library, anna: PersonId, screen: NamesScreen, wishes: NamesWishes
) -> None:
    with qtbot.waitSignal(wishes.written):
        qtbot.mouseClick(screen.write, Qt.MouseButton.LeftButton)
    assert screen.written.text() == "2 files were written."
    first, third = (sidecar_of(photo_path(library, library.faces[0][n])) for n in (0, 2))
    assert b"Anna" in first.read_bytes()
    wishes.follow(library.catalog.people.rename(anna, "Änne"), None)
    wishes.follow(library.catalog.faces.confirm(library.faces[0][2:3], anna), None)
    qtbot.waitUntil(lambda: "Änne".encode() in first.read_bytes(), timeout=8000)
    assert not third.exists()
    wishes.keeping = True
    wishes.follow(library.catalog.people.rename(anna, "Anne"), None)
    qtbot.waitUntil(third.exists, timeout=8000)
    wishes.follow(library.catalog.people.forget(anna), None)
    qtbot.waitUntil(lambda: not first.exists() and not third.exists(), timeout=8000)


def test_the_choice_to_keep_sidecars_is_told_but_not_when_it_is_shown(
    qtbot: QtBot, screen: NamesScreen
) -> None:
    with qtbot.waitSignal(screen.keep_wanted, timeout=100, raising=False) as told:
        screen.show_keeping(True)
    assert not told.signal_triggered
    with qtbot.waitSignal(screen.keep_wanted) as told:
        screen.keep.click()
    assert told.args == [False]


def test_a_folder_just_read_offers_the_names_it_brought_along(
    qtbot: QtBot, bench: Workbench, library: Library, screen: NamesScreen, wishes: NamesWishes
) -> None:
    tag(library, library.faces[0][0], "Anna")
    folder = library.catalog.folders.all()[0].id
    with qtbot.waitSignal(bench.runner.job_finished):
        wishes.look_at_new(CatalogChanges.of(folders=[folder], photos=library.photos), None)
    toast = bench.messages.toast
    assert isinstance(toast, Toast)
    assert toast.words.text() == "One named face found in your files."
    with qtbot.waitSignals([wishes.found, wishes.look_accepted]):
        toast.action.click()
    assert screen.take.isVisible()
    assert library.catalog.people.all() == []
