"""Measures how a look through an unchanged folder grows with the photos in it.

    python tests/benchmarks/bench_library.py [FOLDER]

Makes folders of 1,000, 10,000 and 100,000 empty files with names of photos in FOLDER (a temporary
one), brings each into a catalog of its own, then looks through it again. In the same run stand the
floor (the walk alone, with size and time of every file) and the plain way (the walk, and for every
file `photos.by_path`: two small queries; up to 10,000 files, once). Seconds are processor time, the
best of three; the slope is the power of the growth (1 = in step with the photos).
"""

import itertools
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from desktop_app.catalog import Catalog
from desktop_app.domain.progress import silent
from desktop_app.imaging.scan import scan_folder
from desktop_app.operations.add_folder import add_folder
from desktop_app.operations.index_folder import rescan_folder

SIZES = (1_000, 10_000, 100_000)
FILES_A_FOLDER = 500


def seconds(work: Callable[[], object]) -> float:
    best = math.inf
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def make_files(root: Path, count: int) -> None:
    for number in range(count):
        album = root / f"album {number // FILES_A_FOLDER:04}"
        if number % FILES_A_FOLDER == 0:
            album.mkdir(parents=True)
        os.close(os.open(album / f"IMG_{number:06}.jpg", os.O_CREAT | os.O_WRONLY))


def rescan(place: Path, count: int) -> tuple[float, float, float, int]:
    """(ours, floor, plain way) in seconds, and the statements that one rescan of ours sends."""
    photos = place / f"photos {count}"
    make_files(photos, count)
    statements: list[str] = []

    def note(*about: object) -> None:
        statements.append(str(about[2]))

    def query_a_file() -> None:
        for file in scan_folder(photos, silent):
            catalog.photos.by_path(Path(file.path))

    with Catalog.open(place / f"catalog {count}") as catalog:
        folder_id, _ = add_folder(catalog, photos)
        rescan_folder(catalog, folder_id, silent)
        event.listen(Engine, "before_cursor_execute", note)
        assert not rescan_folder(catalog, folder_id, silent).photos
        event.remove(Engine, "before_cursor_execute", note)
        ours = seconds(lambda: rescan_folder(catalog, folder_id, silent))
        floor = seconds(lambda: sum(1 for _ in scan_folder(photos, silent)))
        start = time.process_time()
        if count <= 10_000:
            query_a_file()
        plain = time.process_time() - start if count <= 10_000 else math.nan
    return ours, floor, plain, len(statements)


def main(place: Path) -> None:
    print("photos      rescan s   walk alone s   ratio   asked a file s   ratio   statements")
    measured = []
    for count in SIZES:
        ours, floor, plain, statements = rescan(place, count)
        measured.append((count, ours))
        print(
            f"{count:<11,} {ours:8.3f} {floor:14.3f} {ours / floor:7.2f}"
            f" {plain:18.2f} {plain / ours:7.1f} {statements:12}",
            flush=True,
        )
    for (few, before), (many, after) in itertools.pairwise(measured):
        print(f"slope {few:,} to {many:,}: {math.log(after / before) / math.log(many / few):.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder))
