"""One face in the list beside a photo: who it is, or who it may be, and what to say about it."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId
from desktop_app.operations.likeness_words import similarity_in_words
from desktop_app.ui import controls, theme
from desktop_app.ui.library.photo_reading import PhotoPage
from desktop_app.ui.name_box import NameBox
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import paint_picture


class FacePicture(QWidget):
    """A face's picture, painted when it has come."""

    def __init__(self, pictures: Pictures, face_id: FaceId, side: int) -> None:
        super().__init__()
        self._pictures, self._face = pictures, face_id
        self.setFixedSize(QSize(side, side))
        pictures.face_ready.connect(self._on_ready)

    @Slot(object)
    def _on_ready(self, face_id: object) -> None:
        if face_id == self._face:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        paint_picture(painter, self.rect(), self._pictures.face(self._face), fill=True)


class FaceRow(QFrame):
    """Chosen with a click; the decisions on it are signals, for this one face.

    Signals:
        chosen(FaceId): the row was clicked or its field was entered.
        named(FaceId, str), confirmed(FaceId), rejected(FaceId): decisions on who it is.
        not_a_face(FaceId), ignored(FaceId): decisions that it is nobody to name.
        person_wanted(FaceId): show the person.
        restore_wanted(FaceId): restore this face.
    """

    chosen = Signal(object)
    named = Signal(object, str)
    confirmed = Signal(object)
    rejected = Signal(object)
    not_a_face = Signal(object)
    ignored = Signal(object)
    person_wanted = Signal(object)
    restore_wanted = Signal(object)

    def __init__(self, page: PhotoPage, face: Face, pictures: Pictures) -> None:
        super().__init__()
        self.face = face
        self._name = page.name_of(face)
        self.setProperty("look", "row")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP_SMALL] * 4)
        layout.setSpacing(theme.GAP_SMALL + theme.GAP_TINY)
        layout.addWidget(FacePicture(pictures, face.id, 64), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(theme.GAP_TINY)
        layout.addLayout(column, 1)
        self.name_box: NameBox | None = None
        known = bool(self._name) and face.status in (
            AssignmentStatus.CONFIRMED,
            AssignmentStatus.SUGGESTED,
        )
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_TINY)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        head.addLayout(texts, 1)
        if known:
            text = self._name
            if face.status is AssignmentStatus.SUGGESTED:
                text = self.tr("{name}?").format(name=self._name)
            texts.addWidget(controls.label(text, "strong", wrap=True))
        elif face.status is AssignmentStatus.IGNORED:
            texts.addWidget(controls.label(self.tr("Ignored"), "soft"))
        else:
            self.name_box = NameBox()
            self.name_box.set_names(page.names())
            self.name_box.named.connect(self._on_named)
            self.name_box.installEventFilter(self)
            texts.addWidget(self.name_box)
        self.more = controls.IconButton("more", self.tr("More for this face"), side=18)
        self.more.clicked.connect(self._on_more)
        head.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        words = self._words(page)
        if words:
            texts.addWidget(controls.label(words, "caption", wrap=True))
        column.addLayout(head)
        if face.status is AssignmentStatus.SUGGESTED and known:
            yes = controls.button(self.tr("Yes"), "primary", icon="yes")
            yes.setAccessibleName(self.tr("Yes, this is {name}").format(name=self._name))
            yes.clicked.connect(self._on_yes)
            no = controls.button(self.tr("No"), icon="close")
            no.setAccessibleName(self.tr("No, this is not {name}").format(name=self._name))
            no.clicked.connect(self._on_no)
            column.addLayout(controls.row(yes, no, None))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _words(self, page: PhotoPage) -> str:
        face = self.face
        said = []
        if face.status is AssignmentStatus.CONFIRMED and self._name:
            said.append(self.tr("Confirmed"))
        if face.status is AssignmentStatus.SUGGESTED:
            like = similarity_in_words(face.suggestion_score)
            said.append(f"{like.capitalize()} ({face.suggestion_score:.2f})")
        if face.quality.poor:
            said.append(self.tr("too unclear as a reference"))
        if face.person_id in page.twice:
            said.append(self.tr("twice in this photo"))
        return " · ".join(said)

    def set_chosen(self, chosen: bool) -> None:
        """The chosen row stands out, as its box in the photo does."""
        controls.set_look(self, "row-chosen" if chosen else "row")

    def menu(self) -> QMenu:
        """All that can be said about the face."""
        menu = QMenu(self)
        if self._name and self.face.status is AssignmentStatus.SUGGESTED:
            menu.addAction(
                self.tr("Yes, this is {name}").format(name=self._name)
            ).triggered.connect(self._on_yes)
        if self._name:
            menu.addAction(self.tr("Not {name}").format(name=self._name)).triggered.connect(
                self._on_no
            )
            menu.addAction(self.tr("Show {name}").format(name=self._name)).triggered.connect(
                self._on_person
            )
        else:
            menu.addAction(self.tr("Who is this?")).triggered.connect(self.ask_name)
        menu.addSeparator()
        menu.addAction(self.tr("Restore this face")).triggered.connect(self._on_restore)
        menu.addSeparator()
        menu.addAction(self.tr("Ignore this face")).triggered.connect(self._on_ignore)
        menu.addAction(self.tr("Not a face")).triggered.connect(self._on_not_a_face)
        return menu

    @Slot()
    def ask_name(self) -> None:
        """Puts the cursor into the name box."""
        if self.name_box is not None:
            self.name_box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        if event.type() == QEvent.Type.FocusIn:
            self.chosen.emit(self.face.id)
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.face.id)

    @Slot()
    def _on_more(self) -> None:
        self.chosen.emit(self.face.id)
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    @Slot(str)
    def _on_named(self, name: str) -> None:
        self.named.emit(self.face.id, name)

    @Slot()
    def _on_yes(self) -> None:
        self.confirmed.emit(self.face.id)

    @Slot()
    def _on_no(self) -> None:
        self.rejected.emit(self.face.id)

    @Slot()
    def _on_ignore(self) -> None:
        self.ignored.emit(self.face.id)

    @Slot()
    def _on_not_a_face(self) -> None:
        self.not_a_face.emit(self.face.id)

    @Slot()
    def _on_person(self) -> None:
        self.person_wanted.emit(self.face.id)

    @Slot()
    def _on_restore(self) -> None:
        self.restore_wanted.emit(self.face.id)
