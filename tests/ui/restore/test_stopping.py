"""Cancel, pressed in the window while a slow engine is inside a face, stops it there and then."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.operations.eyes import Eyes
from desktop_app.restoration.apart import restorer as apart
from desktop_app.restoration.instant_restore.process import InstantRestoreProcess
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.wishes import RestoreWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import RestoreSubject
from desktop_app.ui.wishes import Means
from tests.ui.painting import MODEL, Library

STAND_IN = Path(__file__).parents[2] / "restoration" / "apart" / "stand_in_child.py"


class _PaintedEmbedder:
    id = MODEL

    def embed(self, image: Any, landmarks: Any) -> Any:
        return np.eye(128, dtype=np.float32)[0]


def test_a_face_under_way_is_given_up_and_the_next_is_restored(
    bench: Workbench,
    means: Means,
    library: Library,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "child_command", lambda python: [sys.executable, str(STAND_IN)])
    monkeypatch.setenv("STAND_IN_SECONDS", "60")
    catalog, face = library.catalog, library.faces[0][0]
    catalog.faces.confirm(library.faces[0], catalog.people.add("Anna"))
    engine = InstantRestoreProcess(Path("weights"))
    eyes = Eyes(cast(Any, None), cast(Any, _PaintedEmbedder()))
    opens = OpenedRestorer(lambda _: engine)
    wishes = RestoreWishes(replace(means, restorer=opens, eyes=OpenedEyes(lambda: eyes)))
    screen = RestoreScreen(bench)
    qtbot.addWidget(screen)
    screen.restore_wanted.connect(wishes.restore)
    wishes.restoring.connect(screen.on_job)
    wishes.catalog_changed.connect(lambda changes, _: screen.refresh(changes))
    screen.show()
    screen.show_subject(RestoreSubject(library.photos[0], face))
    qtbot.waitUntil(lambda: not bench.runner.jobs())
    try:
        screen.restore_face()
        (job,) = screen.at_work.jobs
        began = time.monotonic()
        qtbot.waitUntil(
            lambda: engine.pid is not None and engine._facts is not None, timeout=20_000
        )
        with qtbot.waitSignal(job.cancelled, timeout=20_000):
            screen.notice.action_wanted.emit()
        assert time.monotonic() - began < 40
        assert engine.pid is None
        assert catalog.restorations.of_face(face) == []
        qtbot.waitUntil(lambda: not screen.at_work.jobs)

        monkeypatch.setenv("STAND_IN_SECONDS", "0")
        screen.restore_face()
        qtbot.waitUntil(lambda: bool(catalog.restorations.of_face(face)), timeout=20_000)
        (kept,) = catalog.restorations.of_face(face)
        assert (kept.engine, kept.device) == ("instant-restore", "cpu")
        qtbot.waitUntil(lambda: not bench.runner.jobs(), timeout=20_000)
    finally:
        engine.close()
        screen.hide()
