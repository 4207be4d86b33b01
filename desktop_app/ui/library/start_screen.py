"""The first start: what this is, whose the photos stay, and one thing to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.progress import Report
from desktop_app.ui import controls, resources, theme
from desktop_app.ui.screen import Screen, Workbench


@dataclass(frozen=True)
class Equipment:
    """One thing the work needs, and whether it is here."""

    subject: str
    words: str
    good: bool


ReadEquipment = Callable[[Report], Sequence[Equipment]]


class StartScreen(Screen):
    """Shown while the library has no folder.

    Signals:
        add_folder_wanted(): choose a folder of photos.
        sample_wanted(): try with the bundled sample library.
    """

    add_folder_wanted = Signal()
    sample_wanted = Signal()

    key = "start"
    icon = "library"

    def __init__(self, bench: Workbench, read_equipment: ReadEquipment) -> None:
        super().__init__(bench)
        self._read_equipment = read_equipment
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands inside takes the focus
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(area)
        page = QWidget()
        area.setWidget(page)
        centre = QHBoxLayout(page)
        centre.addStretch(1)
        column = QVBoxLayout()
        centre.addLayout(column, 6)
        centre.addStretch(1)
        column.setContentsMargins(theme.GAP_LARGE, theme.GAP_HUGE, theme.GAP_LARGE, theme.GAP_HUGE)
        column.setSpacing(theme.GAP)
        column.addStretch(1)
        mark = QLabel()
        mark.setPixmap(resources.app_icon().pixmap(88, 88))
        column.addWidget(mark)
        column.addWidget(controls.label("Likeness", "display"))
        promise = controls.label(
            self.tr(
                "Restores faces in old photographs, guided by other photos of the same person."
            ),
            "title",
            wrap=True,
        )
        column.addWidget(promise)
        column.addSpacing(theme.GAP)
        column.addWidget(self._make_first_step())
        column.addWidget(self._make_equipment())
        column.addWidget(self._make_more())
        column.addStretch(2)
        for part in (promise,):
            part.setMaximumWidth(760)

    def _make_first_step(self) -> QWidget:
        card = controls.Card(theme.GAP_LARGE)
        card.setMaximumWidth(760)
        card.body.setSpacing(theme.GAP)
        card.body.addWidget(controls.label(self.tr("Where are your photos?"), "title"))
        card.body.addWidget(
            controls.label(
                self.tr(
                    "Choose a folder. Likeness looks through it and all folders inside, finds the "
                    "faces, and asks you who they are."
                ),
                "soft",
                wrap=True,
            )
        )
        self.choose = controls.button(
            self.tr("Choose a folder of photos"), "primary", icon="folder-add"
        )
        self.choose.clicked.connect(self.add_folder_wanted)
        self.sample = controls.button(self.tr("Try it with sample photos"), icon="sample")
        self.sample.clicked.connect(self.sample_wanted)
        card.body.addLayout(controls.row(self.choose, self.sample, None))
        private = controls.label(
            self.tr(
                "Everything stays on this computer. Your files are read, never changed, and "
                "nothing is sent anywhere."
            ),
            "soft",
            wrap=True,
        )
        line = controls.row(controls.IconLabel("privacy", "accent"), private)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        return card

    def _make_equipment(self) -> QWidget:
        self._equipment = QWidget()
        self._equipment.setMaximumWidth(760)
        self._table = QGridLayout(self._equipment)
        self._table.setContentsMargins(theme.GAP_LARGE, theme.GAP_SMALL, theme.GAP_LARGE, 0)
        self._table.setHorizontalSpacing(theme.GAP)
        self._table.setVerticalSpacing(theme.GAP_SMALL)
        self._table.setColumnStretch(2, 1)
        return self._equipment

    def _make_more(self) -> QWidget:
        """The larger engine, for those who are online and want it: nothing is asked from here."""
        words = controls.label(
            self.tr(
                "This works offline. A larger engine, InstantRestore, can be added: its terms, "
                "size and place are shown before anything is fetched."
            ),
            "soft",
            wrap=True,
        )
        self.models = controls.button(self.tr("See the models"), "quiet", icon="models")
        self.models.clicked.connect(self._on_models)
        line = controls.row(words, self.models)
        line.setStretch(0, 1)
        line.setContentsMargins(theme.GAP_LARGE, theme.GAP_SMALL, 0, 0)
        more = QWidget()
        more.setMaximumWidth(760)
        more.setLayout(line)
        return more

    @Slot()
    def _on_models(self) -> None:
        self.go_wanted.emit("models", None)

    def title(self) -> str:
        return self.tr("Welcome")

    def show_subject(self, subject: Any) -> None:
        self.read(self._read_equipment, self._on_equipment)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        self.choose.setFocus(reason)

    def _on_equipment(self, found: Sequence[Equipment]) -> None:
        controls.emptied(self._table)
        for row, thing in enumerate(found):
            icon, ink = ("yes", "accent") if thing.good else ("info", "text_soft")
            self._table.addWidget(controls.IconLabel(icon, ink, 18), row, 0)
            self._table.addWidget(controls.label(thing.subject), row, 1)
            self._table.addWidget(controls.label(thing.words, "soft", wrap=True), row, 2)
