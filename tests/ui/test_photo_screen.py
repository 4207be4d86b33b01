"""One photo: boxes, decisions by key, walking on."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import PersonId
from desktop_app.ui.library.photo_screen import PhotoScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import PhotoSubject, RestoreSubject
from tests.ui.painting import SIZE, Library


@pytest.fixture
def screen(qtbot: QtBot, bench: Workbench, library: Library, anna: PersonId) -> PhotoScreen:
    made = PhotoScreen(bench)
    qtbot.addWidget(made)
    made.resize(1100, 760)
    made.show()
    made.show_subject(PhotoSubject(library.photos[2], library.photos))
    qtbot.waitUntil(lambda: len(made.side.rows) == 3, timeout=3000)
    qtbot.waitUntil(lambda: made.canvas.picture is not None, timeout=5000)
    return made


def test_the_photo_is_shown_whole_with_its_faces(screen: PhotoScreen, library: Library) -> None:
    assert screen.canvas.picture is not None
    assert screen.canvas.picture.size == SIZE
    assert [box.label for box in screen.canvas.boxes.boxes] == ["Anna?", "", ""]
    assert screen.title() == "photo2.jpg"


def test_keys_decide_on_the_chosen_face(
    qtbot: QtBot, screen: PhotoScreen, library: Library, anna: PersonId
) -> None:
    face = library.faces[0][2]
    qtbot.keyClick(screen, Qt.Key.Key_PageDown)
    with qtbot.waitSignal(screen.confirm_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_Return)
    assert told.args == [[face], anna]
    with qtbot.waitSignal(screen.reject_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_Delete)
    assert told.args == [[face], anna]
    with qtbot.waitSignal(screen.not_face_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    assert told.args == [[face]]
    with qtbot.waitSignal(screen.ignore_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_X)
    assert told.args == [[face]]


def test_a_digit_gives_a_frequent_name(qtbot: QtBot, screen: PhotoScreen, library: Library) -> None:
    screen.choose_face(library.faces[1][2])
    with qtbot.waitSignal(screen.name_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_1)
    assert told.args == [[library.faces[1][2]], "Anna"]


def test_space_and_backspace_walk_the_photos(
    qtbot: QtBot, screen: PhotoScreen, library: Library
) -> None:
    with qtbot.waitSignal(screen.go_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_Space)
    assert told.args == ["photo", PhotoSubject(library.photos[3], library.photos)]
    with qtbot.waitSignal(screen.go_wanted) as told:
        qtbot.keyClick(screen, Qt.Key.Key_Backspace)
    assert told.args == ["photo", PhotoSubject(library.photos[1], library.photos)]


def test_a_name_typed_beside_the_photo_names_that_face(
    qtbot: QtBot, screen: PhotoScreen, library: Library
) -> None:
    face = library.faces[2][2]
    box = screen.side.rows[face].name_box
    assert box is not None
    qtbot.keyClicks(box, "Carl")
    with qtbot.waitSignal(screen.name_wanted) as told:
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told.args == [[face], "Carl"]


def test_restoring_begins_with_the_chosen_face(
    qtbot: QtBot, screen: PhotoScreen, library: Library
) -> None:
    face = library.faces[1][2]
    screen.choose_face(face)
    with qtbot.waitSignal(screen.go_wanted) as told:
        screen.restore_chosen()
    assert told.args == ["restore", RestoreSubject(library.photos[2], face)]


def test_a_photo_that_has_vanished_says_so(
    qtbot: QtBot, bench: Workbench, library: Library, screen: PhotoScreen
) -> None:
    photo = bench.catalog.photos.get(library.photos[4])
    Path(photo.path).unlink()
    screen.show_subject(PhotoSubject(photo.id, library.photos))
    qtbot.waitUntil(lambda: screen.notice.isVisible(), timeout=3000)
