"""What import-linter cannot see: what is loaded, and what is connected to, when programs run."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop_app.catalog import Catalog, FoundPhoto
from desktop_app.settings.places import places
from tests import sealed

TESTS = Path(__file__).resolve().parent

COMMAND = """
import sys
from desktop_app.__main__ import main
status = main(sys.argv[1:])
print("LOADED", *sys.modules, file=sys.stderr)
sys.exit(status)
"""

WINDOW = """
import os, sys, traceback
from pathlib import Path
from PySide6.QtCore import QTimer
from desktop_app.app.application import Application
from desktop_app import app
from desktop_app.domain.restoration import RestoreRequest
from desktop_app.operations.decide_faces import name_faces

windows, faces = [], []
begin = app.Likeness.begin

def begin_and_keep(likeness, *given):
    windows.append(likeness)
    begin(likeness, *given)

def step():
    # whenever no job waits or runs: the first time restore a face, the second time leave
    if not windows or windows[0].bench.runner.jobs():
        return
    likeness = windows[0]
    if faces:
        print("RESTORED", len(likeness.catalog.restorations.of_face(faces[0])), flush=True)
        timer.stop()
        likeness.window.close()
        return
    faces.extend(likeness.catalog.faces.unnamed(True))
    if faces:
        name_faces(likeness.catalog, faces[:1], "Somebody")
        likeness.restoring.restore([RestoreRequest(faces[0], references=())], "compact")

def step_or_die():
    try:
        step()
    except Exception:
        traceback.print_exc()
        os._exit(3)

app.Likeness.begin = begin_and_keep
application = Application(sys.argv[:1])
timer = QTimer(interval=300)
timer.timeout.connect(step_or_die)
timer.start()
status = app.run_window(None, [Path(sys.argv[1])])
print("LOADED", *sys.modules, file=sys.stderr)
sys.exit(status)
"""


FIRST_PAINT = """
import sys
from PySide6.QtCore import QEvent, QObject, QTimer
from desktop_app.app.likeness import Likeness
from desktop_app.app.run import run_window

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.seen and likenesses[0].shown():
            self.seen = True
            print("LOADED", *sys.modules, file=sys.stderr, flush=True)
            QTimer.singleShot(0, likenesses[0].window.close)
        return False

watch, likenesses = Watch(), []
watch.seen = False
begin = Likeness.begin

def begin_and_watch(likeness, *given):
    likeness.shown = lambda: bool(likeness.library.grid.photos.ids())
    likenesses.append(likeness)
    likeness.library.grid.viewport().installEventFilter(watch)
    begin(likeness, *given)

Likeness.begin = begin_and_watch
sys.exit(run_window(None, []))
"""


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def modules(self) -> set[str]:
        (line,) = (line for line in self.err.splitlines() if line.startswith("LOADED "))
        return set(line.split()[1:])


def run_sealed(program: str, folder: Path, *arguments: str) -> Ran:
    """Runs the program without `CI` in its variables; an internet socket kills it."""
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if name != "CI"}
    variables |= {"LIKENESS_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen"}
    seal = [str(TESTS / "sealed.py")] if sealed.can_seal() else []
    run = subprocess.run(
        [sys.executable, *seal, str(path), *arguments],
        cwd=TESTS.parent,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=150,
        check=False,
    )
    assert run.returncode != sealed.KILLED, "it opened an internet socket"
    return Ran(run.returncode, run.stdout, run.stderr)


def fingerprints(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Ran:
    before = fingerprints(samples)
    ran = run_sealed(COMMAND, tmp_path_factory.mktemp("demo"), "demo", "--json")
    assert ran.status == 0, ran.err
    assert fingerprints(samples) == before
    return ran


@pytest.mark.skipif(not sealed.can_seal(), reason="the seal is written for Linux on x86-64 and ARM")
def test_the_seal_notices_an_internet_socket(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="internet socket"):
        run_sealed("import socket; socket.socket(socket.AF_INET)", tmp_path)


def test_doctor_needs_no_window_and_no_torch(tmp_path: Path) -> None:
    ran = run_sealed(COMMAND, tmp_path, "doctor")
    assert ran.status == 0, ran.out + ran.err
    assert not {"PySide6", "torch", "diffusers"} & ran.modules


def test_the_whole_way_needs_no_window_no_torch_and_no_network(demo: Ran) -> None:
    assert "onnxruntime" in demo.modules
    assert not {"PySide6", "torch", "diffusers"} & demo.modules


def test_the_whole_way_finds_every_face_and_names_every_person_rightly(demo: Ran) -> None:
    told: dict[str, Any] = json.loads(demo.out)
    assert told["faces_found"] == told["faces_expected"] == 5
    assert told["people_right"] == 5
    assert Path(told["picture"]).stat().st_size > 10_000


def test_the_window_restores_without_torch_and_without_network(
    tmp_path: Path, samples: Path
) -> None:
    ran = run_sealed(WINDOW, tmp_path, str(samples / "library"))
    assert ran.status == 0, ran.err
    assert "RESTORED 1" in ran.out, ran.err
    assert {"PySide6", "onnxruntime"} <= ran.modules
    assert not {"torch", "diffusers"} & ran.modules


def test_the_first_sight_of_the_library_loads_nothing_that_only_work_needs(
    tmp_path: Path, samples: Path
) -> None:
    catalog = places(tmp_path / "home").catalog
    with Catalog.open(catalog) as made:
        photo = FoundPhoto(b"astronaut-1993.png", 1, 1)
        made.photos.record_found(made.folders.add(samples / "library" / "Space"), [photo])
    ran = run_sealed(FIRST_PAINT, tmp_path)
    assert ran.status == 0, ran.err
    heavy = {"torch", "diffusers", "onnxruntime", "insightface", "scipy", "skimage", "onnx"}
    assert not {*heavy, "alembic", "matplotlib", "pandas"} & ran.modules
