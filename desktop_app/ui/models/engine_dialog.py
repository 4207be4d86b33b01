"""Tells what the large engine's packages would bring, before anything is fetched."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QVBoxLayout, QWidget

from desktop_app.operations.install_engine import EngineOffer
from desktop_app.ui import controls, theme
from desktop_app.ui.models.download_dialog import in_words
from desktop_app.ui.models.engine_card import build_words

_WIDTH = 560
_WORTH_TELLING = 1_000_000  # bytes; uv's own notes are smaller


class EngineDialog(QDialog):
    """Looking at this computer asks nothing of the network; a yes is needed for the rest.

    Signals:
        install_wanted(): fetch and install them.
    """

    install_wanted = Signal()

    def __init__(self, offer: EngineOffer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Add the packages for InstantRestore"))
        self.setMinimumWidth(_WIDTH)
        self._goes_on = offer.kept > _WORTH_TELLING
        self._fits = offer.free >= offer.size - offer.kept
        self.agreed = QCheckBox(self.tr("I agree: fetch them and install them"))
        self.agreed.toggled.connect(self._show_button)
        self.cancel = controls.button(self.tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.fetch = controls.button(
            self.tr("Go on") if self._goes_on else self.tr("Add"), "primary", icon="download"
        )
        self.fetch.clicked.connect(self._on_fetch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP_LARGE] * 4)
        layout.setSpacing(theme.GAP)
        layout.addWidget(controls.label(self.windowTitle(), "heading"))
        layout.addLayout(self._facts(offer))
        layout.addWidget(controls.line())
        layout.addWidget(controls.label(self.tr("Terms"), "strong"))
        layout.addWidget(controls.label(offer.terms, wrap=True))
        layout.addWidget(
            controls.label(
                self.tr(
                    "Each package is compared with a checksum that came with this application. "
                    "The weights of InstantRestore come apart and have terms of their own."
                ),
                "caption",
                wrap=True,
            )
        )
        layout.addWidget(self.agreed)
        layout.addStretch()
        layout.addLayout(controls.row(None, self.cancel, self.fetch))
        self._show_button()

    def _facts(self, offer: EngineOffer) -> QFormLayout:
        to_fetch = self.tr("about {size}").format(size=in_words(offer.download))
        if self._goes_on:
            to_fetch = self.tr("{size}; what came before ({kept}) is kept").format(
                size=to_fetch, kept=in_words(offer.kept)
            )
        room = self.tr("about {size}; {free} are free").format(
            size=in_words(offer.size), free=in_words(offer.free)
        )
        if not self._fits:
            room = self.tr("{room}: too little").format(room=room)
        python = offer.python or self.tr("none that fits is here: one is fetched too")
        facts = QFormLayout()
        facts.setVerticalSpacing(theme.GAP_SMALL)
        facts.setHorizontalSpacing(theme.GAP)
        for title, words in (
            (self.tr("From"), self.tr("the Python Package Index and PyTorch, or your own index")),
            (self.tr("For"), build_words(offer.build.value)),
            (self.tr("To fetch"), to_fetch),
            (self.tr("On the disk"), room),
            (self.tr("Kept in"), str(offer.folder)),
            (self.tr("Python"), python),
        ):
            said = controls.label(words, wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            facts.addRow(title, said)
        return facts

    @Slot()
    def _show_button(self) -> None:
        self.fetch.setEnabled(self._fits and self.agreed.isChecked())

    @Slot()
    def _on_fetch(self) -> None:
        self.install_wanted.emit()
        self.accept()
