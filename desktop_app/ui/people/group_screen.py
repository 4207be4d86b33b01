"""All faces of one group: name all of them, or only those that are chosen."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId
from desktop_app.ui import controls, theme, words
from desktop_app.ui.face_grid import FaceGrid, FaceTile
from desktop_app.ui.name_box import NameBox
from desktop_app.ui.people.people_reading import GroupPage, read_group
from desktop_app.ui.screen import Screen, Workbench


class GroupScreen(Screen):
    """All faces are chosen at first; take away those who are somebody else.

    Signals: decisions on the chosen faces, as `FaceDecisions` fulfils them, and
        split_wanted([FaceId], [FaceId]): the chosen are somebody else than the rest.
    """

    name_wanted = Signal(object, str)
    ignore_wanted = Signal(object)
    not_face_wanted = Signal(object)
    split_wanted = Signal(object, object)

    key = "group"
    icon = "people"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._faces: Sequence[FaceId] = ()
        self._fresh = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        self.name_box = NameBox()
        self.name_box.setMaximumWidth(340)
        self.name_box.named.connect(self._on_named)
        self._said = controls.label("", "soft")
        self._ignore = controls.button(self.tr("Ignore"), "quiet", icon="ignore")
        self._ignore.clicked.connect(self._on_ignore)
        self._not_faces = controls.button(self.tr("Not faces"), "quiet", icon="not-a-face")
        self._not_faces.clicked.connect(self._on_not_faces)
        self.split = controls.button(self.tr("Somebody else"), "quiet", icon="split")
        self.split.setToolTip(
            self.tr("Make the chosen faces a group of their own, without a name as yet (S)")
        )
        self.split.clicked.connect(self._on_split)
        line = controls.row(
            self.name_box, self._said, None, self.split, self._ignore, self._not_faces
        )
        line.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_LARGE, theme.GAP_SMALL)
        line.setStretch(0, 1)
        layout.addLayout(line)
        self.grid = FaceGrid(bench.pictures, self.tr("Faces of the group"), caption_lines=0)
        self.grid.setSelectionMode(FaceGrid.SelectionMode.MultiSelection)
        self.grid.chosen_changed.connect(self._show_chosen)
        layout.addWidget(self.grid, 1)

    def title(self) -> str:
        return self.tr("Who is this?")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Space", self.tr("Choose a face or not")),
            ("Ctrl+A", self.tr("Choose all")),
            ("Return", self.tr("Name the chosen faces")),
            ("S", self.tr("The chosen faces are somebody else: a group of their own")),
        ]

    def show_subject(self, subject: Any) -> None:
        if subject is not None:
            self._faces = subject
            self._fresh = True
        self._read()

    def refresh(self, changes: CatalogChanges) -> None:
        if self.isVisible() and (changes.everything or changes.faces & set(self._faces)):
            self._read()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        self.name_box.setFocus(reason)

    def _read(self) -> None:
        if self._faces:
            self.read(partial(read_group, self.bench.catalog, self._faces), self._on_page)

    def _on_page(self, page: GroupPage) -> None:
        self.name_box.set_names(page.names)
        self.grid.show_tiles([FaceTile(face_id) for face_id in page.faces])
        if self._fresh:
            self._fresh = False
            self.grid.selectAll()
        self._show_chosen()
        if not page.faces:
            self._faces = ()
            self.back_wanted.emit()

    @Slot()
    def _show_chosen(self) -> None:
        chosen, every = len(self.grid.selectedIndexes()), len(self.grid.faces.tiles())
        self._said.setText(
            self.tr("{n} of {every} chosen").format(
                n=words.number(chosen), every=words.number(every)
            )
        )
        for widget in (self.name_box, self._ignore, self._not_faces):
            widget.setEnabled(chosen > 0)
        self.split.setEnabled(0 < chosen < every)

    @Slot(str)
    def _on_named(self, name: str) -> None:
        self.name_wanted.emit(self.grid.chosen_ids(), name)

    @Slot()
    def _on_split(self) -> None:
        chosen = self.grid.chosen_ids()
        rest = [tile.face_id for tile in self.grid.faces.tiles() if tile.face_id not in chosen]
        if chosen and rest:
            self._faces = tuple(rest)
            self.split_wanted.emit(chosen, rest)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_S and self.split.isEnabled():
            self._on_split()
            return
        super().keyPressEvent(event)

    @Slot()
    def _on_ignore(self) -> None:
        self.ignore_wanted.emit(self.grid.chosen_ids())

    @Slot()
    def _on_not_faces(self) -> None:
        self.not_face_wanted.emit(self.grid.chosen_ids())
