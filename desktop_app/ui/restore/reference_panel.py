"""The four photos that guide a face, and the others of the same person to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import Reference, ReferenceChoice, ReferenceSet, ReferenceState
from desktop_app.ui import controls, theme
from desktop_app.ui.face_grid import FaceGrid, FaceRole, FaceTile
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.restore.reference_slot import ReferenceSlot, claims_return, drag_face
from desktop_app.ui.results.reference_card import reason_parts

SLOTS = 4
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class ReferencePanel(QWidget):
    """References are swapped by drag or menu; what was chosen by hand holds for this face only.

    Signals:
        chosen_by_hand(tuple): the user set these faces, in this order; () goes back to automatic.
        pin_wanted(FaceId), unpin_wanted(FaceId), exclude_wanted(FaceId): for all restorations
            of this person.
        photo_wanted(PhotoId): show the whole photo.
    """

    chosen_by_hand = Signal(tuple)
    pin_wanted = Signal(object)
    unpin_wanted = Signal(object)
    exclude_wanted = Signal(object)
    photo_wanted = Signal(object)

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self._known: dict[FaceId, Reference] = {}
        self._shown: list[FaceId] = []
        self._state_icon = controls.IconLabel("warning", "warning", 18)
        self._state = controls.label("", "soft", wrap=True)
        self._automatic = controls.button(self.tr("Choose automatically"), "quiet", icon="undo")
        self._automatic.clicked.connect(self._back_to_automatic)
        self.slots = [ReferenceSlot(pictures, number) for number in range(SLOTS)]
        guides = QVBoxLayout()
        guides.setSpacing(theme.GAP_TINY)
        for slot in self.slots:
            guides.addWidget(slot)
            slot.swap_wanted.connect(self.swap)
            slot.pin_wanted.connect(self.pin_wanted)
            slot.unpin_wanted.connect(self.unpin_wanted)
            slot.exclude_wanted.connect(self.exclude_wanted)
            slot.photo_wanted.connect(self.photo_wanted)
        self._others_title = controls.label("", "soft")
        self.others = _OtherPhotos(pictures, self.tr("Other photos of this person"))
        self.others.face_opened.connect(self._use_other)
        self._hint = controls.label(
            self.tr("Drag one onto a reference, or open it to use it last."), "caption", wrap=True
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        state = controls.row(self._state_icon, spacing=theme.GAP_SMALL)
        state.setAlignment(self._state_icon, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self._state, 1)
        layout.addLayout(state)
        layout.addLayout(guides)
        layout.addWidget(self._automatic, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._others_title)
        layout.addWidget(self.others)
        layout.addWidget(self._hint)

    def show_set(
        self,
        chosen: ReferenceSet,
        others: Sequence[Reference],
        by_hand: tuple[FaceId, ...] = (),
    ) -> None:
        """The automatic choice, what else there is, and what the user set in its place."""
        self._known = {ref.face_id: ref for ref in (*chosen.references, *others)}
        automatic = [ref.face_id for ref in chosen.references]
        self._shown = [face for face in by_hand if face in self._known] or automatic
        weak = chosen.state is not ReferenceState.READY
        self._state_icon.setVisible(weak)
        self._state.setVisible(weak)
        self._state.setText(chosen.why)
        self._automatic.setVisible(self._shown != automatic)
        self._fill()

    def references(self) -> tuple[FaceId, ...]:
        """The faces that guide, in order."""
        return tuple(self._shown)

    @Slot(int, object)
    def swap(self, number: int, face_id: FaceId) -> None:
        """Puts a face into a slot; one that guides already changes places with it."""
        if face_id not in self._known:
            return
        shown = list(self._shown)
        number = min(number, len(shown))
        if face_id in shown:
            other = shown.index(face_id)
            number = min(number, len(shown) - 1)
            shown[other], shown[number] = shown[number], shown[other]
        elif number < len(shown):
            shown[number] = face_id
        else:
            shown.append(face_id)
        if shown != self._shown:
            self.chosen_by_hand.emit(tuple(shown))

    @Slot()
    def _back_to_automatic(self) -> None:
        self.chosen_by_hand.emit(())

    @Slot(object)
    def _use_other(self, face_id: FaceId) -> None:
        excluded = self._known[face_id].choice is ReferenceChoice.EXCLUDED
        if excluded:
            self.unpin_wanted.emit(face_id)
        else:
            self.swap(min(len(self._shown), SLOTS - 1), face_id)

    def _fill(self) -> None:
        others = [ref for face, ref in self._known.items() if face not in self._shown]
        usable = [ref for ref in others if ref.choice is not ReferenceChoice.EXCLUDED]
        for slot in self.slots:
            there = slot.number < len(self._shown)
            slot.setVisible(slot.number <= len(self._shown))  # one free place to drop on
            slot.show_choice(self._known[self._shown[slot.number]] if there else None, usable)
        self._others_title.setText(self.tr("Other photos ({n})").format(n=len(others)))
        self.others.show_tiles([self._tile(ref) for ref in others])
        self.others.set_rows(-(-len(others) // 4))
        for part in (self._others_title, self.others, self._hint):
            part.setVisible(bool(others))

    def _tile(self, reference: Reference) -> FaceTile:
        if reference.choice is ReferenceChoice.EXCLUDED:
            return FaceTile(
                reference.face_id,
                self.tr("excluded"),
                mark="no",
                mark_words=self.tr("Never used. Open it to allow it again."),
            )
        return FaceTile(reference.face_id, reason_parts(reference.reason)[0], reference.reason)


class _OtherPhotos(FaceGrid):
    """Small pictures to drag from."""

    def __init__(self, pictures: Pictures, name: str) -> None:
        super().__init__(pictures, name, side=56, caption_lines=1)
        self._pictures = pictures
        self._pressed: QPoint | None = None
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def set_rows(self, rows: int) -> None:
        """As high as its rows, at most three of them."""
        self.setFixedHeight(max(1, min(rows, 3)) * self.gridSize().height() + 4)

    def event(self, event: QEvent) -> bool:
        if claims_return(event):
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Return uses a photo; all other keys belong to the screen."""
        if event.key() in (*_ARROWS, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = (event.position().toPoint() - self._pressed).manhattanLength()
            index: QModelIndex = self.indexAt(self._pressed)
            if moved >= QApplication.startDragDistance() and index.isValid():
                self._pressed = None
                face = index.data(FaceRole.ID)
                drag_face(self, face, self._pictures.face(face))
            return
        super().mouseMoveEvent(event)
