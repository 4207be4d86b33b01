"""The window: the way between screens, keys everywhere, names for every control."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings, load_settings
from desktop_app.ui import theme
from desktop_app.ui.keys_sheet import KeysSheet
from desktop_app.ui.library.start_screen import StartScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import PhotoSubject, RestoreSubject
from tests.ui.painting import Library


@pytest.fixture
def likeness(qtbot: QtBot, join: Callable[..., Likeness]) -> Likeness:
    made = join(Settings(theme="dark"))
    made.window.go("library")
    made.window.show()
    qtbot.waitUntil(lambda: made.library.grid.photos.rowCount() == 6, timeout=5000)
    return made


def test_a_photo_is_opened_and_left_again_without_loss(
    qtbot: QtBot, likeness: Likeness, library: Library
) -> None:
    grid = likeness.library.grid
    grid.setCurrentIndex(grid.photos.index(3))
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert likeness.window.shown is likeness.photo
    qtbot.waitUntil(lambda: likeness.photo.title() == "photo3.jpg", timeout=5000)
    likeness.photo.next_photo()
    qtbot.keyClick(likeness.window, Qt.Key.Key_Escape)
    assert likeness.window.shown is likeness.library
    assert grid.currentIndex().row() == 3


def test_escape_leaves_the_export_screen_with_its_choices(qtbot: QtBot, likeness: Likeness) -> None:
    likeness.window.go("library")
    likeness.window.go("export")
    likeness.export.form.quality.setValue(61)
    qtbot.keyClick(likeness.window, Qt.Key.Key_Escape)
    assert likeness.window.shown is likeness.library
    likeness.window.go("export")
    assert likeness.export.form.quality.value() == 61


def test_every_screen_opens_and_every_control_has_a_name(
    qtbot: QtBot, likeness: Likeness, library: Library
) -> None:
    window = likeness.window
    subjects = {
        "photo": PhotoSubject(library.photos[0], library.photos),
        "group": tuple(library.faces[0]),
    }
    for key in ("start", "library", "people", "jobs", "models", "settings", "photo", "group"):
        window.go(key, subjects.get(key))
        qtbot.wait(150)
        assert window.shown is not None
        nameless = [
            f"{key}: {type(widget).__name__}"
            for widget in window.findChildren(QWidget)
            if isinstance(
                widget,
                QAbstractButton | QLineEdit | QComboBox | QAbstractSlider | QAbstractItemView,
            )
            and not isinstance(widget, QScrollBar)
            and widget.isVisible()
            and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not (widget.accessibleName() or getattr(widget, "text", str)())
            and not isinstance(widget.parent(), QComboBox)
        ]
        assert nameless == []


class WindowWatch(QObject):
    """Writes down every widget that comes up as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(repr(watched))
        return False


def test_no_control_flashes_up_as_a_window_of_its_own(
    qtbot: QtBot, qapp: QApplication, library: Library, join: Callable[..., Likeness]
) -> None:
    watch = WindowWatch()
    qapp.installEventFilter(watch)
    try:
        made = join(Settings(theme="dark"))
        made.window.show()
        for key, subject in (
            ("library", None),
            ("people", None),
            ("photo", PhotoSubject(library.photos[0], library.photos)),
            ("restore", RestoreSubject(library.photos[0])),
        ):
            made.window.go(key, subject)
            qtbot.wait(400)
    finally:
        qapp.removeEventFilter(watch)
    assert len(watch.seen) == 1


def test_the_question_mark_shows_the_keys_of_this_screen(qtbot: QtBot, likeness: Likeness) -> None:
    likeness.window.show_keys()
    sheet = likeness.window.findChild(KeysSheet)
    assert sheet is not None
    sheet.accept()


def test_a_stopped_job_says_so_in_the_strip_and_in_the_list(
    qtbot: QtBot, likeness: Likeness, runner: JobRunner
) -> None:
    def work(report: Report) -> None:
        while True:
            report(Progress(3, 10, "IMG_3.jpg"))

    job = Job("Reading photos", work)
    runner.submit(Lane.INDEX, job)
    qtbot.waitUntil(lambda: likeness.strip.words.text() == "3 of 10 · IMG_3.jpg", timeout=5000)
    assert likeness.strip.isVisible()
    with qtbot.waitSignal(job.cancelled, timeout=5000):
        likeness.strip.stop.click()
    qtbot.waitUntil(lambda: not likeness.strip.isVisible(), timeout=5000)
    assert likeness.jobs.entries[-1].status.value == "stopped"


def test_a_choice_of_the_look_holds_at_once_and_is_kept(
    qtbot: QtBot, qapp: QApplication, likeness: Likeness, tmp_path: Path
) -> None:
    path = places(tmp_path / "home").settings
    try:
        likeness.apply_settings(Settings(theme="light"))
        assert not theme.is_dark()
        qtbot.waitUntil(lambda: load_settings(path).theme == "light", timeout=5000)
    finally:
        theme.apply(qapp, theme.Scheme.DARK)


def test_only_the_choice_that_a_model_depends_on_opens_it_anew(
    likeness: Likeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[str] = []
    monkeypatch.setattr(likeness.eyes, "forget", lambda: forgotten.append("eyes"))
    monkeypatch.setattr(likeness.restorer, "forget", lambda: forgotten.append("restorer"))
    likeness.apply_settings(replace(likeness.settings, export_folder="/photos", engine="compact"))
    assert forgotten == []
    likeness.apply_settings(replace(likeness.settings, compile_engine=True))
    assert forgotten == ["restorer"]
    other = "cpu" if likeness.settings.device != "cpu" else "auto"
    likeness.apply_settings(replace(likeness.settings, device=other))
    assert forgotten == ["restorer", "eyes", "restorer"]


def test_a_drawn_name_reaches_the_catalog_and_ctrl_z_takes_it_back(
    qtbot: QtBot, likeness: Likeness, library: Library
) -> None:
    catalog = likeness.catalog
    likeness.photo.name_wanted.emit([library.faces[0][0]], "Anna")
    qtbot.waitUntil(lambda: catalog.people.by_name("Anna") is not None, timeout=5000)
    likeness.window.activateWindow()
    likeness.window.undo_wanted.emit()
    qtbot.waitUntil(lambda: catalog.people.by_name("Anna") is None, timeout=5000)


def test_the_first_screen_leads_to_the_larger_models(qtbot: QtBot, bench: Workbench) -> None:
    start = StartScreen(bench, lambda _report: [])
    qtbot.addWidget(start)
    with qtbot.waitSignal(start.go_wanted) as told:
        start.models.click()
    assert told.args == ["models", None]
