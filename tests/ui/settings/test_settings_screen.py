"""The settings as a screen: built from the values, told at once."""

from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.settings.settings import Settings, words_of
from desktop_app.ui.screen import Workbench
from desktop_app.ui.settings.editors import ChoiceEditor, NumberEditor, PlaceEditor, YesNoEditor
from desktop_app.ui.settings.settings_screen import SettingsScreen


@pytest.fixture
def screen(bench: Workbench, qtbot: QtBot) -> SettingsScreen:
    screen = SettingsScreen(bench)
    qtbot.addWidget(screen)
    screen.resize(1100, 800)
    screen.show()
    return screen


def test_every_setting_has_its_title_its_help_and_a_control(screen: SettingsScreen) -> None:
    said = {label.text() for label in screen.findChildren(QLabel)}
    for field in fields(Settings):
        words = words_of(field.name)
        assert {words.title, words.help} <= said
        assert screen.editors[field.name].value() == getattr(Settings(), field.name)


def test_every_setting_stands_with_what_it_is_about(screen: SettingsScreen) -> None:
    assert "More" not in {label.text() for label in screen.findChildren(QLabel)}


def test_numbers_stand_as_far_from_the_edge_as_words(screen: SettingsScreen) -> None:
    number = screen.editors["max_megapixels"]
    assert isinstance(number, NumberEditor)
    assert number.box.lineEdit().textMargins().left() >= 7


def test_a_choice_is_told_at_once(screen: SettingsScreen, qtbot: QtBot) -> None:
    editor = screen.editors["theme"]
    assert isinstance(editor, ChoiceEditor)
    editor.box.setFocus()
    with qtbot.waitSignal(screen.settings_changed) as heard:
        qtbot.keyClick(editor.box, Qt.Key.Key_Down)
    assert heard.args == [Settings(theme="light")]


def test_a_yes_is_a_space_away(screen: SettingsScreen, qtbot: QtBot) -> None:
    editor = screen.editors["keep_place"]
    assert isinstance(editor, YesNoEditor)
    assert editor.box.text() == "On"
    with qtbot.waitSignal(screen.settings_changed) as heard:
        qtbot.keyClick(editor.box, Qt.Key.Key_Space)
    assert heard.args == [Settings(keep_place=False)]
    assert editor.box.text() == "Off"


def test_a_number_keeps_its_limits(screen: SettingsScreen, qtbot: QtBot) -> None:
    editor = screen.editors["max_megapixels"]
    assert isinstance(editor, NumberEditor)
    editor.box.selectAll()
    with qtbot.waitSignal(screen.settings_changed) as heard:
        qtbot.keyClicks(editor.box, "400")
        qtbot.keyClick(editor.box, Qt.Key.Key_Return)
    assert heard.args == [Settings(max_megapixels=400)]
    assert (editor.box.minimum(), editor.box.maximum()) == (20, 2000)


def test_a_folder_is_chosen_and_forgotten(screen: SettingsScreen, qtbot: QtBot) -> None:
    editor = screen.editors["export_folder"]
    assert isinstance(editor, PlaceEditor)
    with qtbot.waitSignal(screen.settings_changed) as heard:
        editor.take("/photos/out")
    assert heard.args == [Settings(export_folder="/photos/out")]
    with qtbot.waitSignal(screen.settings_changed) as heard:
        qtbot.mouseClick(editor.clear, Qt.MouseButton.LeftButton)
    assert heard.args == [Settings()]


def test_defaults_come_back_with_one_button(screen: SettingsScreen, qtbot: QtBot) -> None:
    screen.show_settings(Settings(theme="dark", device="cpu"))
    assert screen.editors["device"].value() == "cpu"
    with qtbot.waitSignal(screen.settings_changed) as heard:
        qtbot.mouseClick(screen.defaults, Qt.MouseButton.LeftButton)
    assert heard.args == [Settings()]
    assert not screen.defaults.isEnabled()


def test_what_was_kept_is_shown_without_telling(screen: SettingsScreen, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(screen.settings_changed):
        screen.show_settings(Settings(theme="dark", max_megapixels=500, keep_place=False))
    assert screen.editors["max_megapixels"].value() == 500
