"""One photo: boxes, decisions by key, walking on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage, QTransform
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.domain.face import BBox, DetectedFace, Embedding, Landmarks
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.photo import RgbImage
from desktop_app.domain.progress import silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.operations.eyes import Eyes
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.library.photo_header import PhotoHeader
from desktop_app.ui.library.photo_screen import PhotoScreen
from desktop_app.ui.missed_faces import MissedFaces
from desktop_app.ui.opened import OpenedEyes
from desktop_app.ui.picture_reading import read_pictures
from desktop_app.ui.pictures import PictureKey
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import PhotoSubject, RestoreSubject
from desktop_app.ui.wishes import Means
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


def _actions(screen: PhotoScreen, face: FaceId) -> dict[str, QAction]:
    return {a.text(): a for a in screen.side.rows[face].menu().actions() if a.text()}


def test_the_menu_of_a_face_offers_what_can_be_said_of_it(
    qtbot: QtBot, screen: PhotoScreen, library: Library, anna: PersonId
) -> None:
    suggested, unnamed = library.faces[0][2], library.faces[1][2]
    offered = _actions(screen, suggested)
    assert list(offered) == [
        "Yes, this is Anna",
        "Not Anna",
        "Show Anna",
        "Restore this face",
        "Ignore this face",
        "Not a face",
    ]
    assert next(iter(_actions(screen, unnamed))) == "Who is this?"
    with qtbot.waitSignal(screen.confirm_wanted) as told:
        offered["Yes, this is Anna"].trigger()
    assert told.args == [[suggested], anna]
    with qtbot.waitSignal(screen.reject_wanted) as told:
        offered["Not Anna"].trigger()
    assert told.args == [[suggested], anna]
    with qtbot.waitSignal(screen.go_wanted) as told:
        offered["Show Anna"].trigger()
    assert told.args == ["person", anna]
    with qtbot.waitSignal(screen.ignore_wanted) as told:
        offered["Ignore this face"].trigger()
    assert told.args == [[suggested]]
    with qtbot.waitSignal(screen.not_face_wanted) as told:
        offered["Not a face"].trigger()
    assert told.args == [[suggested]]


def test_the_same_person_twice_is_flagged_and_not_forbidden(
    qtbot: QtBot, bench: Workbench, screen: PhotoScreen, library: Library, anna: PersonId
) -> None:
    both = [library.faces[0][2], library.faces[1][2]]
    bench.catalog.faces.confirm(both, anna)
    screen.show_subject(PhotoSubject(library.photos[2], library.photos))

    def flagged() -> list[FaceId]:
        return [
            face
            for face, row in screen.side.rows.items()
            if any("twice in this photo" in label.text() for label in row.findChildren(QLabel))
        ]

    qtbot.waitUntil(lambda: sorted(flagged()) == sorted(both), timeout=3000)


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


def test_a_photo_is_turned_in_the_catalog_alone_and_undo_turns_it_back(
    qtbot: QtBot, screen: PhotoScreen, library: Library, decisions: Decisions
) -> None:
    photo = library.catalog.photos.get(library.photos[2])
    file = Path(photo.path).read_bytes()
    before = library.catalog.faces.get(library.faces[0][2]).bbox
    screen.turn_wanted.connect(decisions.turn)
    decisions.catalog_changed.connect(screen.refresh)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(screen.canvas, Qt.Key.Key_Right, control)
    qtbot.waitUntil(
        lambda: screen.canvas.picture is not None and screen.canvas.picture.size == SIZE[::-1],
        timeout=5000,
    )
    turned = library.catalog.faces.get(library.faces[0][2]).bbox
    assert turned.top == pytest.approx(before.left)
    assert turned.right == pytest.approx(SIZE[1] - before.top)
    assert Path(photo.path).read_bytes() == file
    decisions.undo()
    qtbot.waitUntil(
        lambda: screen.canvas.picture is not None and screen.canvas.picture.size == SIZE,
        timeout=5000,
    )


def _difference(one: QImage, other: QImage) -> float:
    """Of two pictures made small: the mean difference of their lightness."""
    sides = [
        picture.scaled(
            16, 16, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        for picture in (one, other)
    ]
    places = [(x, y) for x in range(16) for y in range(16)]
    lightness = [[side.pixelColor(x, y).lightness() for x, y in places] for side in sides]
    return float(np.abs(np.subtract(*lightness)).mean())


def test_thumbnails_turn_with_the_photo_and_back(
    bench: Workbench, library: Library, tmp_path: Path
) -> None:
    store = ThumbnailStore(tmp_path / "small", 10_000_000)
    photo, face = library.photos[2], library.faces[0][2]
    keys = [PictureKey(False, photo), PictureKey(True, face)]

    def pictures() -> list[QImage]:
        found = read_pictures(bench.catalog, store, keys, silent)
        return [picture for _, picture in found if picture is not None]

    before = pictures()
    assert len(before) == 2
    bench.catalog.photos.turn([photo], 90)
    turned = pictures()
    assert turned[0].size() == before[0].size().transposed()
    for upright, lying in zip(before, turned, strict=True):
        right = _difference(upright.transformed(QTransform().rotate(90)), lying)
        wrong = _difference(upright.transformed(QTransform().rotate(270)), lying)
        assert right < 0.25 * wrong
    bench.catalog.photos.turn([photo], 270)
    for first, again in zip(before, pictures(), strict=True):
        assert again.size() == first.size()
        assert _difference(first, again) < 2  # kept as JPEG in between


def test_a_face_that_was_missed_is_drawn_and_named(
    qtbot: QtBot, screen: PhotoScreen, library: Library, means: Means, decisions: Decisions
) -> None:
    """The eyes of this test see nothing: the face is kept as drawn."""
    missed = MissedFaces(replace(means, eyes=OpenedEyes(lambda: Eyes(_Blind(), _Grey()))))
    screen.draw_wanted.connect(missed.draw_face)
    missed.catalog_changed.connect(screen.refresh)
    decisions.catalog_changed.connect(screen.refresh)
    screen.name_wanted.connect(decisions.name)
    canvas, control = screen.canvas, Qt.KeyboardModifier.ControlModifier
    corner = canvas.view.rect_of(BBox(300, 10, 350, 60))
    start, end = corner.topLeft().toPoint(), corner.bottomRight().toPoint()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, control, start)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, control, end)
    qtbot.waitUntil(lambda: len(screen.side.rows) == 4, timeout=5000)
    (drawn,) = (f for f in library.catalog.faces.of_photo(library.photos[2]) if f.drawn_by_hand)
    assert drawn.bbox.left == pytest.approx(300, abs=3)
    box = screen.side.rows[drawn.id].name_box
    assert box is not None
    qtbot.keyClicks(box, "Aunt Eve")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: library.catalog.people.by_name("Aunt Eve") is not None, timeout=3000)


def test_the_button_for_a_harder_look_brings_the_face_that_was_missed(
    qtbot: QtBot, screen: PhotoScreen, library: Library, means: Means
) -> None:
    missed = MissedFaces(replace(means, eyes=OpenedEyes(lambda: Eyes(_Seeing(), _Grey()))))
    screen.rescan_wanted.connect(missed.rescan_photo)
    missed.catalog_changed.connect(screen.refresh)
    qtbot.mouseClick(screen.findChild(PhotoHeader).rescan, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(screen.side.rows) == 4, timeout=5000)
    assert len(library.catalog.faces.of_photo(library.photos[2])) == 4


class _Blind:
    id = "blind"

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        return []


class _Seeing:
    """Sees one face at the right edge, where the painted photo has none."""

    id = "seeing"

    def detect(self, image: RgbImage) -> list[DetectedFace]:
        height, width = image.shape[:2]
        box = BBox(0.9 * width, 0.02 * height, 0.98 * width, 0.14 * height)
        inside = np.array([(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)])
        points = inside * [box.width, box.height] + [box.left, box.top]
        return [DetectedFace(box, points.astype(np.float32), 0.9)]


class _Grey:
    id = "grey"
    dimensions = 8

    def embed(self, image: RgbImage, landmarks: Landmarks) -> Embedding:
        return np.full(8, 8**-0.5, np.float32)
