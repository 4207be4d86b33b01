"""Measures how long the window stands still through the first restoring of a run.

    python tests/benchmarks/bench_first_restore.py [--tries N]

Each try is a process of its own with the real window on a library that was indexed before: it
opens the restore screen, restores a face, compares and accepts. A timer of the window's thread
ticks every 2 ms; the longest time between two ticks of each step is printed, in milliseconds, and
what of it the thread worked itself (the rest it waited for others: the interpreter, the
processor). `here` makes the embedded network's sessions in the window's process, as it was once
done; `apart` is what the window does now.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from desktop_app.app import Likeness, run_window
from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.person import Year
from desktop_app.domain.progress import silent
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.models.store import ModelStore
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.decide_faces import name_faces
from desktop_app.operations.eyes import open_eyes
from desktop_app.operations.index_folder import index_folder
from desktop_app.restoration.engines import open_compact
from desktop_app.settings.places import places, resources
from desktop_app.ui.subjects import RestoreSubject

PRINT = "blue-room-print.jpg"
NAME = "Barack Obama"
STEPS = ("settled", "restore screen", "first restoring", "second restoring", "compared", "accepted")
_TICK_MS = 2


class Meter(QObject):
    """Notes the longest time between two ticks since `take` was called last."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._last = (time.perf_counter(), time.thread_time())
        self._longest = (0.0, 0.0)
        self._timer.start()

    def take(self) -> tuple[float, float]:
        """Milliseconds of the longest pause, and of them this thread's own work."""
        longest, self._longest = self._longest, (0.0, 0.0)
        return longest

    @Slot()
    def _tick(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        pause = (now[0] - self._last[0]) * 1e3, (now[1] - self._last[1]) * 1e3
        self._last = now
        self._longest = max(self._longest, pause)


class Walk(QObject):
    """Does one step after another, each as soon as the last has come to rest."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: dict[str, tuple[float, float]] = {}
        self.began = time.perf_counter()
        self.took: dict[str, float] = {}
        self._likeness: Likeness | None = None
        self._meter: Meter | None = None
        self._steps = iter(STEPS)
        self._step = next(self._steps)
        self._quiet_since = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(50)
        self._timer.timeout.connect(self._look)

    def take_up(self, likeness: Likeness) -> None:
        """The window is shown: from here on it may not stand still."""
        self._likeness = likeness
        self._meter = Meter()
        self.began = time.perf_counter()
        self._timer.start()

    @Slot()
    def _look(self) -> None:
        likeness, meter = self._likeness, self._meter
        assert likeness is not None
        assert meter is not None
        now = time.perf_counter()
        if likeness.bench.runner.jobs() or not self._is_done(likeness):
            self._quiet_since = 0.0
            return
        self._quiet_since = self._quiet_since or now
        if now - self._quiet_since < 0.5:
            return
        self.pauses[self._step] = meter.take()
        self.took[self._step] = self._quiet_since - self.began
        step = next(self._steps, None)
        if step is None:
            self._timer.stop()
            likeness.window.close()
            return
        self._step, self._quiet_since = step, 0.0
        self.began = now
        self._go(likeness)

    def _is_done(self, likeness: Likeness) -> bool:
        drafts = likeness.catalog.restorations
        person = likeness.catalog.people.by_name(NAME)
        assert person is not None
        done: dict[str, Callable[[], object]] = {
            "restore screen": likeness.restore.guides.restore.isEnabled,
            "first restoring": lambda: len(drafts.ids()) == 1,
            "second restoring": lambda: len(drafts.ids()) == 2,
            "compared": lambda: likeness.compare.candidate() is not None,
        }
        return bool(done.get(self._step, lambda: True)())

    def _go(self, likeness: Likeness) -> None:
        if self._step == "restore screen":
            photos = likeness.catalog.photos.many(likeness.catalog.photos.ids())
            old = next(photo for photo in photos if Path(photo.path).name == PRINT)
            likeness.window.go("restore", RestoreSubject(old.id))
        elif self._step == "first restoring":
            likeness.restore.restore_face()
        elif self._step == "second restoring":
            likeness.restore.try_again()
        elif self._step == "compared":
            likeness.restore.compare()
        elif self._step == "accepted":
            likeness.compare.decisions.accept.click()


def prepare(home: Path) -> None:
    """A library in which everybody has a name, the print among them, and nothing is restored."""
    where = places(home)
    store = ModelStore(resources() / "models", where.models)
    with Catalog.open(where.catalog) as catalog:
        folder, _ = add_folder(catalog, resources() / "samples" / "library")
        thumbnails = ThumbnailStore(where.thumbnails, 100_000_000)
        index_folder(catalog, folder, open_eyes(store, device="cpu"), thumbnails, silent)
        photos = {p.id: Path(p.path).name for p in catalog.photos.many(catalog.photos.ids())}
        faces = [face.id for photo in photos for face in catalog.faces.of_photo(photo)]
        name_faces(catalog, faces, NAME)
        person = catalog.people.by_name(NAME)
        assert person is not None
        catalog.people.set_years(person.id, Year(1961), None)


def walk(here: bool) -> None:
    """One run of the window; what was measured is printed as JSON."""
    going = Walk()
    begin = Likeness.begin

    def begin_and_take_up(likeness: Likeness, *given: object) -> None:
        begin(likeness, *given)  # type: ignore[arg-type]
        going.take_up(likeness)

    Likeness.begin = begin_and_take_up  # type: ignore[method-assign]
    if here:
        Likeness._open_restorer = lambda self, engine: open_compact(  # type: ignore[method-assign]
            self.store, self.settings.device
        )
    status = run_window(None, [])
    assert status == 0
    print(json.dumps({"pauses": going.pauses, "took": going.took}))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--walk", choices=("here", "apart"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.walk:
        walk(chosen.walk == "here")
        return
    for way in ("here", "apart"):
        runs = []
        for _ in range(chosen.tries):
            with tempfile.TemporaryDirectory() as home:
                environment = {**os.environ, "LIKENESS_HOME": home}
                prepare(Path(home))
                told = subprocess.run(
                    [sys.executable, __file__, "--walk", way],
                    env=environment,
                    check=True,
                    capture_output=True,
                    text=True,
                )
                runs.append(json.loads(told.stdout.splitlines()[-1]))
        print(f"{way}: longest pause (own work of it), milliseconds, each try; seconds a step took")
        for step in STEPS:
            pauses = "  ".join(
                f"{run['pauses'][step][0]:6.1f} ({run['pauses'][step][1]:5.1f})" for run in runs
            )
            seconds = "  ".join(f"{run['took'][step]:.2f}" for run in runs)
            print(f"  {step:18} {pauses}   {seconds} s")


if __name__ == "__main__":
    main()
