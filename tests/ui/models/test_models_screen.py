"""The models screen through its real widgets and a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.models.store import ModelState, ModelStore
from desktop_app.ui.models.model_card import ModelCard
from desktop_app.ui.models.models_screen import ModelsScreen
from desktop_app.ui.models.wishes import ModelWishes
from desktop_app.ui.screen import Workbench


@pytest.fixture
def store(bundled_models: Path, tmp_path: Path) -> ModelStore:
    return ModelStore(bundled_models, tmp_path / "installed")


@pytest.fixture
def screen(bench: Workbench, store: ModelStore, qtbot: QtBot) -> Iterator[ModelsScreen]:
    screen = ModelsScreen(bench, store)
    wishes = ModelWishes(bench.runner, bench.messages, store)
    screen.install_wanted.connect(wishes.install)
    screen.remove_wanted.connect(wishes.remove)
    screen.verify_wanted.connect(wishes.verify)
    wishes.working.connect(screen.on_job)
    wishes.models_changed.connect(screen.read_again)
    wishes.checked.connect(screen.on_checked)
    qtbot.addWidget(screen)
    screen.resize(1000, 900)
    screen.show()
    screen.show_subject(None)
    _settled(screen, qtbot)
    yield screen
    screen.hide()


def _settled(screen: ModelsScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not screen.bench.runner.jobs(), timeout=15_000)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "buffalo"
    folder.mkdir()
    (folder / "det.onnx").write_bytes(b"a detector")
    (folder / "rec.onnx").write_bytes(b"a recogniser")
    return folder


def _card(screen: ModelsScreen) -> ModelCard:
    return screen.cards["insightface-pack"]


def test_every_known_model_has_a_card_with_its_terms(
    screen: ModelsScreen, store: ModelStore
) -> None:
    assert list(screen.cards) == [model.id for model in store.all()]
    assert screen.cards["yunet"]._state.text() == "Part of the application"
    assert _card(screen)._state.text() == "Not installed"


def test_nothing_comes_in_before_the_terms_are_agreed_to(
    screen: ModelsScreen, qtbot: QtBot
) -> None:
    card = _card(screen)
    assert card.from_folder.isVisible()
    assert not card.from_folder.isEnabled()
    card.agreed.click()
    assert card.from_folder.isEnabled()


def test_a_model_is_installed_checked_and_removed(
    screen: ModelsScreen, store: ModelStore, pack: Path, qtbot: QtBot
) -> None:
    card = _card(screen)
    card.agreed.click()
    card.take(str(pack))
    assert card.cancel.isVisible()
    _settled(screen, qtbot)
    assert store.state("insightface-pack").state is ModelState.INSTALLED
    assert card._state.text() == "Installed"
    qtbot.mouseClick(card.verify, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert "is whole" in screen.bench.messages.toast.words.text()
    qtbot.mouseClick(card.remove, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert card._state.text() == "Not installed"


def test_a_damaged_model_says_so_in_words(
    screen: ModelsScreen, pack: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    card = _card(screen)
    card.take(str(pack))
    _settled(screen, qtbot)
    (tmp_path / "installed" / "insightface-pack" / "det.onnx").write_bytes(b"a detectir")
    qtbot.mouseClick(card.verify, Qt.MouseButton.LeftButton)
    _settled(screen, qtbot)
    assert card._state.text() == "Damaged"
    assert "checksum" in card._why.text()
    assert card.remove.isVisible()


def test_a_folder_without_a_model_is_refused_in_words(
    screen: ModelsScreen, tmp_path: Path, qtbot: QtBot
) -> None:
    _card(screen).take(str(tmp_path))
    _settled(screen, qtbot)
    assert "no .onnx files" in screen.bench.messages.toast.words.text()
    assert _card(screen)._state.text() == "Not installed"
