"""The engine that was asked for is opened or refused, never swapped."""

from types import SimpleNamespace

import pytest

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.models.store import ModelStore
from desktop_app.restoration import engines
from desktop_app.restoration.engines import open_restorer
from desktop_app.restoration.instant_restore.process import InstantRestoreProcess


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "CompactRestorer", lambda *given: SimpleNamespace(name="compact"))
    monkeypatch.setattr(engines, "missing_packages", lambda python: ())
    monkeypatch.setattr(engines, "devices", lambda python: ("cuda", "cpu"))
    made = ModelStore(tmp_path / "bundled", tmp_path / "installed")
    monkeypatch.setattr(
        ModelStore,
        "path",
        lambda self, model_id: (
            tmp_path / "bundled" if model_id == "compact" else tmp_path / "installed" / model_id
        ),
    )
    return made


def _install(store, tmp_path):
    store.install_made(
        "instant-restore", lambda folder: (folder / "w.safetensors").write_bytes(b"1") and None, 1
    )


def test_automatic_is_the_embedded_engine_where_the_large_one_is_missing(store):
    assert open_restorer("automatic", store, "auto").name == "compact"


def test_automatic_is_the_large_engine_on_a_gpu(store, tmp_path):
    _install(store, tmp_path)
    assert isinstance(open_restorer("automatic", store, "auto"), InstantRestoreProcess)
    assert open_restorer("automatic", store, "cpu").name == "compact"


def test_automatic_is_the_embedded_engine_without_a_gpu(store, tmp_path, monkeypatch):
    _install(store, tmp_path)
    monkeypatch.setattr(engines, "devices", lambda python: ("cpu",))
    assert open_restorer("automatic", store, "auto").name == "compact"
    assert isinstance(open_restorer("instant-restore", store, "auto"), InstantRestoreProcess)


def test_a_choice_that_cannot_run_says_what_is_missing(store, tmp_path, monkeypatch):
    with pytest.raises(ModelNotInstalled, match="Install its weights"):
        open_restorer("instant-restore", store, "auto")
    _install(store, tmp_path)
    monkeypatch.setattr(engines, "missing_packages", lambda python: ("torch",))
    with pytest.raises(ModelNotInstalled, match="torch"):
        open_restorer("instant-restore", store, "auto")
    with pytest.raises(BadRequest):
        open_restorer("other", store, "auto")


def test_the_apple_gpu_has_the_name_that_torch_gives_it(store, tmp_path, monkeypatch):
    _install(store, tmp_path)
    monkeypatch.setattr(engines, "devices", lambda python: ("mps", "cpu"))
    restorer = open_restorer("automatic", store, "coreml")
    assert isinstance(restorer, InstantRestoreProcess)
    assert restorer._wish["device"] == "mps"


def test_the_private_environment_and_the_preview_go_with_the_large_engine(store, tmp_path):
    _install(store, tmp_path)
    python = tmp_path / "engine" / "bin" / "python"
    bare = open_restorer("instant-restore", store, "auto", python=python)
    assert bare._command[0] == str(python)
    assert bare._wish["preview"] is None
    store.install_made("taesd", lambda f: (f / "taesd.safetensors").write_bytes(b"2") and None, 1)
    previewed = open_restorer("instant-restore", store, "auto", python=python, compiled=True)
    assert previewed._wish["preview"].endswith("taesd.safetensors")
    assert previewed._wish["compiled"]


def test_a_private_environment_lies_beside_the_catalog(tmp_path):
    from desktop_app.settings.places import places

    where = places(tmp_path)
    assert where.engine_python is None
    python = tmp_path / "data" / "engine" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert where.engine_python == python
