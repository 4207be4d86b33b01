"""What the application is, and whose work is in it, can be read in the window."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import desktop_app
from desktop_app.ui.screen import Workbench
from desktop_app.ui.settings.about_card import LicencesDialog
from desktop_app.ui.settings.settings_screen import SettingsScreen


def test_the_parts_by_others_are_shown(qtbot: QtBot, bench: Workbench) -> None:
    screen = SettingsScreen(bench)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.mouseClick(screen.about.licences, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(screen.findChildren(LicencesDialog)), timeout=5000)
    (dialog,) = screen.findChildren(LicencesDialog)
    told = dialog.text.toPlainText()
    assert "pyside6-essentials" in told
    assert "GNU Lesser General Public License" in told
    assert desktop_app.__version__
    dialog.accept()
