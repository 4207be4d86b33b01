"""InstantRestore's checkpoint comes in converted, or what was there before stays."""

import json
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadRequest, FileVanished, ModelNotInstalled, ModelRefused
from desktop_app.domain.progress import silent
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.operations import install_model as operation
from desktop_app.operations.install_model import WEIGHTS, fetch_model, install_model


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "bundled", tmp_path / "installed")


@pytest.fixture
def converter(monkeypatch):
    """Converts by writing down where the weights came from."""

    def convert(source: Path, target: Path, report, architecture=None):
        if source.read_bytes() == b"bad":
            target.with_name(".likeness-half").write_bytes(b"half")
            raise ModelRefused("The file is damaged.")
        target.write_bytes(source.read_bytes() + json.dumps(architecture).encode())

    monkeypatch.setattr(operation, "convert_weights", convert)
    monkeypatch.setattr(operation, "missing_packages", lambda: ())


def test_a_checkpoint_is_converted_and_installed(store, converter, tmp_path):
    source = tmp_path / "final_model_ckpt.pt"
    source.write_bytes(b"good")
    install_model(store, "instant-restore", source, silent)
    assert store.verify("instant-restore").state is ModelState.INSTALLED
    assert (store.path("instant-restore") / WEIGHTS).read_bytes() == b"goodnull"


def test_a_refused_checkpoint_leaves_what_was_there(store, converter, tmp_path):
    good, bad = tmp_path / "good.pt", tmp_path / "bad.pt"
    good.write_bytes(b"good")
    bad.write_bytes(b"bad")
    install_model(store, "instant-restore", good, silent)
    with pytest.raises(ModelRefused):
        install_model(store, "instant-restore", bad, silent)
    assert store.verify("instant-restore").state is ModelState.INSTALLED
    assert [p.name for p in (tmp_path / "installed").iterdir()] == ["instant-restore"]


def test_without_its_packages_the_engine_is_not_installed(store, monkeypatch, tmp_path):
    monkeypatch.setattr(operation, "missing_packages", lambda: ("torch",))
    source = tmp_path / "file.pt"
    source.write_bytes(b"good")
    with pytest.raises(ModelNotInstalled, match="torch"):
        install_model(store, "instant-restore", source, silent)
    with pytest.raises(FileVanished):
        install_model(store, "instant-restore", tmp_path / "none.pt", silent)


def test_nothing_is_fetched_before_the_terms_are_accepted(store, monkeypatch, tmp_path):
    monkeypatch.setattr(operation, "download", _never)
    for wish, accepted, words in (
        (("instant-restore", "final_model_ckpt.pt"), False, "No licence stated"),
        (("instant-restore", "other.pt"), True, "no file other.pt"),
        (("insightface-pack", "final_model_ckpt.pt"), True, "not fetched"),
    ):
        with pytest.raises(BadRequest, match=words):
            fetch_model(store, *wish, tmp_path, silent, terms_accepted=accepted)


def test_a_fetched_file_is_installed_and_the_download_deleted(
    store, converter, monkeypatch, tmp_path
):
    downloads = tmp_path / "downloads"
    asked = []

    def bring(url, folder, report):
        asked.append(url)
        folder.mkdir()
        (folder / "file.pt").write_bytes(b"good")
        return folder / "file.pt"

    monkeypatch.setattr(operation, "download", bring)
    fetch_model(
        store, "instant-restore", "final_model_ckpt.pt", downloads, silent, terms_accepted=True
    )
    assert asked[0].endswith("/resolve/main/final_model_ckpt.pt")
    assert store.state("instant-restore").state is ModelState.INSTALLED
    assert not downloads.exists()


def _never(*given):
    raise AssertionError("fetched")
