"""The large engine's packages come and go by the models screen, after a yes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.models.store import ModelStore
from desktop_app.operations.install_engine import EngineOffer
from desktop_app.restoration.engine_environment.environment import (
    EngineCondition,
    EngineFacts,
    EngineState,
)
from desktop_app.restoration.engine_environment.torch_build import TorchBuild
from desktop_app.ui.models.engine_dialog import EngineDialog
from desktop_app.ui.models.engine_wishes import EngineWishes
from desktop_app.ui.models.models_screen import ModelsScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.operations.tiny_index import needs_uv, use_tiny_index

FACTS = EngineFacts("2.13.0+cpu", "cpu", "3.11.7", "0" * 64, 900_000_000)


@pytest.fixture
def screen(
    bench: Workbench, means: Means, bundled_models: Path, tmp_path: Path, qtbot: QtBot
) -> Iterator:
    screen = ModelsScreen(bench, ModelStore(bundled_models, tmp_path / "installed"))
    wishes = EngineWishes(means)
    screen.engine_look_wanted.connect(wishes.look)
    screen.engine_offer_wanted.connect(wishes.offer)
    screen.engine_install_wanted.connect(wishes.install)
    screen.engine.verify_wanted.connect(wishes.verify)
    screen.engine.remove_wanted.connect(wishes.remove)
    wishes.looked.connect(screen.on_engine)
    wishes.offered.connect(screen.on_engine_offered)
    wishes.working.connect(screen.engine.follow)
    qtbot.addWidget(screen)
    screen.resize(1000, 900)
    screen.show()
    yield screen
    screen.hide()


def _settled(screen: ModelsScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs(), timeout=60_000)
    qtbot.waitUntil(lambda: bool(screen.cards) and screen.engine.condition is not None)


@needs_uv
def test_they_are_added_after_a_yes_checked_and_removed(
    screen: ModelsScreen, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_tiny_index(tmp_path, monkeypatch)
    screen.show_subject(None)
    _settled(screen, qtbot)
    card = screen.engine
    assert card.state.text() == "Not installed"
    qtbot.mouseClick(card.add, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    dialog = screen.engine_dialog
    assert dialog is not None
    assert not dialog.fetch.isEnabled()
    dialog.agreed.click()
    qtbot.mouseClick(dialog.fetch, Qt.MouseButton.LeftButton)
    assert card.work.isVisible()
    assert not card.add.isVisible()
    _settled(screen, qtbot)
    assert card.state.text() == "Installed"
    assert "torch 2.13.0+cpu for the processor" in card.facts.text()
    assert screen.bench.places.engine_python is not None
    qtbot.mouseClick(card.verify, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert "are whole" in screen.bench.messages.toast.words.text()
    qtbot.mouseClick(card.remove, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert card.state.text() == "Not installed"
    assert screen.bench.places.engine_python is None


@needs_uv
def test_without_a_network_a_sentence_is_shown_and_nothing_stays(
    screen: ModelsScreen, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_tiny_index(tmp_path, monkeypatch)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    screen.show_subject(None)
    _settled(screen, qtbot)
    screen.engine_install_wanted.emit()
    _settled(screen, qtbot)
    assert "cannot be fetched" in screen.bench.messages.toast.words.text()
    assert screen.engine.add.isVisible()


@pytest.mark.parametrize(
    ("state", "words", "buttons"),
    [
        (EngineState.INSTALLED, "Installed", (False, True, True)),
        (EngineState.MISSING, "Not installed", (True, False, False)),
        (EngineState.OUTDATED, "Of another version", (True, True, True)),
        (EngineState.DAMAGED, "Damaged", (True, False, True)),
    ],
)
def test_each_condition_has_its_words_and_its_buttons(
    screen: ModelsScreen, qtbot: QtBot, state: EngineState, words: str, buttons: tuple
) -> None:
    screen.show_subject(None)
    _settled(screen, qtbot)
    facts = None if state is EngineState.MISSING else FACTS
    screen.on_engine(EngineCondition(state, "Its Python is gone.", facts))
    card = screen.engine
    assert card.state.text() == words
    shown = (button.isVisibleTo(card) for button in (card.add, card.verify, card.remove))
    assert tuple(shown) == buttons
    assert card.why.isVisibleTo(card) == (state in (EngineState.OUTDATED, EngineState.DAMAGED))


def test_the_dialog_tells_what_would_come_and_refuses_where_it_does_not_fit(qtbot: QtBot) -> None:
    offer = EngineOffer(
        build=TorchBuild.CUDA,
        download=3_500_000_000,
        kept=1_000_000_000,
        size=9_000_000_000,
        free=7_000_000_000,
        folder=Path("engine"),
        python="",
        terms="BSD-3-Clause",
    )
    dialog = EngineDialog(offer)
    qtbot.addWidget(dialog)
    dialog.agreed.click()
    assert not dialog.fetch.isEnabled()
    assert dialog.fetch.text() == "Go on"
