"""Measures how the library's window, its questions and a look through its folders grow.

    python tests/benchmarks/bench_library.py [--sizes 1000,10000,100000]
        [--parts rescan,questions,window] [--kept FOLDER]

Makes, for each size, a library (`large_library`): empty files, a catalog of as many photos and half
as many faces again with names, dates and decisions, and a small picture for each photo and face.
With `--kept` the libraries stay there for the next run. Then:

- `rescan`: the folder looked through again, unchanged; beside it the walk alone (the floor), and
  the plain way, which asks the catalog for every file by its path (up to 10,000 files, once).
- `questions`: the catalog's answers to what the window asks, beside bare SQLite asked the same, and
  suggestions for the three faces of one new photo. (`bench_catalog` has those of other screens.)
- `window`: a process of its own with the real window (`library_window`; offscreen, or on a screen
  where QT_QPA_PLATFORM says so): start, scrolling, filters, search, people, photo, memory. The
  floor in the same process: a QListView of as many blank tiles.

`rescan` and `questions` are seconds of processor time, the best of three; `window` is by the clock.
The slope is the power of the growth (1 = in step with the photos).
"""

import argparse
import json
import math
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import event
from sqlalchemy.engine import Engine

from desktop_app.catalog import Catalog, PhotoFilter
from desktop_app.domain.face import AssignmentStatus, BBox, DetectedFace, FaceQuality
from desktop_app.domain.progress import silent
from desktop_app.imaging.scan import scan_folder
from desktop_app.operations.index_folder import rescan_folder
from desktop_app.operations.suggest_people import suggest_people
from desktop_app.settings.places import places
from desktop_app.ui.people.people_reading import read_people
from tests.benchmarks.large_library import MODEL, make_home

Told = dict[str, float]
_MOST_ASKED_BY_FILE = 10_000
_GROUPS_SHOWN = 20


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    best = math.inf
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def rescan(home: Path, count: int) -> Told:
    statements: list[str] = []

    def note(*about: object) -> None:
        statements.append(str(about[2]))

    def ask_by_file() -> None:
        for file in scan_folder(photos, silent):
            catalog.photos.by_path(Path(file.path))

    photos = home / "photos"
    with Catalog.open(places(home).catalog) as catalog:
        (folder,) = catalog.folders.all()
        rescan_folder(catalog, folder.id, silent)
        event.listen(Engine, "before_cursor_execute", note)
        assert not rescan_folder(catalog, folder.id, silent).photos
        event.remove(Engine, "before_cursor_execute", note)
        told = {
            "rescan, s": seconds(lambda: rescan_folder(catalog, folder.id, silent)),
            "the walk alone, s": seconds(lambda: sum(1 for _ in scan_folder(photos, silent))),
            "statements of a rescan": float(len(statements)),
        }
        if count <= _MOST_ASKED_BY_FILE:
            told["asked file by file, s"] = seconds(ask_by_file, 1)
    told["rescan, times the walk"] = told["rescan, s"] / told["the walk alone, s"]
    return told


def questions(home: Path, count: int) -> Told:
    path = places(home).catalog
    told: Told = {}
    with Catalog.open(path) as catalog:
        photos, faces = catalog.photos, catalog.faces
        asked = {
            "all photos in order": PhotoFilter(),
            "with faces": PhotoFilter(has_faces=True),
            "to review": PhotoFilter(needs_review=True),
            "a decade": PhotoFilter(from_year=1950, to_year=1959),
            "search: a name": PhotoFilter(text="anna"),
            "search: a file": PhotoFilter(text="img_0001"),
            "search: in every file": PhotoFilter(text="img"),
        }
        for name, wanted in asked.items():
            told[f"{name}, ms"] = 1000 * seconds(lambda wanted=wanted: photos.ids(wanted))
        told["the people page, ms"] = 1000 * seconds(
            lambda: read_people(catalog, _GROUPS_SHOWN, silent)
        )
        told["suggestions for all, first time, s"] = seconds(
            lambda: suggest_people(catalog, MODEL), 1
        )
        like = faces.embeddings(MODEL, faces.unnamed(include_poor=True)[:9])[1]
        tries = []
        for start in range(0, 9, 3):
            _new_faces(catalog, like[start : start + 3])
            tries.append(seconds(lambda: suggest_people(catalog, MODEL), 1))
        told["suggestions for 3 new faces, ms"] = 1000 * min(tries)
        waiting = faces.with_status(AssignmentStatus.SUGGESTED)[:3]
        person = faces.get(waiting[0]).person_id
        assert person is not None
        told["a decision kept, ms"] = 1000 * seconds(lambda: faces.confirm(waiting, person), 1)
        told["suggestions after it, ms"] = 1000 * seconds(lambda: suggest_people(catalog, MODEL), 1)
        for _ in range(1 + 9):  # the decision, and the new faces
            catalog.people.undo()
    bare = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    told["all photos in order, bare SQLite, ms"] = 1000 * seconds(
        lambda: bare.execute(
            "SELECT id FROM photos WHERE state <> 'missing' "
            "ORDER BY taken_earliest ASC NULLS LAST, taken_latest, id"
        ).fetchall()
    )
    told["words in a path, bare SQLite, ms"] = 1000 * seconds(
        lambda: bare.execute(
            "SELECT id FROM photos WHERE instr(search_text, 'img_0001') > 0"
        ).fetchall()
    )
    bare.close()
    return told


def _new_faces(catalog: Catalog, like: NDArray[np.float32]) -> None:
    """Faces of one photo, each a little like one of those given."""
    photo = catalog.photos.ids(PhotoFilter())[0]
    other = np.random.default_rng(5).normal(size=like.shape) / np.sqrt(2 * like.shape[1])
    points = np.array([(20, 30), (60, 30), (40, 50), (25, 65), (55, 65)], np.float32)
    for vector in like + other:
        catalog.faces.add_drawn(
            photo,
            DetectedFace(BBox(0, 0, 80, 80), points, 0.9),
            FaceQuality(0.8, 0.9, 0.7, 40.0),
            (vector / np.linalg.norm(vector)).astype(np.float32),
            MODEL,
        )


def window(home: Path, count: int) -> Told:
    """The second session of two: the first warms the disk's cache, as a start on a used machine."""
    told: Told = {}
    for _ in range(1 if count > _MOST_ASKED_BY_FILE else 2):
        ran = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.library_window", str(home), str(time.time())],
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(ran.stdout.splitlines()[-1])
    return told


PARTS = {"rescan": rescan, "questions": questions, "window": window}


def show(sizes: list[int], measured: list[Told]) -> None:
    """A line for each figure: its value at each size, and the slope between the last two."""
    print(f"{'':44}" + "".join(f"{size:>12,}" for size in sizes) + "   slope")
    for name in measured[-1] | measured[0]:
        values = [told.get(name, math.nan) for told in measured]
        line = f"{name:44}" + "".join(f"{value:12.3f}" for value in values)
        if len(sizes) > 1 and min(values[-2:]) > 0:
            slope = math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])
            line += f"{slope:8.2f}"
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--kept", type=Path)
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    place = given.kept or Path(tempfile.mkdtemp())
    try:
        for size in sizes:
            if not (place / str(size)).is_dir():
                make_home(place / str(size), size)
        for part in given.parts.split(","):
            print(f"\n{part}")
            show(sizes, [PARTS[part](place / str(size), size) for size in sizes])
    finally:
        if given.kept is None:
            shutil.rmtree(place)


if __name__ == "__main__":
    main()
