"""Short ways to use the export screen."""

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import PhotoId
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.about import ExportAbout
from desktop_app.imaging.encode import ExportSettings, encode_photo
from desktop_app.ui.export.export_row import ExportRow, ExportState
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.subjects import ExportSubject
from tests.ui.painting import Library


def open_subject(screen: ExportScreen, subject: ExportSubject | None, qtbot: QtBot) -> None:
    screen.show_subject(subject)
    settled(screen, qtbot)


def settled(screen: ExportScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs(), timeout=15_000)


def row_of(screen: ExportScreen, photo_id: PhotoId) -> ExportRow:
    return screen.rows[photo_id]


def taken_name(
    screen: ExportScreen, library: Library, qtbot: QtBot, tmp_path: Path, held: bytes = b""
) -> ExportRow:
    """The first photo's row after its name was found to be taken: by `held`, or our own export."""
    there = tmp_path / "out" / "photo0 restored.tif"
    screen.show_folder(tmp_path / "out")
    open_subject(screen, ExportSubject(photo_ids=(library.photos[0],)), qtbot)
    if held:
        there.write_bytes(held)
    else:  # an earlier export
        about = ExportAbout(source_hash="ab" * 32)
        pixels = SourcePixels(np.zeros((9, 9, 3), np.uint8), ColourMode.RGB)
        encode_photo(pixels, there, ExportSettings("tiff"), about)
    screen.export()
    settled(screen, qtbot)
    row = row_of(screen, library.photos[0])
    assert row.state is ExportState.NAME_TAKEN
    assert "choose beside it" in screen.notice.words()
    return row
