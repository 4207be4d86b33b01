"""The engine's process may die at any moment: the application answers and finishes the queue."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from desktop_app.domain.errors import BadRequest, DeviceOutOfMemory, DeviceUnavailable
from desktop_app.domain.progress import Cancelled
from desktop_app.restoration.instant_restore import process
from desktop_app.restoration.instant_restore.process import InstantRestoreProcess
from desktop_app.restoration.instant_restore.wire import Broken, EngineFailed, Message, read_message

STAND_IN = Path(__file__).with_name("stand_in_child.py")
CROP = np.full((64, 64, 3), 100, np.uint8)
REFERENCES = [np.full((64, 64, 3), shade, np.uint8) for shade in (50, 70)]


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setattr(process, "child_command", lambda python: [sys.executable, str(STAND_IN)])
    made = []

    def start(**options):
        made.append(InstantRestoreProcess(Path("weights"), **options))
        return made[-1]

    yield start
    for each in made:
        each.close()
        assert each.pid is None


def test_pictures_travel_there_and_back(engine):
    restorer = engine()
    assert restorer.pid is None
    memory = restorer.encode_references(REFERENCES)
    face = restorer.restore(CROP, memory, 0)
    assert memory.count == 2
    assert face.crop.dtype == np.float32
    assert np.allclose(face.crop, (100 + 60) / 510)
    assert face.reference_map is not None
    assert face.reference_map.winner.shape == (8, 8)
    assert restorer.facts.engine == "instant-restore"


def test_expected_failures_arrive_as_themselves_and_the_process_goes_on(engine):
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    before = restorer.pid
    with pytest.raises(DeviceOutOfMemory, match="too little memory"):
        restorer.restore(CROP, memory, 13)
    with pytest.raises(EngineFailed, match="ZeroDivisionError"):
        restorer.restore(CROP, memory, 14)
    restorer.restore(CROP, memory, 0)
    assert restorer.pid == before


def test_memories_older_than_the_child_remembers_are_made_again(engine):
    restorer = engine()
    memories = [restorer.encode_references([r + number]) for number in range(8) for r in REFERENCES]
    assert np.allclose(restorer.restore(CROP, memories[0], 0).crop, 150 / 510)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a thing of POSIX")
def test_killed_fifty_times_during_restores_the_queue_is_finished(engine, monkeypatch):
    monkeypatch.setenv("STAND_IN_SECONDS", "0.05")
    monkeypatch.setattr(process, "MOST_STARTS", 60)
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    luck = random.Random(0)
    over = threading.Event()
    kills = []

    def kill():
        while len(kills) < 50 and not over.is_set():
            pid = restorer.pid
            if pid is not None:
                kills.append(pid)
                os.kill(pid, signal.SIGKILL)
            time.sleep(luck.uniform(0.1, 0.5))

    killer = threading.Thread(target=kill)
    killer.start()
    finished = 0
    while killer.is_alive() or finished < 10:
        assert np.allclose(restorer.restore(CROP, memory, 0).crop, 160 / 510)
        finished += 1
    over.set()
    killer.join()
    assert len(kills) == 50


def test_work_that_always_ends_the_process_is_given_up_in_a_sentence(engine, monkeypatch):
    monkeypatch.setattr(process, "child_command", lambda python: [sys.executable, "-c", "pass"])
    with pytest.raises(DeviceUnavailable, match="stopped 5 times"):
        engine().encode_references(REFERENCES)


def test_cancelled_work_ends_at_once_and_the_next_runs(engine, monkeypatch):
    monkeypatch.setenv("STAND_IN_SECONDS", "60")
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    threading.Timer(0.3, restorer.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        restorer.restore(CROP, memory, 0)
    assert time.monotonic() - began < 10
    monkeypatch.setenv("STAND_IN_SECONDS", "0")
    restorer.restore(CROP, memory, 0)


def test_an_interrupted_wait_never_mixes_up_answers(engine, monkeypatch):
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    hear = process.EngineProcess.hear

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(process.EngineProcess, "hear", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restorer.restore(CROP, memory, 0)
    monkeypatch.setattr(process.EngineProcess, "hear", hear)
    assert np.allclose(restorer.restore(CROP // 2, memory, 0).crop, 110 / 510)


def test_an_idle_engine_gives_its_memory_back(engine):
    restorer = engine(idle_seconds=0.4)
    memory = restorer.encode_references(REFERENCES)
    deadline = time.monotonic() + 20
    while restorer.pid is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert restorer.pid is None
    restorer.restore(CROP, memory, 0)


def test_bad_wishes_are_refused_in_a_sentence(engine):
    restorer = engine()
    with pytest.raises(BadRequest, match="at least one reference"):
        restorer.encode_references([])
    with pytest.raises(BadRequest, match="same size"):
        restorer.encode_references([CROP, CROP[:32]])
    memory = restorer.encode_references(REFERENCES)
    with pytest.raises(BadRequest, match="8 bits"):
        restorer.restore(CROP.astype(np.float32), memory, 0)


def test_what_is_no_message_is_not_believed():
    import io

    for said in (b"", b"\x01", b"\xff\xff\xff\xff", b"\x02\0\0\0{}", b"\x04\0\0\0junk"):
        with pytest.raises(Broken):
            read_message(io.BytesIO(said))
    huge = b'{"words": {}, "arrays": [{"kind": "uint8", "shape": [99999999, 99]}]}'
    with pytest.raises(Broken):
        read_message(io.BytesIO(len(huge).to_bytes(4, "little") + huge))
    odd = b'{"words": {}, "arrays": [{"kind": "object", "shape": [1]}]}'
    with pytest.raises(Broken):
        read_message(io.BytesIO(len(odd).to_bytes(4, "little") + odd))
    assert Message({}).arrays == ()


def test_the_window_drives_the_engine_without_torch():
    said = (
        "import sys; import desktop_app.restoration.instant_restore.process as p;"
        "p.missing_packages(); assert 'torch' not in sys.modules and 'diffusers' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", said], check=True, cwd=Path(__file__).parents[3])
