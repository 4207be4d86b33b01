"""InstantRestore's checkpoint comes in converted, or what was there before stays."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop_app.domain.errors import (
    BadRequest,
    DiskFull,
    FileVanished,
    ModelNotInstalled,
    ModelRefused,
)
from desktop_app.domain.progress import Cancelled, silent
from desktop_app.models import store as model_store
from desktop_app.models.known import KNOWN
from desktop_app.models.store import ModelState, ModelStore
from desktop_app.operations import install_model as operation
from desktop_app.operations.install_model import (
    WEIGHTS,
    fetch_model,
    install_model,
    offer_download,
)
from tests.models.makers import CONTENT, makers_at_work


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "bundled", tmp_path / "installed")


@pytest.fixture
def converter(monkeypatch):
    """Converts by writing down where the weights came from."""

    def convert(source: Path, target: Path, report, architecture=None, python=None):
        if source.read_bytes() == b"bad":
            target.with_name(".likeness-half").write_bytes(b"half")
            raise ModelRefused("The file is damaged.")
        target.write_bytes(source.read_bytes() + json.dumps(architecture).encode())

    monkeypatch.setattr(operation, "convert_weights", convert)
    monkeypatch.setattr(operation, "missing_packages", lambda python: ())


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
    monkeypatch.setattr(operation, "missing_packages", lambda python: ("torch",))
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
        folder.mkdir(parents=True)
        (folder / "file.pt").write_bytes(b"good")
        return folder / "file.pt"

    monkeypatch.setattr(operation, "download", bring)
    fetch_model(
        store, "instant-restore", "final_model_ckpt.pt", downloads, silent, terms_accepted=True
    )
    assert asked[0].endswith("/resolve/main/final_model_ckpt.pt")
    assert store.state("instant-restore").state is ModelState.INSTALLED
    assert not list(downloads.iterdir())


@pytest.fixture
def makers(monkeypatch):
    """The makers of every model that can be fetched, on this machine."""
    with makers_at_work() as (kind, address):
        here = {i: replace(m, home=address if m.home else None) for i, m in KNOWN.items()}
        monkeypatch.setattr(model_store, "KNOWN", here)
        yield kind


def _fetch(store, tmp_path, report=silent, model_id="instant-restore"):
    fetch_model(store, model_id, None, tmp_path / "downloads", report, terms_accepted=True)


def test_the_whole_way_from_the_makers_to_the_store(store, converter, makers, tmp_path):
    offer = offer_download(store, "instant-restore", "final_model_ckpt.pt", tmp_path / "downloads")
    assert (offer.size, offer.kept) == (len(CONTENT), 0)
    assert offer.free > 0
    assert offer.folder == tmp_path / "installed" / "instant-restore"
    assert makers.ranges == []
    seen = []
    _fetch(store, tmp_path, seen.append)
    assert makers.asked[-1] == "/resolve/main/final_model_ckpt.pt"
    assert store.verify("instant-restore").state is ModelState.INSTALLED
    assert seen[-1].what == "Downloading (MB)"
    assert seen[-1].done == seen[-1].total == len(CONTENT) // 1_000_000


def test_a_broken_download_leaves_what_was_there_and_goes_on(store, converter, makers, tmp_path):
    old = tmp_path / "old.pt"
    old.write_bytes(b"good")
    install_model(store, "instant-restore", old, silent)
    makers.breaks_off_after = 2_000_000
    with pytest.raises(FileVanished, match="broke off"):
        _fetch(store, tmp_path)
    assert (store.path("instant-restore") / WEIGHTS).read_bytes() == b"goodnull"
    wish = ("instant-restore", "final_model_ckpt.pt", tmp_path / "downloads")
    assert offer_download(store, *wish).kept == 2_000_000
    makers.breaks_off_after = None
    _fetch(store, tmp_path)
    assert makers.ranges == [None, "bytes=2000000-"]
    assert (store.path("instant-restore") / WEIGHTS).read_bytes() == CONTENT + b"null"


def test_a_cancelled_download_leaves_what_was_there(store, converter, makers, tmp_path):
    def stop(progress):
        if progress.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        _fetch(store, tmp_path, stop)
    assert store.state("instant-restore").state is ModelState.MISSING
    assert not (tmp_path / "installed").exists()


def test_a_published_file_that_is_refused_is_not_kept(store, converter, makers, tmp_path):
    makers.sent = b"bad"
    makers.checksum = hashlib.sha256(b"bad").hexdigest()
    with pytest.raises(ModelRefused):
        _fetch(store, tmp_path)
    assert store.state("instant-restore").state is ModelState.MISSING
    assert [p for p in (tmp_path / "downloads").rglob("*") if p.is_file()] == []


def test_too_little_room_is_said_before_anything_is_fetched(
    store, converter, makers, tmp_path, monkeypatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(DiskFull):
        _fetch(store, tmp_path)
    assert makers.ranges == []


def test_the_fast_preview_is_installed_like_any_model(tmp_path, store):
    torch = pytest.importorskip("torch", reason="torch, which reads the weights, is not here")
    diffusers = pytest.importorskip("diffusers", reason="diffusers is not here")
    from safetensors.torch import save_file

    good, bad = tmp_path / "good.safetensors", tmp_path / "bad.safetensors"
    save_file(diffusers.AutoencoderTiny().state_dict(), good)
    save_file({"weight": torch.zeros(3)}, bad)
    install_model(store, "taesd", good, silent)
    assert store.verify("taesd").state is ModelState.INSTALLED
    with pytest.raises(ModelRefused, match="no tiny decoder"):
        install_model(store, "taesd", bad, silent)
    assert store.verify("taesd").state is ModelState.INSTALLED
    assert [p.name for p in (tmp_path / "installed").iterdir()] == ["taesd"]


def test_the_private_environment_converts_where_there_is_one(store, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(operation, "missing_packages", lambda python: asked.append(python) or ())

    def convert(source, target, report, architecture, python):
        asked.append(python)
        target.write_bytes(b"weights")

    monkeypatch.setattr(operation, "convert_weights", convert)
    source = tmp_path / "file.pt"
    source.write_bytes(b"good")
    install_model(store, "instant-restore", source, silent, python=Path("private/python"))
    assert asked == [Path("private/python")] * 2


def _never(*given):
    raise AssertionError("fetched")
