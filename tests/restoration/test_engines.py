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
    monkeypatch.setattr(engines, "missing_packages", lambda: ())
    monkeypatch.setattr(engines, "devices", lambda: ("cuda", "cpu"))
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
    monkeypatch.setattr(engines, "devices", lambda: ("cpu",))
    assert open_restorer("automatic", store, "auto").name == "compact"
    assert isinstance(open_restorer("instant-restore", store, "auto"), InstantRestoreProcess)


def test_a_choice_that_cannot_run_says_what_is_missing(store, tmp_path, monkeypatch):
    with pytest.raises(ModelNotInstalled, match="Install its weights"):
        open_restorer("instant-restore", store, "auto")
    _install(store, tmp_path)
    monkeypatch.setattr(engines, "missing_packages", lambda: ("torch",))
    with pytest.raises(ModelNotInstalled, match="torch"):
        open_restorer("instant-restore", store, "auto")
    with pytest.raises(BadRequest):
        open_restorer("other", store, "auto")
