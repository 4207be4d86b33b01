"""The restore screen through its real widgets: states, keys, wishes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus, BBox
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.domain.person import ReferenceState
from desktop_app.domain.progress import Progress
from desktop_app.domain.restoration import RestorationState, RestoreRequest, RestoreSettings
from desktop_app.jobs.job import Job
from desktop_app.ui.restore.face_list import FACE_ROLE
from desktop_app.ui.restore.reading import FaceState
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import CompareSubject, PhotoSubject, RestoreSubject
from tests.ui.painting import Library, painted_face
from tests.ui.restored import BETTER, SOMEBODY_ELSE, WORSE, keep_result


@pytest.fixture
def anna_known(library: Library) -> PersonId:
    """Anna: six photos. Bert: three. The third face of each photo has no name."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    catalog.faces.confirm(library.faces[1][:3], catalog.people.add("Bert"))
    return anna


@pytest.fixture
def screen(bench: Workbench, anna_known: PersonId, qtbot: QtBot) -> Iterator[RestoreScreen]:
    screen = RestoreScreen(bench)
    qtbot.addWidget(screen)
    screen.resize(1300, 860)
    screen.show()
    screen.activateWindow()
    yield screen
    screen.hide()


def _open(
    screen: RestoreScreen, library: Library, qtbot: QtBot, face: FaceId | None = None
) -> None:
    screen.show_subject(RestoreSubject(library.photos[0], face))
    _settled(screen, qtbot)


def _settled(screen: RestoreScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs())


def _states(screen: RestoreScreen) -> list[FaceState]:
    model = screen.faces.list.faces
    return [model.index(row).data(FACE_ROLE).state for row in range(model.rowCount())]


def test_each_face_says_where_it_stands(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot)
    assert _states(screen) == [FaceState.READY, FaceState.WEAK, FaceState.UNNAMED]
    words = [
        screen.faces.list.faces.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(3)
    ]
    assert words == ["Anna, Ready", "Bert, Few references", "Somebody, No name yet"]


def test_a_draft_an_accepted_and_a_stale_face_differ(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    catalog, face = library.catalog, library.faces[0][0]
    kept = keep_result(catalog, face, anna_known, library.faces[0][1:5])
    _open(screen, library, qtbot)
    assert _states(screen)[0] is FaceState.DRAFT
    screen.refresh(catalog.restorations.set_state(kept, RestorationState.ACCEPTED))
    _settled(screen, qtbot)
    assert _states(screen)[0] is FaceState.ACCEPTED
    screen.refresh(catalog.references.exclude(anna_known, library.faces[0][1]))
    _settled(screen, qtbot)
    assert _states(screen)[0] is FaceState.STALE


def test_r_restores_with_the_references_that_are_shown(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    shown = screen.guides.references.references()
    assert len(shown) == 4
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_R)
    assert heard.args == [[RestoreRequest(library.faces[0][0], shown)], "automatic"]


def test_shift_r_restores_all_that_are_ready(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot)
    assert screen.faces.all_button.text() == "Restore all 2 ready"
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    wanted = [request.face_id for request in heard.args[0]]
    assert wanted == [library.faces[0][0], library.faces[1][0]]
    assert all(request.references is None for request in heard.args[0])


def test_a_face_without_a_name_cannot_be_restored(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[2][0])
    assert not screen.guides.restore.isEnabled()
    assert "Say in the photo who this is" in screen.guides.note.text()
    with qtbot.assertNotEmitted(screen.restore_wanted):
        qtbot.keyClick(screen, Qt.Key.Key_R)


def test_space_and_backspace_walk_the_faces(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    screen.faces.list.setFocus()
    names = [screen.guides.name.text()]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Space, Qt.Key.Key_Backspace):
        qtbot.keyClick(screen.faces.list, key)
        names.append(screen.guides.name.text())
    assert names == ["Anna", "Bert", "Somebody", "Bert"]
    assert screen.canvas.boxes.selected == library.faces[1][0]


def test_a_face_is_chosen_by_a_click_in_the_photo(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    box = library.catalog.faces.get(library.faces[1][0]).bbox
    at = screen.canvas.view.rect_of(box).center().toPoint()
    qtbot.mouseClick(screen.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert screen.guides.name.text() == "Bert"


def test_the_strength_is_seen_at_once_and_kept_a_moment_later(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    kept = keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    _open(screen, library, qtbot, library.faces[0][0])
    screen.canvas.show_boxes(False)
    full = screen.canvas.grab().toImage()
    screen.guides.result.strength.setValue(0)
    none = screen.canvas.grab().toImage()
    screen.guides.result.strength.setValue(50)
    half = screen.canvas.grab().toImage()
    box = library.catalog.faces.get(library.faces[0][0]).bbox
    at = screen.canvas.view.rect_of(box).center().toPoint()
    red = [image.pixelColor(at).red() for image in (none, half, full)]
    assert red[1] == pytest.approx((red[0] + red[2]) / 2, abs=2)
    assert abs(red[0] - red[2]) > 20
    with qtbot.waitSignal(screen.settings_wanted) as heard:
        pass
    assert heard.args == [kept, RestoreSettings(0.5, keep_tone=False, grain=False)]


def test_the_strength_is_kept_before_another_face_is_shown(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    kept = keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    _open(screen, library, qtbot, library.faces[0][0])
    screen.guides.result.strength.setValue(30)
    with qtbot.waitSignal(screen.settings_wanted, timeout=200) as heard:
        screen.faces.list.choose(library.faces[1][0])
    assert heard.args[0] == kept


def test_tone_and_grain_make_the_picture_anew(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    _open(screen, library, qtbot, library.faces[0][0])
    before = screen.canvas.grab().toImage()
    screen.guides.result.keep_tone.click()
    _settled(screen, qtbot)
    assert screen.canvas.grab().toImage() != before


def test_holding_b_shows_the_original(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    screen.canvas.show_boxes(False)
    original = screen.canvas.grab().toImage()
    screen.refresh(
        CatalogChanges.of(
            faces=[library.faces[0][0]],
            restorations=[
                keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
            ],
        )
    )
    _settled(screen, qtbot)
    restored = screen.canvas.grab().toImage()
    assert restored != original
    qtbot.keyPress(screen, Qt.Key.Key_B)
    assert screen.canvas.grab().toImage() == original
    qtbot.keyRelease(screen, Qt.Key.Key_B)
    assert screen.canvas.grab().toImage() == restored


def test_numbers_show_other_results_with_their_likeness(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    face, references = library.faces[0][0], library.faces[0][1:3]
    for tone, likeness in ((0.3, WORSE), (0.6, SOMEBODY_ELSE), (0.9, BETTER)):
        keep_result(library.catalog, face, anna_known, references, tone=tone, likeness=likeness)
    _open(screen, library, qtbot, face)
    said = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
        qtbot.keyClick(screen, key)
        _settled(screen, qtbot)
        said.append(screen.guides.result.likeness.words().split(".")[0])
    assert said == [
        "Less like Anna than before",
        "Now nearer to Bert than to Anna",
        "More like Anna than before",
    ]
    qtbot.keyClick(screen, Qt.Key.Key_4)
    assert screen.guides.result.likeness.words().startswith("More like")


def test_another_try_takes_other_references(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    first = screen.guides.references.references()
    keep_result(library.catalog, library.faces[0][0], anna_known, first)
    screen.refresh(CatalogChanges(everything=True))
    _settled(screen, qtbot)
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_A)
    again = heard.args[0][0].references
    assert len(again) == 4
    assert set(again) != set(first)


def test_another_try_of_an_engine_that_draws_lots_takes_the_next_seed(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    screen.show_engines([EngineChoice("instant-restore", "InstantRestore")], "instant-restore")
    _open(screen, library, qtbot, library.faces[0][0])
    first = screen.guides.references.references()
    keep_result(library.catalog, library.faces[0][0], anna_known, first)
    screen.refresh(CatalogChanges(everything=True))
    _settled(screen, qtbot)
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_A)
    (request,), engine = heard.args
    assert (set(request.references), request.seed, engine) == (set(first), 1, "instant-restore")


def test_return_opens_the_drafts_for_a_decision(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    face, references = library.faces[0][0], library.faces[0][1:3]
    ids = [keep_result(library.catalog, face, anna_known, references) for _ in range(2)]
    _open(screen, library, qtbot, face)
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.keyClick(screen, Qt.Key.Key_Return)
    assert heard.args == ["compare", CompareSubject(library.photos[0], (ids[1], ids[0]))]


def test_m_shows_which_reference_was_used_where(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    _open(screen, library, qtbot, library.faces[0][0])
    assert screen.canvas.overlays == ()
    qtbot.keyClick(screen, Qt.Key.Key_M)
    assert [overlay.numbers for overlay in screen.canvas.overlays] == [(0, 1)]
    qtbot.keyClick(screen, Qt.Key.Key_M)
    assert screen.canvas.overlays == ()


def test_k_veils_the_pixels_that_stay_as_they_are(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    keep_result(library.catalog, library.faces[0][0], anna_known, library.faces[0][1:3])
    _open(screen, library, qtbot, library.faces[0][0])
    plain = screen.canvas.grab().toImage()
    qtbot.keyClick(screen, Qt.Key.Key_K)
    veiled = screen.canvas.grab().toImage()
    view = screen.canvas.view
    assert view is not None
    corner = view.rect_of(BBox(2, 2, 6, 6)).center().toPoint()
    assert veiled.pixelColor(corner).lightness() < plain.pixelColor(corner).lightness()
    qtbot.keyClick(screen, Qt.Key.Key_K)
    assert screen.canvas.overlays == ()


def test_running_faces_say_so_and_can_be_cancelled(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    job = Job("Restoring", lambda report: None)
    screen.on_job(job, [library.faces[0][0]])
    job.progressed.emit(Progress(1, 2))
    words = screen.faces.list.faces.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Anna, Being restored"
    assert not screen.guides.restore.isEnabled()
    assert screen.notice.isVisible()
    qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    assert job.cancel_asked
    job.finished.emit()
    assert not screen.notice.isVisible()
    assert screen.guides.restore.isEnabled()


def test_an_engine_that_cannot_run_is_said_and_never_swapped(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    choices = [
        EngineChoice("automatic", "Automatic"),
        EngineChoice("instant-restore", "InstantRestore", "not installed"),
    ]
    screen.show_engines(choices, "instant-restore")
    _open(screen, library, qtbot, library.faces[0][0])
    assert not screen.guides.restore.isEnabled()
    assert screen.notice.words() == "InstantRestore cannot restore: not installed."
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["models", None]


def test_a_photo_that_cannot_be_opened_says_what_to_do(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    Path(library.catalog.photos.get(library.photos[0]).path).unlink()
    _open(screen, library, qtbot)
    assert screen.empty.isVisible()
    assert screen.empty.button.text() == "Try again"


def test_without_a_photo_the_library_is_offered(screen: RestoreScreen, qtbot: QtBot) -> None:
    screen.show_subject(None)
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["library", None]


def test_a_photo_without_faces_leads_to_drawing_one(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    library.catalog.faces.set_status(
        [faces[0] for faces in library.faces], AssignmentStatus.NOT_A_FACE
    )
    _open(screen, library, qtbot)
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["photo", PhotoSubject(library.photos[0])]


def test_weak_references_say_why(screen: RestoreScreen, library: Library, qtbot: QtBot) -> None:
    _open(screen, library, qtbot, library.faces[1][0])
    face = screen.at_work.face
    assert face is not None
    assert face.references is not None
    assert face.references.state is ReferenceState.WEAK
    assert "2 photos of 4" in screen.guides.references._state.text()


def test_two_restorings_are_told_apart(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot, library.faces[0][0])
    first, second = Job("one", lambda report: None), Job("two", lambda report: None)
    screen.on_job(first, [library.faces[0][0]])
    screen.on_job(second, [library.faces[1][0]])
    first.finished.emit()
    assert screen.at_work.running == {library.faces[1][0]}
    assert screen.notice.isVisible()
    second.finished.emit()
    assert not screen.notice.isVisible()


def test_a_face_drawn_since_the_photo_was_opened_is_taken_up(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    _open(screen, library, qtbot)
    catalog = library.catalog
    face = catalog.faces.get(library.faces[2][0])
    catalog.faces.confirm([face.id], anna_known)
    new = painted_face((280, 30), np.ones(128, np.float32) / np.sqrt(128))
    added = catalog.faces.add_drawn(
        library.photos[0], new.detected, new.quality, new.embedding, "painted"
    )
    keep_result(catalog, added, anna_known, library.faces[0][1:3])
    screen.refresh(CatalogChanges(everything=True))
    _settled(screen, qtbot)
    assert len(_states(screen)) == 4
    screen.faces.list.choose(added)
    _settled(screen, qtbot)
    assert screen.guides.result.likeness.isVisible()


def test_settings_of_one_result_do_not_pass_to_another_face(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    face = library.faces[0][0]
    keep_result(library.catalog, face, anna_known, library.faces[0][1:3], strength=0.3)
    _open(screen, library, qtbot, face)
    assert screen.guides.result.strength.value() == 30
    screen.faces.list.choose(library.faces[1][0])
    assert screen.guides.result.settings == RestoreSettings()
