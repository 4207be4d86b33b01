"""Measures the catalog at the size of a large family's library.

    python tests/benchmarks/bench_catalog.py [PHOTOS] [FOLDER]

Makes a catalog of PHOTOS photos (100,000) with two faces each in FOLDER (a temporary one), then
prints how long the questions of the window take, and how long a decision waits for an index.
"""

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from desktop_app.catalog import (
    Catalog,
    FoundPhoto,
    IndexedPhoto,
    NewFace,
    PhotoFilter,
    PhotoOrder,
)
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.face import BBox, DetectedFace, FaceQuality
from desktop_app.domain.ids import FaceId, FolderId, PersonId, PhotoId
from desktop_app.domain.photo import DatePrecision, PhotoDate, PhotoMetadata, PhotoState

MODEL = "bench"
PEOPLE = 300


def timed(what: str, work: Callable[[], object], repeats: int = 5) -> None:
    taken = []
    result: object = None
    for _ in range(repeats):
        start = time.perf_counter()
        result = work()
        taken.append((time.perf_counter() - start) * 1000)
    size = len(result) if isinstance(result, list | dict | tuple) else result
    print(f"{what:44} {statistics.median(taken):9.1f} ms   {str(size)[:40]}", flush=True)


def found(number: int) -> FoundPhoto:
    return FoundPhoto(f"album {number // 500:04}/IMG_{number:06}.jpg".encode(), 4_000_000, number)


def indexed(rng: np.random.Generator, photo_id: PhotoId, number: int) -> IndexedPhoto:
    day = date(1900, 1, 1) + timedelta(days=int(rng.integers(0, 45_000)))
    taken = PhotoDate() if number % 10 == 0 else PhotoDate(day, day, DatePrecision.DAY)
    faces = []
    for left in (100.0, 700.0):
        vector = rng.normal(size=512).astype(np.float32)
        faces.append(
            NewFace(
                DetectedFace(
                    BBox(left, 100, left + 200, 340), rng.random((5, 2)).astype(np.float32), 0.9
                ),
                FaceQuality(float(rng.random()), float(rng.random()), 0.8, 40.0),
                vector / np.linalg.norm(vector),
            )
        )
    metadata = PhotoMetadata(taken=taken, width=4000, height=3000, file_format="JPEG")
    return IndexedPhoto(photo_id, f"{number:064x}", metadata, faces, "yunet", MODEL)


def fill(catalog: Catalog, folder_id: FolderId, count: int) -> None:
    rng = np.random.default_rng(1)
    start = time.perf_counter()
    ids = catalog.photos.record_found(folder_id, [found(number) for number in range(count)])
    print(f"record_found: {(time.perf_counter() - start) / count * 1e6:.0f} us a photo", flush=True)
    start, reading = time.perf_counter(), 0.0
    for first in range(0, count, 20):
        begun = time.perf_counter()
        batch = [indexed(rng, ids[n], n) for n in range(first, min(first + 20, count))]
        reading += time.perf_counter() - begun
        catalog.photos.record_indexed(batch)
    spent = time.perf_counter() - start - reading
    print(f"record_indexed: {spent / count * 1000:.2f} ms a photo of two faces", flush=True)
    faces = catalog.faces.unnamed(True)
    people = [catalog.people.add(f"Person {number:03}") for number in range(PEOPLE)]
    for number, person in enumerate(people):
        mine = faces[number * 40 : number * 40 + 40]
        catalog.faces.confirm(mine[:20], person)
        catalog.faces.suggest([Suggestion(face, person, 0.5) for face in mine[20:]])
    rest = faces[PEOPLE * 40 :]
    start = time.perf_counter()
    catalog.faces.set_clusters({face: number // 7 for number, face in enumerate(rest)})
    print(f"set_clusters: {(time.perf_counter() - start) / len(rest) * 1e6:.0f} us a face")


def questions(catalog: Catalog, folder_id: FolderId) -> None:
    photos = catalog.photos
    timed("known_files", lambda: photos.known_files(folder_id))
    for order in PhotoOrder:
        timed(f"ids, {order.value}", lambda order=order: photos.ids(PhotoFilter(order=order)))
    person = catalog.people.all()[5].person.id
    for name, wanted in {
        "text 'img_0999'": PhotoFilter(text="img_0999"),
        "text 'person 007'": PhotoFilter(text="person 007"),
        "text 'album 0101 person'": PhotoFilter(text="album 0101 person"),
        "folder": PhotoFilter(folder_id=folder_id),
        "person": PhotoFilter(person_id=person),
        "state failed": PhotoFilter(state=PhotoState.FAILED),
        "has faces": PhotoFilter(has_faces=True),
        "no faces": PhotoFilter(has_faces=False),
        "needs review": PhotoFilter(needs_review=True),
        "no review": PhotoFilter(needs_review=False),
        "restored": PhotoFilter(restored=True),
        "not restored": PhotoFilter(restored=False),
        "date unknown": PhotoFilter(date_unknown=True),
    }.items():
        timed(f"ids, {name}", lambda wanted=wanted: photos.ids(wanted))
        timed(f"count, {name}", lambda wanted=wanted: photos.count(wanted))
    ids = photos.ids()
    timed("count, all", photos.count)
    timed("many, 100 photos", lambda: photos.many(ids[5000:5100]))
    timed("get", lambda: photos.get(ids[7]))
    faces = catalog.faces
    timed("unnamed", lambda: faces.unnamed(False))
    timed("clusters", faces.clusters)
    timed("people.all", catalog.people.all)
    timed("of_photo", lambda: faces.of_photo(ids[9]))
    timed("of_person", lambda: faces.of_person(person))
    timed("embeddings, all", lambda: faces.embeddings(MODEL)[1].shape, repeats=2)
    timed("without_embedding, other model", lambda: faces.without_embedding("other", 500))
    timed("without_embedding, this model", lambda: faces.without_embedding(MODEL, 500))
    timed("next_to_index", lambda: photos.next_to_index(None, 50))
    timed("facts", lambda: catalog.facts().size_bytes)


def decisions(catalog: Catalog, folder_id: FolderId, count: int) -> None:
    """A decision each 30 ms, alone and while another thread indexes."""
    waiting = catalog.faces.unnamed(True)[:400]
    person = catalog.people.all()[7].person.id
    print("decision alone:     ", _decide(catalog, waiting[:100], person))
    stop = threading.Event()

    def index() -> None:
        rng = np.random.default_rng(2)
        number = count
        while not stop.is_set():
            batch = [found(one) for one in range(number, number + 100)]
            ids = catalog.photos.record_found(folder_id, batch)
            catalog.photos.record_indexed(
                [indexed(rng, photo_id, number + at) for at, photo_id in enumerate(ids)]
            )
            number += 100

    thread = threading.Thread(target=index)
    thread.start()
    print("while it indexes:   ", _decide(catalog, waiting[100:300], person))
    stop.set()
    thread.join()
    timed("undo", lambda: bool(catalog.people.undo()), repeats=100)


def _decide(catalog: Catalog, faces: list[FaceId], person: PersonId) -> str:
    taken = []
    for face in faces:
        start = time.perf_counter()
        catalog.faces.confirm([face], person)
        catalog.faces.of_person(person)
        taken.append((time.perf_counter() - start) * 1000)
        time.sleep(0.03)
    worst = sorted(taken)
    return f"median {worst[len(worst) // 2]:.1f} ms, 99 % {worst[-2]:.1f}, worst {worst[-1]:.1f}"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(temporary)
        library = folder / "library"
        library.mkdir(exist_ok=True)
        path = folder / "catalog" / "catalog.sqlite"
        fresh = not path.exists()
        with Catalog.open(path) as catalog:
            folder_id = catalog.folders.add(library)
            if fresh:
                fill(catalog, folder_id, count)
        start = time.perf_counter()
        with Catalog.open(path) as catalog:
            print(f"open: {(time.perf_counter() - start) * 1000:.0f} ms")
            questions(catalog, folder_id)
            decisions(catalog, folder_id, catalog.facts().photos)
            timed("backup_beside", lambda: catalog.backup_beside("bench").stat().st_size, repeats=1)
            timed("check", lambda: catalog.check(), repeats=1)
            forgotten = catalog.people.all()[9].person.id
            timed("forget", lambda: len(catalog.people.forget(forgotten).faces), repeats=1)


if __name__ == "__main__":
    main()
