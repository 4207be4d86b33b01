"""Faces are compared when there are new ones: once at a time, and after a pause in deciding."""

from dataclasses import replace
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.progress import Report
from desktop_app.operations.eyes import Eyes
from desktop_app.ui import comparing
from desktop_app.ui.comparing import Comparing
from desktop_app.ui.opened import OpenedEyes
from desktop_app.ui.wishes import Means
from tests.ui.painting import MODEL


class _Embedder:
    id = MODEL


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The model of each comparison that was made."""
    made: list[str] = []

    def regroup(_catalog: Catalog, model: str, _report: Report) -> CatalogChanges:
        made.append(model)
        return CatalogChanges()

    monkeypatch.setattr(comparing, "suggest_people", lambda *_given: CatalogChanges())
    monkeypatch.setattr(comparing, "regroup_people", regroup)
    return made


@pytest.fixture
def faces(means: Means, compared: list[str]) -> Comparing:
    eyes = Eyes(cast(Any, None), cast(Any, _Embedder()))
    return Comparing(replace(means, eyes=OpenedEyes(lambda: eyes)))


def test_wishes_that_come_during_a_comparison_make_one_more(
    qtbot: QtBot, faces: Comparing, compared: list[str]
) -> None:
    for _ in range(5):
        faces.compare()
    qtbot.waitUntil(lambda: len(compared) == 2, timeout=10_000)
    qtbot.waitUntil(lambda: not faces.runner.jobs(), timeout=10_000)
    qtbot.wait(50)
    assert compared == [MODEL, MODEL]
    assert not faces._soon.isActive()


def test_many_decisions_are_followed_by_one_comparison(
    qtbot: QtBot, faces: Comparing, compared: list[str]
) -> None:
    for _ in range(5):
        faces.soon()
        assert faces._soon.isActive()
    assert not compared
    faces._soon.timeout.emit()
    qtbot.waitUntil(lambda: compared == [MODEL], timeout=10_000)


def test_what_the_last_session_left_is_compared_once_unless_something_else_came_first(
    qtbot: QtBot, faces: Comparing, compared: list[str]
) -> None:
    faces.now_and_then()  # nothing was read for long
    faces.begin()
    assert faces.first.isActive()
    assert not compared
    faces.first.timeout.emit()
    qtbot.waitUntil(lambda: compared == [MODEL], timeout=10_000)
    faces.begin()
    faces.compare()
    assert not faces.first.isActive()
    qtbot.waitUntil(lambda: compared == [MODEL, MODEL], timeout=10_000)


def test_while_photos_are_read_faces_are_compared_now_and_then(
    qtbot: QtBot, faces: Comparing, compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1_000.0
    monkeypatch.setattr(comparing.time, "monotonic", lambda: clock)
    faces.compare()
    qtbot.waitUntil(lambda: compared == [MODEL] and not faces.runner.jobs(), timeout=10_000)
    faces.now_and_then()
    qtbot.wait(50)
    assert compared == [MODEL]
    clock += 60
    faces.now_and_then()
    qtbot.waitUntil(lambda: compared == [MODEL, MODEL], timeout=10_000)
