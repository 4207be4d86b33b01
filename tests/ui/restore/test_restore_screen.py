"""The restore screen through its real widgets: where each face stands, and what is amiss."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import PersonId
from desktop_app.domain.person import ReferenceState
from desktop_app.domain.progress import Progress
from desktop_app.domain.restoration import RestorationState
from desktop_app.jobs.job import Job
from desktop_app.ui import theme
from desktop_app.ui.restore.face_list import MARK, laid_out
from desktop_app.ui.restore.reading import FaceState
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.subjects import PhotoSubject
from tests.ui.painting import Library, painted_face
from tests.ui.restore.opening import open_photo, settled, states
from tests.ui.restored import keep_result


def test_each_face_says_where_it_stands(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot)
    assert states(screen) == [FaceState.READY, FaceState.WEAK, FaceState.UNNAMED]
    words = [
        screen.faces.list.faces.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(3)
    ]
    assert words == ["Anna, Ready", "Bert, Few references", "Somebody, No name yet"]


def test_in_a_small_window_the_words_beside_a_face_and_on_its_button_are_whole(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot)
    screen.resize(936, 700)
    faces = screen.faces
    qtbot.waitUntil(lambda: faces.width() < 230)
    _, room = laid_out(faces.list.visualRect(faces.list.faces.index(0)))
    state = QFontMetrics(theme.font(theme.Type.CAPTION))
    scroll_bar = 12
    for words in ("Few references", "No references", "No name yet"):
        assert state.horizontalAdvance(words) <= room.width() - MARK - scroll_bar
    for ready in (0, 1, 12):
        faces.offer_all(ready, 30)
        assert faces.all_button.minimumSizeHint().width() <= faces.width() - 2 * theme.GAP_SMALL


def test_a_draft_an_accepted_and_a_stale_face_differ(
    screen: RestoreScreen, library: Library, anna_known: PersonId, qtbot: QtBot
) -> None:
    catalog, face = library.catalog, library.faces[0][0]
    kept = keep_result(catalog, face, anna_known, library.faces[0][1:5])
    open_photo(screen, library, qtbot)
    assert states(screen)[0] is FaceState.DRAFT
    screen.refresh(catalog.restorations.set_state(kept, RestorationState.ACCEPTED))
    settled(screen, qtbot)
    assert states(screen)[0] is FaceState.ACCEPTED
    screen.refresh(catalog.references.exclude(anna_known, library.faces[0][1]))
    settled(screen, qtbot)
    assert states(screen)[0] is FaceState.STALE


def test_a_face_without_a_name_cannot_be_restored(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[2][0])
    assert not screen.guides.restore.isEnabled()
    assert "Say in the photo who this is" in screen.guides.note.text()
    with qtbot.assertNotEmitted(screen.restore_wanted):
        qtbot.keyClick(screen, Qt.Key.Key_R)


def test_running_faces_say_so_and_can_be_cancelled(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
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


def test_a_face_that_is_sharp_already_says_so_and_can_be_restored(
    screen: RestoreScreen, library: Library, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ui.results.patches.is_sharp_in", lambda _window: True)
    open_photo(screen, library, qtbot, library.faces[0][0])
    assert screen.guides.note.text() == ("This face is sharp already: restoring may take detail.")
    assert screen.guides.restore.isEnabled()


def test_an_engine_that_cannot_run_is_said_and_never_swapped(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    choices = [
        EngineChoice("automatic", "Automatic"),
        EngineChoice("instant-restore", "InstantRestore", "not installed"),
    ]
    screen.show_engines(choices, "instant-restore")
    open_photo(screen, library, qtbot, library.faces[0][0])
    assert not screen.guides.restore.isEnabled()
    assert screen.notice.words() == "InstantRestore cannot restore: not installed."
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["models", None]


def test_a_photo_that_cannot_be_opened_says_what_to_do(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    Path(library.catalog.photos.get(library.photos[0]).path).unlink()
    open_photo(screen, library, qtbot)
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
    open_photo(screen, library, qtbot)
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["photo", PhotoSubject(library.photos[0])]


def test_weak_references_say_why(screen: RestoreScreen, library: Library, qtbot: QtBot) -> None:
    open_photo(screen, library, qtbot, library.faces[1][0])
    face = screen.at_work.face
    assert face is not None
    assert face.references is not None
    assert face.references.state is ReferenceState.WEAK
    assert "2 photos of 4" in screen.guides.references._state.text()


def test_two_restorings_are_told_apart(
    screen: RestoreScreen, library: Library, qtbot: QtBot
) -> None:
    open_photo(screen, library, qtbot, library.faces[0][0])
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
    open_photo(screen, library, qtbot)
    catalog = library.catalog
    face = catalog.faces.get(library.faces[2][0])
    catalog.faces.confirm([face.id], anna_known)
    new = painted_face((280, 30), np.ones(128, np.float32) / np.sqrt(128))
    added = catalog.faces.add_drawn(
        library.photos[0], new.detected, new.quality, new.embedding, "painted"
    )
    keep_result(catalog, added, anna_known, library.faces[0][1:3])
    screen.refresh(CatalogChanges(everything=True))
    settled(screen, qtbot)
    assert len(states(screen)) == 4
    screen.faces.list.choose(added)
    settled(screen, qtbot)
    assert screen.guides.result.likeness.isVisible()
