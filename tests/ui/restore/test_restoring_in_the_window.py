"""Restoring through the real window: every key of the restore screen, and every state of a face."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.domain.ids import FaceId, PersonId, RestorationId
from desktop_app.domain.photo import DatePrecision, PhotoDate
from desktop_app.ui.restore.reading import FaceState
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.subjects import RestoreSubject
from tests.ui.painting import Library

_WAIT = 20_000
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def anna(library: Library) -> PersonId:
    """Anna is confirmed in all six photos, Bert in five of them, the third person has no name."""
    catalog = library.catalog
    anna, bert = catalog.people.add("Anna"), catalog.people.add("Bert")
    catalog.faces.confirm(library.faces[0], anna)
    catalog.faces.confirm(library.faces[1][:5], bert)
    return anna


@pytest.fixture
def opened(qtbot: QtBot, likeness: Likeness, library: Library, anna: PersonId) -> Likeness:
    """The first photo stands on the restore screen, reached from the library."""
    _rest(qtbot, likeness)
    likeness.window.go("library")
    likeness.window.go("restore", RestoreSubject(library.photos[0], library.faces[0][0]))
    qtbot.waitUntil(lambda: likeness.restore.desk.composer is not None, timeout=_WAIT)
    _rest(qtbot, likeness)
    likeness.restore.show_engines([EngineChoice("automatic", "Automatic")], "automatic")
    return likeness


def _rest(qtbot: QtBot, likeness: Likeness) -> None:
    qtbot.waitUntil(lambda: not likeness.bench.runner.jobs(), timeout=_WAIT)


def _press(
    qtbot: QtBot, likeness: Likeness, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE
) -> None:
    likeness.window.activateWindow()
    target: QWidget = likeness.restore.canvas
    qtbot.keyClick(target, key, modifier)


def _states(likeness: Likeness) -> list[FaceState]:
    return [face.state for face in likeness.restore.at_work.faces]


def _results(likeness: Likeness, face: FaceId) -> list[RestorationId]:
    return [result.id for result in likeness.catalog.restorations.of_face(face)]


def _seen(likeness: Likeness) -> QImage:
    return likeness.restore.canvas.grab().toImage()


def test_r_restores_a_tries_again_and_numbers_choose(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    face, screen = library.faces[0][0], opened.restore
    _press(qtbot, opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(_results(opened, face)) == 1, timeout=_WAIT)
    _rest(qtbot, opened)
    assert _states(opened)[0] is FaceState.DRAFT
    _press(qtbot, opened, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: len(_results(opened, face)) == 2, timeout=_WAIT)
    _rest(qtbot, opened)
    one, two = sorted(_results(opened, face))
    kept = opened.catalog.restorations
    assert set(kept.get(one).references) != set(kept.get(two).references)
    assert screen.at_work.result is not None
    assert screen.at_work.result.id == two
    _press(qtbot, opened, Qt.Key.Key_1)
    _rest(qtbot, opened)
    assert screen.at_work.result.id == one
    _press(qtbot, opened, Qt.Key.Key_4)  # there is none
    assert screen.at_work.result.id == one


def test_shift_r_restores_every_face_that_is_ready(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    _press(qtbot, opened, Qt.Key.Key_R, SHIFT)
    qtbot.waitUntil(
        lambda: all(len(_results(opened, library.faces[who][0])) == 1 for who in (0, 1)),
        timeout=_WAIT,
    )
    _rest(qtbot, opened)
    assert _states(opened) == [FaceState.DRAFT, FaceState.DRAFT, FaceState.UNNAMED]


def test_b_shows_the_original_and_only_as_long_as_it_is_held(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    before = _seen(opened)
    _press(qtbot, opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(_results(opened, library.faces[0][0])) == 1, timeout=_WAIT)
    _rest(qtbot, opened)
    restored = _seen(opened)
    assert restored != before
    canvas = opened.restore.canvas
    qtbot.keyPress(canvas, Qt.Key.Key_B)
    assert _seen(opened) == before
    qtbot.keyRelease(canvas, Qt.Key.Key_B)
    assert _seen(opened) == restored


def test_the_strength_is_seen_at_once_and_kept_without_another_pass(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    face, screen = library.faces[0][0], opened.restore
    before = _seen(opened)
    _press(qtbot, opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(_results(opened, face)) == 1, timeout=_WAIT)
    _rest(qtbot, opened)
    screen.guides.result.strength.setValue(0)
    assert _seen(opened) == before
    (result,) = _results(opened, face)
    qtbot.waitUntil(
        lambda: opened.catalog.restorations.get(result).settings.strength == 0, timeout=_WAIT
    )
    assert len(_results(opened, face)) == 1


def test_m_and_k_lay_over_what_was_used_and_what_changes(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    screen = opened.restore
    assert not screen.desk.mask_button.isEnabled()
    _press(qtbot, opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(_results(opened, library.faces[0][0])) == 1, timeout=_WAIT)
    _rest(qtbot, opened)
    plain = _seen(opened)
    _press(qtbot, opened, Qt.Key.Key_K)
    veiled = _seen(opened)
    assert screen.desk.mask_button.isChecked()
    assert veiled != plain
    _press(qtbot, opened, Qt.Key.Key_K)
    assert _seen(opened) == plain


def test_the_canvas_takes_its_keys(qtbot: QtBot, opened: Likeness) -> None:
    canvas = opened.restore.canvas
    whole = canvas.view
    _press(qtbot, opened, Qt.Key.Key_Z)
    assert canvas.view is not None
    assert canvas.view.scale == 1
    _press(qtbot, opened, Qt.Key.Key_Plus)
    assert canvas.view.scale > 1
    _press(qtbot, opened, Qt.Key.Key_0)
    assert canvas.view == whole
    _press(qtbot, opened, Qt.Key.Key_F)
    assert not canvas.boxes_shown


def test_space_and_backspace_walk_the_faces_and_return_compares(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    at_work = opened.restore.at_work
    _press(qtbot, opened, Qt.Key.Key_Space)
    assert at_work.face_id == library.faces[1][0]
    _press(qtbot, opened, Qt.Key.Key_Backspace)
    assert at_work.face_id == library.faces[0][0]
    _press(qtbot, opened, Qt.Key.Key_Return)  # nothing to compare yet
    assert opened.window.shown is opened.restore
    _press(qtbot, opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(_results(opened, library.faces[0][0])) == 1, timeout=_WAIT)
    _rest(qtbot, opened)
    _press(qtbot, opened, Qt.Key.Key_Return)
    assert opened.window.shown is opened.compare
    qtbot.keyClick(opened.window, Qt.Key.Key_Escape)
    assert opened.window.shown is opened.restore
    qtbot.keyClick(opened.window, Qt.Key.Key_Escape)
    assert opened.window.shown is opened.library


def test_a_face_says_what_is_to_be_done_before_it_can_be_restored(
    qtbot: QtBot, opened: Likeness, library: Library, anna: PersonId
) -> None:
    guides = opened.restore.guides
    assert guides.onward.isHidden()
    opened.restore.faces.list.choose(library.faces[2][0])  # nobody has said who this is
    assert guides.onward.text() == "Say who this is"
    assert guides.restore.isHidden()
    qtbot.mouseClick(guides.onward, Qt.MouseButton.LeftButton)
    assert opened.window.shown is opened.photo
    opened.window.back()
    # Anna is left with the one face that is to be restored
    for face in library.faces[0][1:]:
        opened.decisions.reject([face], anna)
    qtbot.waitUntil(lambda: _states(opened)[0] is FaceState.NO_REFERENCES, timeout=_WAIT)
    opened.restore.faces.list.choose(library.faces[0][0])
    assert guides.onward.text() == "Find more photos"
    qtbot.mouseClick(guides.onward, Qt.MouseButton.LeftButton)
    assert opened.window.shown is opened.person


def test_few_references_are_said_to_be_weak(
    qtbot: QtBot, opened: Likeness, library: Library, anna: PersonId
) -> None:
    for face in library.faces[0][2:]:
        opened.decisions.reject([face], anna)
    panel = opened.restore.guides.references
    qtbot.waitUntil(lambda: "1 photo of 4" in panel._state.text(), timeout=_WAIT)
    assert _states(opened)[0] is FaceState.WEAK
    assert opened.restore.guides.restore.isEnabled()


@pytest.mark.parametrize("what", ["references", "date"])
def test_a_result_is_out_of_date_when_its_references_or_the_photos_date_change(
    qtbot: QtBot, opened: Likeness, library: Library, anna: PersonId, what: str
) -> None:
    _press(qtbot, opened, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(_results(opened, library.faces[0][0])) == 1, timeout=_WAIT)
    _rest(qtbot, opened)
    (result,) = _results(opened, library.faces[0][0])
    opened.restoring.accept(result)
    qtbot.waitUntil(lambda: _states(opened)[0] is FaceState.ACCEPTED, timeout=_WAIT)
    if what == "references":
        used = opened.catalog.restorations.get(result).references[0]
        opened.restoring.exclude(anna, used)
    else:
        day = date(1990, 5, 17)
        opened.decisions.set_date([library.photos[0]], PhotoDate(day, day, DatePrecision.DAY))
    qtbot.waitUntil(lambda: _states(opened)[0] is FaceState.STALE, timeout=_WAIT)
    _rest(qtbot, opened)
    guides = opened.restore.guides
    assert guides.restore.text() == "Restore again"
    assert guides.restore.property("look") == "primary"
    opened.window.undo_wanted.emit()
    qtbot.waitUntil(lambda: not opened.catalog.restorations.get(result).stale, timeout=_WAIT)


def test_pinned_and_excluded_photos_are_kept_for_the_person_and_undone(
    qtbot: QtBot, opened: Likeness, library: Library, anna: PersonId
) -> None:
    panel = opened.restore.guides.references
    first = panel.references()[0]
    panel.exclude_wanted.emit(first)
    qtbot.waitUntil(lambda: first not in panel.references(), timeout=_WAIT)
    opened.window.undo_wanted.emit()
    qtbot.waitUntil(lambda: first in panel.references(), timeout=_WAIT)


def test_work_under_way_is_told_and_can_be_cancelled(
    qtbot: QtBot, opened: Likeness, library: Library
) -> None:
    screen = opened.restore
    screen.restore_all()
    assert screen.notice.words() == "Restoring 2 faces"
    assert screen.notice.button.text() == "Cancel"
    qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    assert screen.notice.words() == "Stopping"
    qtbot.waitUntil(lambda: not screen.at_work.jobs, timeout=_WAIT)
    qtbot.waitUntil(screen.notice.isHidden, timeout=_WAIT)
