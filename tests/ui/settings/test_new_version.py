"""Only where there is a place to look, and only when asked, a new version is looked for."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.ui.screen import Workbench
from desktop_app.ui.settings.settings_screen import SettingsScreen
from desktop_app.ui.settings.version_wishes import VersionWishes
from desktop_app.ui.wishes import Means


def _screen(bench: Workbench, means: Means, qtbot: QtBot) -> SettingsScreen:
    screen = SettingsScreen(bench)
    wishes = VersionWishes(means)
    screen.about.versions_wanted.connect(wishes.look)
    wishes.answered.connect(screen.about.show_newest)
    screen.kept = wishes  # type: ignore[attr-defined]  # lives as long as the screen
    qtbot.addWidget(screen)
    return screen


def test_without_an_address_there_is_no_button(
    bench: Workbench, means: Means, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIKENESS_VERSION_FILE", raising=False)
    about = _screen(bench, means, qtbot).about
    assert not about.look.isVisibleTo(about)


@pytest.mark.parametrize(
    ("text", "words", "linked"),
    [
        ('{"version": "99.0", "page": "https://example.invalid/"}', "Version 99.0", True),
        ('{"version": "0.0.1"}', "newest", False),
        ("<html>", "something else", False),
    ],
)
def test_the_answer_is_told_in_words(
    bench: Workbench,
    means: Means,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    text: str,
    words: str,
    linked: bool,
) -> None:
    (tmp_path / "versions.json").write_text(text)
    monkeypatch.setenv("LIKENESS_VERSION_FILE", (tmp_path / "versions.json").as_uri())
    about = _screen(bench, means, qtbot).about
    qtbot.mouseClick(about.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: words in about.newest.text(), timeout=10_000)
    assert about.page.isVisibleTo(about) == linked
    assert about.look.isEnabled()
