"""The model store knows what is here and never leaves half a model behind."""

import errno
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop_app.domain.errors import (
    BadRequest,
    DiskFull,
    FileVanished,
    ModelNotInstalled,
    ModelRefused,
    NotPermitted,
)
from desktop_app.domain.progress import Cancelled, Progress, silent
from desktop_app.models.known import KNOWN
from desktop_app.models.store import ModelState, ModelStore


@pytest.fixture
def store(bundled_models: Path, tmp_path: Path) -> ModelStore:
    return ModelStore(bundled_models, tmp_path / "models")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "detect.onnx").write_bytes(b"detect" * 1000)
    (folder / "recognise.onnx").write_bytes(b"recognise" * 1000)
    return folder


def test_every_model_says_its_terms_and_where_they_stand() -> None:
    assert all(m.licence and m.licence_source and m.purpose for m in KNOWN.values())


@pytest.mark.parametrize("model_id", [m.id for m in KNOWN.values() if m.bundled])
def test_bundled_models_are_whole(store: ModelStore, model_id: str) -> None:
    assert store.verify(model_id).state is ModelState.INSTALLED
    assert len(store.hash_of(model_id)) == 64


def test_a_flipped_bit_is_found_by_the_thorough_look(bundled_models: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bundled"
    shutil.copytree(bundled_models, copy)
    path = copy / "fr_feature.onnx"
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    store = ModelStore(copy, tmp_path / "none")
    assert store.state("fr_feature").state is ModelState.INSTALLED
    assert store.verify("fr_feature").state is ModelState.DAMAGED
    path.write_bytes(data[:-1])
    assert store.state("fr_feature").state is ModelState.DAMAGED
    path.unlink()
    with pytest.raises(ModelNotInstalled, match="Install the application again"):
        store.path("fr_feature")


def test_a_pack_is_installed_verified_and_removed(store: ModelStore, pack: Path) -> None:
    assert store.state("insightface-pack").state is ModelState.MISSING
    store.install_from("insightface-pack", pack, silent)
    assert store.verify("insightface-pack").state is ModelState.INSTALLED
    assert (store.path("insightface-pack") / "detect.onnx").read_bytes()[:6] == b"detect"
    store.remove("insightface-pack")
    assert store.state("insightface-pack").state is ModelState.MISSING


def test_a_broken_installation_leaves_what_was_there_before(
    store: ModelStore, pack: Path, tmp_path: Path
) -> None:
    store.install_from("insightface-pack", pack, silent)

    def stop(progress: Progress) -> None:
        if progress.done == 1:
            raise Cancelled

    (pack / "detect.onnx").write_bytes(b"newer")
    with pytest.raises(Cancelled):
        store.install_from("insightface-pack", pack, stop)
    assert store.verify("insightface-pack").state is ModelState.INSTALLED
    assert (store.path("insightface-pack") / "detect.onnx").read_bytes()[:6] == b"detect"
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["insightface-pack"]


def test_what_cannot_be_installed_is_refused_in_a_sentence(
    store: ModelStore, tmp_path: Path
) -> None:
    with pytest.raises(BadRequest, match="part of the application"):
        store.install_from("yunet", tmp_path, silent)
    with pytest.raises(BadRequest, match="no model nonsense"):
        store.path("nonsense")
    with pytest.raises(FileVanished):
        store.install_from("insightface-pack", tmp_path / "nowhere", silent)
    with pytest.raises(ModelRefused, match=r"no \.onnx"):
        store.install_from("insightface-pack", tmp_path, silent)


def test_a_list_of_checksums_that_is_no_list_is_damage(
    store: ModelStore, pack: Path, tmp_path: Path
) -> None:
    store.install_from("insightface-pack", pack, silent)
    (tmp_path / "models" / "insightface-pack" / "checksums.json").write_text(json.dumps([1]))
    assert store.state("insightface-pack").state is ModelState.DAMAGED


def test_too_little_room_is_said_before_anything_is_copied(
    store: ModelStore, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10_000_000))
    with pytest.raises(DiskFull, match="Free some space"):
        store.install_from("insightface-pack", pack, silent)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_change_that_fails_at_its_last_step_leaves_the_model_of_before(
    store: ModelStore, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.install_from("insightface-pack", pack, silent)
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        if self.name.startswith(".incoming-"):
            raise OSError(errno.ENOSPC, "full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    (pack / "detect.onnx").write_bytes(b"newer")
    with pytest.raises(DiskFull):
        store.install_from("insightface-pack", pack, silent)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["insightface-pack"]
    assert store.verify("insightface-pack").state is ModelState.INSTALLED


def test_what_another_process_brings_in_now_is_left_alone_and_what_a_kill_left_goes(
    store: ModelStore, pack: Path, tmp_path: Path
) -> None:
    now, long_ago = (tmp_path / "models" / f".incoming-{name}" for name in ("now", "long ago"))
    for folder in (now, long_ago):
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"half")
    os.utime(long_ago, (0, 0))
    store.install_from("insightface-pack", pack, silent)
    assert now.is_dir()
    assert not long_ago.exists()


def test_what_cannot_be_removed_is_not_said_to_be_gone(
    store: ModelStore, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows while a restoration has it open."""
    store.install_from("insightface-pack", pack, silent)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda place, ignore_errors: None)
        with pytest.raises(NotPermitted, match="in use"):
            store.remove("insightface-pack")
    store.remove("insightface-pack")
    assert store.state("insightface-pack").state is ModelState.MISSING
    store.remove("insightface-pack")
