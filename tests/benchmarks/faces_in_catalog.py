"""Fills a real catalog with drawn faces, and measures what grouping them through it costs."""

import sqlite3
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog import Catalog
from desktop_app.faces.fixed_point import floating
from desktop_app.faces.links import LINK_FROM
from desktop_app.operations.group_faces import regroup_people
from tests.benchmarks.drawn_faces import DrawnFaces

MODEL = "drawn"
_AT_ONCE = 20_000
_COMPARED = 200_000  # a larger catalog is filled with the links inside people, not by comparing


def measure(faces: DrawnFaces, kept: Path) -> None:
    count = len(faces.owners) - 1000
    path = kept / f"catalog-{count}" / "likeness.catalog"
    if not path.exists():
        start = time.perf_counter()
        Catalog.open(path).close()
        fill(path, faces, 0, count)
        if count > _COMPARED:
            _link(path, faces, count)
        print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
        with Catalog.open(path) as catalog:
            say("vectors kept from the catalog", lambda: catalog.faces.matrix(MODEL))
            say("grouped for the first time", lambda: regroup_people(catalog, MODEL))
        return
    _take_back(path, count)
    with Catalog.open(path) as catalog:
        before = resident("RssAnon")
        say("vectors mapped and checked", lambda: catalog.faces.matrix(MODEL))
        print(
            f"  held {resident('RssAnon') - before:.0f} MB, and {resident('RssFile'):.0f} MB of "
            "mapped files, which the system may take back"
        )
        say("grouped, as the last run left it", lambda: regroup_people(catalog, MODEL))
        say("grouped, nothing new", lambda: regroup_people(catalog, MODEL))
        for new in (3, 1000):
            fill(path, faces, count, count + new, noted=True)
            say(f"{new} new faces", lambda: regroup_people(catalog, MODEL))
            _take_back(path, count)
            say("the same gone again", lambda: regroup_people(catalog, MODEL))
        largest = catalog.faces.clusters()[3].faces
        catalog.faces.name(largest[:1], "Anna")
        say("a name given: groups", lambda: regroup_people(catalog, MODEL))
        print(f"  held after all {resident('RssAnon') - before:.0f} MB")


def _take_back(path: Path, count: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM faces WHERE id > ?", (count,))
    connection.execute("UPDATE faces SET status = 'none', person_id = NULL WHERE status <> 'none'")
    connection.execute("DELETE FROM people")
    connection.close()


def say(what: str, work: Callable[[], object]) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    Path("/proc/self/clear_refs").write_text("5")
    work()
    print(
        f"{what}: {time.perf_counter() - start:.2f} s ({time.process_time() - cpu:.2f} of the "
        f"processor), at most {resident('VmHWM'):.0f} MB resident",
        flush=True,
    )


def resident(what: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def fill(path: Path, faces: DrawnFaces, first: int, end: int, *, noted: bool = False) -> None:
    """Two faces a photo, written past the catalog's methods, which take a millisecond each.

    `noted`: with the catalog's triggers, so that a grouping knows of the faces.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    rules = list(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    if noted:
        rules = []
    for name, _ in rules:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("INSERT OR IGNORE INTO folders (id, path, added_at) VALUES (1, x'2f', '')")
    connection.executemany(
        "INSERT OR IGNORE INTO photos (id, folder_id, relative, search_text, size, mtime_ns, "
        "state, has_faces, needs_review) VALUES (?, 1, ?, '', 1, 1, 'indexed', 1, 1)",
        ((n // 2 + 1, f"{n // 2}.jpg".encode()) for n in range(first, end, 2)),
    )
    connection.executemany(
        "INSERT INTO faces (id, photo_id, box_left, box_top, box_right, box_bottom, landmarks, "
        "det_score, sharpness, frontal, light, eye_distance, poor, grade) VALUES "
        "(?, ?, 0, 0, 9, 9, zeroblob(40), 0.9, 0.8, 0.9, 0.7, 40, 0, 0.5)",
        ((n + 1, n // 2 + 1) for n in range(first, end)),
    )
    for start in range(first, end, _AT_ONCE):
        some = floating(np.asarray(faces.vectors[start : min(end, start + _AT_ONCE)]))
        blobs = [one.tobytes() for one in some.astype("<f2")]
        connection.executemany(
            "INSERT INTO embeddings (face_id, model, vector, crc32) VALUES (?, ?, ?, ?)",
            ((start + n + 1, MODEL, blob, zlib.crc32(blob)) for n, blob in enumerate(blobs)),
        )
    for _, sql in rules:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()


def _link(path: Path, faces: DrawnFaces, count: int) -> None:
    """The links inside each person, as a comparison would keep them; those of strangers lack."""
    pair = np.dtype([("face", "<u4"), ("cosine", "<f2")])
    order = np.argsort(faces.owners[:count], kind="stable")
    cuts = np.flatnonzero(np.diff(faces.owners[order])) + 1
    near: list[NDArray[np.void]] = [np.zeros(0, pair)] * count
    for mine in np.split(order, cuts):
        some = floating(np.asarray(faces.vectors[mine]))
        cosines = some @ some.T
        for row, face in enumerate(mine):
            alike = np.flatnonzero(cosines[row, :row] >= LINK_FROM)  # `mine` rises
            near[face] = np.zeros(len(alike), pair)
            near[face]["face"], near[face]["cosine"] = mine[alike] + 1, cosines[row, alike]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    crcs = dict(connection.execute("SELECT face_id, crc32 FROM embeddings"))
    connection.executemany(
        "INSERT INTO face_links (face_id, model, crc32, round, near) VALUES (?, ?, ?, 1, ?)",
        ((n + 1, MODEL, crcs[n + 1], near[n].tobytes()) for n in range(count)),
    )
    connection.execute("COMMIT")
    connection.close()
