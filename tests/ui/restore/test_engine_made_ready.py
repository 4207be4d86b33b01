"""The embedded engine starts beside the window, before it is asked for, and ends with it."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.domain.ids import FaceId
from desktop_app.jobs.runner import JobRunner
from desktop_app.restoration.apart.restorer import RestorerApart
from desktop_app.settings.settings import Settings
from desktop_app.ui.subjects import RestoreSubject
from tests.ui.painting import Library

_WAIT = 30_000


def test_the_engine_is_ready_when_a_photo_comes_up_and_ends_with_the_window(
    qtbot: QtBot, library: Library, runner: JobRunner, join: Callable[..., Likeness]
) -> None:
    catalog = library.catalog
    catalog.faces.confirm([FaceId(face) for face in library.faces[0]], catalog.people.add("Anna"))
    likeness = join(Settings(device="cpu"))
    likeness.begin([], False)
    likeness.window.go("restore", RestoreSubject(library.photos[0]))
    qtbot.waitUntil(likeness.restore.guides.restore.isEnabled, timeout=_WAIT)
    qtbot.waitUntil(lambda: not runner.jobs(), timeout=_WAIT)
    engine = likeness.restorer.get("automatic")
    assert isinstance(engine, RestorerApart)
    assert engine.pid is not None
    likeness.window.close()
    assert engine.pid is None


def test_a_photo_in_which_nothing_can_be_restored_starts_no_engine(
    qtbot: QtBot, library: Library, runner: JobRunner, join: Callable[..., Likeness]
) -> None:
    likeness = join(Settings(device="cpu"))
    asked: list[str] = []
    likeness.restore.engine_wanted.connect(asked.append)
    likeness.begin([], False)
    likeness.window.go("restore", RestoreSubject(library.photos[0]))
    qtbot.waitUntil(lambda: bool(likeness.restore.at_work.faces), timeout=_WAIT)
    qtbot.waitUntil(lambda: not runner.jobs(), timeout=_WAIT)
    assert asked == []
    likeness.window.close()
