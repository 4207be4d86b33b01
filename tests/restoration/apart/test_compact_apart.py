"""The embedded restorer in a process of its own: the same face, and no session in this process."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import BadRequest, ModelNotInstalled
from desktop_app.domain.restoration import Restorer
from desktop_app.models.store import ModelStore
from desktop_app.restoration.apart.restorer import RestorerApart
from desktop_app.restoration.engines import open_compact, open_restorer
from tests.restoration.apart.drivers import application

SIDE = 256
LUCK = np.random.default_rng(3)
CROP = LUCK.integers(40, 220, (SIDE, SIDE, 3), np.uint8)
REFERENCES = [LUCK.integers(40, 220, (SIDE, SIDE, 3), np.uint8) for _ in range(2)]


@pytest.fixture
def store(bundled_models: Path, tmp_path: Path) -> ModelStore:
    return ModelStore(bundled_models, tmp_path / "installed")


@pytest.fixture
def apart(store: ModelStore):
    restorer = open_restorer("compact", store, "cpu", apart=True)
    assert isinstance(restorer, RestorerApart)
    yield restorer
    restorer.close()
    assert restorer.pid is None


def test_it_makes_the_same_face_as_the_network_here(apart: Restorer, store: ModelStore) -> None:
    here = open_compact(store, "cpu")
    try:
        assert apart.facts == here.facts
        for references in (REFERENCES, []):
            one, other = (
                restorer.restore(CROP, restorer.encode_references(references), 0)
                for restorer in (apart, here)
            )
            assert np.array_equal(one.crop, other.crop)
            assert one.reference_map is not None
            assert other.reference_map is not None
            assert np.array_equal(one.reference_map.winner, other.reference_map.winner)
            assert np.array_equal(one.reference_map.share, other.reference_map.share)
    finally:
        here.close()


def test_it_starts_when_it_is_first_needed_and_survives_a_kill(apart: RestorerApart) -> None:
    assert apart.pid is None
    memory = apart.encode_references(REFERENCES)
    first, before = apart.restore(CROP, memory, 0), apart.pid
    assert before is not None
    if os.name != "nt":
        os.kill(before, signal.SIGKILL)
    assert np.array_equal(apart.restore(CROP, memory, 0).crop, first.crop)


def test_what_it_refuses_arrives_in_its_own_words(apart: RestorerApart) -> None:
    memory = apart.encode_references(REFERENCES)
    with pytest.raises(ModelNotInstalled, match="no fast preview"):
        apart.restore(CROP, memory, 0, preview=True)
    with pytest.raises(BadRequest, match="256 pixels"):
        apart.restore(CROP[:32, :32].copy(), memory, 0)
    missing = RestorerApart(
        {"engine": "compact", "encoder": "none", "restorer": "none", "device": "cpu"},
        "built-in engine",
    )
    with pytest.raises(ModelNotInstalled, match="is missing"):
        assert missing.facts
    missing.close()


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a thing of POSIX")
def test_a_killed_application_leaves_no_engine_behind(bundled_models: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from desktop_app.models.store import ModelStore\n"
        "from desktop_app.restoration.engines import open_compact\n"
        f"store = ModelStore(Path({str(bundled_models)!r}), Path({str(tmp_path)!r}))\n"
        "restorer = open_compact(store, 'cpu', apart=True)\n"
        "assert restorer.facts.engine == 'compact'\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "print(restorer.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with application(program) as (running, child):
        running.kill()
    deadline = time.monotonic() + 20
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False
