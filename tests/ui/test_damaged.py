"""A damaged catalog is met with the offer of its newest sound backup."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from desktop_app.app.likeness import Likeness
from desktop_app.app.run import run_window
from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.engine import PAGE_SIZE
from desktop_app.domain.progress import Cancelled
from desktop_app.jobs.runner import JobRunner
from desktop_app.settings.places import places
from desktop_app.ui.damaged import open_or_bring_back


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog with Anna, backed up; Berta came since; then its file was torn."""
    path = tmp_path / "kept" / "likeness.catalog"
    with Catalog.open(path) as catalog:
        catalog.people.add("Anna")
        catalog.backup_beside("daily")
        catalog.people.add("Berta")
    path.write_bytes(path.read_bytes()[:5000])
    return path


def _answers(qtbot: QtBot, words: str, said: list[str]) -> None:
    """Presses the button as soon as the question stands."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(20, press)
            return
        said.append(box.informativeText())
        next(button for button in box.buttons() if button.text() == words).click()

    QTimer.singleShot(0, press)


def test_the_backup_is_taken_and_the_damaged_one_set_aside(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    said: list[str] = []
    _answers(qtbot, "Use the backup", said)
    with open_or_bring_back(runner, path, lambda _report: Catalog.open(path)) as catalog:
        assert [one.person.name for one in catalog.people.all()] == ["Anna"]
    assert "sound backup of" in said[0]
    assert "0 photos and one person" in said[0]
    assert any(file.stat().st_size == 5000 for file in path.parent.iterdir() if file.is_file())


def test_nothing_changes_for_who_wants_none(qtbot: QtBot, runner: JobRunner, path: Path) -> None:
    before = path.read_bytes()
    _answers(qtbot, "Quit", [])
    with pytest.raises(Cancelled):
        open_or_bring_back(runner, path, lambda _report: Catalog.open(path))
    assert path.read_bytes() == before


def test_without_a_backup_a_new_catalog_is_offered(
    qtbot: QtBot, runner: JobRunner, tmp_path: Path
) -> None:
    path = tmp_path / "torn.catalog"
    path.write_bytes(b"no catalog" * 500)
    said: list[str] = []
    _answers(qtbot, "Begin anew", said)
    with open_or_bring_back(runner, path, lambda _report: Catalog.open(path)) as catalog:
        assert catalog.facts().photos == 0
    assert "no sound backup" in said[0]
    (aside,) = tmp_path.glob("torn-replaced-*.catalog")
    assert aside.read_bytes() == b"no catalog" * 500


def test_a_catalog_that_is_gone_is_brought_back_too(
    qtbot: QtBot, runner: JobRunner, path: Path
) -> None:
    path.unlink()
    _answers(qtbot, "Use the backup", [])
    with open_or_bring_back(runner, path, lambda _report: Catalog.open(path)) as catalog:
        assert [one.person.name for one in catalog.people.all()] == ["Anna"]


def test_damage_in_a_large_catalog_is_found_behind_the_open_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens at once, closes when the damage is found, and opens again on the backup."""
    monkeypatch.setattr("desktop_app.catalog.catalog.SMALL", 0)
    monkeypatch.setattr("os._exit", lambda status: None)  # the end of the application, not of this
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path))
    path = places(tmp_path).catalog
    with Catalog.open(path) as catalog:
        catalog.folders.add(tmp_path)
        catalog.people.add("Anna")
        catalog.backup_beside("daily")
    _tear_a_page_that_is_rarely_read(path)
    opened: list[list[str]] = []
    begin = Likeness.begin

    def begin_and_note(likeness: Likeness, *given: Any) -> None:
        begin(likeness, *given)
        opened.append([one.person.name for one in likeness.catalog.people.all()])
        if len(opened) > 1:
            QTimer.singleShot(0, likeness.window.close)

    monkeypatch.setattr(Likeness, "begin", begin_and_note)
    said: list[str] = []
    _answers(qtbot, "Use the backup", said)
    assert run_window(None, []) == 0
    assert len(said) == 1
    assert opened == [["Anna"], ["Anna"]]
    with Catalog.open(path) as catalog:
        assert catalog.check() == []


def _tear_a_page_that_is_rarely_read(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'restorations_by_person'"
        ).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * PAGE_SIZE)
        file.write(b"\xff" * PAGE_SIZE)
