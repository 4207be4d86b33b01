"""The restore screen by itself, on the painted library."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import PersonId
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.screen import Workbench
from tests.ui.painting import Library


@pytest.fixture
def anna_known(library: Library) -> PersonId:
    """Anna: six photos. Bert: three. The third face of each photo has no name."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    catalog.faces.confirm(library.faces[1][:3], catalog.people.add("Bert"))
    return anna


@pytest.fixture
def screen(bench: Workbench, anna_known: PersonId, qtbot: QtBot) -> Iterator[RestoreScreen]:
    screen = RestoreScreen(bench)
    qtbot.addWidget(screen)
    screen.resize(1300, 860)
    screen.show()
    screen.activateWindow()
    yield screen
    screen.hide()
