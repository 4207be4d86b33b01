"""The field that asks for a name offers the names there are."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.ui.name_box import NameBox


@pytest.fixture
def box(qtbot: QtBot) -> NameBox:
    made = NameBox()
    qtbot.addWidget(made)
    made.set_names(["Anna Lind", "Bo", "Hanna"])
    made.show()
    made.setFocus()
    return made


def _offered(box: NameBox) -> list[str]:
    popup = box.completer().popup()
    if not popup.isVisible():
        return []
    model = popup.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_names_with_the_typed_letters_anywhere_are_offered(qtbot: QtBot, box: NameBox) -> None:
    qtbot.keyClicks(box, "AN")
    assert _offered(box) == ["Anna Lind", "Hanna"]
    qtbot.keyClicks(box, "n")
    assert _offered(box) == ["Anna Lind", "Hanna"]
    qtbot.keyClicks(box, "a l")
    assert _offered(box) == ["Anna Lind"]


def test_names_are_listed_only_where_somebody_types_and_newer_ones_are_offered(
    qtbot: QtBot,
) -> None:
    box = NameBox()
    qtbot.addWidget(box)
    box.set_names(["Anna"])
    box.show()
    assert box.completer() is None  # a page has twenty boxes
    box.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    box.set_names(["Anna", "Hanna"])
    qtbot.keyClicks(box, "an")
    assert _offered(box) == ["Anna", "Hanna"]


def test_a_name_taken_from_the_list_is_given_once(qtbot: QtBot, box: NameBox) -> None:
    given: list[str] = []
    box.named.connect(given.append)
    qtbot.keyClicks(box, "an")
    popup = box.completer().popup()
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Down)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert given == ["Hanna"]
    assert box.text() == ""
    assert _offered(box) == []


def test_a_name_that_is_not_offered_is_a_new_one(qtbot: QtBot, box: NameBox) -> None:
    qtbot.keyClicks(box, "  Ann   B ")
    with qtbot.waitSignal(box.named) as told:
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told.args == ["Ann B"]
