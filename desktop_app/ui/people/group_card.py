"""A group of faces of one unknown person, with the question who it is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QSizePolicy

from desktop_app.domain.ids import FaceId
from desktop_app.ui import controls, theme, words
from desktop_app.ui.name_box import NameBox
from desktop_app.ui.people.face_strip import FaceStrip
from desktop_app.ui.pictures import Pictures

FACE_SIDE = 88
_FEW = 4  # faces that leave room for the question beside them


class GroupCard(controls.Card):
    """Naming it names all its faces.

    Signals, each with the group's faces [FaceId]:
        named(faces, str), ignored(faces), not_faces(faces): the decision.
        opened(faces): show all of them, to split the group.
    """

    named = Signal(object, str)
    ignored = Signal(object)
    not_faces = Signal(object)
    opened = Signal(object)

    def __init__(self, pictures: Pictures, faces: Sequence[FaceId]) -> None:
        super().__init__()
        self.faces = tuple(faces)
        strip = FaceStrip(pictures, faces, FACE_SIDE)
        strip.opened.connect(self._on_open)
        self.name_box = NameBox()
        self.name_box.setMinimumWidth(200)
        self.name_box.setMaximumWidth(340)
        self.name_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name_box.named.connect(self._on_named)
        count = words.counted(len(faces), self.tr("1 face"), self.tr("{n} faces"))
        self.name_box.setAccessibleName(self.tr("Who is this? {count}").format(count=count))
        count_label = controls.label(count, "soft")
        look = controls.button(self.tr("Look at all"), "quiet")
        look.setToolTip(self.tr("Look at all faces, and name only some (S)"))
        look.clicked.connect(self._on_open)
        if len(faces) == 1:
            look.hide()
        self.name_box.left.connect(look.setFocus)
        more = controls.IconButton("more", self.tr("More for this group"))
        more.clicked.connect(self._on_more)
        self._more = more
        if len(faces) <= _FEW:
            strip.setFixedWidth(len(faces) * (FACE_SIDE + theme.GAP_SMALL) - theme.GAP_SMALL)
            line = controls.row(
                strip, self.name_box, count_label, None, look, more, spacing=theme.GAP
            )
            line.setStretch(1, 1)
            self.body.addLayout(line)
            return
        self.body.setSpacing(theme.GAP_SMALL + theme.GAP_TINY)
        self.body.addWidget(strip)
        line = controls.row(self.name_box, count_label, None, look, more)
        line.setStretch(0, 1)
        self.body.addLayout(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_S:
            self._on_open()
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _on_named(self, name: str) -> None:
        self.named.emit(self.faces, name)

    @Slot()
    def _on_open(self) -> None:
        self.opened.emit(self.faces)

    @Slot()
    def _on_more(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Ignore these faces")).triggered.connect(self._on_ignore)
        menu.addAction(self.tr("These are not faces")).triggered.connect(self._on_not_faces)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    @Slot()
    def _on_ignore(self) -> None:
        self.ignored.emit(self.faces)

    @Slot()
    def _on_not_faces(self) -> None:
        self.not_faces.emit(self.faces)
