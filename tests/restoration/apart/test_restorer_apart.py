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

from desktop_app.domain.errors import (
    BadRequest,
    DeviceFailed,
    DeviceOutOfMemory,
    DeviceUnavailable,
)
from desktop_app.domain.progress import Cancelled
from desktop_app.restoration.apart import restorer as apart
from desktop_app.restoration.apart.wire import Broken, EngineFailed, Message, read_message
from desktop_app.restoration.instant_restore.process import InstantRestoreProcess
from tests.restoration.apart.drivers import application

STAND_IN = Path(__file__).with_name("stand_in_child.py")
CROP = np.full((64, 64, 3), 100, np.uint8)
REFERENCES = [np.full((64, 64, 3), shade, np.uint8) for shade in (50, 70)]


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setattr(apart, "child_command", lambda python: [sys.executable, str(STAND_IN)])
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


def test_after_a_fault_of_the_device_the_next_face_gets_a_new_process(engine):
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    before = restorer.pid
    with pytest.raises(DeviceFailed, match="reported a fault"):
        restorer.restore(CROP, memory, 15)
    assert restorer.pid is None
    assert np.allclose(restorer.restore(CROP, memory, 0).crop, 160 / 510)
    assert restorer.pid not in (None, before)


def test_memories_older_than_the_child_remembers_are_made_again(engine):
    restorer = engine()
    memories = [restorer.encode_references([r + number]) for number in range(8) for r in REFERENCES]
    assert np.allclose(restorer.restore(CROP, memories[0], 0).crop, 150 / 510)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a thing of POSIX")
def test_killed_fifty_times_during_restores_the_queue_is_finished(engine, monkeypatch):
    monkeypatch.setenv("STAND_IN_SECONDS", "0.05")
    monkeypatch.setattr(apart, "MOST_STARTS", 60)
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
            time.sleep(luck.uniform(0.05, 0.3))

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
    monkeypatch.setattr(apart, "child_command", lambda python: [sys.executable, "-c", "pass"])
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


def test_a_watched_face_ends_as_soon_as_it_is_not_wanted(engine):
    restorer = engine()
    looks = []

    def look(stage):
        looks.append(stage)
        if len(looks) > 4:
            raise Cancelled

    memory = restorer.encode_references(REFERENCES)
    before = restorer.pid
    began = time.monotonic()
    with pytest.raises(Cancelled), restorer.watched(look):
        restorer.restore(CROP, memory, 12)  # a minute's work
    assert time.monotonic() - began < 10
    assert restorer.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    assert np.allclose(restorer.restore(CROP, memory, 0).crop, 160 / 510)
    assert restorer.pid not in (None, before)


def test_the_stages_of_a_start_are_told(engine):
    told = []
    restorer = engine()
    with restorer.watched(told.append):
        restorer.encode_references(REFERENCES)
    assert list(dict.fromkeys(told)) == ["Starting the large engine", "a word on the way"]


def test_what_is_said_of_a_start_stays_during_the_first_face(engine, monkeypatch):
    monkeypatch.setenv("STAND_IN_SECONDS", "0.5")
    told = []
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    with restorer.watched(told.append):
        restorer.restore(CROP, memory, 0)
        first = set(told)
        told.clear()
        restorer.restore(CROP, memory, 0)
    assert first == {"a word on the way"}
    assert set(told) == {""}


def test_a_start_can_be_given_up(engine, monkeypatch):
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(apart, "child_command", lambda python: sleeper)
    looks = []

    def look(stage):
        looks.append(stage)
        if len(looks) > 3:
            raise Cancelled

    restorer = engine()
    with pytest.raises(Cancelled), restorer.watched(look):
        assert restorer.facts
    assert restorer.pid is None


def test_a_preview_is_asked_for_behind_the_same_call(engine):
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    assert np.allclose(restorer.restore(CROP, memory, 0, preview=True).crop, 160 / 1020)


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is a thing of POSIX")
def test_an_interrupt_of_the_terminal_is_the_other_sides_to_decide(engine):
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    before = restorer.pid
    os.kill(before, signal.SIGINT)
    restorer.restore(CROP, memory, 0)
    assert restorer.pid == before


@pytest.mark.skipif(os.name == "nt", reason="SIGINT is a thing of POSIX")
def test_control_c_ends_the_work_inside_a_face_and_the_engine_with_it():
    program = (
        "import signal, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from desktop_app.restoration.apart import restorer as apart\n"
        "from desktop_app.restoration.instant_restore import process\n"
        # a shell that runs the tests in the background has them ignore Control-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"apart.child_command = lambda python: [sys.executable, {str(STAND_IN)!r}]\n"
        "crop = np.zeros((64, 64, 3), np.uint8)\n"
        "engine = process.InstantRestoreProcess(Path('weights'))\n"
        "memory = engine.encode_references([crop])\n"
        "print(engine.pid, flush=True)\n"
        "try:\n"
        "    engine.restore(crop, memory, 12)\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130 if engine.pid is None else 1)\n"
    )
    with application(program) as (terminal, child):
        time.sleep(0.5)
        terminal.send_signal(signal.SIGINT)
        assert terminal.wait(20) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_private_environments_python_runs_the_child(tmp_path):
    from desktop_app.restoration.apart.process import child_command

    python = tmp_path / "bin" / "python"
    assert child_command(python)[0] == str(python)


@pytest.mark.parametrize("entry", ["main", "window"])
def test_the_frozen_app_is_the_engine_when_its_switch_says_so(entry):
    """The frozen application has one executable: it must not open a second window."""
    from desktop_app.restoration.apart.process import ENGINE_SWITCH, EngineProcess

    command = ["-m", "desktop_app"]
    if entry == "window":
        command = ["-c", "import sys; from desktop_app.__main__ import window; sys.exit(window())"]
    child = EngineProcess([sys.executable, *command, ENGINE_SWITCH])
    try:
        with pytest.raises(BadRequest, match="does not know"):
            child.ask({"do": "nothing"})
    finally:
        child.end()


def test_the_engines_process_loads_no_window():
    from desktop_app.restoration.apart.process import ENGINE_SWITCH

    looked = (
        "import sys, desktop_app.__main__ as door\n"
        "from desktop_app.restoration.apart import child\n"
        "child.main = lambda: 0\n"
        f"assert door.main([{ENGINE_SWITCH!r}]) == 0\n"
        "named = [n for n in sys.modules if n.startswith(('PySide6', 'torch', 'desktop_app.ui',"
        " 'desktop_app.cli', 'sqlalchemy'))]\n"
        "assert not named, named"
    )
    subprocess.run([sys.executable, "-c", looked], check=True, cwd=Path(__file__).parents[3])


def test_an_interrupted_wait_never_mixes_up_answers(engine, monkeypatch):
    restorer = engine()
    memory = restorer.encode_references(REFERENCES)
    hear = apart.EngineProcess.hear

    def interrupted(self, look):
        raise KeyboardInterrupt

    monkeypatch.setattr(apart.EngineProcess, "hear", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restorer.restore(CROP, memory, 0)
    monkeypatch.setattr(apart.EngineProcess, "hear", hear)
    assert np.allclose(restorer.restore(CROP // 2, memory, 0).crop, 110 / 510)


def test_an_idle_engine_gives_its_memory_back(engine):
    restorer = engine(idle_seconds=0.4)
    memory = restorer.encode_references(REFERENCES)
    deadline = time.monotonic() + 20
    while restorer.pid is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert restorer.pid is None
    restorer.restore(CROP, memory, 0)


def test_an_idle_engine_ends_early_where_memory_is_short(engine, monkeypatch):
    restorer = engine(idle_seconds=4)
    memory = restorer.encode_references(REFERENCES)
    assert restorer.pid is not None
    began = time.monotonic()
    monkeypatch.setattr(apart, "memory_is_short", lambda: True)
    while restorer.pid is not None and time.monotonic() < began + 20:
        time.sleep(0.05)
    assert restorer.pid is None
    assert np.allclose(restorer.restore(CROP, memory, 0).crop, 160 / 510)


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
