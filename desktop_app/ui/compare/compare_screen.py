"""The screen on which a result is judged: divided, beside or in place of the original."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.ids import PhotoId
from desktop_app.ui import controls, theme
from desktop_app.ui.compare.compare_canvas import CompareCanvas
from desktop_app.ui.compare.compare_desk import CompareDesk
from desktop_app.ui.compare.decision_bar import DecisionBar
from desktop_app.ui.compare.judge_side import JudgeSide
from desktop_app.ui.compare.judging import Judging
from desktop_app.ui.compare.page_reader import PageReader
from desktop_app.ui.compare.reading import (
    Candidate,
    ComparePage,
    read_taken_back,
    read_waiting,
    refreshed,
)
from desktop_app.ui.results.table_screen import TableScreen
from desktop_app.ui.screen import Workbench
from desktop_app.ui.subjects import CompareSubject, ExportSubject, RestoreSubject
from desktop_app.ui.words import counted, photo_name


class CompareScreen(TableScreen):
    """Judges results face by face, and one photo after another; nothing is accepted by itself.

    Signals:
        accept_wanted(RestorationId): this result shall stand in the photo.
        keep_original_wanted(list): none of these `RestorationId`s shall.
        drafts_counted(int): in so many photos drafts wait for a decision.
    """

    accept_wanted = Signal(object)
    keep_original_wanted = Signal(list)
    drafts_counted = Signal(int)

    key = "compare"
    icon = "compare"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench, "", "")
        self.judging = Judging()
        self._pages = PageReader(bench.catalog, self.read, self._on_page)
        self.desk = CompareDesk()
        self.notice = self.desk.notice
        self.side = JudgeSide(bench.pictures)
        self.decisions = DecisionBar()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_SMALL)
        column.addWidget(self.desk, 1)
        column.addWidget(controls.line())
        column.addWidget(self.decisions)
        self.lay_out(middle, self.side, wide=middle)
        self._say_nothing_waits()
        self._join()

    def _join(self) -> None:
        self.empty.wished.connect(self._on_empty_wish)
        self.notice.action_wanted.connect(self._on_onward)
        self.desk.result_chosen.connect(self.choose_result)
        self.decisions.accepted.connect(self._on_accept)
        self.decisions.original_kept.connect(self._on_keep_original)
        self.decisions.others_wanted.connect(self._on_try_others)

        for keys, wish in (
            ("Return", self._on_accept),
            ("Delete", self._on_keep_original),
            ("T", self._on_try_others),
        ):
            # a key that is held down decides once, not on every draft that follows
            QShortcut(QKeySequence(keys), self, wish).setAutoRepeat(False)

    # What the window asks of a screen

    def title(self) -> str:
        page = self.judging.page
        return photo_name(page.photo) if page else self.tr("Drafts")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("V", self.tr("Slider, side by side, result alone")),
            ("Shift+Left, Shift+Right", self.tr("Move the slider")),
            ("Return", self.tr("Accept this result")),
            ("Delete", self.tr("Keep the original")),
            ("T", self.tr("Try other references")),
            *super().shortcuts(),
        ]

    def show_subject(self, subject: Any) -> None:
        """Without a subject the photos whose drafts wait come one after another."""
        if isinstance(subject, CompareSubject):
            self._open(subject)
        elif not any(face.undecided for face in self.judging.faces):
            self.read(partial(read_waiting, self.bench.catalog, ()), self._on_sitting, "waiting")
        self.desk.left.setFocus()

    def refresh(self, changes: CatalogChanges) -> None:
        if changes.restorations or changes.photos or changes.everything:
            self.count_drafts()
        page = self.judging.page
        self._pages.forget(changes)
        if page is None:
            return
        mine = {c.restoration.id for face in page.faces for c in face.candidates}
        touched = page.photo.id in changes.photos or mine & changes.restorations
        if changes.everything or touched:
            work = partial(refreshed, self.bench.catalog, page, self.judging.shown)
            self.read(work, self._on_refreshed)
        elsewhere = self.judging.elsewhere(changes.restorations)
        if elsewhere:
            back = partial(read_taken_back, self.bench.catalog, elsewhere)
            self.read(back, self._on_taken_back, "taken back")

    @Slot()
    def count_drafts(self) -> None:
        """Tells how many photos wait, now and after each change."""
        self.read(partial(read_waiting, self.bench.catalog, ()), self._on_counted, "count")

    def _on_counted(self, waiting: tuple[PhotoId, ...]) -> None:
        self.drafts_counted.emit(len(waiting))

    # Reading

    def _on_sitting(self, waiting: tuple[PhotoId, ...]) -> None:
        if waiting:
            self.judging = Judging()
            self._open(CompareSubject(waiting[0], going_on=True))
        elif self.judging.page is None:
            self._say_nothing_waits()

    def _open(self, subject: CompareSubject) -> None:
        self.judging.begin(subject)
        self.notice.hide()
        self.say_opening()
        self._pages.open(subject, self.judging.besides, self.max_pixels)

    def _on_refreshed(self, page: ComparePage | None) -> None:
        judging = self.judging
        if page is None and judging.subject is not None:
            self._pages.read(judging.subject, judging.besides, self.max_pixels)
        elif page is not None and judging.page and page.photo.id == judging.page.photo.id:
            self._on_page(page)

    def _on_taken_back(self, subject: CompareSubject | None) -> None:
        """A decision that was made in another photo was undone: it is seen where it waits again."""
        if subject is not None:
            self.judging.wait_again(subject)
            self._open(subject)

    def _on_page(self, page: ComparePage | ExpectedError) -> None:
        if isinstance(page, ExpectedError):
            self.say_not_opened(page)
            return
        comes_up = self.judging.take(page)
        self.title_changed.emit(self.title())
        if not page.faces:
            self.say_instead(
                "compare",
                self.tr("Nothing to compare yet"),
                self.tr("Restore a face first; its results are judged here."),
                self.tr("Restore a face"),
            )
            return
        self.show_table()
        if comes_up:
            self.notice.hide()
            if self.judging.going_on and page.waiting:
                following = page.waiting[0]
                self._pages.prepare(following, self.judging.besides, self.max_pixels)
        self._show(look_at=comes_up)

    # What is shown

    def candidate(self) -> Candidate | None:
        """The result that is judged now."""
        return self.judging.candidate

    def _show(self, look_at: bool) -> None:
        judging, page = self.judging, self.judging.page
        face, candidate = judging.face, judging.candidate
        if face is None or candidate is None or page is None:
            return
        self.desk.show_pictures(
            page.original, candidate.picture, judging.number, len(face.candidates)
        )
        self.side.show_candidate(face, candidate, self._place_words(page))
        self.decisions.show_result(candidate.restoration)
        if look_at:
            self.desk.look_at(face.face.bbox)

    def _place_words(self, page: ComparePage) -> str:
        words = []
        if len(page.faces) > 1:
            place = self.tr("Face {n} of {all}")
            words.append(place.format(n=self.judging.place + 1, all=len(page.faces)))
        if self.judging.going_on and page.waiting:
            one, many = self.tr("one more photo waits"), self.tr("{n} more photos wait")
            words.append(counted(len(page.waiting), one, many))
        return ", ".join(words)

    @Slot(int)
    def choose_result(self, number: int) -> None:
        """Shows another result of this face at the same pixels, counted from 0."""
        if self.judging.choose(number):
            self._show(look_at=False)

    def step(self, way: int) -> None:
        """The next face (1) or the one before (-1); among many photos the next photo, too."""
        judging = self.judging
        if judging.page is None or not judging.faces:
            return
        if judging.step(way):
            self.notice.hide()
            self._show(look_at=True)
        elif way > 0:
            self._go_on()
        elif judging.passed:
            self._open(CompareSubject(judging.passed.pop(), going_on=True))

    # Decisions

    @Slot()
    def _on_accept(self) -> None:
        candidate = self.candidate()
        if not self.notice.isHidden():
            self._on_onward()
        elif candidate is not None and self.decisions.accept.isEnabled():
            self.accept_wanted.emit(candidate.restoration.id)
            self._decided(accepted=True)

    @Slot()
    def _on_keep_original(self) -> None:
        face = self.judging.face
        if face is not None:
            self.keep_original_wanted.emit([c.restoration.id for c in face.candidates])
            self._decided(accepted=False)

    def _decided(self, accepted: bool) -> None:
        """The next face that waits; at the end the next photo, or the way on."""
        if self.judging.decide(accepted):
            self._show(look_at=True)
        elif self.judging.going_on:
            self._go_on()
        else:
            page = self.judging.page
            onward = self.tr("Next photo") if page and page.waiting else self.tr("Export")
            words = self.tr("Every face of this photo is decided.")
            self.notice.say("yes", "accent", words, onward)

    def _go_on(self) -> None:
        page = self.judging.page
        if page is not None and page.waiting:
            self.judging.leave()
            self._open(CompareSubject(page.waiting[0], going_on=True))
        else:  # drafts may have come since the page was read
            besides = self.judging.besides
            self.read(partial(read_waiting, self.bench.catalog, besides), self._on_last, "waiting")

    def _on_last(self, waiting: tuple[PhotoId, ...]) -> None:
        judging = self.judging
        judging.leave()
        if waiting:
            self._open(CompareSubject(waiting[0], going_on=True))
            return
        judging.passed.pop()  # it stays before the eye
        if judging.left:
            words = counted(
                len(judging.left),
                self.tr("Every draft has been seen; in one photo a face still waits."),
                self.tr("Every draft has been seen; in {n} photos a face still waits."),
            )
            self.notice.say("info", "accent", words, self.tr("See what waits"))
        else:
            words = self.tr("Every draft is judged.")
            onward = self.tr("Export") if judging.accepted else self.tr("Open the library")
            self.notice.say("yes", "accent", words, onward)

    @Slot()
    def _on_try_others(self) -> None:
        face = self.judging.face
        if face is not None:
            self.go_wanted.emit("restore", RestoreSubject(face.face.photo_id, face.face.id))

    @Slot()
    def _on_onward(self) -> None:
        """To the next photo whose drafts wait; after the last one to the export."""
        judging, page = self.judging, self.judging.page
        if page is None:
            return
        if judging.going_on and judging.left:
            first = next(iter(judging.left))
            judging.passed.clear()
            self._open(CompareSubject(first, going_on=True))
        elif not judging.going_on and page.waiting:
            self._open(CompareSubject(page.waiting[0], going_on=True))
        elif judging.going_on and not judging.accepted:
            self.go_wanted.emit("library", None)
        else:
            photos = tuple(judging.accepted) or (page.photo.id,)
            self.go_wanted.emit("export", ExportSubject(photo_ids=photos))

    @Slot()
    def _on_empty_wish(self) -> None:
        subject = self.judging.subject
        if subject is None:
            self.go_wanted.emit("library", None)
        elif self.judging.page is not None:
            self.go_wanted.emit("restore", RestoreSubject(subject.photo_id))
        else:
            self._open(subject)

    def _say_nothing_waits(self) -> None:
        self.say_instead(
            "compare",
            self.tr("No draft waits"),
            self.tr("Restore a face: its result waits here until you decide."),
            self.tr("Open the library"),
        )

    # Keys

    @property
    def table_canvas(self) -> CompareCanvas:
        return self.desk.left

    def hold_original(self, held: bool) -> None:
        self.desk.hold_original(held)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_V:
            self.desk.next_way()
        else:
            super().keyPressEvent(event)
