"""The screen on which a face is restored: faces left, the photo in the middle, guides right."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import FaceId, PhotoId, RestorationId
from desktop_app.domain.progress import Progress
from desktop_app.domain.restoration import Restoration, RestoreRequest, RestoreSettings
from desktop_app.jobs.job import Job
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.ui import controls, theme
from desktop_app.ui.restore.photo_desk import PhotoDesk
from desktop_app.ui.restore.reading import (
    Composed,
    FaceOnPage,
    FaceState,
    RestorePage,
    read_restore_page,
    read_table,
)
from desktop_app.ui.restore.sides import EngineChoice, FacesSide, GuidesSide
from desktop_app.ui.restore.tries import another_choice
from desktop_app.ui.results.or_error import or_error
from desktop_app.ui.results.patches import PhotoOnTable
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.subjects import CompareSubject, PhotoSubject, RestoreSubject
from desktop_app.ui.words import photo_name


class RestoreScreen(Screen):
    """Shows the faces of one photo and what came of them; accepts nothing by itself.

    `app.py` gives `show_engines` what can run, and joins `RestoreWishes.restoring` to `on_job`.

    Signals:
        restore_wanted(list, str): these `RestoreRequest`s with this engine ("automatic", ...).
        settings_wanted(RestorationId, RestoreSettings): keep these with the result.
        pin_wanted(PersonId, FaceId), unpin_wanted(...), exclude_wanted(...): who may guide.
    """

    restore_wanted = Signal(list, str)
    settings_wanted = Signal(object, object)
    pin_wanted = Signal(object, object)
    unpin_wanted = Signal(object, object)
    exclude_wanted = Signal(object, object)

    key = "restore"
    icon = "restore"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.max_pixels = MAX_PIXELS
        self._page: RestorePage | None = None
        self._face_id: FaceId | None = None
        self._version: dict[FaceId, RestorationId] = {}  # the result looked at, by the user's key
        self._by_hand: dict[FaceId, tuple[FaceId, ...]] = {}
        self._job: Job | None = None
        self._running: frozenset[FaceId] = frozenset()
        self._photo_id: PhotoId | None = None
        self.faces = FacesSide(bench.pictures)
        self.guides = GuidesSide(bench.pictures)
        self.desk = PhotoDesk()
        self.canvas = self.desk.canvas
        self.notice = self.desk.notice
        self.empty = controls.EmptyState(
            "restore",
            self.tr("No photo to restore yet"),
            self.tr("Choose a photo in the library, then press R."),
            self.tr("Open the library"),
        )
        self._lay_out()
        self._join()

    def _lay_out(self) -> None:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_SMALL, theme.GAP_SMALL)
        row.setSpacing(theme.GAP_SMALL)
        row.addWidget(self.faces)
        row.addWidget(self.desk, 1)
        row.addWidget(self.guides)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        for button in self.findChildren(QAbstractButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take Space away

    def _join(self) -> None:
        self.empty.wished.connect(self._on_empty_wish)
        self.notice.action_wanted.connect(self._on_notice_wish)
        self.faces.list.face_chosen.connect(self._on_face_chosen)
        self.faces.all_button.clicked.connect(self.restore_all)
        self.canvas.face_clicked.connect(self.faces.list.choose)
        self.canvas.face_opened.connect(self._look_at_face)
        self.guides.restore.clicked.connect(self.restore_face)
        self.guides.another.clicked.connect(self.try_again)
        self.guides.compare.clicked.connect(self.compare)
        self.guides.engine.activated.connect(self._show_running)
        self.guides.map_button.toggled.connect(self.desk.show_map)
        self.desk.map_known.connect(self.guides.map_button.setVisible)
        references = self.guides.references
        references.chosen_by_hand.connect(self._on_chosen_by_hand)
        references.pin_wanted.connect(partial(self._tell_choice, self.pin_wanted))
        references.unpin_wanted.connect(partial(self._tell_choice, self.unpin_wanted))
        references.exclude_wanted.connect(partial(self._tell_choice, self.exclude_wanted))
        references.photo_wanted.connect(self._on_photo_wanted)
        result = self.guides.result
        result.strength_moved.connect(self.canvas.set_strength)
        result.look_changed.connect(self._compose)
        result.settings_wanted.connect(self.settings_wanted)
        result.version_chosen.connect(self.choose_version)

        for keys, wish in (
            ("R", self.restore_face),
            ("Shift+R", self.restore_all),
            ("A", self.try_again),
            ("Return", self.compare),
            ("M", self.guides.map_button.click),
        ):
            QShortcut(QKeySequence(keys), self, wish)

    # What the window asks of a screen

    def title(self) -> str:
        return photo_name(self._page.photo) if self._page else self.tr("Restore")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("R", self.tr("Restore this face")),
            ("Shift+R", self.tr("Restore all faces that are ready")),
            ("A", self.tr("Another try, with other references")),
            ("Return", self.tr("Compare and decide")),
            ("B", self.tr("See the original while held")),
            ("1-4", self.tr("Another result")),
            ("M", self.tr("Which reference was used where")),
            ("Space, Backspace", self.tr("Next face, previous face")),
            ("Z", self.tr("100 %, and back to the whole photo")),
            ("F", self.tr("Face boxes")),
        ]

    def show_subject(self, subject: Any) -> None:
        if isinstance(subject, RestoreSubject):
            if subject.photo_id != self._photo_id:
                self._open(subject.photo_id)
            if subject.face_id is not None:
                self._face_id = subject.face_id
                self.faces.list.choose(subject.face_id)
        self.canvas.setFocus()

    def refresh(self, changes: CatalogChanges) -> None:
        if self._page is None:
            return
        known = {face.face.id for face in self._page.faces}
        people = {face.person.id for face in self._page.faces if face.person}
        touched = self._page.photo.id in changes.photos or known & changes.faces
        if changes.everything or touched or people & changes.people:
            self._read_page(self._page.photo.id)

    @Slot(list, str)
    def show_engines(self, engines: Sequence[EngineChoice], chosen: str) -> None:
        """Which engines there are, and which one the settings name."""
        self.guides.show_engines(engines, chosen)
        self._show_running()

    @Slot(object, object)
    def on_job(self, job: Job, faces: Sequence[FaceId]) -> None:
        """A restoring has been submitted: its progress is shown until it ends."""
        self._job = job
        self._running = frozenset(faces)
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_job_finished)
        if len(faces) == 1:
            words = self.tr("Restoring one face")
        else:
            words = self.tr("Restoring {n} faces").format(n=len(faces))
        self.notice.work(words, self.tr("Cancel"))
        self._show_running()

    # Reading

    def _open(self, photo_id: PhotoId) -> None:
        self._photo_id = photo_id
        self._page = self._face_id = None
        self.desk.clear()
        self.empty.say(
            "photo", self.tr("Opening the photo"), self.tr("A large scan takes a moment.")
        )
        self._stack.setCurrentIndex(0)
        self._read_page(photo_id)
        self.read(
            partial(or_error, partial(read_table, self.bench.catalog, photo_id, self.max_pixels)),
            self._on_table,
            "table",
        )

    def _read_page(self, photo_id: PhotoId) -> None:
        self.read(partial(read_restore_page, self.bench.catalog, photo_id), self._on_page)

    def _on_page(self, page: RestorePage) -> None:
        self._page = page
        self.title_changed.emit(self.title())
        self.faces.list.faces.set_faces(page.faces)
        self.faces.offer_all(len(self._ready()))
        if not page.faces:
            self.empty.say(
                "person",
                self.tr("No face was found in this photo"),
                self.tr("Draw a box around a face, and it can be named and restored."),
                self.tr("Draw a face"),
            )
            self._stack.setCurrentIndex(0)
            return
        if self.desk.composer is not None:
            self._stack.setCurrentIndex(1)
        if page.face(self._face_id) is None:
            self._face_id = _first_to_do(page).face.id
        assert self._face_id is not None
        self.faces.list.choose(self._face_id)
        self._show_face()

    def _on_table(self, table: PhotoOnTable | ExpectedError) -> None:
        if isinstance(table, ExpectedError):
            self.empty.say(
                "offline",
                self.tr("This photo cannot be opened now"),
                str(table),
                self.tr("Try again"),
            )
            self._stack.setCurrentIndex(0)
            return
        self.desk.show_table(self.bench.catalog, table)
        if self._page is not None and self._page.faces:
            self._stack.setCurrentIndex(1)
            self._compose()

    @Slot()
    def _compose(self) -> None:
        """Lays the results into the photo on a lane; the canvas keeps what it shows until then."""
        composer = self.desk.composer
        if composer is None or self._page is None:
            return
        others = [f.shown for f in self._page.faces if f.face.id != self._face_id and f.shown]
        face = self._face()
        chosen = self._result(face) if face else None
        settings = self.guides.result.settings
        if chosen is None and not others:
            self._on_composed(Composed(composer.table.picture, None, None))
        else:
            work = partial(composer.compose, chosen, settings, others)
            self.read(work, self._on_composed, "compose")

    def _on_composed(self, composed: Composed) -> None:
        self.desk.show_composed(composed, self.guides.result.settings.strength)

    # The face that is worked on

    def _face(self) -> FaceOnPage | None:
        return self._page.face(self._face_id) if self._page else None

    def _result(self, face: FaceOnPage) -> Restoration | None:
        wanted = self._version.get(face.face.id)
        return next((v for v in face.versions if v.id == wanted), face.shown)

    def _ready(self) -> list[FaceOnPage]:
        waiting = (FaceState.READY, FaceState.WEAK, FaceState.STALE)
        faces = self._page.faces if self._page else ()
        return [f for f in faces if f.state in waiting and f.face.id not in self._running]

    @Slot(object)
    def _on_face_chosen(self, face_id: FaceId) -> None:
        if face_id != self._face_id:
            self._face_id = face_id
            self._show_face()

    def _show_face(self) -> None:
        face = self._face()
        if face is None:
            return
        self.guides.show_face(face, self._result(face), self._by_hand.get(face.face.id, ()))
        if self._page is not None:
            self.desk.show_faces(self._page, self._face_id)
        self._show_running()
        self._compose()

    @Slot()
    def _show_running(self) -> None:
        self.faces.list.faces.set_running(self._running)
        self.faces.offer_all(0 if self.guides.why_not_engine() else len(self._ready()))
        missing = self.guides.why_not_engine()
        if missing and self._job is None:
            self.notice.say("warning", "warning", missing, self.tr("See the models"))
        elif self._job is None:
            self.notice.hide()
        face = self._face()
        if face is not None:
            self.guides.offer(
                can_restore=face.state.can_be_restored and not missing,
                has_result=self._result(face) is not None,
                can_retry=another_choice(face) is not None,
                running=face.face.id in self._running,
            )

    @Slot(object)
    def _look_at_face(self, face_id: FaceId) -> None:
        face = self._page.face(face_id) if self._page else None
        if face is not None:
            self.faces.list.choose(face_id)
            self.canvas.look_at(face.face.bbox)

    # What the user wants

    @Slot()
    def restore_face(self) -> None:
        """Restores the chosen face with the references that are shown."""
        face = self._face()
        if face is not None and self.guides.restore.isEnabled():
            self._restore([self._request(face, self.guides.references.references())])

    @Slot()
    def restore_all(self) -> None:
        """Restores every face that is ready, each with its own references."""
        requests = [self._request(f, self._by_hand.get(f.face.id)) for f in self._ready()]
        if requests and self.faces.all_button.isEnabled():
            self._restore(requests)

    @Slot()
    def try_again(self) -> None:
        """Restores the face with references that were not tried yet."""
        face = self._face()
        choice = another_choice(face) if face else None
        if face is not None and choice is not None and self.guides.another.isEnabled():
            self._by_hand[face.face.id] = choice
            self._restore([self._request(face, choice)])

    def _request(self, face: FaceOnPage, references: tuple[FaceId, ...] | None) -> RestoreRequest:
        chosen = face.face.id == self._face_id
        settings = self.guides.result.settings if chosen else RestoreSettings()
        return RestoreRequest(face.face.id, references or None, settings)

    def _restore(self, requests: list[RestoreRequest]) -> None:
        for request in requests:
            self._version.pop(request.face_id, None)
        self.restore_wanted.emit(requests, self.guides.engine.currentData() or "automatic")

    @Slot(int)
    def choose_version(self, number: int) -> None:
        """Looks at another result of the face, counted from 0."""
        face = self._face()
        if face is not None and number < len(face.versions[-4:]):
            self._version[face.face.id] = face.versions[-4:][number].id
            self._show_face()

    @Slot()
    def compare(self) -> None:
        """Opens the drafts of this face for a decision."""
        face = self._face()
        result = self._result(face) if face else None
        if face is not None and result is not None:
            rest = [v.id for v in face.versions[-4:] if v.id != result.id]
            ids = (result.id, *rest)
            self.go_wanted.emit("compare", CompareSubject(face.face.photo_id, ids))

    @Slot(tuple)
    def _on_chosen_by_hand(self, references: tuple[FaceId, ...]) -> None:
        face = self._face()
        if face is not None:
            self._by_hand[face.face.id] = references
            self._show_face()

    def _tell_choice(self, signal: Any, face_id: FaceId) -> None:
        face = self._face()
        if face is not None and face.person is not None:
            signal.emit(face.person.id, face_id)

    @Slot(object)
    def _on_photo_wanted(self, photo_id: PhotoId) -> None:
        self.go_wanted.emit("photo", PhotoSubject(photo_id))

    @Slot()
    def _on_empty_wish(self) -> None:
        if self._photo_id is None:
            self.go_wanted.emit("library", None)
        elif self._page is not None and not self._page.faces:
            self.go_wanted.emit("photo", PhotoSubject(self._photo_id))
        else:
            self._open(self._photo_id)

    @Slot()
    def _on_notice_wish(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self.notice.work(self.tr("Stopping after this face"))
        else:
            self.go_wanted.emit("models", None)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self.notice.progress(progress)

    @Slot()
    def _on_job_finished(self) -> None:
        self._job = None
        self._running = frozenset()
        self._show_running()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_B:
            self.canvas.hold_original(True)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace):
            self._step(1 if key == Qt.Key.Key_Space else -1)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self.choose_version(key - Qt.Key.Key_1)
        elif not self.canvas.handle_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and not event.isAutoRepeat():
            self.canvas.hold_original(False)
        super().keyReleaseEvent(event)

    def _step(self, way: int) -> None:
        faces = self._page.faces if self._page else ()
        ids = [face.face.id for face in faces]
        if self._face_id in ids:
            self.faces.list.choose(ids[(ids.index(self._face_id) + way) % len(ids)])


def _first_to_do(page: RestorePage) -> FaceOnPage:
    """The face to begin with: one that waits for a decision, else one that is ready."""
    order = (FaceState.DRAFT, FaceState.STALE, FaceState.READY, FaceState.WEAK)
    return min(page.faces, key=lambda f: order.index(f.state) if f.state in order else 9)
