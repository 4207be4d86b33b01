"""Which of a person's photos guide restorations, why, and what is missing."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.face import Face
from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import ReferenceChoice, ReferenceState
from desktop_app.ui import controls, theme
from desktop_app.ui.face_grid import FaceGrid, FaceTile
from desktop_app.ui.people.age_line import AgeLine, AgePoint
from desktop_app.ui.people.people_reading import PersonPage
from desktop_app.ui.pictures import Pictures


class ReferencesView(QWidget):
    """The age line above, all confirmed faces below with what is done with each.

    Signals:
        choice_wanted(FaceId, ReferenceChoice): pin, leave out, or leave it to the machine.
    """

    choice_wanted = Signal(object, object)

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._page: PersonPage | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP, theme.GAP_SMALL, 0, 0)
        layout.setSpacing(theme.GAP)
        above = QVBoxLayout()
        above.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_LARGE, 0)
        above.setSpacing(theme.GAP)
        layout.addLayout(above)
        self._icon = controls.IconLabel("yes", "accent")
        self._state = controls.label("", "title")
        self._why = controls.label("", "soft", wrap=True)
        head = controls.row(self._icon, self._state, self._why)
        head.setStretch(2, 1)
        above.addLayout(head)
        self.ages = AgeLine(pictures)
        above.addWidget(self.ages)
        self._no_ages = controls.label(
            self.tr(
                "Without dates of the photos their ages are not known. Set dates in the library, "
                "and the year of birth under “More”; then references of the right age are chosen."
            ),
            "soft",
            wrap=True,
        )
        above.addWidget(self._no_ages)
        self._pin = controls.button(self.tr("Always use"), icon="pin")
        self._pin.setToolTip(self.tr("Always use the chosen face (P)"))
        self._pin.clicked.connect(self.pin)
        self._out = controls.button(self.tr("Never use"), icon="no")
        self._out.setToolTip(self.tr("Never use the chosen face (O)"))
        self._out.clicked.connect(self.leave_out)
        self._free = controls.button(self.tr("Automatic"), "quiet")
        self._free.setToolTip(self.tr("Leave the chosen face to the automatic choice (A)"))
        self._free.clicked.connect(self.set_free)
        above.addLayout(controls.row(self._pin, self._out, self._free, None))
        self.grid = FaceGrid(pictures, self.tr("Confirmed faces"), side=184, caption_lines=2)
        self.grid.setSelectionMode(FaceGrid.SelectionMode.SingleSelection)
        self.grid.chosen_changed.connect(self._show_buttons)
        layout.addWidget(self.grid, 1)

    def show_page(self, page: PersonPage) -> None:
        self._page = page
        state = page.references.state
        self._icon.set_icon(*_MARKS[state])
        self._state.setText(
            {
                ReferenceState.READY: self.tr("Ready to restore"),
                ReferenceState.WEAK: self.tr("Weak references"),
                ReferenceState.NONE: self.tr("No references"),
            }[state]
        )
        self._why.setText(page.references.why)
        guiding = {reference.face_id: reference for reference in page.references.references}
        by_age = page.person.born is not None
        points = []
        for face in page.confirmed:
            at = page.age(face) if by_age else page.year(face)
            if at is not None:
                points.append(AgePoint(face.id, at, face.id in guiding))
        self.ages.setVisible(bool(points))
        self._no_ages.setVisible(not points)
        self.ages.show_points(points, self.tr("age") if by_age else "")
        order = sorted(page.confirmed, key=lambda face: face.id not in guiding)
        self.grid.show_tiles([self._tile(page, face, face.id in guiding) for face in order])
        self._show_buttons()

    def _tile(self, page: PersonPage, face: Face, guides: bool) -> FaceTile:
        reasons = {r.face_id: r.reason for r in page.references.references}
        choice = page.choices.get(face.id)
        if choice is ReferenceChoice.PINNED:
            mark, said = "pin", self.tr("always used")
        elif choice is ReferenceChoice.EXCLUDED:
            mark, said = "no", self.tr("never used")
        elif guides:
            mark, said = "star", self.tr("used")
        elif face.quality.poor:
            mark, said = "", self.tr("too unclear to guide")
        else:
            mark, said = "", self.tr("not used now")
        first = reasons.get(face.id) or self._facts(page, face)
        return FaceTile(face.id, first, said, mark, said)

    def _facts(self, page: PersonPage, face: Face) -> str:
        age = page.age(face)
        facts = [] if age is None else [self.tr("age {age}").format(age=int(age))]
        facts.append(self.tr("sharp") if face.quality.sharpness >= 0.5 else self.tr("soft"))
        return ", ".join(facts)

    @Slot()
    def _show_buttons(self) -> None:
        chosen = self.grid.chosen_ids()
        choice = self._page.choices.get(chosen[0]) if chosen and self._page else None
        self._pin.setEnabled(bool(chosen) and choice is not ReferenceChoice.PINNED)
        self._out.setEnabled(bool(chosen) and choice is not ReferenceChoice.EXCLUDED)
        self._free.setEnabled(choice is not None)

    @Slot()
    def pin(self) -> None:
        self._choose(ReferenceChoice.PINNED)

    @Slot()
    def leave_out(self) -> None:
        self._choose(ReferenceChoice.EXCLUDED)

    @Slot()
    def set_free(self) -> None:
        self._choose(ReferenceChoice.AUTOMATIC)

    def _choose(self, choice: ReferenceChoice) -> None:
        chosen: list[FaceId] = self.grid.chosen_ids()
        if chosen:
            self.choice_wanted.emit(chosen[0], choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        slots = {
            Qt.Key.Key_P: self.pin,
            Qt.Key.Key_O: self.leave_out,
            Qt.Key.Key_A: self.set_free,
        }
        if event.key() in slots and not event.modifiers():
            slots[Qt.Key(event.key())]()
            return
        super().keyPressEvent(event)


_MARKS = {
    ReferenceState.READY: ("yes", "accent"),
    ReferenceState.WEAK: ("warning", "warning"),
    ReferenceState.NONE: ("warning", "warning"),
}
