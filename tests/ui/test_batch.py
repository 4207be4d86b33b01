"""All photos of a person, or a selection, are restored as drafts; closing over work is asked."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import PersonId
from desktop_app.domain.restoration import RestorationState
from desktop_app.jobs.job import Job
from desktop_app.operations.eyes import Eyes
from desktop_app.operations.restore_waiting import Waiting, faces_waiting
from desktop_app.ui.closing import may_close
from desktop_app.ui.library.library_screen import LibraryScreen
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer
from desktop_app.ui.people.person_screen import PersonScreen
from desktop_app.ui.restore.batch import BatchWishes
from desktop_app.ui.screen import Workbench
from desktop_app.ui.wishes import Means
from tests.ui.painting import MODEL, Library, painted_face
from tests.ui.restored import PaintedRestorer, keep_result


class _PaintedEmbedder:
    id = MODEL

    def embed(self, image: Any, landmarks: Any) -> Any:
        return np.eye(128, dtype=np.float32)[0]


@pytest.fixture
def batch(means: Means) -> BatchWishes:
    eyes = Eyes(cast(Any, None), cast(Any, _PaintedEmbedder()))
    return BatchWishes(
        replace(
            means,
            eyes=OpenedEyes(lambda: eyes),
            restorer=OpenedRestorer(lambda _engine: PaintedRestorer()),
        )
    )


@pytest.fixture
def confirmed(library: Library) -> PersonId:
    person = library.catalog.people.add("Anna")
    library.catalog.faces.confirm(library.faces[0], person)
    return person


def test_only_faces_without_a_good_result_wait(library: Library, confirmed: PersonId) -> None:
    catalog = library.catalog
    first, second = library.faces[0][:2]
    keep_result(catalog, first, confirmed, library.faces[0][2:4])
    refused = keep_result(catalog, second, confirmed, library.faces[0][2:4])
    catalog.restorations.set_state(refused, RestorationState.REFUSED)
    waiting = {face.id for face in faces_waiting(catalog, person_id=confirmed).faces}
    assert waiting == set(library.faces[0][1:])
    chosen = faces_waiting(catalog, photo_ids=library.photos[:2])
    assert [face.id for face in chosen.faces] == [second]  # nobody else has a name


def test_sharp_faces_in_colour_are_left_alone_and_that_is_said(
    bench: Workbench, library: Library, confirmed: PersonId, batch: BatchWishes, qtbot: QtBot
) -> None:
    catalog = library.catalog
    photo = catalog.faces.get(library.faces[0][0]).photo_id
    looks = (0.8, False), (0.8, True), (0.8, None), (0.3, False)
    made = []
    for number, (sharpness, one_tone) in enumerate(looks):
        face = painted_face((20 + 90 * number, 10), np.eye(128, dtype=np.float32)[number])
        quality = replace(face.quality, sharpness=sharpness, one_tone=one_tone)
        made.append(catalog.faces.add_drawn(photo, face.detected, quality, face.embedding, MODEL))
    catalog.faces.confirm(made, confirmed)
    waiting = faces_waiting(catalog, person_id=confirmed)
    assert [face.id for face in waiting.clear] == made[:1]
    assert {*made[1:], *library.faces[0]} == {face.id for face in waiting.faces}
    catalog.faces.set_status(made[1:], AssignmentStatus.IGNORED)
    catalog.faces.set_status(library.faces[0][:2], AssignmentStatus.IGNORED)
    for face in library.faces[0][2:]:
        keep_result(catalog, face, confirmed, library.faces[0][2:4])
    batch.restore_person(confirmed)
    qtbot.waitUntil(lambda: bench.messages.toast is not None, timeout=5_000)
    toast = bench.messages.toast
    assert "sharp already" in toast.words.text()

    # who wants them nevertheless has them by one press
    with qtbot.waitSignal(batch.catalog_changed, timeout=20_000) as heard:
        qtbot.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    assert heard.args is not None
    drafts = heard.args[0].restorations
    assert [catalog.restorations.get(one).face_id for one in drafts] == made[:1]


def test_all_photos_of_a_person_become_drafts(
    bench: Workbench, library: Library, confirmed: PersonId, batch: BatchWishes, qtbot: QtBot
) -> None:
    screen = PersonScreen(bench)
    qtbot.addWidget(screen)
    screen.restore_wanted.connect(batch.restore_person)
    screen.show()
    screen.show_subject(confirmed)
    qtbot.waitUntil(screen.restore_all.isEnabled, timeout=5_000)
    heard: list[CatalogChanges] = []
    batch.catalog_changed.connect(lambda changes, _who: heard.append(changes))
    screen._on_restore_all()
    qtbot.waitUntil(lambda: bool(heard), timeout=20_000)
    assert len(heard[0].restorations) == 6
    assert faces_waiting(library.catalog, person_id=confirmed) == Waiting((), ())
    toast = bench.messages.toast
    assert toast is not None
    with qtbot.waitSignal(batch.review_wanted) as drafts:
        toast.action_chosen.emit()
    assert drafts.args is not None
    subject = drafts.args[0]
    assert subject.photo_id in heard[0].photos
    assert set(subject.restoration_ids) <= set(heard[0].restorations)


def test_a_photo_that_is_gone_does_not_stop_the_batch(
    bench: Workbench, library: Library, confirmed: PersonId, batch: BatchWishes, qtbot: QtBot
) -> None:
    catalog = library.catalog
    catalog.references.exclude(confirmed, library.faces[0][5])  # else it guides the others
    Path(catalog.photos.get(library.photos[5]).path).unlink()
    chosen = list(library.photos[3:])
    with qtbot.waitSignal(batch.catalog_changed, timeout=20_000) as heard:
        batch.restore_photos(chosen)
    assert heard.args is not None
    assert len(heard.args[0].restorations) == 2
    toast = bench.messages.toast
    assert toast is not None


def test_a_selection_in_the_library_is_restored(
    bench: Workbench, library: Library, qtbot: QtBot
) -> None:
    screen = LibraryScreen(bench)
    qtbot.addWidget(screen)
    screen.resize(1000, 700)
    screen.show()
    screen.show_subject(None)
    qtbot.waitUntil(lambda: screen.grid.photos.rowCount() == 6, timeout=5_000)
    screen.grid.selectAll()
    with qtbot.waitSignal(screen.restore_wanted) as heard:
        qtbot.mouseClick(screen._restore, Qt.MouseButton.LeftButton)
    assert heard.args is not None
    assert sorted(heard.args[0]) == sorted(library.photos)


def _answer(words: str) -> None:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    next(b for b in box.buttons() if b.text() == words).click()


@pytest.mark.parametrize(("words", "closes"), [("Stop and close", True), ("Go on working", False)])
def test_closing_over_work_is_asked(qtbot: QtBot, words: str, closes: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    job = Job("Writing photo.tif", lambda _report: None)
    QTimer.singleShot(0, lambda: _answer(words))
    assert may_close(window, lambda: [job]) is closes
    assert may_close(window, lambda: [])
