"""One person: suggestions to judge, faces confirmed, what guides a restoration, their photos."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, PhotoId
from desktop_app.domain.person import ReferenceChoice
from desktop_app.ui import controls, theme, words
from desktop_app.ui.face_grid import FaceGrid, FaceTile
from desktop_app.ui.people.people_reading import PersonPage, read_person
from desktop_app.ui.people.person_menu import PersonMenu
from desktop_app.ui.people.references_view import ReferencesView
from desktop_app.ui.people.review import Review
from desktop_app.ui.photo_grid import PhotoGrid
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.subjects import PhotoSubject

SUGGESTED, CONFIRMED, REFERENCES, PHOTOS = range(4)
_PAUSE_MS = 120


class PersonScreen(Screen):
    """Begins at the suggestions where there are some.

    Signals: the decisions on faces, as `FaceDecisions` fulfils them, and
        rename_wanted(PersonId, str), years_wanted(PersonId, Year | None, Year | None),
        merge_wanted(PersonId, str), ignore_person_wanted(PersonId), forget_wanted(PersonId),
        reference_wanted(PersonId, FaceId, ReferenceChoice),
        restore_wanted(PersonId): all photos in which this person waits to be restored.
    """

    name_wanted = Signal(object, str)
    confirm_wanted = Signal(object, object)
    reject_wanted = Signal(object, object)
    ignore_wanted = Signal(object)
    not_face_wanted = Signal(object)
    rename_wanted = Signal(object, str)
    years_wanted = Signal(object, object, object)
    merge_wanted = Signal(object, str)
    ignore_person_wanted = Signal(object)
    forget_wanted = Signal(object)
    reference_wanted = Signal(object, object, object)
    restore_wanted = Signal(object)

    key = "person"
    icon = "person"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._person: PersonId | None = None
        self._page: PersonPage | None = None
        self._fresh = True
        self._soon = QTimer(self)  # one reading for a row of quick decisions
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._read)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        for text in self._tab_texts():
            self.tabs.addTab(text)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, 0)
        bar.addWidget(self.tabs)
        bar.addStretch()
        layout.addLayout(bar)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack, 1)
        self.review = Review(bench)
        self.review.yes.connect(self._on_yes)
        self.review.no.connect(self._on_no)
        self.review.not_a_face.connect(self._on_not_a_face)
        self.review.ignored.connect(self._on_ignored)
        self.review.other_name.connect(self._on_other_name)
        self.review.photo_wanted.connect(self._on_photo)
        self.review.ended.connect(self._show_tab)
        self.confirmed = FaceGrid(bench.pictures, self.tr("Confirmed faces"), side=136)
        self.confirmed.face_opened.connect(self._on_face)
        self.confirmed.chosen_changed.connect(self._show_chosen)
        self.references = ReferencesView(bench.pictures)
        self.references.choice_wanted.connect(self._on_choice)
        self.photos = PhotoGrid(
            bench.runner, bench.catalog.photos.many, bench.pictures, self.tr("Photos")
        )
        self.photos.photo_opened.connect(self._on_photo)
        self.empty = controls.EmptyState("person", "", "")
        for widget in (
            self.review,
            self._make_confirmed(),
            self.references,
            _with_margin(self.photos),
            self.empty,
        ):
            self._stack.addWidget(widget)
        self.tabs.currentChanged.connect(self._show_tab)
        self._more = controls.IconButton("more", self.tr("More about this person"))
        self._more.clicked.connect(self._on_more)
        self.menu = PersonMenu(self)
        self._join_menu()
        self._life = controls.label("", "soft")
        self.restore_all = controls.button(self.tr("Restore all photos"), icon="restore")
        self.restore_all.setToolTip(
            self.tr("Drafts of every photo with a confirmed face that has none yet, to be judged")
        )
        self.restore_all.clicked.connect(self._on_restore_all)
        for widget in (self._life, self.restore_all, self._more):
            widget.setParent(self)
            widget.hide()

    def _tab_texts(self) -> tuple[str, str, str, str]:
        return (
            self.tr("Suggested"),
            self.tr("Confirmed"),
            self.tr("References"),
            self.tr("Photos"),
        )

    def _make_confirmed(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.GAP, theme.GAP_SMALL, 0, 0)
        self._not_them = controls.button("", icon="close")
        self._not_them.clicked.connect(self._on_not_them)
        line = controls.row(self._not_them, None)
        line.setContentsMargins(theme.GAP_SMALL, 0, 0, 0)
        column.addLayout(line)
        column.addWidget(self.confirmed, 1)
        return holder

    def title(self) -> str:
        return self._page.person.name if self._page else self.tr("Person")

    def header_widgets(self) -> list[QWidget]:
        return [self._life, self.restore_all, self._more]

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Return", self.tr("Yes, it is this person")),
            ("Delete", self.tr("No, it is not")),
            ("Shift+Delete", self.tr("Not a face")),
            ("X", self.tr("Ignore this face")),
            ("F2", self.tr("It is somebody else")),
            ("Space / Backspace", self.tr("Next or previous face, without deciding")),
            ("P / O / A", self.tr("References: always, never, automatic")),
        ]

    def show_subject(self, subject: Any) -> None:
        if subject is not None and subject != self._person:
            self._person = subject
            self._page = None
            self._fresh = True
        self._read()

    def refresh(self, changes: CatalogChanges) -> None:
        if self.isVisible() and (
            changes.everything or changes.faces or changes.people or changes.photos
        ):
            self._soon.start()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        widgets = (self.review, self.confirmed, self.references.grid, self.photos)
        widgets[self.tabs.currentIndex()].setFocus(reason)

    @Slot()
    def _on_restore_all(self) -> None:
        if self._person is not None:
            self.restore_wanted.emit(self._person)

    @Slot()
    def _read(self) -> None:
        if self._person is not None:
            work = partial(read_person, self.bench.catalog, self._person)
            self.read(work, self._on_page)

    def _on_page(self, page: PersonPage) -> None:
        self._page = page
        self.title_changed.emit(self.title())
        self.menu.speak_of(page.person, page.names)
        self._life.setText(words.life_words(page.person))
        self.restore_all.setEnabled(bool(page.confirmed) and bool(page.references.references))
        counts = (
            len(page.suggested),
            len(page.confirmed),
            len(page.references.references),
            len(page.photo_ids),
        )
        for tab, (text, count) in enumerate(zip(self._tab_texts(), counts, strict=True)):
            self.tabs.setTabText(tab, f"{text} ({words.number(count)})" if count else text)
        self.review.show_page(page)
        self.confirmed.show_tiles(
            [
                FaceTile(face.id, words.date_words(page.photos[face.photo_id].taken))
                for face in page.confirmed
            ]
        )
        self.references.show_page(page)
        self.photos.show_ids(page.photo_ids)
        self._not_them.setText(self.tr("Not {name}").format(name=page.person.name))
        if self._fresh:
            self._fresh = False
            self.tabs.setCurrentIndex(SUGGESTED if page.suggested else CONFIRMED)
        self._show_tab()
        self._show_chosen()

    @Slot()
    def _show_tab(self) -> None:
        page, tab = self._page, self.tabs.currentIndex()
        if page is None:
            self.empty.say("person", self.tr("Reading"), "")
            self._stack.setCurrentIndex(4)
            return
        filled = (
            self.review.current is not None,
            bool(page.confirmed),
            bool(page.confirmed),
            bool(page.photo_ids),
        )[tab]
        if filled:
            self._stack.setCurrentIndex(tab)
            if self.isVisible() and not self._name_being_typed():
                self.setFocus()
            return
        if tab == SUGGESTED:
            self.empty.say(
                "yes",
                self.tr("Nothing left to judge"),
                self.tr("New suggestions come when more photos are read or faces confirmed."),
            )
        else:
            self.empty.say(
                "person",
                self.tr("No confirmed face yet"),
                self.tr("Say yes to a suggestion, or name {name} in a photo.").format(
                    name=page.person.name
                ),
            )
        self._stack.setCurrentIndex(4)

    def _name_being_typed(self) -> bool:
        return self.review.name_box.hasFocus()

    @Slot()
    def _show_chosen(self) -> None:
        self._not_them.setEnabled(bool(self.confirmed.selectedIndexes()))

    # Decisions

    @Slot(object)
    def _on_yes(self, face_id: FaceId) -> None:
        self.confirm_wanted.emit([face_id], self._person)

    @Slot(object)
    def _on_no(self, face_id: FaceId) -> None:
        self.reject_wanted.emit([face_id], self._person)

    @Slot(object)
    def _on_not_a_face(self, face_id: FaceId) -> None:
        self.not_face_wanted.emit([face_id])

    @Slot(object)
    def _on_ignored(self, face_id: FaceId) -> None:
        self.ignore_wanted.emit([face_id])

    @Slot(object, str)
    def _on_other_name(self, face_id: FaceId, name: str) -> None:
        self.name_wanted.emit([face_id], name)

    @Slot()
    def _on_not_them(self) -> None:
        chosen = self.confirmed.chosen_ids()
        if chosen:
            self.reject_wanted.emit(chosen, self._person)

    @Slot(object, object)
    def _on_choice(self, face_id: FaceId, choice: ReferenceChoice) -> None:
        self.reference_wanted.emit(self._person, face_id, choice)

    @Slot(object)
    def _on_photo(self, photo_id: PhotoId) -> None:
        among = self._page.photo_ids if self._page else ()
        self.go_wanted.emit("photo", PhotoSubject(photo_id, among))

    @Slot(object)
    def _on_face(self, face_id: FaceId) -> None:
        faces = self._page.confirmed if self._page else ()
        photo = next((face.photo_id for face in faces if face.id == face_id), None)
        if photo is not None:
            self._on_photo(photo)

    # More

    def _join_menu(self) -> None:
        menu = self.menu
        menu.rename_wanted.connect(self.rename_wanted)
        menu.years_wanted.connect(self.years_wanted)
        menu.merge_wanted.connect(self.merge_wanted)
        menu.ignore_person_wanted.connect(self.ignore_person_wanted)
        menu.ignore_person_wanted.connect(self.back_wanted)
        menu.forget_wanted.connect(self._on_forget)

    @Slot()
    def _on_more(self) -> None:
        self.menu.open_at(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    @Slot(object)
    def _on_forget(self, person_id: PersonId) -> None:
        self.forget_wanted.emit(person_id)
        self._person = None
        self.back_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.menu.ask_rename()
            return
        super().keyPressEvent(event)


def _with_margin(grid: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(theme.GAP, theme.GAP_SMALL, 0, 0)
    layout.addWidget(grid)
    return holder
