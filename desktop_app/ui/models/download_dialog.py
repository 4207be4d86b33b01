"""Shows the terms of a model and what its download would bring; nothing is fetched before a yes."""

from pathlib import Path

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QVBoxLayout, QWidget

from desktop_app.models.known import KnownModel
from desktop_app.operations.install_model import DownloadOffer
from desktop_app.ui import controls, theme

_WIDTH = 560


class DownloadDialog(QDialog):
    """Not even the size is asked of the makers before the terms were agreed to.

    Signals:
        offer_wanted(str, str): ask the makers how large this file of this model is.
        download_wanted(str, str): fetch and install it.
    """

    offer_wanted = Signal(str, str)
    download_wanted = Signal(str, str)

    def __init__(self, model: KnownModel, place: Path, parent: QWidget | None = None) -> None:
        """`place` is the folder in which the model would lie."""
        super().__init__(parent)
        self._model = model
        self._offer: DownloadOffer | None = None
        self.setWindowTitle(self.tr("Download {model}").format(model=model.title))
        self.setMinimumWidth(_WIDTH)
        self.file = QComboBox()
        self.file.addItems(model.published)
        self.file.setAccessibleName(self.tr("Published file"))
        self.file.currentIndexChanged.connect(self._ask)
        self.how_large = controls.label("", wrap=True)
        self.room = controls.label("", wrap=True)
        self.agreed = QCheckBox(self.tr("I have read the terms and keep to them"))
        self.agreed.toggled.connect(self._ask)
        self.why = controls.label("", "danger", wrap=True)
        self.again = controls.button(self.tr("Ask again"), "quiet", icon="retry")
        self.again.clicked.connect(self._ask)
        self.cancel = controls.button(self.tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.fetch = controls.button(self.tr("Download"), "primary", icon="download")
        self.fetch.clicked.connect(self._on_fetch)
        self._lay_out(place)
        self._ask()

    def _lay_out(self, place: Path) -> None:
        model = self._model
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GAP_LARGE] * 4)
        layout.setSpacing(theme.GAP)
        layout.addWidget(controls.label(self.windowTitle(), "heading"))
        layout.addWidget(controls.label(self.tr("Terms"), "strong"))
        layout.addWidget(controls.label(model.licence, wrap=True))
        said = [self.tr("Source: {source}").format(source=model.licence_source), model.note]
        layout.addWidget(controls.label("\n".join(filter(None, said)), "caption", wrap=True))
        layout.addWidget(controls.line())
        facts = QFormLayout()
        facts.setVerticalSpacing(theme.GAP_SMALL)
        facts.setHorizontalSpacing(theme.GAP)
        facts.addRow(self.tr("From"), controls.label(model.home or "", wrap=True))
        facts.addRow(self.tr("File"), self.file)
        facts.addRow(self.tr("Size"), self.how_large)
        facts.addRow(self.tr("Kept in"), controls.label(str(place), wrap=True))
        facts.addRow(self.tr("Room"), self.room)
        layout.addLayout(facts)
        layout.addWidget(self.agreed)
        layout.addLayout(controls.row(self.why, self.again))
        layout.addStretch()
        layout.addLayout(controls.row(None, self.cancel, self.fetch))

    @Slot()
    def _ask(self) -> None:
        self._offer = None
        self._refused("")
        if self.agreed.isChecked():
            self.how_large.setText(self.tr("Asking the makers…"))
            self.offer_wanted.emit(self._model.id, self.file.currentText())
        else:
            self.how_large.setText(self.tr("Asked of the makers once you agree"))
        self.room.setText("–")
        self._show_button()

    def show_offer(self, file: str, offer: DownloadOffer) -> None:
        """What the makers said of `file`."""
        if file != self.file.currentText() or not self.agreed.isChecked():
            return
        self._offer = offer
        size = in_words(offer.size)
        if offer.kept:
            size = self.tr("{size}, of which {kept} are here: it goes on there").format(
                size=size, kept=in_words(offer.kept)
            )
        self.how_large.setText(size)
        words = self.tr("{free} are free").format(free=in_words(offer.free))
        if offer.free < offer.size - offer.kept:
            words = self.tr("{free} are free: too little").format(free=in_words(offer.free))
        self.room.setText(words)
        self._show_button()

    def show_refusal(self, file: str, why: str) -> None:
        """The makers could not be asked, or gave no answer that can be used."""
        if file == self.file.currentText() and self.agreed.isChecked():
            self._offer = None
            self.how_large.setText(self.tr("Not known"))
            self._refused(why)
            self._show_button()

    def _refused(self, why: str) -> None:
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.again.setVisible(bool(why))

    def _show_button(self) -> None:
        offer = self._offer
        fits = offer is not None and offer.free >= offer.size - offer.kept
        self.fetch.setEnabled(fits)
        goes_on = offer is not None and offer.kept > 0
        self.fetch.setText(self.tr("Go on") if goes_on else self.tr("Download"))

    @Slot()
    def _on_fetch(self) -> None:
        self.download_wanted.emit(self._model.id, self.file.currentText())
        self.accept()


def in_words(size: int) -> str:
    """ "4.6 GB"."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
