"""The review of suggestions: one face at a time, large, beside its whole photo; one key each."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.face import Face
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.operations.likeness_words import similarity_in_words
from desktop_app.ui import controls, theme, words
from desktop_app.ui.name_box import NameBox
from desktop_app.ui.people.people_reading import PersonPage
from desktop_app.ui.people.review_pictures import FaceView, PhotoView
from desktop_app.ui.picture_reading import read_photo_image
from desktop_app.ui.screen import Workbench

_PHOTO_SIDE = 1600
_PHOTOS_KEPT = 6
_AHEAD = 3


class Review(QWidget):
    """A decision is applied at once and the next face stands in the same place.

    Faces that come back (after Ctrl+Z) come back to the front; new ones wait at the end, so that
    nothing moves away under the user.

    Signals, each with the face:
        yes(FaceId), no(FaceId), not_a_face(FaceId), ignored(FaceId): the decision.
        other_name(FaceId, str): it is somebody else.
        photo_wanted(PhotoId): look at the photo itself.
        ended(): there is nothing left to judge.
    """

    yes = Signal(object)
    no = Signal(object)
    not_a_face = Signal(object)
    ignored = Signal(object)
    other_name = Signal(object, str)
    photo_wanted = Signal(object)
    ended = Signal()

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._bench = bench
        self._page: PersonPage | None = None
        self._queue: list[Face] = []
        self._decided: set[FaceId] = set()
        self._place = 0
        self._images: OrderedDict[PhotoId, QImage | None] = OrderedDict()
        self._coming: dict[Job, PhotoId] = {}
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(60)
        self._later.timeout.connect(self._load_ahead)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Review of suggestions"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_LARGE, theme.GAP_SMALL, theme.GAP_LARGE, theme.GAP)
        layout.setSpacing(theme.GAP)
        pictures = QHBoxLayout()
        pictures.setSpacing(theme.GAP)
        self.face_view = FaceView(bench.pictures)
        self.photo_view = PhotoView(bench.pictures)
        self.photo_view.opened.connect(self._on_photo)
        pictures.addWidget(self.face_view, 2)
        pictures.addWidget(self.photo_view, 3)
        layout.addLayout(pictures, 1)
        self._question = controls.label("", "title")
        self._about = controls.label("", "soft")
        self._left = controls.label("", "soft")
        texts = QVBoxLayout()
        texts.setSpacing(theme.GAP_TINY)
        texts.addWidget(self._question)
        texts.addWidget(self._about)
        self.flag = controls.label("", "caption")
        keeps = self.flag.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the pictures above never move
        self.flag.setSizePolicy(keeps)
        self.flag.hide()
        texts.addWidget(self.flag)
        line = QHBoxLayout()
        line.addLayout(texts, 1)
        line.addWidget(self._left, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(line)
        layout.addLayout(self._make_buttons())

    def _make_buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(theme.GAP_SMALL)
        for text, look, icon, key, slot in (
            (self.tr("Yes"), "primary", "yes", "Return", self.say_yes),
            (self.tr("No"), "", "close", "Del", self.say_no),
            (self.tr("Not a face"), "quiet", "not-a-face", "Shift+Del", self.say_not_a_face),
            (self.tr("Ignore"), "quiet", "ignore", "X", self.say_ignore),
            (self.tr("Somebody else"), "quiet", "rename", "F2", self.ask_name),
        ):
            made = controls.button(text, look, icon=icon)
            made.setToolTip(f"{text} ({controls.shown_keys(key)})")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if key in ("Return", "Del"):
                made.setMinimumWidth(128)
            made.clicked.connect(slot)
            line.addWidget(made)
        self.name_box = NameBox()
        self.name_box.setMaximumWidth(280)
        self.name_box.named.connect(self._on_named)
        self.name_box.left.connect(self._hide_name_box)
        self.name_box.hide()
        line.addWidget(self.name_box, 1)
        line.addStretch()
        self._keys = controls.label(
            self.tr("Return yes  ·  Delete no  ·  Ctrl+Z undo  ·  ? all keys"), "caption"
        )
        line.addWidget(self._keys)
        return line

    # What is judged

    @property
    def current(self) -> Face | None:
        """The face in question."""
        return self._queue[self._place] if self._queue else None

    def show_page(self, page: PersonPage) -> None:
        """Takes up suggestions that came; keeps the order in which the others stand."""
        if self._page is None or self._page.person.id != page.person.id:
            self._queue, self._place = [], 0
            self._decided = set()
        self._page = page
        self.name_box.set_names([name for name in page.names if name != page.person.name])
        there = {face.id: face for face in page.suggested}
        current = self.current
        kept = [there.pop(face.id) for face in self._queue if face.id in there]
        back = [face for face in there.values() if face.id in self._decided]
        new = [face for face in there.values() if face.id not in self._decided]
        self._decided -= {face.id for face in back}
        self._queue = [*kept, *new]
        if current is not None and not back:
            ids = [face.id for face in self._queue]
            self._place = ids.index(current.id) if current.id in ids else self._place
        self._queue[self._place : self._place] = back
        self._place = max(0, min(self._place, len(self._queue) - 1))
        self._show_current()

    def _show_current(self) -> None:
        face, page = self.current, self._page
        if face is None or page is None:
            self.ended.emit()
            return
        photo = page.photos[face.photo_id]
        self.face_view.show_face(face, photo, self._images.get(face.photo_id))
        self.photo_view.show_face(face, photo, self._images.get(face.photo_id))
        self._question.setText(self.tr("Is this {name}?").format(name=page.person.name))
        like = similarity_in_words(face.suggestion_score).capitalize()
        age = page.age(face)
        about = [f"{like} ({face.suggestion_score:.2f})", words.date_words(photo.taken)]
        if age is not None and age >= 0:
            about.append(self.tr("would be {age}").format(age=int(age)))
        about.append(words.photo_name(photo))
        self._about.setText(" · ".join(part for part in about if part))
        twice = face.photo_id in {other.photo_id for other in page.confirmed}
        self.flag.setVisible(twice)
        said = self.tr("{name} stands in this photo already: a mirror, a collage, somebody else?")
        self.flag.setText(said.format(name=page.person.name))
        self._left.setText(
            words.counted(len(self._queue), self.tr("The last one"), self.tr("{n} to judge"))
        )
        self._later.start()

    # Decisions

    def _decide(self) -> FaceId | None:
        """Takes the current face out of the queue; the next stands in its place."""
        face = self.current
        if face is None:
            return None
        self._hide_name_box()
        del self._queue[self._place]
        self._decided.add(face.id)
        self._place = max(0, min(self._place, len(self._queue) - 1))
        self._show_current()
        return face.id

    @Slot()
    def say_yes(self) -> None:
        face_id = self._decide()
        if face_id is not None:
            self.yes.emit(face_id)

    @Slot()
    def say_no(self) -> None:
        face_id = self._decide()
        if face_id is not None:
            self.no.emit(face_id)

    @Slot()
    def say_not_a_face(self) -> None:
        face_id = self._decide()
        if face_id is not None:
            self.not_a_face.emit(face_id)

    @Slot()
    def say_ignore(self) -> None:
        face_id = self._decide()
        if face_id is not None:
            self.ignored.emit(face_id)

    @Slot()
    def ask_name(self) -> None:
        """Asks who it is instead."""
        if self.current is not None:
            self._keys.hide()
            self.name_box.show()
            self.name_box.setFocus()

    @Slot(str)
    def _on_named(self, name: str) -> None:
        face_id = self._decide()
        if face_id is not None:
            self.other_name.emit(face_id, name)

    @Slot()
    def _hide_name_box(self) -> None:
        if self.name_box.isVisible():
            self.name_box.clear()
            self.name_box.hide()
            self._keys.show()
            self.setFocus()

    @Slot()
    def _on_photo(self) -> None:
        if self.current is not None:
            self.photo_wanted.emit(self.current.photo_id)

    def step(self, by: int) -> None:
        """Another face without a decision."""
        if self._queue:
            self._place = (self._place + by) % len(self._queue)
            self._show_current()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.say_yes()
        elif key == Qt.Key.Key_Delete:
            self.say_not_a_face() if shift else self.say_no()
        elif key == Qt.Key.Key_X:
            self.say_ignore()
        elif key == Qt.Key.Key_F2:
            self.ask_name()
        elif key == Qt.Key.Key_Space:
            self.step(1)
        elif key == Qt.Key.Key_Backspace:
            self.step(-1)
        else:
            super().keyPressEvent(event)

    # Pictures

    @Slot()
    def _load_ahead(self) -> None:
        """Loads the photos of this face and of the next ones, so that none is waited for."""
        if self._page is None:
            return
        ahead: Sequence[Face] = self._queue[self._place : self._place + 1 + _AHEAD]
        under_way = set(self._coming.values())
        for face in ahead:
            if face.photo_id in self._images or face.photo_id in under_way:
                continue
            under_way.add(face.photo_id)
            photo = self._page.photos[face.photo_id]
            job = Job(self.tr("Photo"), partial(read_photo_image, photo, _PHOTO_SIDE), quiet=True)
            self._coming[job] = face.photo_id
            job.succeeded.connect(self._on_image)
            job.failed.connect(self._on_no_image)
            self._bench.runner.submit(Lane.READ, job)

    @Slot(object)
    def _on_image(self, image: QImage) -> None:
        self._keep(image)

    @Slot(object)
    def _on_no_image(self, error: Exception) -> None:
        if not isinstance(error, ExpectedError):
            self._bench.messages.show_error(error)
        self._keep(None)  # the thumbnails stand in for it

    def _keep(self, image: QImage | None) -> None:
        job = self.sender()
        if not isinstance(job, Job) or job not in self._coming:
            return
        photo_id = self._coming.pop(job)
        self._images[photo_id] = image
        while len(self._images) > _PHOTOS_KEPT:
            self._images.popitem(last=False)
        face = self.current
        if face is not None and face.photo_id == photo_id and self._page is not None:
            photo = self._page.photos[photo_id]
            self.face_view.show_face(face, photo, image)
            self.photo_view.show_face(face, photo, image)
