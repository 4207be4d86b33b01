"""A made-up library of any size: real catalog, names, dates, decisions, and small pictures."""

import itertools
import os
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.catalog import Catalog
from desktop_app.catalog.rows import folded, packed
from desktop_app.domain.ids import FolderId
from desktop_app.imaging.thumbnails import ThumbnailStore, face_key, photo_key
from desktop_app.settings.places import places

MODEL = "embedder/made-up"
DIMENSIONS = 512
FILES_AN_ALBUM = 500
_LOOKS = 120  # different small pictures; every photo has one of them under its own name
_FACES_A_PHOTO = 1.5


def relative(number: int) -> str:
    """Where photo `number` lies in its folder."""
    year = 1900 + number // FILES_AN_ALBUM % 125
    return f"{year} album {number // FILES_AN_ALBUM:04}/IMG_{number:06}.jpg"


def make_files(root: Path, count: int) -> None:
    """Empty files with names of photos."""
    for number in range(count):
        path = root / relative(number)
        if number % FILES_AN_ALBUM == 0:
            path.parent.mkdir(parents=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


def make_home(home: Path, count: int) -> None:
    """All of a user's: photos in `home/photos`, and the catalog and small pictures of `places`."""
    photos, where = home / "photos", places(home)
    make_files(photos, count)
    make_catalog(where.catalog, photos, count)
    make_thumbnails(where.thumbnails, looks(), count, int(count * _FACES_A_PHOTO))


def make_catalog(path: Path, root: Path, count: int) -> None:
    """A catalog of `count` photos in `root` and half as many faces again, as one that was used.

    People: 300 in 100,000 photos, of very different sizes. Four faces in ten have a name, one in
    25 a suggestion, one in 50 is ignored; the others are in groups, most of them alone. One photo
    in ten has no date. The files need not be there; where they are, a rescan finds them unchanged.
    """
    with Catalog.open(path) as catalog:
        folder_id = catalog.folders.add(root)
        catalog.folders.mark_indexed(folder_id)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    rng = np.random.default_rng(7)
    people = max(3, count * 300 // 100_000)
    _insert(connection, "photos", _photos(rng, folder_id, root, count))
    _insert(connection, "people", _people(people))
    of_photo = np.sort(rng.integers(1, count + 1, int(count * _FACES_A_PHOTO)))
    whose = (people * rng.random(of_photo.size) ** 2.5).astype(np.int64)
    _insert(connection, "faces", _faces(rng, of_photo, whose))
    _insert(connection, "embeddings", _embeddings(rng, whose, people))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def make_thumbnails(folder: Path, looks: list[NDArray[np.uint8]], photos: int, faces: int) -> None:
    """A small picture for every photo and face, as links to a few files: room for all of them."""
    store = ThumbnailStore(folder, 2**40)
    for number, look in enumerate(looks):
        store.put(f"look-{number:03}", look)
    made = sorted(folder.rglob("look-*.jpg"))
    keys = itertools.chain(
        (photo_key(f"{number:064x}") for number in range(1, photos + 1)),
        (face_key(number) for number in range(1, faces + 1)),
    )
    for number, key in enumerate(keys):
        place = folder / key[-2:].replace("-", "0")
        if not place.is_dir():
            place.mkdir(mode=0o700)
        os.link(made[number % len(made)], place / f"{key}.jpg")


def looks(side: int = 320) -> list[NDArray[np.uint8]]:
    """Pictures with the detail of a small photograph, upright and across."""
    rng = np.random.default_rng(3)
    made = []
    for number in range(_LOOKS):
        height, width = (side, side * 3 // 4) if number % 5 == 0 else (side * 3 // 4, side)
        rough = rng.integers(0, 255, (height // 16, width // 16, 3))
        smooth = np.kron(rough, np.ones((16, 16, 1)))
        made.append(np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8))
    return made


Row = dict[str, object]


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[Row]) -> None:
    first = next(rows)
    names = ", ".join(first)
    values = ", ".join(f":{name}" for name in first)
    connection.executemany(
        f"INSERT INTO {table} ({names}) VALUES ({values})", itertools.chain([first], rows)
    )


def _photos(rng: np.random.Generator, folder_id: FolderId, root: Path, count: int) -> Iterator[Row]:
    days = rng.integers(0, 45_000, count)
    for number in range(count):
        day = (date(1900, 1, 1) + timedelta(days=int(days[number]))).isoformat()
        known = number % 10 > 0
        name = relative(number)
        try:
            status = (root / name).stat()
            size, mtime_ns = status.st_size, status.st_mtime_ns
        except FileNotFoundError:
            size, mtime_ns = 4_000_000, number
        yield {
            "id": number + 1,
            "folder_id": folder_id,
            "relative": name.encode(),
            "search_text": folded(name),
            "size": size,
            "mtime_ns": mtime_ns,
            "state": "failed" if number % 997 == 996 else "indexed",
            "reason": "The file is damaged." if number % 997 == 996 else "",
            "content_hash": f"{number + 1:064x}",
            "width": 6000,
            "height": 4000,
            "file_format": "JPEG",
            "camera": "NIKON D750",
            "taken_earliest": day if known else None,
            "taken_latest": day if known else None,
            "taken_precision": "day" if known else "unknown",
            "detector": "yunet",
        }


def _people(count: int) -> Iterator[Row]:
    first = ("Anna", "Bertha", "Carl", "Dora", "Emil", "Frieda", "Georg", "Hanna", "Ida", "Josef")
    last = ("Bauer", "Fischer", "Hofer", "Klein", "Lang", "Maier", "Novak", "Pichler", "Steiner")
    for number in range(count):
        name = f"{first[number % 10]} {last[number // 10 % 9]} {number + 1}"
        yield {
            "id": number + 1,
            "name": name,
            "name_key": folded(name),
            "born": 1890 + number % 110,
            "born_about": 0,
            "died_about": 0,
            "ignored": int(number % 60 == 59),
        }


def _faces(
    rng: np.random.Generator, of_photo: NDArray[np.int64], whose: NDArray[np.int64]
) -> Iterator[Row]:
    chance = rng.random(of_photo.size)
    quality = rng.random((of_photo.size, 3))
    for number, photo_id in enumerate(of_photo.tolist()):
        drawn = chance[number]
        status = (
            "confirmed"
            if drawn < 0.40
            else "suggested"
            if drawn < 0.44
            else "ignored"
            if drawn < 0.46
            else "none"
        )
        person = int(whose[number]) + 1 if status in ("confirmed", "suggested") else None
        alone = status == "none" and drawn < 0.8
        left = 200.0 + 900 * (number % 4)
        yield {
            "id": number + 1,
            "photo_id": photo_id,
            "box_left": left,
            "box_top": 500.0,
            "box_right": left + 400,
            "box_bottom": 1000.0,
            "landmarks": bytes(40),
            "det_score": 0.9,
            "sharpness": float(quality[number, 0]),
            "frontal": float(quality[number, 1]),
            "light": float(quality[number, 2]),
            "eye_distance": 90.0,
            "poor": int(number % 7 == 0),
            "grade": float(quality[number, 0]),
            "person_id": person,
            "status": status,
            "suggestion_score": 0.5 if status == "suggested" else 0.0,
            "cluster": None
            if status != "none"
            else 1_000_000 + number
            if alone
            else int(whose[number]) + 1,
        }


def _embeddings(rng: np.random.Generator, whose: NDArray[np.int64], people: int) -> Iterator[Row]:
    """Spread about as the embedded model spreads: the same person 0.7, strangers 0."""
    centres = rng.normal(size=(people, DIMENSIONS)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    for first in range(0, whose.size, 5_000):
        part = whose[first : first + 5_000]
        vectors = centres[part] + 0.65 * rng.normal(size=(part.size, DIMENSIONS)).astype(
            np.float32
        ) / np.sqrt(DIMENSIONS)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        for number, vector in enumerate(vectors, first + 1):
            blob, crc32 = packed(vector)
            yield {"face_id": number, "model": MODEL, "vector": blob, "crc32": crc32}
