"""Notices, errors in their own words, and the report of a fault of ours."""

import logging
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.errors import DiskFull
from desktop_app.ui.crash import CrashCatcher, CrashDialog, report_text
from desktop_app.ui.journal import start_log, without_private_words
from desktop_app.ui.messages import Messages


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    return made


def failure() -> Exception:
    try:
        {}["Grandma Rose"]
    except KeyError as error:
        return error
    raise AssertionError


def test_an_expected_error_is_said_in_its_own_words(window: QWidget) -> None:
    messages = Messages(window)
    messages.show_error(DiskFull("The disk is full. Free some space."))
    assert messages.toast is not None
    assert messages.toast.words.text() == "The disk is full. Free some space."
    assert messages.toast.isVisible()
    assert window.rect().contains(messages.toast.geometry())


def test_a_decision_can_be_undone_from_its_notice(qtbot: QtBot, window: QWidget) -> None:
    messages = Messages(window)
    toast = messages.say_with_undo("12 faces are Anna now.")
    with qtbot.waitSignal(messages.undo_wanted):
        toast.action.click()
    assert messages.toast is None


def test_a_fault_of_ours_opens_a_report_that_can_be_copied(qtbot: QtBot, window: QWidget) -> None:
    Messages(window).show_error(failure())
    dialog = window.findChild(CrashDialog)
    assert dialog is not None
    dialog.copy_report()
    copied = QGuiApplication.clipboard().text()
    assert "KeyError" in copied
    assert "Rose" not in copied
    dialog.accept()


def test_an_uncaught_exception_of_any_thread_reaches_the_dialog(
    qtbot: QtBot, window: QWidget
) -> None:
    catcher = CrashCatcher(window)
    try:

        def fail() -> None:
            raise failure()

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: window.findChild(CrashDialog) is not None)
        window.findChild(CrashDialog).accept()
    finally:
        catcher.release()


@pytest.mark.parametrize(
    "line",
    [
        "UnreadablePhoto: /home/rose/Photos/Grandma Rose 1931.jpg is broken",
        "could not read '/home/rose/Photos/Grandma Rose.jpg'",
        r"could not read C:\Users\Rose\Pictures\Rose.jpg",
        "KeyError: 'Rose'",
        'NameTaken: there is a person called "Rose"',
    ],
)
def test_neither_names_nor_paths_reach_the_log(line: str) -> None:
    assert "Rose" not in without_private_words(line)
    assert "rose" not in without_private_words(line)


def test_a_report_still_says_where_in_the_program_it_happened() -> None:
    text = report_text(failure())
    assert "tests/ui/test_messages_and_crashes.py" in text or "ui/test_messages" in text
    assert str(Path(__file__).parent) not in text


def test_the_log_rolls_over_in_a_folder_of_its_own(tmp_path: Path) -> None:
    handler = start_log(tmp_path / "logs")
    try:
        logging.getLogger("desktop_app.test").error("lost /home/rose/a.jpg", exc_info=failure())
        handler.flush()
        text = (tmp_path / "logs" / "likeness.log").read_text()
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert "lost …" in text
    assert "rose" not in text.lower()
