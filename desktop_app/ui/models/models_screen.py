"""The screen of the models: what is here, under which terms, and how one comes in."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.jobs.job import Job
from desktop_app.models.store import ModelCondition, ModelStore
from desktop_app.operations.install_engine import EngineOffer
from desktop_app.operations.install_model import INSTANT_RESTORE, DownloadOffer
from desktop_app.restoration.engine_environment.environment import EngineCondition
from desktop_app.ui import controls, theme
from desktop_app.ui.models.download_dialog import DownloadDialog
from desktop_app.ui.models.engine_card import EngineCard
from desktop_app.ui.models.engine_dialog import EngineDialog
from desktop_app.ui.models.model_card import ModelCard
from desktop_app.ui.models.reading import ModelOnPage, read_models
from desktop_app.ui.results.side_scroll import SideScroll
from desktop_app.ui.screen import Screen, Workbench

_WIDTH = 860


class ModelsScreen(Screen):
    """A card for each model; a dialog with the terms before one is downloaded.

    `app/` joins `ModelWishes.working` to `on_job`, `models_changed` to `read_again`, `checked`
    to `on_checked`, `offered` to `on_offered`, `not_offered` to `on_not_offered`.

    Signals:
        install_wanted(str, Path): a model's id, and the file or folder it comes from.
        offer_wanted(str, str), download_wanted(str, str): a model's id and a published file.
        verify_wanted(str), remove_wanted(str): a model's id.
        engine_look_wanted(): how it stands with the large engine's packages.
        engine_offer_wanted(), engine_install_wanted(): what they would bring; fetch them.
    """

    install_wanted = Signal(str, object)
    offer_wanted = Signal(str, str)
    download_wanted = Signal(str, str)
    verify_wanted = Signal(str)
    remove_wanted = Signal(str)
    engine_look_wanted = Signal()
    engine_offer_wanted = Signal()
    engine_install_wanted = Signal()

    key = "models"
    icon = "models"

    def __init__(self, bench: Workbench, store: ModelStore) -> None:
        super().__init__(bench)
        self._store = store
        self.cards: dict[str, ModelCard] = {}
        self.dialog: DownloadDialog | None = None
        self.engine_dialog: EngineDialog | None = None
        self.engine = EngineCard()
        self.engine.add_wanted.connect(self.engine_offer_wanted)
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(theme.GAP_LARGE, theme.GAP, theme.GAP_LARGE, theme.GAP_HUGE)
        self._column.setSpacing(theme.GAP)
        self._column.addWidget(
            controls.label(
                self.tr(
                    "What looks at faces and restores them. All of it runs on this computer; "
                    "nothing is fetched by itself."
                ),
                "soft",
                wrap=True,
            )
        )
        self._column.addStretch()
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inside, 100)
        row.addStretch(1)
        scroll = SideScroll(centred)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)

    def title(self) -> str:
        return self.tr("Models")

    def show_subject(self, subject: object) -> None:
        self.read_again()

    @Slot()
    def read_again(self) -> None:
        """Looks at the models anew."""
        self.engine_look_wanted.emit()
        self.read(partial(read_models, self._store), self._on_models)

    def _on_models(self, models: list[ModelOnPage]) -> None:
        for shown in models:
            card = self.cards.get(shown.model.id)
            if card is not None:
                card.show_model(shown)
                continue
            card = ModelCard(shown)
            card.install_wanted.connect(self._on_install)
            card.download_wanted.connect(self.ask_download)
            card.verify_wanted.connect(self.verify_wanted)
            card.remove_wanted.connect(self.remove_wanted)
            self.cards[shown.model.id] = card
            self._column.insertWidget(self._column.count() - 1, card)
            if shown.model.id == INSTANT_RESTORE:
                self._column.insertWidget(self._column.count() - 1, self.engine)

    @Slot(str, object)
    def _on_install(self, model_id: str, source: Path) -> None:
        self.install_wanted.emit(model_id, source)

    @Slot(str)
    def ask_download(self, model_id: str) -> None:
        """Shows the terms and what would come; the dialog asks the makers once they are agreed."""
        if self.dialog is not None:
            self.dialog.deleteLater()
        place = self._store.place_of(model_id)
        self.dialog = DownloadDialog(self._store.get(model_id), place, self)
        self.dialog.offer_wanted.connect(self.offer_wanted)
        self.dialog.agreed.setChecked(self.cards[model_id].agreed.isChecked())
        self.dialog.download_wanted.connect(self.download_wanted)
        self.dialog.open()

    @Slot(str, object)
    def on_offered(self, file: str, offer: DownloadOffer) -> None:
        """What the makers said of a published file."""
        if self.dialog is not None:
            self.dialog.show_offer(file, offer)

    @Slot(str, str)
    def on_not_offered(self, file: str, why: str) -> None:
        """Why they said nothing."""
        if self.dialog is not None:
            self.dialog.show_refusal(file, why)

    @Slot(object)
    def on_engine_offered(self, offer: EngineOffer) -> None:
        """Shows what the large engine's packages would bring; only a yes fetches them."""
        if self.engine_dialog is not None:
            self.engine_dialog.deleteLater()
        self.engine_dialog = EngineDialog(offer, self)
        self.engine_dialog.install_wanted.connect(self.engine_install_wanted)
        self.engine_dialog.open()

    @Slot(object)
    def on_engine(self, condition: EngineCondition) -> None:
        """How it stands with the large engine's packages."""
        self.engine.show_condition(condition)

    @Slot(object, str)
    def on_job(self, job: Job, model_id: str) -> None:
        """Work on a model has been submitted."""
        if model_id in self.cards:
            self.cards[model_id].follow(job)

    @Slot(str, object)
    def on_checked(self, model_id: str, condition: ModelCondition) -> None:
        """What a thorough look found."""
        if model_id in self.cards:
            self.cards[model_id].show_model(ModelOnPage(self._store.get(model_id), condition))
