"""A bench to work at: a small catalog of painted photos with faces, and a dressed application."""

import gc
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.app import Likeness
from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.ids import PersonId
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.runner import JobRunner
from desktop_app.models.store import ModelStore
from desktop_app.operations.eyes import Eyes
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.crash import CrashDialog
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.messages import Messages
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer
from desktop_app.ui.picture_reading import read_pictures
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.ui.painting import MODEL, Library, paint_library
from tests.ui.restored import PaintedRestorer


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["likeness"]


@pytest.fixture(autouse=True, scope="module")
def what_is_there_already_is_no_garbage() -> None:
    """Else each test's collection looks at all modules of the suite, for a second or more."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def garbage_is_collected_here() -> Iterator[None]:
    """As in the application: a QObject that garbage takes in a lane's thread leaves its timers."""
    gc.disable()
    yield
    CrashDialog.close_open()
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    if not qapp.property("likeness_dressed"):
        theme.apply(qapp, theme.Scheme.DARK)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Six photos with three people each, all unnamed, in three groups."""
    with Catalog.open(tmp_path / "home" / "data" / "likeness.catalog") as catalog:
        yield paint_library(catalog, tmp_path / "photos")


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.shutdown(10)


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, library: Library, runner: JobRunner) -> Workbench:
    window = QWidget()
    window.resize(1200, 800)
    qtbot.addWidget(window)
    where = places(tmp_path / "home")
    thumbnails = ThumbnailStore(where.thumbnails, 50_000_000)
    pictures = Pictures(runner, partial(read_pictures, library.catalog, thumbnails))
    return Workbench(library.catalog, runner, Messages(window), pictures, where)


@pytest.fixture
def anna(library: Library) -> PersonId:
    """A person with two confirmed faces; her four other faces are suggested."""
    catalog = library.catalog
    person = catalog.people.add("Anna")
    catalog.faces.confirm(library.faces[0][:2], person)
    scores = [0.9, 0.8, 0.7, 0.6]
    catalog.faces.suggest(
        [
            Suggestion(face, person, score)
            for face, score in zip(library.faces[0][2:], scores, strict=True)
        ]
    )
    return person


@pytest.fixture
def means(bench: Workbench) -> Means:
    """What wishes are fulfilled with; eyes and an engine are put in where a test needs them."""
    return Means(
        catalog=bench.catalog,
        thumbnails=ThumbnailStore(bench.places.thumbnails, 10_000_000),
        eyes=OpenedEyes(_not_needed),
        restorer=OpenedRestorer(_not_needed),
        settings=Settings,
        places=bench.places,
        runner=bench.runner,
        messages=bench.messages,
    )


def _not_needed(*_asked: object) -> Any:
    raise AssertionError("neither eyes nor an engine are needed here")


@pytest.fixture
def decisions(means: Means) -> Decisions:
    return Decisions(means)


class _PaintedEmbedder:
    id = MODEL

    def embed(self, image: Any, landmarks: Any) -> Any:
        return np.eye(128, dtype=np.float32)[0]


@pytest.fixture
def join(
    qtbot: QtBot, tmp_path: Path, library: Library, runner: JobRunner, bundled_models: Path
) -> Callable[..., Likeness]:
    """Joins the whole window on the painted library; it is not shown yet."""

    def joined(settings: Settings, models: Path = bundled_models) -> Likeness:
        where = places(tmp_path / "home")
        store = ModelStore(models, where.models)
        made = Likeness(library.catalog, where, store, runner, settings)
        qtbot.addWidget(made.window)
        return made

    return joined


@pytest.fixture
def likeness(
    join: Callable[..., Likeness], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Likeness:
    """The whole window on the painted library, with an engine and eyes that paint."""
    eyes = Eyes(cast(Any, None), cast(Any, _PaintedEmbedder()))
    monkeypatch.setattr(Likeness, "_open_eyes", lambda self: eyes)
    monkeypatch.setattr(Likeness, "_open_restorer", lambda self, engine: PaintedRestorer())
    made = join(Settings(theme="dark"), tmp_path / "none")
    made.begin([], False)  # its folder is not read anew
    return made
