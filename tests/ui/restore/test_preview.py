"""A fast preview is offered where it is installed, and restored in full before it is decided on."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.domain.ids import PersonId
from desktop_app.domain.progress import silent
from desktop_app.domain.restoration import RestoreRequest
from desktop_app.models.store import ModelStore
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer
from desktop_app.ui.restore import engines, wishes
from desktop_app.ui.restore.engines import PREVIEWED, read_engines
from desktop_app.ui.restore.restore_screen import RestoreScreen
from desktop_app.ui.restore.sides import EngineChoice
from desktop_app.ui.restore.wishes import RestoreWishes
from desktop_app.ui.results.recipe import recipe_lines
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import RestoreSubject
from desktop_app.ui.wishes import Means
from tests.ui.painting import Library
from tests.ui.restored import keep_result


def _installed(store: ModelStore, model_id: str) -> None:
    store.install_made(model_id, lambda f: (f / "w.safetensors").write_bytes(b"1") and None, 1)


def test_it_is_offered_where_it_is_installed(
    bundled_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "missing_packages", lambda python: ())
    store = ModelStore(bundled_models, tmp_path / "installed")
    keys = partial(_keys, store)
    assert keys() == ["automatic", "compact", "instant-restore"]
    _installed(store, "taesd")
    assert keys() == ["automatic", "compact", "instant-restore"]
    _installed(store, "instant-restore")
    assert keys() == ["automatic", "compact", "instant-restore", PREVIEWED]
    monkeypatch.setattr(engines, "missing_packages", lambda python: ("torch",))
    assert keys() == ["automatic", "compact", "instant-restore"]
    assert read_engines(store, None, silent)[2].why_not == "its engine is not installed"


def _keys(store: ModelStore) -> list[str]:
    return [choice.key for choice in read_engines(store, None, silent)]


def test_the_large_engine_is_asked_for_it(
    bench: Workbench,
    means: Means,
    library: Library,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened, asked = [], []
    monkeypatch.setattr(wishes, "restore_photos", lambda *given: asked.append(given[2]))
    opens = OpenedRestorer(opened.append)  # type: ignore[arg-type]
    eyes = OpenedEyes(lambda: cast(Any, None))
    made = RestoreWishes(replace(means, restorer=opens, eyes=eyes))
    wish = RestoreRequest(library.faces[0][0])
    for engine in (PREVIEWED, "instant-restore"):
        made.restore([wish], engine)
    qtbot.waitUntil(lambda: not bench.runner.jobs())
    assert opened == ["instant-restore"] * 2
    assert [[request.preview for request in each] for each in asked] == [[True], [False]]


def test_a_preview_is_restored_in_full_with_the_same_references(
    bench: Workbench, library: Library, qtbot: QtBot
) -> None:
    catalog = library.catalog
    anna = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0], anna)
    screen = RestoreScreen(bench)
    qtbot.addWidget(screen)
    screen.show()
    names = ("automatic", "compact", "instant-restore", PREVIEWED)
    screen.show_engines([EngineChoice(name, name) for name in names], "automatic")
    screen.guides.engine.setCurrentIndex(3)
    shown = _restored(screen, library, anna, qtbot, PREVIEWED)
    guides: Any = screen.guides
    assert guides.restore.isVisible()
    assert guides.restore.text() == "Restore in full"
    assert not guides.another.isVisible()
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        guides.restore.click()
    requests, engine = heard.args
    assert engine == "instant-restore"
    assert requests[0].references == shown
    _restored(screen, library, anna, qtbot, "instant-restore")
    assert guides.another.isVisible()
    assert not guides.restore.isVisible()
    screen.hide()


def _restored(
    screen: RestoreScreen, library: Library, person: PersonId, qtbot: QtBot, engine: str
) -> tuple[int, ...]:
    face = library.faces[0][0]
    screen.show_subject(RestoreSubject(library.photos[0], face))
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs())
    shown = screen.guides.references.references()
    kept = keep_result(library.catalog, face, person, shown, engine=engine)
    screen._read_page(library.photos[0])
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs())
    assert screen.at_work.result is not None
    assert screen.at_work.result.id == kept
    named = {PREVIEWED: "InstantRestore, fast preview", "instant-restore": "InstantRestore on"}
    assert named[engine] in recipe_lines(screen.at_work.result)[0]
    return shown
