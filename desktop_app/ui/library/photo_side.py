"""The panel beside a photo: its faces, what is known of it, its restorations."""

from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.face import AssignmentStatus
from desktop_app.domain.ids import FaceId
from desktop_app.domain.photo import PhotoState
from desktop_app.domain.restoration import Restoration, RestorationState
from desktop_app.ui import controls, theme, words
from desktop_app.ui.library.face_row import FaceRow
from desktop_app.ui.library.photo_reading import PhotoPage
from desktop_app.ui.pictures import Pictures

WIDTH = 344


class PhotoSide(QFrame):
    """Built anew for each photo and after each decision; few widgets, so that it is quick.

    Signals:
        row_made(FaceRow): a face's row, for the screen to join.
        date_asked(): set the date.
        result_opened(Restoration): show a result beside the original.
    """

    row_made = Signal(object)
    date_asked = Signal()
    result_opened = Signal(object)

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setFixedWidth(WIDTH)
        self._pictures = pictures
        self.rows: dict[FaceId, FaceRow] = {}
        self._results: dict[QPushButton, Restoration] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands inside takes the focus
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self._area)

    def show_page(self, page: PhotoPage) -> None:
        place = self._area.verticalScrollBar().value()
        self.rows = {}
        self._results = {}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP_LARGE)
        column.setSpacing(theme.GAP_SMALL)
        self._add_faces(column, page)
        self._add_results(column, page.restorations)
        self._add_facts(column, page)
        column.addStretch()
        self._area.setWidget(inside)
        self._area.verticalScrollBar().setValue(place)

    def _add_faces(self, column: QVBoxLayout, page: PhotoPage) -> None:
        column.addWidget(controls.label(self.tr("Faces"), "title"))
        shown = [face for face in page.faces if face.status is not AssignmentStatus.NOT_A_FACE]
        if not shown:
            if page.photo.state is PhotoState.INDEXED:
                text = self.tr(
                    "No face was found. Hold Ctrl and drag a box around a face to add one."
                )
            else:
                text = self.tr("Faces are looked for when the photo is read.")
            column.addWidget(controls.label(text, "soft", wrap=True))
        for face in shown:
            row = FaceRow(page, face, self._pictures)
            self.rows[face.id] = row
            self.row_made.emit(row)
            column.addWidget(row)
        column.addSpacing(theme.GAP)

    def _add_results(self, column: QVBoxLayout, results: Sequence[Restoration]) -> None:
        if not results:
            return
        column.addWidget(controls.label(self.tr("Restorations"), "title"))
        states = {
            RestorationState.DRAFT: self.tr("Draft"),
            RestorationState.ACCEPTED: self.tr("Accepted"),
            RestorationState.REFUSED: self.tr("Refused"),
        }
        for result in results:
            text = states[result.state]
            if result.stale:
                text += " · " + self.tr("out of date")
            made = controls.button(f"{text} · {result.made_at.astimezone():%H:%M}", icon="compare")
            made.setToolTip(self.tr("Compare with the original"))
            made.clicked.connect(self._on_result)
            self._results[made] = result
            column.addWidget(made)
        column.addSpacing(theme.GAP)

    def _add_facts(self, column: QVBoxLayout, page: PhotoPage) -> None:
        photo = page.photo
        column.addWidget(controls.label(self.tr("This photo"), "title"))
        date = controls.button(
            words.date_words(photo.taken) or self.tr("Set the date"), icon="date", keys="D"
        )
        date.setAccessibleName(self.tr("Set the date"))
        date.clicked.connect(self.date_asked)
        column.addWidget(date)
        facts = []
        if photo.width:
            facts.append(f"{photo.width} × {photo.height}")
        facts += [part for part in (photo.file_format.upper(), photo.camera) if part]
        if facts:
            column.addWidget(controls.label(" · ".join(facts), "soft", wrap=True))
        parts = PurePath(words.shown(photo.path)).parts
        near = "/".join(parts[-3:]) if len(parts) <= 4 else "…/" + "/".join(parts[-3:])
        place = controls.label(near.replace("/", "/\u200b"), "caption", wrap=True)
        place.setToolTip(words.tooltip(photo.path))
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(place)

    @Slot()
    def _on_result(self) -> None:
        made = self.sender()
        if isinstance(made, QPushButton) and made in self._results:
            self.result_opened.emit(self._results[made])
