"""Opens the first painted photo on the restore screen, and tells where its faces stand."""

from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import FaceId
from desktop_app.ui.restore.face_list import FACE_ROLE
from desktop_app.ui.restore.reading import FaceState
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.subjects import RestoreSubject
from tests.ui.painting import Library


def open_photo(
    screen: RestoreScreen, library: Library, qtbot: QtBot, face: FaceId | None = None
) -> None:
    screen.show_subject(RestoreSubject(library.photos[0], face))
    settled(screen, qtbot)


def settled(screen: RestoreScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs())


def states(screen: RestoreScreen) -> list[FaceState]:
    model = screen.faces.list.faces
    return [model.index(row).data(FACE_ROLE).state for row in range(model.rowCount())]
