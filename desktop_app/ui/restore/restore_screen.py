"""The screen on which a face is restored: faces left, the photo in the middle, guides right."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.jobs.job import Job
from desktop_app.ui import theme
from desktop_app.ui.restore.at_work import AtWork
from desktop_app.ui.restore.blend_canvas import BlendCanvas
from desktop_app.ui.restore.engines import PREVIEWED
from desktop_app.ui.restore.photo_desk import PhotoDesk
from desktop_app.ui.restore.reading import (
    Composed,
    RestorePage,
    read_restore_page,
    read_table,
)
from desktop_app.ui.restore.sides import EngineChoice, FacesSide, GuidesSide
from desktop_app.ui.restore.tries import is_rough
from desktop_app.ui.restore.under_way import UnderWay
from desktop_app.ui.results.or_error import or_error
from desktop_app.ui.results.patches import PhotoOnTable
from desktop_app.ui.results.table_screen import TableScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import CompareSubject, PhotoSubject, RestoreSubject
from desktop_app.ui.words import photo_name

_NARROW = 1100  # pixels of the screen; below, the sides give way to the photo


class RestoreScreen(TableScreen):
    """Shows the faces of one photo and what came of them; accepts nothing by itself.

    `app/` gives `show_engines` what can run, and joins `RestoreWishes.restoring` to `on_job`.

    Signals:
        engine_wanted(str): a face that can be restored has come up; this engine will be asked.
        restore_wanted(list, str): these `RestoreRequest`s with this engine ("automatic", ...).
        settings_wanted(RestorationId, RestoreSettings): keep these with the result.
        pin_wanted(PersonId, FaceId), unpin_wanted(...), exclude_wanted(...): who may guide.
    """

    engine_wanted = Signal(str)
    restore_wanted = Signal(list, str)
    settings_wanted = Signal(object, object)
    pin_wanted = Signal(object, object)
    unpin_wanted = Signal(object, object)
    exclude_wanted = Signal(object, object)

    key = "restore"
    icon = "restore"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(
            bench,
            self.tr("No photo to restore yet"),
            self.tr("Choose a photo in the library, then press R."),
        )
        self.at_work = AtWork()
        self._photo_id: PhotoId | None = None
        self.faces = FacesSide(bench.pictures)
        self.guides = GuidesSide(bench.pictures)
        self.desk = PhotoDesk()
        self.canvas = self.desk.canvas
        self.notice = self.desk.notice
        self._under_way = UnderWay(self.notice, self.at_work)
        self.lay_out(self.faces, self.desk, self.guides, wide=self.desk)
        self._join()

    def _join(self) -> None:
        self.empty.wished.connect(self._on_empty_wish)
        self._under_way.changed.connect(self._show_running)
        self._under_way.models_wanted.connect(self._on_models_wanted)
        self.faces.list.face_chosen.connect(self._on_face_chosen)
        self.faces.all_button.clicked.connect(self.restore_all)
        self.canvas.face_clicked.connect(self.faces.list.choose)
        self.canvas.face_opened.connect(self._look_at_face)
        self.guides.restore.clicked.connect(self.restore_face)
        self.guides.another.clicked.connect(self.try_again)
        self.guides.compare.clicked.connect(self.compare)
        self.guides.onward.clicked.connect(self._on_onward)
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
        result.version_chosen.connect(self.choose_result)

        for keys, wish in (
            ("R", self.restore_face),
            ("Shift+R", self.restore_all),
            ("A", self.try_again),
            ("Return", self.compare),
            ("M", self.guides.map_button.click),
            ("K", self.desk.mask_button.click),
        ):
            QShortcut(QKeySequence(keys), self, wish)

    # What the window asks of a screen

    def title(self) -> str:
        page = self.at_work.page
        return photo_name(page.photo) if page else self.tr("Restore")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("R", self.tr("Restore this face")),
            ("Shift+R", self.tr("Restore all faces that are ready")),
            ("A", self.tr("Another try, with other references or another seed")),
            ("Return", self.tr("Compare and decide")),
            ("M", self.tr("Which reference was used where")),
            ("K", self.tr("Which pixels change, and which stay as they are")),
            ("F", self.tr("Face boxes")),
            *super().shortcuts(),
        ]

    def show_subject(self, subject: Any) -> None:
        if isinstance(subject, RestoreSubject):
            if subject.photo_id != self._photo_id:
                self._open(subject.photo_id)
            if subject.face_id is not None:
                self.at_work.face_id = subject.face_id
                self.faces.list.choose(subject.face_id)
        self.canvas.setFocus()

    def refresh(self, changes: CatalogChanges) -> None:
        if self._photo_id is None:
            return
        known = {face.face.id for face in self.at_work.faces}
        people = {face.person.id for face in self.at_work.faces if face.person}
        touched = self._photo_id in changes.photos or known & changes.faces
        if changes.everything or touched or people & changes.people:
            self._read_page(self._photo_id)

    @Slot(list, str)
    def show_engines(self, engines: Sequence[EngineChoice], chosen: str) -> None:
        """Which engines there are, and which one the settings name."""
        self.guides.show_engines(engines, chosen)
        self._show_running()

    @Slot(object, object)
    def on_job(self, job: Job, faces: Sequence[FaceId]) -> None:
        """A restoring has been submitted: its progress is shown until it ends."""
        self._under_way.follow(job, faces)

    # Reading

    def _open(self, photo_id: PhotoId) -> None:
        self._photo_id = photo_id
        self.at_work.page = self.at_work.face_id = None
        self.desk.clear()
        self.say_opening()
        self._read_page(photo_id)
        self._read_table(photo_id)

    def _read_page(self, photo_id: PhotoId) -> None:
        self.read(partial(read_restore_page, self.bench.catalog, photo_id), self._on_page)

    def _read_table(self, photo_id: PhotoId) -> None:
        work = partial(read_table, self.bench.catalog, photo_id, self.max_pixels)
        self.read(partial(or_error, work), self._on_table, "table")

    def _on_page(self, page: RestorePage) -> None:
        self.at_work.page = page
        self.title_changed.emit(self.title())
        self.faces.list.faces.set_faces(page.faces)
        if self.desk.is_outdated(page):
            self._read_table(page.photo.id)
        if not page.faces:
            self.say_instead(
                "person",
                self.tr("No face was found in this photo"),
                self.tr("Draw a box around a face, and it can be named and restored."),
                self.tr("Draw a face"),
            )
            return
        if self.desk.composer is not None:
            self.show_table()
        self.faces.list.choose(self.at_work.begin(page))
        self._show_face()

    def _on_table(self, table: PhotoOnTable | ExpectedError) -> None:
        if isinstance(table, ExpectedError):
            self.say_not_opened(table)
            return
        self.desk.show_table(self.bench.catalog, table)
        if self.at_work.faces:
            self.show_table()
            self._show_face()
        if not self.guides.why_not_engine() and self.at_work.ready():
            self.engine_wanted.emit(self.guides.chosen_engine())

    @Slot()
    def _compose(self) -> None:
        """Lays the results into the photo on a lane; the canvas keeps what it shows until then."""
        composer, page = self.desk.composer, self.at_work.page
        if composer is None or page is None or self.desk.is_outdated(page):
            return
        chosen, around = self.at_work.result, self.at_work.around
        if chosen is None and not around:
            self._on_composed(Composed(composer.table.picture, None, None))
        else:
            settings = self.guides.result.settings
            work = partial(composer.compose, chosen, settings, around)
            self.read(work, self._on_composed, "compose")

    def _on_composed(self, composed: Composed) -> None:
        self.desk.show_composed(composed, self.guides.result.settings.strength)

    # The face that is worked on

    @Slot(object)
    def _on_face_chosen(self, face_id: FaceId) -> None:
        if face_id != self.at_work.face_id:
            self.at_work.face_id = face_id
            self._show_face()

    def _show_face(self) -> None:
        face, page = self.at_work.face, self.at_work.page
        if face is None or page is None:
            return
        by_hand = self.at_work.by_hand(face.face.id)
        sharp = face.face.id in self.desk.sharp
        results, result = self.at_work.results, self.at_work.result
        self.guides.show_face(face, results, result, by_hand, sharp=sharp)
        self.desk.show_faces(page, face.face.id)
        self._show_running()
        self._compose()

    @Slot()
    def _show_running(self) -> None:
        """What runs, what could run, and why it cannot."""
        running, missing = self.at_work.running, self.guides.why_not_engine()
        self.faces.list.faces.set_running(running)
        ready = 0 if missing else len(self.at_work.ready())
        self.faces.offer_all(ready, len(self.at_work.faces))
        self._under_way.tell(missing)
        face = self.at_work.face
        if face is not None:
            self.guides.offer(
                can_restore=face.state.can_be_restored and not missing,
                result=self.at_work.result,
                can_retry=self.at_work.another_try(self.guides.chosen_engine()) is not None,
                running=face.face.id in running,
            )

    @Slot(object)
    def _look_at_face(self, face_id: FaceId) -> None:
        self.faces.list.choose(face_id)
        if self.at_work.face is not None:
            self.canvas.look_at(self.at_work.face.face.bbox)

    # What the user wants

    @Slot()
    def restore_face(self) -> None:
        """Restores the chosen face with the references that are shown; a preview in full."""
        if self.at_work.face is not None and self.guides.restore.isEnabled():
            result, engine = self.at_work.result, self.guides.chosen_engine()
            if engine == PREVIEWED and result is not None and is_rough(result):
                engine = "instant-restore"
            self._restore_with(self.guides.references.references(), engine)

    @Slot()
    def try_again(self) -> None:
        """Restores the face with what was not tried yet: a seed, or other references."""
        engine = self.guides.chosen_engine()
        choice = self.at_work.another_try(engine)
        if choice is not None and self.guides.another.isEnabled():
            references, seed = choice
            self.at_work.set_by_hand(references)
            self._restore_with(references, engine, seed)

    def _restore_with(self, references: tuple[FaceId, ...], engine: str, seed: int = 0) -> None:
        request = self.at_work.request(references, self.guides.result.settings, seed)
        self.restore_wanted.emit([request], engine)

    @Slot()
    def restore_all(self) -> None:
        """Restores every face that is ready, each with its own references."""
        requests = self.at_work.requests()
        if requests and self.faces.all_button.isEnabled():
            self.restore_wanted.emit(requests, self.guides.chosen_engine())

    @Slot(int)
    def choose_result(self, number: int) -> None:
        """Looks at another result of the face, counted from 0."""
        if self.at_work.look_at(number):
            self._show_face()

    @Slot()
    def compare(self) -> None:
        """Opens the results of this face for a decision, the one looked at first."""
        result = self.at_work.result
        if result is not None:
            rest = [other.id for other in self.at_work.results if other.id != result.id]
            self.go_wanted.emit("compare", CompareSubject(result.photo_id, (result.id, *rest)))

    @Slot(tuple)
    def _on_chosen_by_hand(self, references: tuple[FaceId, ...]) -> None:
        self.at_work.set_by_hand(references)
        self._show_face()

    def _tell_choice(self, signal: Any, face_id: FaceId) -> None:
        face = self.at_work.face
        if face is not None and face.person is not None:
            signal.emit(face.person.id, face_id)

    @Slot(object)
    def _on_photo_wanted(self, photo_id: PhotoId) -> None:
        self.go_wanted.emit("photo", PhotoSubject(photo_id))

    @Slot()
    def _on_onward(self) -> None:
        """To where this face gets its name, or its person more photos."""
        face = self.at_work.face
        if face is not None and face.references is not None and face.person is not None:
            self.go_wanted.emit("person", face.person.id)
        elif face is not None:
            self.go_wanted.emit("photo", PhotoSubject(face.face.photo_id))

    @Slot()
    def _on_empty_wish(self) -> None:
        if self._photo_id is None:
            self.go_wanted.emit("library", None)
        elif self.at_work.page is not None and not self.at_work.faces:
            self.go_wanted.emit("photo", PhotoSubject(self._photo_id))
        else:
            self._open(self._photo_id)

    @Slot()
    def _on_models_wanted(self) -> None:
        self.go_wanted.emit("models", None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for side in (self.faces, self.guides):
            side.set_narrow(self.width() < theme.wide(_NARROW))

    # Keys

    @property
    def table_canvas(self) -> BlendCanvas:
        return self.canvas

    def hold_original(self, held: bool) -> None:
        self.canvas.hold_original(held)

    def step(self, way: int) -> None:
        face_id = self.at_work.next_face(way)
        if face_id is not None:
            self.faces.list.choose(face_id)
