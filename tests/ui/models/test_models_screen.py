"""The models screen through its real widgets and a real store."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.progress import Progress
from desktop_app.models import store as model_store
from desktop_app.models.known import KNOWN
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.operations import install_model as operation
from desktop_app.ui.models.download_dialog import DownloadDialog
from desktop_app.ui.models.model_card import ModelCard
from desktop_app.ui.models.models_screen import ModelsScreen
from desktop_app.ui.models.wishes import ModelWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.models.makers import Makers, makers_at_work


@pytest.fixture
def store(bundled_models: Path, tmp_path: Path) -> ModelStore:
    return ModelStore(bundled_models, tmp_path / "installed")


@pytest.fixture
def screen(
    bench: Workbench, means: Means, store: ModelStore, qtbot: QtBot
) -> Iterator[ModelsScreen]:
    screen = ModelsScreen(bench, store)
    wishes = ModelWishes(means, store)
    screen.offer_wanted.connect(wishes.ask_makers)
    screen.download_wanted.connect(wishes.download)
    wishes.offered.connect(screen.on_offered)
    wishes.not_offered.connect(screen.on_not_offered)
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
    assert card.work.cancel.isVisible()
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


# From the makers


@pytest.fixture
def makers(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Makers]]:
    def convert(source: Path, target: Path, report: Any, shapes: Any, python: Any) -> None:
        report(Progress(0, None, "Converting the weights"))
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr(operation, "convert_weights", convert)
    monkeypatch.setattr(operation, "missing_packages", lambda python: ())
    with makers_at_work() as (kind, address):
        here = {i: replace(m, home=address if m.home else None) for i, m in KNOWN.items()}
        monkeypatch.setattr(model_store, "KNOWN", here)
        yield kind


def _opened(screen: ModelsScreen, qtbot: QtBot) -> DownloadDialog:
    card = screen.cards["instant-restore"]
    assert card.download.isVisible()
    assert card.download.isEnabled()
    qtbot.mouseClick(card.download, Qt.MouseButton.LeftButton)
    assert screen.dialog is not None
    assert screen.dialog.isVisible()
    return screen.dialog


def test_nobody_is_asked_before_the_terms_are_agreed_to(
    makers: type[Makers], screen: ModelsScreen, store: ModelStore, qtbot: QtBot
) -> None:
    dialog = _opened(screen, qtbot)
    _settled(screen, qtbot)
    assert makers.asked == []
    assert not dialog.fetch.isEnabled()
    assert "once you agree" in dialog.how_large.text()
    dialog.agreed.click()
    qtbot.waitUntil(dialog.fetch.isEnabled, timeout=15_000)
    assert makers.asked == ["/resolve/main/final_model_ckpt.pt"]
    assert makers.ranges == []
    assert dialog.how_large.text().startswith("5.1")
    assert "free" in dialog.room.text()
    dialog.agreed.click()
    assert not dialog.fetch.isEnabled()
    dialog.reject()
    assert store.state("instant-restore").state is ModelState.MISSING


def test_a_download_is_followed_until_the_model_is_installed(
    makers: type[Makers], screen: ModelsScreen, store: ModelStore, qtbot: QtBot
) -> None:
    dialog = _opened(screen, qtbot)
    dialog.file.setCurrentIndex(1)
    dialog.agreed.click()
    qtbot.waitUntil(dialog.fetch.isEnabled, timeout=15_000)
    qtbot.mouseClick(dialog.fetch, Qt.MouseButton.LeftButton)
    card = screen.cards["instant-restore"]
    assert not dialog.isVisible()
    assert card.work.cancel.isVisible()
    assert card.work.words.isVisible()
    assert not card.download.isVisible()
    _settled(screen, qtbot)
    assert makers.asked[-1] == "/resolve/main/lmattn_ablation_ckpt.pt"
    assert store.verify("instant-restore").state is ModelState.INSTALLED
    assert card._state.text() == "Installed"
    assert not card.work.words.isVisible()
    assert "is installed" in screen.bench.messages.toast.words.text()


def test_a_download_that_broke_off_says_so_and_goes_on(
    makers: type[Makers], screen: ModelsScreen, store: ModelStore, qtbot: QtBot
) -> None:
    makers.breaks_off_after = 2_000_000
    dialog = _opened(screen, qtbot)
    dialog.agreed.click()
    qtbot.waitUntil(dialog.fetch.isEnabled, timeout=15_000)
    dialog.fetch.click()
    _settled(screen, qtbot)
    assert "broke off" in screen.bench.messages.toast.words.text()
    assert screen.cards["instant-restore"]._state.text() == "Not installed"
    makers.breaks_off_after = None
    again = _opened(screen, qtbot)
    again.agreed.click()
    qtbot.waitUntil(again.fetch.isEnabled, timeout=15_000)
    assert again.fetch.text() == "Go on"
    assert "2.0" in again.how_large.text()
    again.fetch.click()
    _settled(screen, qtbot)
    assert makers.ranges == [None, "bytes=2000000-"]
    assert store.verify("instant-restore").state is ModelState.INSTALLED


def test_a_cancelled_download_leaves_all_as_before(
    makers: type[Makers],
    screen: ModelsScreen,
    store: ModelStore,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = screen.cards["instant-restore"]
    real = operation.download

    def cancelled_on_the_way(url: str, folder: Path, report: Any) -> Path:
        def tell(progress: Progress) -> None:
            if card._job is not None:
                card._job.cancel()
            report(progress)

        return real(url, folder, tell)

    monkeypatch.setattr(operation, "download", cancelled_on_the_way)
    dialog = _opened(screen, qtbot)
    dialog.agreed.click()
    qtbot.waitUntil(dialog.fetch.isEnabled, timeout=15_000)
    dialog.fetch.click()
    _settled(screen, qtbot)
    assert store.state("instant-restore").state is ModelState.MISSING
    assert card._state.text() == "Not installed"
    assert card.download.isVisible()
    assert not (store.place_of("instant-restore")).exists()


def test_makers_who_cannot_be_reached_are_said_to_be_in_the_dialog(
    makers: type[Makers], screen: ModelsScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = {i: replace(m, home="http://127.0.0.1:9") for i, m in KNOWN.items()}
    monkeypatch.setattr(model_store, "KNOWN", gone)
    dialog = _opened(screen, qtbot)
    dialog.agreed.click()
    _settled(screen, qtbot)
    qtbot.waitUntil(dialog.why.isVisible, timeout=5000)
    assert "cannot be reached" in dialog.why.text()
    assert not dialog.fetch.isEnabled()
    here = {i: replace(m, home="http://127.0.0.1:9/again") for i, m in KNOWN.items()}
    monkeypatch.setattr(model_store, "KNOWN", here)
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    assert not dialog.why.isVisible()
    _settled(screen, qtbot)


def test_a_local_file_is_installed_without_asking_anybody(
    makers: type[Makers], screen: ModelsScreen, store: ModelStore, tmp_path: Path, qtbot: QtBot
) -> None:
    source = tmp_path / "final_model_ckpt.pt"
    source.write_bytes(b"weights")
    card = screen.cards["instant-restore"]
    assert not card.from_folder.isVisible()
    card.agreed.click()
    assert card.from_file.isEnabled()
    card.take(str(source))
    _settled(screen, qtbot)
    assert store.verify("instant-restore").state is ModelState.INSTALLED
    assert makers.asked == []
    told = json.loads((store.place_of("instant-restore") / "checksums.json").read_text())
    assert list(told) == ["instant_restore.safetensors"]
