"""One photo: its faces in boxes, who they are, and the way to restore them."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import AssignmentStatus, BBox, Face
from desktop_app.domain.ids import FaceId, PhotoId
from desktop_app.domain.photo import Photo, PhotoState
from desktop_app.domain.restoration import Restoration
from desktop_app.ui import words
from desktop_app.ui.library.date_dialog import DateDialog
from desktop_app.ui.library.face_row import FaceRow
from desktop_app.ui.library.photo_header import PhotoHeader
from desktop_app.ui.library.photo_reading import PhotoPage, read_photo_page
from desktop_app.ui.library.photo_side import PhotoSide
from desktop_app.ui.library.photo_table import PhotoTable
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.subjects import CompareSubject, ExportSubject, PhotoSubject, RestoreSubject


class PhotoScreen(Screen):
    """The photo at the left, its panel at the right; keys walk the photos of the grid.

    Signals: the decisions on faces, as `FaceDecisions` fulfils them, and
        draw_wanted(PhotoId, BBox): the user drew a box around a face that was not found.
        rescan_wanted(PhotoId): look for faces in this photo again, harder.
        date_wanted([PhotoId], PhotoDate): it was taken then.
        turn_wanted([PhotoId], int): it stands wrongly; degrees clockwise.
    """

    name_wanted = Signal(object, str)
    confirm_wanted = Signal(object, object)
    reject_wanted = Signal(object, object)
    ignore_wanted = Signal(object)
    not_face_wanted = Signal(object)
    draw_wanted = Signal(object, object)
    rescan_wanted = Signal(object)
    date_wanted = Signal(object, object)
    turn_wanted = Signal(object, int)

    key = "photo"
    icon = "photo"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._subject: PhotoSubject | None = None
        self._page: PhotoPage | None = None
        self._chosen: FaceId | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.table = PhotoTable(bench)
        self.canvas = self.table.canvas
        self.notice = self.table.notice
        self.canvas.boxes_toggled.connect(self._on_boxes_toggled)
        self.canvas.face_clicked.connect(self._on_face_clicked)
        self.canvas.face_opened.connect(self._on_face_opened)
        self.canvas.box_drawn.connect(self._on_drawn)
        layout.addWidget(self.table, 1)
        self.side = PhotoSide(bench.pictures)
        self.side.row_made.connect(self._join_row)
        self.side.date_asked.connect(self.ask_date)
        self.side.result_opened.connect(self._on_result)
        layout.addWidget(self.side)
        self._header = PhotoHeader()
        self._join_header()

    def _join_header(self) -> None:
        header = self._header
        header.boxes.clicked.connect(self.canvas.show_boxes)
        header.rescan.clicked.connect(self._on_rescan)
        header.left.clicked.connect(self.turn_left)
        header.right.clicked.connect(self.turn_right)
        header.before.clicked.connect(self.previous_photo)
        header.after.clicked.connect(self.next_photo)
        header.export.clicked.connect(self.export)
        header.restore.clicked.connect(self.restore_chosen)
        header.setParent(self)
        header.hide()

    def title(self) -> str:
        return words.photo_name(self._page.photo) if self._page else self.tr("Photo")

    def header_widgets(self) -> list[QWidget]:
        return [self._header]

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Space", self.tr("Next photo")),
            ("Backspace", self.tr("Previous photo")),
            ("Page Down / Page Up", self.tr("Next or previous face")),
            ("Return", self.tr("Yes, it is the suggested person; or give a name")),
            ("Delete", self.tr("No, it is not this person")),
            ("Shift+Delete", self.tr("Not a face")),
            ("X", self.tr("Ignore this face")),
            ("1-9", self.tr("Give the face a frequent person's name")),
            ("Ctrl+drag", self.tr("Draw a box around a face that was not found")),
            ("F", self.tr("Show or hide the face boxes")),
            ("Z", self.tr("100 % or the whole photo")),
            ("D", self.tr("Set the date")),
            ("Ctrl+Left / Ctrl+Right", self.tr("Turn the photo; the file stays as it is")),
            ("R", self.tr("Restore")),
            ("Ctrl+E", self.tr("Export")),
        ]

    def results(self) -> list[Restoration]:
        """The restorations of the photo, as last read."""
        return list(self._page.restorations) if self._page else []

    # What is shown

    def show_subject(self, subject: Any) -> None:
        if subject is None or subject == self._subject:
            self._read()
            return
        self._subject = subject
        self._chosen = None
        self._read()

    def refresh(self, changes: CatalogChanges) -> None:
        if self._page is None or not self.isVisible():
            return
        own = {face.id for face in self._page.faces}
        if (
            changes.everything
            or self._page.photo.id in changes.photos
            or changes.restorations
            or changes.people
            or own & changes.faces
        ):
            self._read()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        self.canvas.setFocus(reason)

    def _read(self) -> None:
        if self._subject is not None:
            work = partial(read_photo_page, self.bench.catalog, self._subject.photo_id)
            self.read(work, self._on_page)

    def _on_page(self, page: PhotoPage) -> None:
        before = self._page
        self._page = page
        self.title_changed.emit(self.title())
        self.side.show_page(page)
        self.table.show_boxes(page, self._label, self._chosen)
        photo = page.photo
        same = before is not None and _picture_of(before.photo) == _picture_of(photo)
        if not same or self.canvas.picture is None:
            self.table.load(photo)
        faces = {face.id for face in page.faces}
        self.choose_face(self._chosen if self._chosen in faces else None)
        self._header.restore.setEnabled(bool(faces) and photo.state is PhotoState.INDEXED)

    def _label(self, face: Face) -> str:
        assert self._page is not None
        name = self._page.name_of(face)
        if face.status is AssignmentStatus.SUGGESTED and name:
            return self.tr("{name}?").format(name=name)
        return name

    # Walking

    @Slot()
    def next_photo(self) -> None:
        self._walk(1)

    @Slot()
    def previous_photo(self) -> None:
        self._walk(-1)

    def _walk(self, step: int) -> None:
        subject = self._subject
        if subject is None or subject.photo_id not in subject.among:
            return
        place = list(subject.among).index(subject.photo_id) + step
        if 0 <= place < len(subject.among):
            self.go_wanted.emit("photo", PhotoSubject(subject.among[place], subject.among))

    def choose_face(self, face_id: FaceId | None) -> None:
        """Makes one face the one that keys speak of."""
        self._chosen = face_id
        self.canvas.select_face(face_id)
        for row_id, row in self.side.rows.items():
            row.set_chosen(row_id == face_id)

    def _step_face(self, step: int) -> None:
        ids = list(self.side.rows)
        if ids:
            place = ids.index(self._chosen) + step if self._chosen in ids else 0
            self.choose_face(ids[place % len(ids)])

    # Decisions

    @Slot(object)
    def _join_row(self, row: FaceRow) -> None:
        row.chosen.connect(self._on_row_chosen)
        row.named.connect(self._on_named)
        row.confirmed.connect(self._on_yes)
        row.rejected.connect(self._on_no)
        row.ignored.connect(self._on_ignore)
        row.not_a_face.connect(self._on_not_a_face)
        row.person_wanted.connect(self._on_person)
        row.restore_wanted.connect(self._on_restore_face)

    def _face(self, face_id: object) -> Face | None:
        faces = self._page.faces if self._page else ()
        return next((face for face in faces if face.id == face_id), None)

    @Slot(object)
    def _on_row_chosen(self, face_id: FaceId) -> None:
        self.choose_face(face_id)

    @Slot(object, str)
    def _on_named(self, face_id: FaceId, name: str) -> None:
        self.name_wanted.emit([face_id], name)
        self.canvas.setFocus()

    @Slot(object)
    def _on_yes(self, face_id: FaceId) -> None:
        face = self._face(face_id)
        if face is not None and face.person_id is not None:
            self.confirm_wanted.emit([face_id], face.person_id)

    @Slot(object)
    def _on_no(self, face_id: FaceId) -> None:
        face = self._face(face_id)
        if face is not None and face.person_id is not None:
            self.reject_wanted.emit([face_id], face.person_id)

    @Slot(object)
    def _on_ignore(self, face_id: FaceId) -> None:
        self.ignore_wanted.emit([face_id])

    @Slot(object)
    def _on_not_a_face(self, face_id: FaceId) -> None:
        self.not_face_wanted.emit([face_id])

    @Slot(object)
    def _on_person(self, face_id: FaceId) -> None:
        face = self._face(face_id)
        if face is not None and face.person_id is not None:
            self.go_wanted.emit("person", face.person_id)

    @Slot(object)
    def _on_drawn(self, box: BBox) -> None:
        if self._page is not None:
            self.draw_wanted.emit(self._page.photo.id, box)

    @Slot()
    def _on_rescan(self) -> None:
        if self._page is not None:
            self.rescan_wanted.emit(self._page.photo.id)

    @Slot()
    def turn_left(self) -> None:
        self._turn(270)

    @Slot()
    def turn_right(self) -> None:
        self._turn(90)

    def _turn(self, degrees: int) -> None:
        if self._page is not None:
            self.turn_wanted.emit([self._page.photo.id], degrees)

    @Slot(object)
    def _on_face_clicked(self, face_id: FaceId) -> None:
        self.choose_face(face_id)
        row = self.side.rows.get(face_id)
        if row is not None:
            row.menu().popup(QCursor.pos())

    @Slot(object)
    def _on_face_opened(self, face_id: FaceId) -> None:
        self._on_restore_face(face_id)

    @Slot(bool)
    def _on_boxes_toggled(self, shown: bool) -> None:
        self._header.boxes.setChecked(shown)

    # Ways out

    @Slot(object)
    def _on_restore_face(self, face_id: FaceId) -> None:
        if self._page is not None:
            self.go_wanted.emit("restore", RestoreSubject(self._page.photo.id, face_id))

    @Slot()
    def restore_chosen(self) -> None:
        """Goes to restore, beginning with the chosen face."""
        if self._page is not None:
            self.go_wanted.emit("restore", RestoreSubject(self._page.photo.id, self._chosen))

    @Slot()
    def export(self) -> None:
        """Goes to export this photo with its results."""
        if self._page is None:
            return
        results = tuple(result.id for result in self._page.restorations)
        photos: tuple[PhotoId, ...] = () if results else (self._page.photo.id,)
        self.go_wanted.emit("export", ExportSubject(results, photos))

    @Slot(object)
    def _on_result(self, result: Restoration) -> None:
        self.go_wanted.emit("compare", CompareSubject(result.photo_id, (result.id,)))

    @Slot()
    def ask_date(self) -> None:
        """Asks when the photo was taken."""
        if self._page is None:
            return
        self._dialog = DateDialog(1, self._page.photo.taken, self)
        self._dialog.finished.connect(self._on_date)
        self._dialog.open()

    @Slot(int)
    def _on_date(self, result: int) -> None:
        if result == QDialog.DialogCode.Accepted and self._page is not None:
            self.date_wanted.emit([self._page.photo.id], self._dialog.date())
        self._dialog.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._take_key(event) and not self.canvas.handle_key(event):
            super().keyPressEvent(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._turn(270 if key == Qt.Key.Key_Left else 90)
        elif key == Qt.Key.Key_Space:
            self.next_photo()
        elif key == Qt.Key.Key_Backspace:
            self.previous_photo()
        elif key == Qt.Key.Key_PageDown:
            self._step_face(1)
        elif key == Qt.Key.Key_PageUp:
            self._step_face(-1)
        elif self._chosen is None or self._chosen not in self.side.rows:
            return False
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            row = self.side.rows[self._chosen]
            if row.name_box is None and key != Qt.Key.Key_F2:
                self._on_yes(self._chosen)
            row.ask_name()
        elif key == Qt.Key.Key_Delete and shift:
            self._on_not_a_face(self._chosen)
        elif key == Qt.Key.Key_Delete:
            self._on_no(self._chosen)
        elif key == Qt.Key.Key_X:
            self._on_ignore(self._chosen)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and self._page is not None:
            frequent = self._page.frequent()
            place = key - Qt.Key.Key_1
            if place < len(frequent):
                self.name_wanted.emit([self._chosen], frequent[place])
        else:
            return False
        return True


def _picture_of(photo: Photo) -> tuple[object, ...]:
    """What a picture of the photo depends on."""
    return photo.id, photo.content_hash, photo.turned
