"""From a key of the review to the next face: the real screen, the real catalog, many faces."""

import statistics
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.catalog import Catalog, IndexedPhoto, NewFace
from desktop_app.catalog.values import Suggestion
from desktop_app.domain.face import BBox, DetectedFace, FaceQuality
from desktop_app.domain.ids import PersonId
from desktop_app.domain.photo import PhotoMetadata
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.runner import JobRunner
from desktop_app.settings.places import places
from desktop_app.settings.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.decisions import Decisions
from desktop_app.ui.messages import Messages
from desktop_app.ui.people.person_screen import PersonScreen
from desktop_app.ui.picture_reading import read_pictures
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.benchmarks.bench_catalog import found

WAITING, KEYS, MODEL = 400, 100, "bench"


def _filled(catalog: Catalog, folder: Path, count: int) -> PersonId:
    """`count` faces, two a photo; one person with 40 confirmed faces and `WAITING` suggested."""
    rng = np.random.default_rng(1)
    folder_id = catalog.folders.add(folder)
    ids = catalog.photos.record_found(folder_id, [found(number) for number in range(count // 2)])
    places_ = (100.0, 700.0)
    for start in range(0, len(ids), 200):
        batch = []
        for photo_id in ids[start : start + 200]:
            faces = []
            for left in places_:
                vector = rng.normal(size=512).astype(np.float32)
                points = rng.random((5, 2)).astype(np.float32)
                face = DetectedFace(BBox(left, 100, left + 200, 340), points, 0.9)
                quality = FaceQuality(0.8, 0.9, 0.8, 40.0)
                faces.append(NewFace(face, quality, vector / np.linalg.norm(vector)))
            metadata = PhotoMetadata(width=4000, height=3000, file_format="JPEG")
            batch.append(IndexedPhoto(photo_id, f"{photo_id:064x}", metadata, faces, "y", MODEL))
        catalog.photos.record_indexed(batch)
    faces_ = catalog.faces.unnamed(True)
    person = catalog.people.add("Anna")
    catalog.faces.confirm(faces_[:40], person)
    catalog.faces.suggest([Suggestion(face, person, 0.5) for face in faces_[40 : 40 + WAITING]])
    catalog.faces.set_clusters({face: n // 7 for n, face in enumerate(faces_[40 + WAITING :])})
    return person


def _keys() -> Iterator[Qt.Key]:
    while True:
        yield from (Qt.Key.Key_Return, Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_X)


def measure(folder: Path, count: int) -> None:
    app = QApplication.instance() or QApplication(["bench"])
    assert isinstance(app, QApplication)
    theme.apply(app, theme.Scheme.DARK)
    (folder / "photos").mkdir()
    where = places(folder / "home")
    runner = JobRunner()
    with Catalog.open(where.catalog) as catalog:
        person = _filled(catalog, folder / "photos", count)
        window = QWidget()
        messages = Messages(window)
        thumbnails = ThumbnailStore(where.thumbnails, 1_000_000)
        pictures = Pictures(runner, partial(read_pictures, catalog, thumbnails))
        screen = PersonScreen(Workbench(catalog, runner, messages, pictures, where))
        decisions = Decisions(
            Means(
                catalog=catalog,
                thumbnails=thumbnails,
                eyes=cast(Any, None),
                restorer=cast(Any, None),
                settings=Settings,
                places=where,
                runner=runner,
                messages=messages,
            )
        )
        decisions.catalog_changed.connect(screen.refresh)
        screen.confirm_wanted.connect(decisions.confirm)
        screen.reject_wanted.connect(decisions.reject)
        screen.ignore_wanted.connect(decisions.ignore)
        screen.resize(1200, 800)
        screen.show()
        screen.show_subject(person)
        review = screen.review
        _until(app, lambda: review.current is not None)
        review.grab()  # lays out
        app.processEvents()
        place = review.face_view.geometry()
        shown, kept = [], []
        for key, _ in zip(_keys(), range(KEYS), strict=False):
            before = review.current
            decided = catalog.people.last_decision()
            start = time.perf_counter()
            QTest.keyClick(review, key)
            assert review.current is not None
            assert review.current != before
            review.grab()  # paints the next face and its photo
            shown.append((time.perf_counter() - start) * 1000)
            _until(app, lambda was=decided: catalog.people.last_decision() != was)
            kept.append((time.perf_counter() - start) * 1000)
            assert review.face_view.geometry() == place
        print(
            f"decisions, {catalog.facts().faces} faces: key to next face painted "
            f"{statistics.median(shown):.1f} ms (95 in 100 under {np.percentile(shown, 95):.1f}), "
            f"until kept in the catalog {statistics.median(kept):.1f} ms "
            f"({np.percentile(kept, 95):.1f}); the next face stood under the same pixel each time"
        )
        screen.close()
        runner.shutdown(20)


def _until(app: QApplication, done) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + 60
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not answer")
        app.processEvents()
        time.sleep(0.001)
