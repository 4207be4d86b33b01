"""The export screen through its real widgets: what waits, the queue, its clear choices."""

import errno
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.restoration import RestorationState
from desktop_app.ui.export.export_row import ExportState
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import ExportSubject
from tests.ui.painting import Library
from tests.ui.restored import keep_result

from .exporting import open_subject, row_of, settled, taken_name


def test_without_a_subject_all_accepted_results_are_here(
    screen: ExportScreen, library: Library, qtbot: QtBot
) -> None:
    open_subject(screen, None, qtbot)
    assert set(screen.rows) == set(library.photos[:2])
    assert not screen.start.isEnabled()
    assert screen.start.text() == "Choose a folder first"


def test_a_row_is_as_high_as_its_words_however_narrow_the_window(
    screen: ExportScreen, library: Library, qtbot: QtBot
) -> None:
    open_subject(screen, None, qtbot)
    for width in (1200, 900):
        screen.resize(width, 700)
        qtbot.wait(20)
        for row in screen.rows.values():
            assert 72 < row.height() < 130


def test_nothing_accepted_anywhere_is_a_state_of_its_own(bench: Workbench, qtbot: QtBot) -> None:
    screen = ExportScreen(bench)
    qtbot.addWidget(screen)
    screen.show()
    open_subject(screen, None, qtbot)
    assert screen.empty.isVisible()
    with qtbot.waitSignal(screen.go_wanted) as heard:
        qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    assert heard.args == ["library", None]


def test_a_photo_without_accepted_results_is_left_out(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    open_subject(screen, ExportSubject(photo_ids=(library.photos[3], library.photos[0])), qtbot)
    assert row_of(screen, library.photos[3]).state is ExportState.EMPTY
    assert next(iter(screen.rows)) == library.photos[0]
    assert screen.start.text() == "Export one photo"


def test_ctrl_e_writes_every_photo(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    open_subject(screen, None, qtbot)
    qtbot.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert row_of(screen, library.photos[0]).busy
    settled(screen, qtbot)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "photo0 restored.tif",
        "photo1 restored.tif",
    ]
    assert {row.state for row in screen.rows.values()} == {ExportState.DONE}
    assert screen.notice.words() == "2 photos are written."
    assert screen.start.text() == "Nothing left to write"


def test_nothing_is_written_before_the_last_decision_is_read(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    open_subject(screen, None, qtbot)
    catalog = library.catalog
    anna = catalog.people.by_name("Anna")
    assert anna is not None
    late = keep_result(catalog, library.faces[0][2], anna.id, library.faces[0][3:5])
    catalog.restorations.set_state(late, RestorationState.ACCEPTED)
    screen.refresh(CatalogChanges(everything=True))
    qtbot.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert not any(row.busy for row in screen.rows.values())
    settled(screen, qtbot)
    assert screen.start.text() == "Export 3 photos"
    qtbot.keyClick(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    settled(screen, qtbot)
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_a_full_or_forbidden_folder_offers_another(
    screen: ExportScreen,
    library: Library,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, "no")

    screen.show_folder(tmp_path / "out")
    open_subject(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        screen.export()
        settled(screen, qtbot)
    row = row_of(screen, library.photos[0])
    assert row.state is ExportState.FAILED
    for button in (row.retry, row.ways.folder, row.leave_out):
        assert button.isVisible()
    assert not row.replace.isVisible()
    assert not list((tmp_path / "out").iterdir())
    (tmp_path / "other").mkdir()
    row.ways.take_folder(str(tmp_path / "other"))
    settled(screen, qtbot)
    assert row.state is ExportState.DONE
    assert (tmp_path / "other" / "photo0 restored.tif").is_file()


def test_what_failed_can_be_tried_again(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    screen.show_folder(tmp_path / "out")
    open_subject(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    source = Path(library.catalog.photos.get(library.photos[0]).path)
    source.rename(source.with_suffix(".away"))
    screen.export()
    settled(screen, qtbot)
    row = row_of(screen, library.photos[0])
    assert row.state is ExportState.FAILED
    source.with_suffix(".away").rename(source)
    qtbot.mouseClick(row.retry, Qt.MouseButton.LeftButton)
    settled(screen, qtbot)
    assert row.state is ExportState.DONE


def test_the_queue_stops_when_asked(screen: ExportScreen, qtbot: QtBot, tmp_path: Path) -> None:
    screen.show_folder(tmp_path / "out")
    open_subject(screen, None, qtbot)
    screen.export()
    qtbot.mouseClick(screen.notice.button, Qt.MouseButton.LeftButton)
    settled(screen, qtbot)
    states = {row.state for row in screen.rows.values()}
    assert ExportState.STOPPED in states
    assert screen.start.isEnabled()  # what was stopped may be begun again


def test_everything_has_a_name_for_a_screen_reader(screen: ExportScreen, qtbot: QtBot) -> None:
    open_subject(screen, None, qtbot)
    for control in (screen.form.preset, screen.form.quality, screen.form.added):
        assert control.accessibleName()
    rows: list[QWidget] = list(screen.rows.values())
    assert all(row.accessibleName() for row in rows)


def test_every_choice_is_in_sight_in_a_small_window(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = taken_name(screen, library, qtbot, tmp_path)
    screen.resize(820, 560)
    qtbot.wait(50)
    for button in (row.keep_both, row.replace, row.ways.name, row.leave_out):
        assert button.visibleRegion().boundingRect() == button.rect()
