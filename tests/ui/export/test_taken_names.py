"""Where a name is taken the user chooses, and nothing is lost by itself."""

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.operations.export_names import file_names, next_name
from desktop_app.ui.export.export_row import ExportState
from desktop_app.ui.export.export_screen import ExportScreen
from tests.ui.painting import Library

from .exporting import settled, taken_name


def test_a_taken_name_offers_to_keep_both(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = taken_name(screen, library, qtbot, tmp_path, b"mine")
    assert row.keep_both.isVisible()
    assert not row.replace.isVisible()  # what is no export of ours is never replaced
    qtbot.mouseClick(row.keep_both, Qt.MouseButton.LeftButton)
    settled(screen, qtbot)
    assert row.state is ExportState.DONE
    assert (tmp_path / "out" / "photo0 restored.tif").read_bytes() == b"mine"
    assert (tmp_path / "out" / "photo0 restored 2.tif").is_file()


def test_an_earlier_export_can_be_replaced(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = taken_name(screen, library, qtbot, tmp_path)
    qtbot.mouseClick(row.replace, Qt.MouseButton.LeftButton)
    settled(screen, qtbot)
    assert row.state is ExportState.DONE
    with Image.open(tmp_path / "out" / "photo0 restored.tif") as written:
        assert written.size == (480, 360)


def test_a_taken_name_can_be_another(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = taken_name(screen, library, qtbot, tmp_path, b"mine")
    qtbot.mouseClick(row.ways.name, Qt.MouseButton.LeftButton)
    assert not row.ways.give.isEnabled()  # it is the name that is taken
    for bad in ("", "../elsewhere", ".hidden"):
        row.ways.line.setText(bad)
        assert not row.ways.give.isEnabled()
    row.ways.line.setText("Ann in 1952")
    qtbot.keyClick(row.ways.line, Qt.Key.Key_Return)
    settled(screen, qtbot)
    assert row.state is ExportState.DONE
    assert (tmp_path / "out" / "Ann in 1952.tif").is_file()


def test_escape_leaves_the_line_for_the_name_and_not_the_screen(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = taken_name(screen, library, qtbot, tmp_path)
    qtbot.mouseClick(row.ways.name, Qt.MouseButton.LeftButton)
    assert row.ways.line.isVisible()
    with qtbot.assertNotEmitted(screen.back_wanted):
        qtbot.keyClick(row.ways.line, Qt.Key.Key_Escape)
    assert not row.ways.line.isVisible()
    assert row.state is ExportState.NAME_TAKEN


def test_a_taken_name_can_be_left_out(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path
) -> None:
    row = taken_name(screen, library, qtbot, tmp_path)
    qtbot.mouseClick(row.leave_out, Qt.MouseButton.LeftButton)
    assert row.state is ExportState.LEFT_OUT
    assert not screen.notice.isVisible()


def test_names_of_one_export_never_meet() -> None:
    sources = ["/a/print.jpg", "/b/print.tif", "/b/Print.png", "/c/x.y.jpg"]
    assert file_names(sources, "restored", "jpeg") == [
        "print restored.jpg",
        "print restored 2.jpg",
        "Print restored 3.jpg",
        "x.y restored.jpg",
    ]
    assert file_names(["/a/print.jpg"], " ", "png") == ["print.png"]


def test_the_next_name_counts_on() -> None:
    assert next_name(Path("/a/print restored.jpg")) == Path("/a/print restored 2.jpg")
    assert next_name(Path("/a/print restored 2.jpg")) == Path("/a/print restored 3.jpg")
    assert next_name(Path("/a/summer 1952.jpg")) == Path("/a/summer 1952 2.jpg")
