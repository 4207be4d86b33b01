"""All face data is dropped from the window: asked once, and only a yes goes on."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import PersonId
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.screen import Workbench
from desktop_app.ui.settings.settings_screen import SettingsScreen
from tests.ui.painting import Library


def test_all_face_data_goes_after_a_yes_alone(
    qtbot: QtBot,
    bench: Workbench,
    library: Library,
    anna: PersonId,
    decisions: Decisions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = SettingsScreen(bench)
    qtbot.addWidget(screen)
    screen.forget_all_wanted.connect(decisions.forget_all)
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: answers.pop(0))
    qtbot.mouseClick(screen.privacy.forget_all, Qt.MouseButton.LeftButton)
    assert bench.catalog.facts().faces == 18
    with qtbot.waitSignal(decisions.forgotten, timeout=5000):
        qtbot.mouseClick(screen.privacy.forget_all, Qt.MouseButton.LeftButton)
    assert (bench.catalog.facts().faces, bench.catalog.facts().people) == (0, 0)
    assert bench.catalog.facts().photos == 6
