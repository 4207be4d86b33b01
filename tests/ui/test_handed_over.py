"""What macOS hands over to be opened is taken into the library, before and while a window is up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.app.application import Application
from desktop_app.catalog.catalog import Catalog


@pytest.fixture
def app(qapp: QApplication) -> Iterator[Application]:
    assert isinstance(qapp, Application)
    qapp.take_early()
    yield qapp
    qapp.handed_over.disconnect()


def _hand_over(app: Application, path: Path) -> None:
    QApplication.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile(str(path))))


def _folders(catalog: Catalog) -> set[str]:
    return {folder.path for folder in catalog.folders.all()}


def test_a_photo_handed_over_comes_with_its_folder(
    qtbot: QtBot, app: Application, likeness: Likeness, tmp_path: Path
) -> None:
    photo = tmp_path / "scans" / "old print.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"")
    app.handed_over.connect(likeness.looking.add_folder)
    _hand_over(app, photo)
    wanted = str(photo.parent)
    qtbot.waitUntil(lambda: wanted in _folders(likeness.catalog), timeout=10_000)
    qtbot.waitUntil(lambda: not likeness.runner.jobs(), timeout=10_000)


def test_what_comes_before_the_window_waits_for_it(app: Application, tmp_path: Path) -> None:
    told: list[Path] = []
    app.handed_over.connect(told.append)
    app._early = []  # as at the start
    _hand_over(app, tmp_path / "first")
    assert told == []
    assert app.take_early() == [tmp_path / "first"]
    _hand_over(app, tmp_path / "second")
    assert told == [tmp_path / "second"]
