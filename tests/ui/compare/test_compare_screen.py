"""The compare screen through its real widgets: ways of looking, keys, decisions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import RestorationId
from desktop_app.operations.kept_restorations import accept_restoration
from desktop_app.ui.compare.compare_desk import Way
from desktop_app.ui.compare.compare_screen import CompareScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import CompareSubject, ExportSubject, RestoreSubject
from tests.ui.painting import Library
from tests.ui.restored import BETTER, WORSE, keep_result


@pytest.fixture
def results(library: Library) -> list[RestorationId]:
    """Two results of Anna's face and one of Bert's, in the first photo."""
    catalog = library.catalog
    anna, bert = catalog.people.add("Anna"), catalog.people.add("Bert")
    catalog.faces.confirm(library.faces[0], anna)
    catalog.faces.confirm(library.faces[1], bert)
    first, second = library.faces[0][0], library.faces[1][0]
    others = library.faces[0][1:4]
    return [
        keep_result(catalog, first, anna, others, tone=0.3, likeness=WORSE),
        keep_result(catalog, first, anna, others, tone=0.9, likeness=BETTER),
        keep_result(catalog, second, bert, library.faces[1][1:3], tone=0.7),
    ]


@pytest.fixture
def screen(
    bench: Workbench, library: Library, results: list[RestorationId], qtbot: QtBot
) -> Iterator[CompareScreen]:
    screen = CompareScreen(bench)
    qtbot.addWidget(screen)
    screen.resize(1300, 860)
    screen.show()
    screen.activateWindow()
    screen.show_subject(CompareSubject(library.photos[0], tuple(results[:2])))
    _settled(screen, qtbot)
    yield screen
    screen.hide()


def _settled(screen: CompareScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs())


def _grab(screen: CompareScreen) -> QImage:
    return screen.desk.left.grab().toImage()


def test_the_result_asked_for_comes_first(screen: CompareScreen) -> None:
    assert screen.side.name.text() == "Anna"
    assert screen.side.likeness.words().startswith("Less like Anna than before")
    assert screen.side.place.text() == "Face 1 of 2"


def test_the_slider_shows_the_original_at_its_left(
    screen: CompareScreen, library: Library, qtbot: QtBot
) -> None:
    canvas = screen.desk.left
    box = library.catalog.faces.get(library.faces[0][0]).bbox
    at = canvas.view.rect_of(box).center().toPoint() + QPoint(0, 60)
    colours = []
    for division in (0.0, at.x() / canvas.width() - 0.1, at.x() / canvas.width() + 0.1, 1.0):
        canvas.set_division(division)
        colours.append(_grab(screen).pixelColor(at))
    result, right_of_line, left_of_line, original = colours
    assert right_of_line == result
    assert left_of_line == original
    assert original != result


def test_the_line_is_dragged_and_moved_by_keys(screen: CompareScreen, qtbot: QtBot) -> None:
    canvas = screen.desk.left
    middle = QPoint(canvas.width() // 2, canvas.height() // 2)
    view = canvas.view
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, QPoint(canvas.width() // 4, middle.y()))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 4, 9))
    assert canvas.division == pytest.approx(0.25, abs=0.01)
    assert canvas.view == view
    qtbot.keyClick(screen, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.division == pytest.approx(0.27, abs=0.01)


class _Frames(QObject):
    """Keeps what the canvas looked like after every paint."""

    def __init__(self, screen: CompareScreen) -> None:
        super().__init__()
        self.paints = 0
        screen.desk.left.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.paints += event.type() == QEvent.Type.Paint
        return False


def test_blinking_changes_the_whole_picture_in_one_frame(
    screen: CompareScreen, qtbot: QtBot
) -> None:
    screen.desk.choose_way(Way.RESULT)
    result = _grab(screen)
    frames = _Frames(screen)
    qtbot.keyPress(screen, Qt.Key.Key_B)
    assert frames.paints == 1  # drawn before the key press returned, and only once
    held = _grab(screen)
    assert held != result
    frames.paints = 0
    qtbot.keyRelease(screen, Qt.Key.Key_B)
    assert frames.paints == 1
    assert _grab(screen) == result


def test_numbers_change_the_result_at_the_same_pixels(screen: CompareScreen, qtbot: QtBot) -> None:
    screen.desk.choose_way(Way.RESULT)
    screen.desk.left.zoom_by(1.5)
    view, first = screen.desk.left.view, _grab(screen)
    qtbot.keyClick(screen, Qt.Key.Key_2)
    assert screen.desk.left.view == view
    assert _grab(screen) != first
    assert screen.side.likeness.words().startswith("More like Anna")
    qtbot.keyClick(screen, Qt.Key.Key_3)  # there is no third
    assert screen.side.likeness.words().startswith("More like Anna")
    qtbot.keyClick(screen, Qt.Key.Key_1)
    assert _grab(screen) == first


def test_side_by_side_moves_together(screen: CompareScreen, qtbot: QtBot) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_V)
    assert screen.desk.right.isVisible()
    qtbot.waitUntil(lambda: abs(screen.desk.left.width() - screen.desk.right.width()) <= 2)
    screen.desk.left.zoom_by(2)
    screen.desk.right.zoom_by(1.2)
    left, right = screen.desk.left.view, screen.desk.right.view
    assert (left.scale, left.centre) == (right.scale, right.centre)
    qtbot.keyClick(screen, Qt.Key.Key_V)
    assert not screen.desk.right.isVisible()


def test_return_accepts_and_the_next_face_comes(
    screen: CompareScreen, results: list[RestorationId], qtbot: QtBot
) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_2)
    with qtbot.waitSignal(screen.accept_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_Return)
    assert heard.args == [results[1]]
    assert screen.side.name.text() == "Bert"


def test_delete_keeps_the_original_of_all_results_of_the_face(
    screen: CompareScreen, results: list[RestorationId], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(screen.keep_original_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_Delete)
    assert heard.args == [results[:2]]
    assert screen.side.name.text() == "Bert"


def test_the_last_decision_leads_to_the_export(
    screen: CompareScreen, library: Library, qtbot: QtBot
) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_Return)
    assert not screen.notice.isVisible()
    qtbot.keyClick(screen, Qt.Key.Key_Return)
    assert screen.notice.words() == "Every face of this photo is decided."
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["export", ExportSubject(photo_ids=(library.photos[0],))]


def test_an_accepted_result_says_so_and_stands_around_the_other_faces(
    screen: CompareScreen, library: Library, results: list[RestorationId], qtbot: QtBot
) -> None:
    qtbot.keyClick(screen, Qt.Key.Key_Space)
    screen.desk.choose_way(Way.RESULT)
    screen.desk.left.fit()
    before = _grab(screen)
    screen.refresh(accept_restoration(library.catalog, results[1]))
    _settled(screen, qtbot)
    assert _grab(screen) != before
    qtbot.keyClick(screen, Qt.Key.Key_Backspace)
    qtbot.keyClick(screen, Qt.Key.Key_2)
    assert screen.side.state.text() == "Accepted"
    assert not screen.decisions.accept.isEnabled()
    with qtbot.assertNotEmitted(screen.accept_wanted):
        qtbot.keyClick(screen, Qt.Key.Key_Return)


def test_other_references_are_tried_on_the_restore_screen(
    screen: CompareScreen, library: Library, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_T)
    assert heard.args == ["restore", RestoreSubject(library.photos[0], library.faces[0][0])]


def test_z_shows_100_percent_in_both(screen: CompareScreen, qtbot: QtBot) -> None:
    screen.desk.choose_way(Way.BESIDE)
    qtbot.keyClick(screen, Qt.Key.Key_Z)
    assert screen.desk.left.view.scale == screen.desk.right.view.scale == 1.0


def test_the_original_is_let_go_when_the_screen_goes(screen: CompareScreen, qtbot: QtBot) -> None:
    screen.desk.choose_way(Way.RESULT)
    result = _grab(screen)
    qtbot.keyPress(screen, Qt.Key.Key_B)
    screen.hide()
    screen.show()
    assert _grab(screen) == result


def test_a_photo_that_cannot_be_opened_says_so(
    screen: CompareScreen, library: Library, results: list[RestorationId], qtbot: QtBot
) -> None:
    Path(library.catalog.photos.get(library.photos[0]).path).unlink()
    screen.show_subject(CompareSubject(library.photos[0], tuple(results)))
    _settled(screen, qtbot)
    assert screen.empty.isVisible()
    assert screen.empty.button.text() == "Try again"


def test_a_photo_without_results_leads_to_restoring(
    screen: CompareScreen, library: Library, qtbot: QtBot
) -> None:
    screen.show_subject(CompareSubject(library.photos[3], ()))
    _settled(screen, qtbot)
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["restore", RestoreSubject(library.photos[3])]


def test_drafts_of_the_next_photo_follow(
    screen: CompareScreen, library: Library, qtbot: QtBot
) -> None:
    catalog = library.catalog
    anna = catalog.people.by_name("Anna")
    keep_result(catalog, library.faces[0][4], anna.id, library.faces[0][1:3])
    screen.show_subject(CompareSubject(library.photos[0], ()))
    _settled(screen, qtbot)
    qtbot.keyClick(screen, Qt.Key.Key_Return)
    qtbot.keyClick(screen, Qt.Key.Key_Delete)
    assert screen.notice.button.text() == "Next photo"
    qtbot.keyClick(screen, Qt.Key.Key_Return)
    _settled(screen, qtbot)
    assert screen.title() == "photo4.jpg"
    assert not screen.notice.isVisible()


def test_without_a_subject_the_drafts_that_wait_longest_come(
    bench: Workbench, library: Library, results: list[RestorationId], qtbot: QtBot
) -> None:
    screen = CompareScreen(bench)
    qtbot.addWidget(screen)
    screen.show()
    screen.show_subject(None)
    _settled(screen, qtbot)
    qtbot.waitUntil(lambda: screen.title() == "photo0.jpg")


def test_a_result_less_like_the_person_is_not_what_the_eye_is_led_to(
    screen: CompareScreen, qtbot: QtBot
) -> None:
    assert screen.decisions.accept.text() == "Accept anyway"
    assert screen.decisions.accept.property("look") == ""
    qtbot.keyClick(screen, Qt.Key.Key_2)
    assert screen.decisions.accept.text() == "Accept"
    assert screen.decisions.accept.property("look") == "primary"
