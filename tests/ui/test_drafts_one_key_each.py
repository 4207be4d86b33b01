"""A batch's drafts through the real window: one key each, undo, export, and all is kept."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import PersonId
from desktop_app.domain.restoration import RestorationState
from desktop_app.settings.places import places
from tests.ui.painting import Library

_WAIT = 20_000


@pytest.fixture
def drafted(qtbot: QtBot, likeness: Likeness, library: Library) -> PersonId:
    """Anna, confirmed in six photos, of which the batch made six drafts that are being judged."""
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    likeness.window.go("person", anna)
    qtbot.waitUntil(likeness.person.restore_all.isEnabled, timeout=_WAIT)
    qtbot.mouseClick(likeness.person.restore_all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(_of(catalog, RestorationState.DRAFT)) == 6, timeout=_WAIT)
    messages = likeness.bench.messages
    qtbot.waitUntil(lambda: hasattr(messages.toast, "action"), timeout=_WAIT)
    assert "6 drafts" in messages.toast.words.text()
    qtbot.mouseClick(messages.toast.action, Qt.MouseButton.LeftButton)
    assert likeness.window.shown is likeness.compare
    qtbot.waitUntil(lambda: likeness.compare.candidate() is not None, timeout=_WAIT)
    return anna


def _of(catalog: Catalog, state: RestorationState) -> list[Any]:
    return list(catalog.restorations.ids(state=state))


def _press(qtbot: QtBot, likeness: Likeness, key: Qt.Key) -> None:
    likeness.window.activateWindow()
    qtbot.keyClick(likeness.compare.desk.left, key)


def _judge(qtbot: QtBot, likeness: Likeness, judged: list[Any], *, accepts: bool) -> None:
    """One key for the draft that has come up; then another one is shown, or the end is told."""
    compare = likeness.compare
    qtbot.waitUntil(
        lambda: (
            compare.candidate() is not None and compare.candidate().restoration.id not in judged
        ),
        timeout=_WAIT,
    )
    result = compare.candidate().restoration.id
    judged.append(result)
    _press(qtbot, likeness, Qt.Key.Key_Return if accepts else Qt.Key.Key_Delete)
    wanted = RestorationState.ACCEPTED if accepts else RestorationState.REFUSED
    kept = likeness.catalog.restorations
    qtbot.waitUntil(lambda: kept.get(result).state is wanted, timeout=_WAIT)


def _rest(qtbot: QtBot, likeness: Likeness) -> None:
    qtbot.waitUntil(lambda: not likeness.bench.runner.jobs(), timeout=_WAIT)


def _waiting(likeness: Likeness) -> int:
    return likeness.window._rail_buttons["compare"].waiting


def test_each_draft_takes_one_key_and_the_next_photo_follows(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId, tmp_path: Path
) -> None:
    catalog, compare = library.catalog, likeness.compare
    qtbot.waitUntil(lambda: _waiting(likeness) == 6, timeout=_WAIT)
    assert "5 more photos wait" in compare.side.place.text()
    judged: list[Any] = []
    for number in range(6):
        assert compare.notice.isHidden()
        _judge(qtbot, likeness, judged, accepts=number % 3 != 2)
    assert len(set(judged)) == 6
    qtbot.waitUntil(lambda: not compare.notice.isHidden(), timeout=_WAIT)
    assert compare.notice.words() == "Every draft is judged."
    assert compare.notice.button.text() == "Export"
    qtbot.waitUntil(lambda: _waiting(likeness) == 0, timeout=_WAIT)

    # the last one is taken back, and waits again where it is seen
    _rest(qtbot, likeness)
    qtbot.keyClick(likeness.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(
        lambda: catalog.restorations.get(judged[5]).state is RestorationState.DRAFT, timeout=_WAIT
    )
    qtbot.waitUntil(compare.notice.isHidden, timeout=_WAIT)
    _rest(qtbot, likeness)
    assert compare.candidate().restoration.id == judged[5]
    _press(qtbot, likeness, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: catalog.restorations.get(judged[5]).state is RestorationState.ACCEPTED,
        timeout=_WAIT,
    )
    qtbot.waitUntil(lambda: not compare.notice.isHidden(), timeout=_WAIT)

    # Return goes on to the export of all that was accepted in this sitting
    accepted = _of(catalog, RestorationState.ACCEPTED)
    assert sorted(accepted) == sorted([*judged[:2], *judged[3:]])
    out = tmp_path / "out"
    out.mkdir()
    _press(qtbot, likeness, Qt.Key.Key_Return)
    assert likeness.window.shown is likeness.export
    likeness.export.form.take_folder(str(out))
    rows = likeness.export.rows
    qtbot.waitUntil(
        lambda: sum(row.request is not None for row in rows.values()) == 5, timeout=5_000
    )
    qtbot.waitUntil(likeness.export.start.isEnabled, timeout=5_000)
    likeness.export.export()
    qtbot.waitUntil(lambda: len(list(out.iterdir())) == 5, timeout=_WAIT)
    qtbot.waitUntil(lambda: not likeness.jobs.at_work(), timeout=_WAIT)

    # all is there after reopening
    likeness.window.close()
    with Catalog.open(places(tmp_path / "home").catalog) as again:
        assert sorted(_of(again, RestorationState.ACCEPTED)) == sorted(accepted)
        assert _of(again, RestorationState.REFUSED) == [judged[2]]
        assert _of(again, RestorationState.DRAFT) == []


def test_undo_goes_back_to_the_photo_that_was_judged_before(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId
) -> None:
    compare = likeness.compare
    judged: list[Any] = []
    for accepts in (True, False):
        _judge(qtbot, likeness, judged, accepts=accepts)
        _rest(qtbot, likeness)
    for undone in reversed(judged):
        likeness.window.undo_wanted.emit()
        qtbot.waitUntil(
            lambda undone=undone: (
                compare.candidate() is not None and compare.candidate().restoration.id == undone
            ),
            timeout=_WAIT,
        )
        _rest(qtbot, likeness)
    assert len(_of(library.catalog, RestorationState.DRAFT)) == 6
    again: list[Any] = []
    for _ in range(6):
        _judge(qtbot, likeness, again, accepts=True)
    assert sorted(again) == sorted(_of(library.catalog, RestorationState.ACCEPTED))


def test_a_key_held_down_decides_once(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId
) -> None:
    canvas = likeness.compare.desk.left
    likeness.window.activateWindow()
    for repeated in (False, True, True, True):
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = Qt.Key.Key_Return
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "\r", repeated)
            qtbot.wait(30)
            QApplication.sendEvent(canvas, event)
    _rest(qtbot, likeness)
    assert len(_of(library.catalog, RestorationState.DRAFT)) >= 5


def test_a_draft_may_be_left_for_later(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId
) -> None:
    compare = likeness.compare
    first = compare.candidate().restoration.id
    _press(qtbot, likeness, Qt.Key.Key_Space)
    judged = [first]
    for _ in range(5):
        _judge(qtbot, likeness, judged, accepts=True)
    qtbot.waitUntil(lambda: not compare.notice.isHidden(), timeout=_WAIT)
    assert "in one photo a face still waits" in compare.notice.words()
    _rest(qtbot, likeness)
    _press(qtbot, likeness, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: compare.candidate() is not None and compare.candidate().restoration.id == first,
        timeout=_WAIT,
    )
    qtbot.waitUntil(lambda: _waiting(likeness) == 1, timeout=_WAIT)


def test_backspace_goes_back_to_the_photo_before(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId
) -> None:
    compare = likeness.compare
    first = compare.candidate().restoration.id
    _press(qtbot, likeness, Qt.Key.Key_Space)
    qtbot.waitUntil(
        lambda: compare.candidate() is not None and compare.candidate().restoration.id != first,
        timeout=_WAIT,
    )
    _press(qtbot, likeness, Qt.Key.Key_Backspace)
    qtbot.waitUntil(
        lambda: compare.candidate() is not None and compare.candidate().restoration.id == first,
        timeout=_WAIT,
    )


def test_the_rail_leads_to_the_drafts_and_back_to_where_one_came_from(
    qtbot: QtBot, likeness: Likeness, library: Library, drafted: PersonId
) -> None:
    window, compare = likeness.window, likeness.compare
    window.go("library")
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.shown is compare, timeout=_WAIT)
    qtbot.waitUntil(lambda: compare.candidate() is not None, timeout=_WAIT)
    assert window._rail_buttons["compare"].isChecked()
    _press(qtbot, likeness, Qt.Key.Key_T)
    assert window.shown is likeness.restore
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.shown is compare
    assert compare.candidate() is not None
