"""The references of a face: swapped by drag or menu, pinned, excluded, left to the machine."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import FaceId, PersonId, PhotoId
from desktop_app.domain.person import Reference, ReferenceChoice, ReferenceSet, ReferenceState
from desktop_app.ui.restore.reference_panel import ReferencePanel
from desktop_app.ui.restore.reference_slot import ReferenceSlot, face_mime
from desktop_app.ui.screen import Workbench


def _reference(number: int, choice: ReferenceChoice = ReferenceChoice.AUTOMATIC) -> Reference:
    return Reference(FaceId(number), PhotoId(number), f"age {20 + number}, same view", choice)


CHOSEN = ReferenceSet(PersonId(1), tuple(_reference(n) for n in range(1, 5)), ReferenceState.READY)
OTHERS = (_reference(5), _reference(6), _reference(7, ReferenceChoice.EXCLUDED))


@pytest.fixture
def panel(bench: Workbench, qtbot: QtBot) -> ReferencePanel:
    panel = ReferencePanel(bench.pictures)
    qtbot.addWidget(panel)
    panel.resize(304, 700)
    panel.show()
    panel.show_set(CHOSEN, OTHERS)
    return panel


def _drop(slot: ReferenceSlot, face_id: int) -> None:
    where = (QPointF(20, 20), Qt.DropAction.MoveAction, face_mime(FaceId(face_id)))
    by = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(where[0].toPoint(), *where[1:], *by)
    slot.dragEnterEvent(entering)
    assert entering.isAccepted()
    assert slot.highlighted
    slot.dropEvent(QDropEvent(*where, *by))
    assert not slot.highlighted


def _actions(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_a_photo_dropped_on_a_reference_takes_its_place(
    panel: ReferencePanel, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panel.chosen_by_hand) as heard:
        _drop(panel.slots[1], 6)
    assert heard.args == [(1, 6, 3, 4)]


def test_a_reference_dropped_on_another_changes_places(panel: ReferencePanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.chosen_by_hand) as heard:
        _drop(panel.slots[0], 3)
    assert heard.args == [(3, 2, 1, 4)]


def test_a_foreign_face_is_not_taken(panel: ReferencePanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.chosen_by_hand):
        _drop(panel.slots[0], 99)


def test_the_menu_swaps_pins_and_excludes(panel: ReferencePanel, qtbot: QtBot) -> None:
    menu = panel.slots[0].menu()
    pin, exclude, show, swap = menu.actions()
    for action, signal in ((pin, panel.pin_wanted), (exclude, panel.exclude_wanted)):
        with qtbot.waitSignal(signal) as heard:
            action.trigger()
        assert heard.args == [1]
    with qtbot.waitSignal(panel.photo_wanted) as heard:
        show.trigger()
    assert heard.args == [1]
    others = swap.menu()
    assert _actions(others) == ["age 25, same view", "age 26, same view"]
    with qtbot.waitSignal(panel.chosen_by_hand) as heard:
        others.actions()[0].trigger()
    assert heard.args == [(5, 2, 3, 4)]


def test_a_pinned_reference_can_be_unpinned(panel: ReferencePanel, qtbot: QtBot) -> None:
    pinned = (_reference(1, ReferenceChoice.PINNED), *CHOSEN.references[1:])
    panel.show_set(ReferenceSet(PersonId(1), pinned, ReferenceState.READY), OTHERS)
    assert panel.slots[0].words().endswith("pinned")
    with qtbot.waitSignal(panel.unpin_wanted) as heard:
        panel.slots[0].menu().actions()[0].trigger()
    assert heard.args == [1]


def test_what_was_chosen_by_hand_can_be_left_to_the_machine_again(
    panel: ReferencePanel, qtbot: QtBot
) -> None:
    assert not panel._automatic.isVisible()
    panel.show_set(CHOSEN, OTHERS, by_hand=(FaceId(6), FaceId(2)))
    assert panel.references() == (6, 2)
    with qtbot.waitSignal(panel.chosen_by_hand) as heard:
        qtbot.mouseClick(panel._automatic, Qt.MouseButton.LeftButton)
    assert heard.args == [()]


def test_an_excluded_photo_is_shown_and_can_come_back(panel: ReferencePanel, qtbot: QtBot) -> None:
    tile = panel.others.faces.tiles()[2]
    assert (tile.caption, tile.mark) == ("excluded", "no")
    with qtbot.waitSignal(panel.unpin_wanted) as heard:
        panel.others.face_opened.emit(FaceId(7))
    assert heard.args == [7]


def test_each_reference_says_its_age_and_reason(panel: ReferencePanel) -> None:
    assert panel.slots[2].accessibleName() == "Reference 3: age 23, same view"
    few = ReferenceSet(
        PersonId(1), CHOSEN.references[:2], ReferenceState.WEAK, "2 photos of 4; more help."
    )
    panel.show_set(few, ())
    assert panel.slots[2].accessibleName() == "Reference 3: empty"
    assert panel._state.text() == "2 photos of 4; more help."
    assert panel._state_icon.isVisible()


def test_return_opens_the_menu_of_a_reference(panel: ReferencePanel, qtbot: QtBot) -> None:
    slot = panel.slots[0]
    slot.setFocus()
    qtbot.keyClick(slot, Qt.Key.Key_Return)
    menus = slot.findChildren(QMenu)
    assert any(menu.isVisible() for menu in menus)
    for menu in menus:
        menu.close()
