"""People: who needs the user, who is named, who is left alone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.ui import controls, theme, words
from desktop_app.ui.face_grid import FaceGrid, FaceTile
from desktop_app.ui.people.needs_you import NeedsYou
from desktop_app.ui.people.people_grid import PeopleGrid
from desktop_app.ui.people.people_reading import PeoplePage, read_people
from desktop_app.ui.screen import Screen, Workbench

NEEDS_YOU, NAMED, IGNORED = range(3)


class PeopleScreen(Screen):
    """Three tabs; each says when it is empty what would fill it.

    Signals: decisions on groups, as `FaceDecisions` fulfils them, and
        take_back_wanted([FaceId]): these faces are no longer ignored.
        person_back_wanted(PersonId): this person is no longer ignored.
    """

    name_wanted = Signal(object, str)
    ignore_wanted = Signal(object)
    not_face_wanted = Signal(object)
    take_back_wanted = Signal(object)
    person_back_wanted = Signal(object)

    key = "people"
    icon = "people"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.names_in_files = controls.button(self.tr("Names in files"), icon="folder")
        self.names_in_files.clicked.connect(self._on_names_in_files)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("People"))
        for text in (self.tr("Needs you"), self.tr("Named"), self.tr("Ignored")):
            self.tabs.addTab(text)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, 0)
        bar.addWidget(self.tabs)
        bar.addStretch()
        layout.addLayout(bar)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack, 1)
        self.needs_you = NeedsYou(bench.pictures)
        self.needs_you.named.connect(self.name_wanted)
        self.needs_you.ignored.connect(self.ignore_wanted)
        self.needs_you.not_faces.connect(self.not_face_wanted)
        self.needs_you.group_opened.connect(self._on_group)
        self.needs_you.review_wanted.connect(self._on_person)
        self.needs_you.more_wanted.connect(self._read)
        self.named = PeopleGrid(bench.pictures, self.tr("Named people"))
        self.named.person_opened.connect(self._on_person)
        self._ignored = FaceGrid(
            bench.pictures, self.tr("Ignored faces"), side=112, caption_lines=0
        )
        self._empty = controls.EmptyState("people", "", "")
        self._empty.wished.connect(self._on_library)
        for widget in (self._empty, self.needs_you, _with_margin(self.named), self._make_ignored()):
            self._stack.addWidget(widget)
        self._page: PeoplePage | None = None
        self._arriving = True
        self._focus_soon = QTimer(self)
        self._focus_soon.setSingleShot(True)
        self._focus_soon.setInterval(0)
        self._focus_soon.timeout.connect(self._focus_now)
        self.tabs.currentChanged.connect(self._show_tab)

    def _make_ignored(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.GAP, theme.GAP_SMALL, 0, 0)
        self._people_back = QVBoxLayout()
        column.addLayout(self._people_back)
        self._take_back = controls.button(self.tr("No longer ignore the chosen"), icon="undo")
        self._take_back.clicked.connect(self._on_take_back)
        back = controls.row(self._take_back, None)
        back.setContentsMargins(theme.GAP_SMALL, 0, 0, 0)
        column.addLayout(back)
        column.addWidget(self._ignored, 1)
        return holder

    def title(self) -> str:
        return self.tr("People")

    def header_widgets(self) -> list[QWidget]:
        return [self.names_in_files]

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Return", self.tr("Give the typed name; open a person")),
            ("Tab", self.tr("Next group")),
            ("S", self.tr("Look at all faces of the group")),
            ("Esc", self.tr("Empty the name box, then leave it")),
        ]

    def show_subject(self, subject: Any) -> None:
        self._arriving = True
        self._read()

    def refresh(self, changes: CatalogChanges) -> None:
        if self.isVisible() and (
            changes.everything or changes.faces or changes.people or changes.photos
        ):
            self._read()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        if self.tabs.currentIndex() == NAMED:
            self.named.setFocus(reason)
        elif self.tabs.currentIndex() == NEEDS_YOU and self.needs_you.cards:
            self.needs_you.cards[0].name_box.setFocus(reason)
        else:
            self.tabs.setFocus(reason)

    @Slot()
    def _read(self) -> None:
        work = partial(read_people, self.bench.catalog, self.needs_you.limit)
        self.read(work, self._on_page)

    def _on_page(self, page: PeoplePage) -> None:
        first = self._page is None
        self._page = page
        waits = page.group_count + len(page.waiting())
        for tab, text, count in (
            (NEEDS_YOU, self.tr("Needs you"), waits),
            (NAMED, self.tr("Named"), len(page.named)),
            (IGNORED, self.tr("Ignored"), len(page.ignored_faces) + len(page.ignored_people)),
        ):
            self.tabs.setTabText(tab, f"{text} ({words.number(count)})" if count else text)
        self.needs_you.show_page(page)
        self.named.people.set_tiles(page.named)
        self._ignored.show_tiles([FaceTile(face_id) for face_id in page.ignored_faces])
        self._show_ignored_people(page)
        if first and not waits and page.named:
            self.tabs.setCurrentIndex(NAMED)
        self._show_tab()
        if self._arriving:
            self._arriving = False
            self._focus_soon.start()  # the cards just made are not there to be focused yet

    @Slot()
    def _focus_now(self) -> None:
        if self.isVisible():
            self.setFocus()

    def _show_ignored_people(self, page: PeoplePage) -> None:
        controls.emptied(self._people_back)
        for tile in page.ignored_people:
            person = tile.summary.person
            made = controls.button(
                self.tr("No longer ignore {name}").format(name=person.name), icon="undo"
            )
            made.setProperty("person", int(person.id))
            made.clicked.connect(self._on_person_back)
            self._people_back.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot()
    def _show_tab(self) -> None:
        page = self._page
        if page is None:
            self._say("people", self.tr("Reading people"), "")
            return
        tab = self.tabs.currentIndex()
        filled = (
            bool(page.groups or page.waiting()),
            bool(page.named),
            bool(page.ignored_faces or page.ignored_people),
        )[tab]
        if filled:
            self._stack.setCurrentIndex(tab + 1)
        elif tab == IGNORED:
            self._say(
                "ignore",
                self.tr("Nobody is ignored"),
                self.tr("Strangers in the background can be ignored; they wait here."),
            )
        elif not page.any_faces:
            self._say(
                "people",
                self.tr("No faces found so far"),
                self.tr("As photos are read, faces of the same person gather here."),
                self.tr("To the library"),
            )
        elif tab == NEEDS_YOU:
            self._say(
                "yes",
                self.tr("Nobody needs you"),
                self.tr("Every face that can be told apart has a name or is ignored."),
            )
        else:
            self._say(
                "person",
                self.tr("Nobody has a name yet"),
                self.tr("Say who somebody is under “Needs you”, or in a photo."),
            )

    def _say(self, icon: str, heading: str, text: str, button: str = "") -> None:
        self._empty.say(icon, heading, text, button)
        self._stack.setCurrentIndex(0)

    @Slot()
    def _on_names_in_files(self) -> None:
        self.go_wanted.emit("names", None)

    @Slot()
    def _on_library(self) -> None:
        self.go_wanted.emit("library", None)

    @Slot(object)
    def _on_group(self, faces: Sequence[FaceId]) -> None:
        self.go_wanted.emit("group", tuple(faces))

    @Slot(object)
    def _on_person(self, person_id: PersonId) -> None:
        self.go_wanted.emit("person", person_id)

    @Slot()
    def _on_take_back(self) -> None:
        chosen = self._ignored.chosen_ids()
        if chosen:
            self.take_back_wanted.emit(chosen)

    @Slot()
    def _on_person_back(self) -> None:
        self.person_back_wanted.emit(PersonId(self.sender().property("person")))


def _with_margin(grid: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(theme.GAP, theme.GAP_SMALL, 0, 0)
    layout.addWidget(grid)
    return holder
