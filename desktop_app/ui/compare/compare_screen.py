"""The screen on which a result is judged: divided, beside or in place of the original."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import RestorationId
from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.ui import controls, theme
from desktop_app.ui.compare.compare_desk import CompareDesk
from desktop_app.ui.compare.judge_side import JudgeSide
from desktop_app.ui.compare.reading import (
    Candidate,
    ComparePage,
    FaceToJudge,
    read_compare_page,
    read_waiting,
    refreshed,
)
from desktop_app.ui.results.likeness_words import verdict
from desktop_app.ui.results.or_error import or_error
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.subjects import CompareSubject, ExportSubject, RestoreSubject
from desktop_app.ui.words import photo_name


class CompareScreen(Screen):
    """Judges the results of one photo face by face; nothing is accepted by itself.

    Signals:
        accept_wanted(RestorationId): this result shall stand in the photo.
        keep_original_wanted(list): none of these `RestorationId`s shall.
    """

    accept_wanted = Signal(object)
    keep_original_wanted = Signal(list)

    key = "compare"
    icon = "compare"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.max_pixels = MAX_PIXELS
        self._subject: CompareSubject | None = None
        self._page: ComparePage | None = None
        self._place = 0  # of the face among the page's faces
        self._number = 0  # of the result among the face's results
        self._decided: set[RestorationId] = set()
        self.desk = CompareDesk()
        self.notice = self.desk.notice
        self.side = JudgeSide(bench.pictures)
        self.empty = controls.EmptyState(
            "compare",
            self.tr("Nothing to compare yet"),
            self.tr("Restore a face first; its results are judged here."),
            self.tr("Open the library"),
        )
        self._make_decisions()
        self._lay_out()
        self._join()

    def _make_decisions(self) -> None:
        self.original = controls.button(self.tr("Keep original"), icon="no")
        self.others = controls.button(self.tr("Try other references"), icon="retry")
        self.accept = controls.button(self.tr("Accept"), "primary", icon="yes")
        self.original.setToolTip(self.tr("The photo stays as it was (Delete)"))
        self.others.setToolTip(self.tr("Choose other references for this face (T)"))
        self.accept.setToolTip(self.tr("This result stands in the photo (Return)"))
        for button in (self.original, self.others, self.accept):
            button.setMinimumHeight(44)

    def _lay_out(self) -> None:
        bottom = QFrame()
        bottom.setProperty("look", "bar")
        decisions = QHBoxLayout(bottom)
        decisions.setContentsMargins(0, 0, 0, 0)
        decisions.setSpacing(theme.GAP_SMALL)
        decisions.addWidget(self.original)
        decisions.addStretch()
        decisions.addWidget(self.others)
        decisions.addWidget(self.accept)
        middle = QVBoxLayout()
        middle.setSpacing(theme.GAP_SMALL)
        middle.addWidget(self.desk, 1)
        middle.addWidget(controls.line())
        middle.addWidget(bottom)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_SMALL, theme.GAP_SMALL)
        row.setSpacing(theme.GAP_SMALL)
        row.addLayout(middle, 1)
        row.addWidget(self.side)
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
        self.notice.action_wanted.connect(self._on_onward)
        self.desk.result_chosen.connect(self.choose_result)
        self.accept.clicked.connect(self._on_accept)
        self.original.clicked.connect(self._on_keep_original)
        self.others.clicked.connect(self._on_try_others)

        for keys, wish in (
            ("Return", self._on_accept),
            ("Delete", self._on_keep_original),
            ("T", self._on_try_others),
        ):
            QShortcut(QKeySequence(keys), self, wish)

    # What the window asks of a screen

    def title(self) -> str:
        return photo_name(self._page.photo) if self._page else self.tr("Compare")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("B", self.tr("See the original while held")),
            ("1-4", self.tr("Another result")),
            ("V", self.tr("Slider, side by side, result alone")),
            ("Shift+Left, Shift+Right", self.tr("Move the slider")),
            ("Return", self.tr("Accept this result")),
            ("Delete", self.tr("Keep the original")),
            ("T", self.tr("Try other references")),
            ("Space, Backspace", self.tr("Next face, previous face")),
            ("Z", self.tr("100 %, and back to the whole photo")),
        ]

    def show_subject(self, subject: Any) -> None:
        if isinstance(subject, CompareSubject):
            self._subject = subject
            self._decided.clear()
            self.notice.hide()
            self._open(subject)
        elif self._subject is None:
            self.read(partial(read_waiting, self.bench.catalog, None), self._on_waiting)
        self.desk.left.setFocus()

    def refresh(self, changes: CatalogChanges) -> None:
        if self._page is None or self._subject is None:
            return
        mine = {c.restoration.id for face in self._page.faces for c in face.candidates}
        if changes.everything or mine & changes.restorations:
            asked = self._subject.restoration_ids
            ids = (*asked, *sorted(self._decided - set(asked)))  # what was refused here stays
            work = partial(refreshed, self.bench.catalog, self._page, ids)
            self.read(work, self._on_refreshed)

    # Reading

    def _on_waiting(self, waiting: CompareSubject | None) -> None:
        if waiting is not None and self._subject is None:
            self.show_subject(waiting)

    def _open(self, subject: CompareSubject) -> None:
        self._page = None
        self._place = self._number = 0
        self.empty.say(
            "photo", self.tr("Opening the photo"), self.tr("A large scan takes a moment.")
        )
        self._stack.setCurrentIndex(0)
        self._read(subject)

    def _read(self, subject: CompareSubject) -> None:
        work = partial(
            read_compare_page,
            self.bench.catalog,
            subject.photo_id,
            subject.restoration_ids,
            self.max_pixels,
        )
        self.read(partial(or_error, work), self._on_page)

    def _on_refreshed(self, page: ComparePage | None) -> None:
        if page is not None:
            self._on_page(page)
        elif self._subject is not None:
            self._read(self._subject)

    def _on_page(self, page: ComparePage | ExpectedError) -> None:
        if isinstance(page, ExpectedError):
            self.empty.say(
                "offline",
                self.tr("This photo cannot be opened now"),
                str(page),
                self.tr("Try again"),
            )
            self._stack.setCurrentIndex(0)
            return
        fresh = self._page is None
        back = self._taken_back(page)
        self._page = page
        self.title_changed.emit(self.title())
        if not page.faces:
            self.empty.say(
                "compare",
                self.tr("Nothing to compare yet"),
                self.tr("Restore a face first; its results are judged here."),
                self.tr("Restore a face"),
            )
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        self._place = min(self._place, len(page.faces) - 1)
        if back is not None:
            self.notice.hide()
            self._place, self._number = back, 0
        self._show(look_at=fresh or back is not None)

    def _taken_back(self, page: ComparePage) -> int | None:
        """The place of a face whose decision was undone since the page was read: it waits again.

        A face decided just now may still be undecided in a page that was read before.
        """
        known = self._page.faces if self._page is not None else ()
        decided = {c.restoration.id for f in known if not f.undecided for c in f.candidates}
        places = []
        for place, face in enumerate(page.faces):
            ids = {c.restoration.id for c in face.candidates}
            if face.undecided and ids & decided:
                self._decided -= ids
                places.append(place)
        return places[0] if places else None

    # What is shown

    def _face(self) -> FaceToJudge | None:
        return self._page.faces[self._place] if self._page and self._page.faces else None

    def candidate(self) -> Candidate | None:
        """The result that is judged now."""
        face = self._face()
        return face.candidates[min(self._number, len(face.candidates) - 1)] if face else None

    def _show(self, look_at: bool) -> None:
        face, candidate = self._face(), self.candidate()
        if face is None or candidate is None or self._page is None:
            return
        self.desk.show_pictures(
            self._page.original, candidate.picture, self._number, len(face.candidates)
        )
        several = len(self._page.faces) > 1
        place = self.tr("Face {n} of {all}").format(n=self._place + 1, all=len(self._page.faces))
        self.side.show_candidate(face, candidate, place if several else "")
        self._show_accept(candidate.restoration)
        if look_at:
            self.desk.look_at(face.face.bbox)

    def _show_accept(self, result: Restoration) -> None:
        """A result that is less like the person is not what the eye is led to."""
        accepted = result.state is RestorationState.ACCEPTED
        doubtful = result.likeness is not None and verdict(result.likeness).is_warning
        words = self.tr("Accept anyway") if doubtful else self.tr("Accept")
        self.accept.setEnabled(not accepted)
        self.accept.setText(self.tr("Accepted") if accepted else words)
        controls.set_look(self.accept, "" if doubtful else "primary")

    @Slot(int)
    def choose_result(self, number: int) -> None:
        """Shows another result of this face at the same pixels, counted from 0."""
        face = self._face()
        if face is not None and number < len(face.candidates):
            self._number = number
            self._show(look_at=False)

    def step(self, way: int) -> None:
        """The next face (1) or the one before (-1)."""
        if self._page is not None and self._page.faces:
            self.notice.hide()
            self._place = (self._place + way) % len(self._page.faces)
            self._number = 0
            self._show(look_at=True)

    # Decisions

    @Slot()
    def _on_accept(self) -> None:
        candidate = self.candidate()
        if not self.notice.isHidden():
            self._on_onward()
        elif candidate is not None and self.accept.isEnabled():
            self.accept_wanted.emit(candidate.restoration.id)
            self._next_undecided()

    @Slot()
    def _on_keep_original(self) -> None:
        face = self._face()
        if face is not None:
            self.keep_original_wanted.emit([c.restoration.id for c in face.candidates])
            self._next_undecided()

    def _next_undecided(self) -> None:
        """The next face that waits; at the end the way on to the export is offered."""
        page, face = self._page, self._face()
        if page is None or face is None:
            return
        self._decided |= {c.restoration.id for c in face.candidates}
        waiting = [
            place
            for place, other in enumerate(page.faces)
            if other.undecided and not {c.restoration.id for c in other.candidates} & self._decided
        ]
        if waiting:
            self._place = next((p for p in waiting if p > self._place), waiting[0])
            self._number = 0
            self._show(look_at=True)
        else:
            onward = self.tr("Next photo") if page.waiting else self.tr("Export")
            words = self.tr("Every face of this photo is decided.")
            self.notice.say("yes", "accent", words, onward)

    @Slot()
    def _on_try_others(self) -> None:
        face = self._face()
        if face is not None:
            self.go_wanted.emit("restore", RestoreSubject(face.face.photo_id, face.face.id))

    @Slot()
    def _on_onward(self) -> None:
        """To the next photo whose drafts wait; after the last one to the export."""
        if self._page is not None and self._page.waiting is not None:
            self.show_subject(self._page.waiting)
        elif self._page is not None:
            self.go_wanted.emit("export", ExportSubject(photo_ids=(self._page.photo.id,)))

    @Slot()
    def _on_empty_wish(self) -> None:
        if self._subject is None:
            self.go_wanted.emit("library", None)
        elif self._page is not None:
            self.go_wanted.emit("restore", RestoreSubject(self._subject.photo_id))
        else:
            self._open(self._subject)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_B:
            self.desk.hold_original(True)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self.choose_result(key - Qt.Key.Key_1)
        elif key == Qt.Key.Key_V:
            self.desk.next_way()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace):
            self.step(1 if key == Qt.Key.Key_Space else -1)
        elif not self.desk.left.handle_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and not event.isAutoRepeat():
            self.desk.hold_original(False)
        super().keyReleaseEvent(event)
