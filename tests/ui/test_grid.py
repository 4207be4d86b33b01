"""The grid's tiles lie where arithmetic says; keys, dragging and screen readers find them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import FaceId
from desktop_app.domain.progress import Report
from desktop_app.jobs.runner import JobRunner
from desktop_app.ui.face_grid import FaceGrid, FaceTile
from desktop_app.ui.pictures import PictureKey, Pictures
from desktop_app.ui.tile_layout import TileLayout

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


def no_pictures(keys: Sequence[PictureKey], report: Report) -> list[tuple[PictureKey, None]]:
    return [(key, None) for key in keys]


@pytest.fixture
def grid(qtbot: QtBot, runner: JobRunner) -> FaceGrid:
    made = FaceGrid(Pictures(runner, no_pictures), "Faces", side=100, caption_lines=0)
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show_tiles([FaceTile(FaceId(number)) for number in range(1, 1_003)])
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    made.setCurrentIndex(made.faces.index(0))
    return made


def columns(grid: FaceGrid) -> int:
    return grid.viewport().width() // grid.gridSize().width()


def chosen(grid: FaceGrid) -> list[int]:
    return [face - 1 for face in grid.chosen_ids()]


@given(st.integers(1, 9), st.integers(0, 60), st.integers(0, 70))
def test_every_point_of_a_tile_is_that_tile(columns: int, count: int, row: int) -> None:
    layout = TileLayout(columns, QSize(30, 40), count)
    place = layout.place(row)
    expected = row if row < count else None
    for corner in (place.topLeft(), place.bottomRight(), place.center()):
        assert layout.at(corner) == expected
    assert (row in layout.within(place)) == (row < count)
    assert layout.height() >= (layout.place(count - 1).bottom() + 1 if count else 0)


@given(st.integers(1, 9), st.integers(1, 60), st.integers(0, 59), st.integers(-40, 40))
def test_a_step_never_leaves_the_tiles(columns: int, count: int, row: int, by: int) -> None:
    layout = TileLayout(columns, QSize(30, 40), count)
    assert 0 <= layout.moved(min(row, count - 1), by) < count


def test_what_an_area_touches_is_listed_line_by_line() -> None:
    layout = TileLayout(4, QSize(10, 10), 10)
    assert list(layout.touched(QRect(QPoint(15, 5), QPoint(25, 15)))) == [(1, 2), (5, 6)]
    assert list(layout.touched(QRect(QPoint(5, 5), QPoint(99, 99)))) == [(0, 3), (4, 7), (8, 9)]


def test_arrows_walk_the_tiles_and_the_view_follows(grid: FaceGrid) -> None:
    across = columns(grid)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() == across + 1
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.currentIndex().row() == 1_001
    assert 1_001 in grid.shown_rows()
    QTest.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.currentIndex().row() < 1_001
    QTest.keyClick(grid, Qt.Key.Key_Home)
    assert grid.verticalScrollBar().value() == 0
    QTest.keyClick(grid, Qt.Key.Key_Up)
    assert grid.currentIndex().row() == 0


def test_shift_chooses_all_from_one_tile_to_the_other(grid: FaceGrid) -> None:
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert chosen(grid) == list(range(1, columns(grid) + 2))
    here = grid.visualRect(grid.faces.index(6)).center()
    QTest.mouseClick(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, here)
    assert chosen(grid) == [6]
    assert grid.chosen_count() == 1
    here = grid.visualRect(grid.faces.index(2)).center()
    QTest.mouseClick(grid.viewport(), LEFT, SHIFT, here)
    assert chosen(grid) == [2, 3, 4, 5, 6]


def test_dragging_over_tiles_chooses_those_it_touches(grid: FaceGrid) -> None:
    across = columns(grid)
    begin = grid.visualRect(grid.faces.index(0)).center()
    end = grid.visualRect(grid.faces.index(across + 1)).center()
    QTest.mousePress(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, begin)
    QTest.mouseMove(grid.viewport(), (begin + end) / 2)
    QTest.mouseMove(grid.viewport(), end)
    QTest.mouseRelease(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, end)
    assert chosen(grid) == [0, 1, across, across + 1]


def test_a_click_beside_the_tiles_chooses_none(grid: FaceGrid) -> None:
    grid.show_tiles([FaceTile(FaceId(1))])
    grid.selectAll()
    beside = QPoint(grid.viewport().width() - 3, grid.viewport().height() - 3)
    QTest.mouseClick(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, beside)
    assert chosen(grid) == []


def test_all_tiles_are_counted_without_being_listed(grid: FaceGrid) -> None:
    grid.selectAll()
    assert grid.chosen_count() == 1_002
    assert len(chosen(grid)) == 1_002


def test_only_tiles_that_are_seen_are_painted(grid: FaceGrid, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    painted: list[int] = []
    delegate = grid.itemDelegate()
    monkeypatch.setattr(delegate, "paint", lambda p, o, index: painted.append(index.row()))
    grid.verticalScrollBar().setValue(5_000)
    painted.clear()
    grid.viewport().repaint()
    assert painted == list(grid.shown_rows())
    assert len(painted) < 50
