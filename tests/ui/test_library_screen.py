"""The library's grid, its filters, and the wishes it tells."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.ui.library.library_screen import LibraryScreen
from desktop_app.ui.screen import Workbench
from tests.ui.painting import Library


def shown(qtbot: QtBot, screen: LibraryScreen) -> None:
    qtbot.addWidget(screen)
    screen.resize(1100, 700)
    screen.show()
    screen.show_subject(None)


def test_the_library_shows_every_photo(qtbot: QtBot, bench: Workbench, library: Library) -> None:
    screen = LibraryScreen(bench)
    shown(qtbot, screen)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=3000)
    qtbot.waitUntil(lambda: bench.pictures.photo(library.photos[0]) is not None, timeout=5000)
    assert screen.grid.photos.index(0).data(Qt.ItemDataRole.DisplayRole) == "1950"


def test_return_opens_the_photo_among_its_neighbours(
    qtbot: QtBot, bench: Workbench, library: Library
) -> None:
    screen = LibraryScreen(bench)
    shown(qtbot, screen)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=3000)
    screen.grid.setCurrentIndex(screen.grid.photos.index(2))
    with qtbot.waitSignal(screen.go_wanted) as told:
        qtbot.keyClick(screen.grid, Qt.Key.Key_Return)
    key, subject = told.args
    assert key == "photo"
    assert subject.photo_id == library.photos[2]
    assert list(subject.among) == library.photos


def test_a_search_without_an_answer_says_so_and_leads_back(qtbot: QtBot, bench: Workbench) -> None:
    screen = LibraryScreen(bench)
    shown(qtbot, screen)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=3000)
    qtbot.keyClicks(screen.filters.search, "nobody")
    qtbot.waitUntil(lambda: screen.empty.isVisible(), timeout=3000)
    qtbot.mouseClick(screen.empty.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=3000)
    assert not screen.empty.isVisible()
