"""The library's grid, its filters, and the wishes it tells."""

import threading

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FolderId
from desktop_app.domain.photo import DatePrecision
from desktop_app.domain.progress import Report
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.library.filter_bar import Pill
from desktop_app.ui.library.library_reading import LibraryPage, Standing, read_library
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


def test_while_an_answer_is_computed_only_the_newest_word_waits(
    qtbot: QtBot, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []
    go_on = threading.Event()

    def read(
        catalog: Catalog, wanted: PhotoFilter, standing: Standing | None, report: Report
    ) -> LibraryPage:
        asked.append((wanted.text, standing is None))
        if wanted.text:
            assert go_on.wait(10)
        return read_library(catalog, wanted, standing, report)

    monkeypatch.setattr("desktop_app.ui.library.library_screen.read_library", read)
    screen = LibraryScreen(bench)
    shown(qtbot, screen)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=3000)
    asked.clear()
    for word in ("n", "no", "nob", "nobody"):
        screen.filters.search.setText(word)
        qtbot.waitUntil(lambda: not screen.filters._typing.isActive(), timeout=3000)
        qtbot.waitUntil(lambda: bool(asked), timeout=3000)
    go_on.set()
    qtbot.waitUntil(lambda: screen.empty.isVisible(), timeout=3000)
    assert asked == [("n", False), ("nobody", False)]


def test_what_changed_is_counted_anew_also_where_another_word_overtakes_it(
    qtbot: QtBot, bench: Workbench, library: Library
) -> None:
    screen = LibraryScreen(bench)
    shown(qtbot, screen)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=3000)
    bench.catalog.photos.mark_missing(library.photos[:2])
    screen.refresh(CatalogChanges.of(folders=[FolderId(1)]))
    screen.filters.choose(Pill.FACES)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 4, timeout=3000)
    assert screen._page is not None
    assert screen._page.standing.total == 4


def test_a_decade_shows_the_photos_that_may_lie_in_it_and_many_are_dated_at_once(
    qtbot: QtBot, bench: Workbench, library: Library, decisions: Decisions
) -> None:
    screen = LibraryScreen(bench)
    qtbot.addWidget(screen)
    decisions.catalog_changed.connect(screen.refresh)
    screen.date_wanted.connect(decisions.set_date)
    screen.show()
    screen.show_subject(None)
    qtbot.waitUntil(lambda: len(screen.grid.photos.ids()) == 6, timeout=3000)
    screen.filters.years.setCurrentText("1960s")
    qtbot.waitUntil(lambda: len(screen.grid.photos.ids()) == 2, timeout=3000)
    screen.filters.years.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(screen.grid.photos.ids()) == 6, timeout=3000)
    screen.grid.selectAll()
    screen.ask_date()
    dialog = screen._dialog
    dialog.precision.setCurrentIndex(dialog.precision.findData(DatePrecision.DECADE))
    dialog.year.setValue(1974)
    assert dialog.said.text()
    dialog.accept()
    seventies = PhotoFilter(from_year=1970, to_year=1979)
    qtbot.waitUntil(lambda: bench.catalog.photos.count(seventies) == 6, timeout=3000)
    taken = {bench.catalog.photos.get(photo).taken.precision for photo in library.photos}
    assert taken == {DatePrecision.DECADE}
    screen.filters.years.setCurrentText("1970s")
    qtbot.waitUntil(lambda: len(screen.grid.photos.ids()) == 6, timeout=3000)
    decisions.undo()
    qtbot.waitUntil(lambda: len(screen.grid.photos.ids()) == 0, timeout=3000)


def test_in_a_narrow_window_the_filters_stand_in_two_lines(
    qtbot: QtBot, bench: Workbench, library: Library
) -> None:
    screen = LibraryScreen(bench)
    qtbot.addWidget(screen)
    screen.show()
    bar = screen.filters
    heights = []

    def in_one_line() -> bool:
        return bool(bar.search.y() < bar.buttons[Pill.ALL].geometry().bottom())

    for width in (1300, 740, 1300):
        screen.resize(width, 600)
        qtbot.waitUntil(lambda wide=width > 1000: in_one_line() == wide, timeout=3000)
        assert bar.order.geometry().right() <= bar.width() <= width
        assert bar.buttons[Pill.DATE_UNKNOWN].geometry().right() <= bar.width()
        heights.append(bar.height())
    assert heights[0] == heights[2] < heights[1]
