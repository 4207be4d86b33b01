"""An export screen that writes, on two accepted results."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import RestorationId
from desktop_app.domain.restoration import RestorationState
from desktop_app.ui.export.export_screen import ExportScreen
from desktop_app.ui.export.wishes import ExportWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.ui.painting import Library
from tests.ui.restored import keep_result


@pytest.fixture
def results(library: Library) -> list[RestorationId]:
    """An accepted result in each of the first two photos."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    made = []
    for place in range(2):
        face = library.faces[0][place]
        made.append(keep_result(catalog, face, anna, library.faces[0][2:5]))
        catalog.restorations.set_state(made[-1], RestorationState.ACCEPTED)
    return made


@pytest.fixture
def screen(
    bench: Workbench, means: Means, results: list[RestorationId], qtbot: QtBot, tmp_path: Path
) -> Iterator[ExportScreen]:
    """Joined to the real wishes, so that files are really written."""
    screen = ExportScreen(bench)
    wishes = ExportWishes(means)
    screen.export_wanted.connect(wishes.export)
    wishes.exporting.connect(screen.on_job)
    screen.form.preset_change_wanted.connect(wishes.change_presets)
    wishes.presets_changed.connect(screen.form.show_presets)
    qtbot.addWidget(screen)
    screen.resize(1200, 800)
    screen.show()
    screen.activateWindow()
    (tmp_path / "out").mkdir()
    yield screen
    screen.hide()
