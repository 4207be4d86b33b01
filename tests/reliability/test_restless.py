"""Closing, cancelling, switching at random: no thread stays, nothing dead is used, none waits."""

import faulthandler
import gc
import logging
import os
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.logging import Record
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness, likeness, parts
from desktop_app.ui import theme
from tests.reliability.restless import Restless
from tests.stand_in_eyes import EYES
from tests.ui.restored import PaintedRestorer

ACTIONS = int(os.environ.get("LIKENESS_TEST_RESTLESS", "500"))
_OURS = ("lane-", "look", "read", "engine-", "watch")  # how threads of the application are named


@pytest.fixture
def restless(
    qtbot: QtBot,
    qapp: QApplication,
    tmp_path: Path,
    bundled_models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Restless]:
    """Eyes and a restorer of the tests, and a user who means it when asked before closing."""
    monkeypatch.setattr(parts, "open_eyes", lambda *given: EYES)
    monkeypatch.setattr(parts, "open_restorer", lambda *given, **more: PaintedRestorer())
    monkeypatch.setattr(likeness, "may_close", lambda *given: True)
    theme.apply(qapp, theme.Scheme.DARK)
    gc.disable()  # as in the application: garbage is collected in the window's thread alone
    yield Restless(qtbot, tmp_path, bundled_models, int(os.environ.get("LIKENESS_SEED", "3")))
    gc.enable()


@pytest.mark.timeout(120 + 2 * ACTIONS)
def test_a_user_who_never_waits_meets_no_fault(
    restless: Restless,
    qtbot: QtBot,
    qtlog: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    windows: list[weakref.ref[Likeness]] = []
    faulthandler.dump_traceback_later(60 + ACTIONS, exit=False)  # what waits for what, if it hangs
    try:
        for number in range(ACTIONS):
            windows.append(weakref.ref(restless.likeness))
            restless.act()
            if number % 25 == 0:
                gc.collect()
        restless.shut()
        deadline = time.monotonic() + 20
        while (left := _our_threads()) and time.monotonic() < deadline:
            qtbot.wait(20)
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert left == []
    qtbot.wait(50)
    gc.collect()
    assert [window for window in windows if window() is not None] == []
    assert restless.windows > ACTIONS // 50
    records: list[Record] = qtlog.records  # type: ignore[attr-defined]
    assert [r.message for r in records if "propagateSizeHints" not in r.message] == []
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


def _our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(_OURS)]
