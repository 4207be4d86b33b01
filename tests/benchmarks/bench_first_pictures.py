"""Measures how soon a folder's first pictures stand in the window, after the user has chosen it.

    python tests/benchmarks/bench_first_pictures.py PHOTOS [--count 2000] [--runs 3]

PHOTOS is a folder of JPEGs with EXIF thumbnails (`bench_index --folder KEPT` paints some in
KEPT/photos). As many hard links as `--count` are taken in by the real window (offscreen, or on a
screen where QT_QPA_PLATFORM says so), each run by a process and a catalog of its own. Milliseconds
by the clock from `Likeness.add_folder`, which the folder dialog calls, until a tile with a picture
has been painted, and until every tile of the first screen has.
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
from typing import Any

LONGEST_S = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(session(asked.photos)), flush=True)
        return
    made_of = sorted(asked.photos.glob("*.jpg"))
    for _ in range(asked.runs):
        # beside the photos: a hard link stays on its drive
        with tempfile.TemporaryDirectory(dir=asked.photos.parent) as made:
            folder = Path(made) / "photos"
            folder.mkdir()
            for number in range(asked.count):
                file = made_of[number % len(made_of)]
                (folder / f"{number:05}.jpg").hardlink_to(file)
            environment = os.environ | {"LIKENESS_HOME": str(Path(made) / "home")}
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
            command = [sys.executable, "-m", "tests.benchmarks.bench_first_pictures", str(folder)]
            said = subprocess.run(
                [*command, "--child"], check=True, stdout=subprocess.PIPE, env=environment
            )
            print(said.stdout.decode().splitlines()[-1])


def _until(done: Callable[[], object]) -> None:
    from PySide6.QtWidgets import QApplication

    end = time.perf_counter() + LONGEST_S
    while not done():
        if time.perf_counter() > end:
            raise TimeoutError
        QApplication.processEvents()
        time.sleep(0.0005)


def session(folder: Path) -> dict[str, float]:
    from PySide6.QtCore import QTimer

    from desktop_app.app.likeness import Likeness
    from desktop_app.app.run import run_window
    from desktop_app.ui import photo_grid

    told: dict[str, float] = {}
    pictured: dict[int, float] = {}  # when a tile was first painted with a picture, by its photo
    begin, paint = Likeness.begin, photo_grid.PhotoDelegate.paint
    paint_picture = photo_grid.paint_picture
    last: list[bool] = []

    def picture_noted(*given: Any, **how: Any) -> Any:
        last[:] = [given[2] is not None]
        return paint_picture(*given, **how)

    def paint_noted(delegate: Any, painter: Any, option: Any, index: Any) -> None:
        paint(delegate, painter, option, index)
        if last == [True]:
            pictured.setdefault(index.row(), time.perf_counter())

    def watch(likeness: Likeness) -> None:
        grid = likeness.library.grid
        ready = time.perf_counter() + 3
        _until(lambda: time.perf_counter() > ready)  # what the start leaves to do is done
        began = time.perf_counter()
        likeness.add_folder(str(folder))
        _until(lambda: pictured)
        told["first tile, ms"] = (min(pictured.values()) - began) * 1e3
        told["photos shown by then"] = len(grid.photos.ids())

        def seen() -> list[int]:
            area = grid.viewport().rect()
            rows = range(min(300, len(grid.photos.ids())))
            return [r for r in rows if grid.visualRect(grid.photos.index(r)).intersects(area)]

        _until(lambda: seen() and all(row in pictured for row in seen()))
        told["tiles of the first screen"] = len(seen())
        told["all of them, ms"] = (max(pictured[row] for row in seen()) - began) * 1e3
        _until(lambda: len(grid.photos.ids()) >= sum(1 for _ in folder.iterdir()))
        told["every photo listed, ms"] = (time.perf_counter() - began) * 1e3
        likeness.window.close()

    def begin_and_watch(likeness: Likeness, *given: Any) -> None:
        begin(likeness, *given)
        QTimer.singleShot(0, likeness, lambda: watch(likeness))

    Likeness.begin = begin_and_watch  # type: ignore[method-assign]
    photo_grid.PhotoDelegate.paint = paint_noted  # type: ignore[method-assign]
    photo_grid.paint_picture = picture_noted
    os._exit = lambda status: None  # type: ignore[assignment]
    run_window(None, [])
    return told


if __name__ == "__main__":
    main()
