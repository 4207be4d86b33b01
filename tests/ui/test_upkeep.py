"""The window makes a backup when one is due, and finishes what a forgetting left."""

from pathlib import Path
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import FaceId
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.runner import JobRunner
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings
from desktop_app.ui.messages import Messages
from desktop_app.ui.upkeep import Upkeep
from desktop_app.ui.wishes import Means
from tests.catalog.library import MODEL, Library
from tests.catalog.test_backups import spoil_embedding


@pytest.fixture
def catalog(tmp_path: Path):
    with Catalog.open(tmp_path / "kept" / "likeness.catalog") as opened:
        yield opened


@pytest.fixture
def upkeep(qtbot: QtBot, catalog: Catalog, runner: JobRunner, tmp_path: Path):
    from PySide6.QtWidgets import QWidget

    window = QWidget()
    qtbot.addWidget(window)
    where = places(tmp_path)
    return Upkeep(
        Means(
            catalog=catalog,
            thumbnails=ThumbnailStore(where.thumbnails, 10**6),
            eyes=cast(Any, None),
            restorer=cast(Any, None),
            settings=Settings,
            places=where,
            runner=runner,
            messages=Messages(window),
        )
    )


def test_a_backup_is_made_when_the_timer_rings_and_once_a_day(
    qtbot: QtBot, upkeep: Upkeep, catalog: Catalog, runner: JobRunner
) -> None:
    upkeep.begin()
    assert upkeep.timer.isActive()
    first = upkeep.timer.interval()
    upkeep.timer.timeout.emit()
    qtbot.waitUntil(lambda: len(catalog.backups()) == 1)
    assert upkeep.timer.interval() > first
    upkeep.timer.timeout.emit()
    qtbot.waitUntil(lambda: not runner.jobs())
    assert len(catalog.backups()) == 1


def test_a_flipped_bit_is_found_with_the_backup_and_described_anew(
    qtbot: QtBot, upkeep: Upkeep, catalog: Catalog, tmp_path: Path
) -> None:
    faces = Library(catalog, tmp_path / "photos").faces(3)
    catalog._file.checkpoint()
    spoil_embedding(catalog.path)
    with qtbot.waitSignal(upkeep.descriptions_dropped):
        upkeep.timer.timeout.emit()
    assert catalog.faces.without_embedding(MODEL, 10) == faces[:1]
    assert catalog.check() == []
    assert len(catalog.backups()) == 1


def test_what_a_forgetting_left_is_done_at_the_beginning(
    qtbot: QtBot, upkeep: Upkeep, catalog: Catalog, runner: JobRunner
) -> None:
    catalog.forgetting.add([FaceId(7)], [])
    old = catalog.backup_beside()
    upkeep.begin()
    qtbot.waitUntil(lambda: not runner.jobs())
    assert catalog.forgetting.read() is None
    assert not old.exists()
