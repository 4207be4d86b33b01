"""The screen of the models: what is here, under which terms, and how one comes in."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.jobs.job import Job
from desktop_app.models.store import ModelCondition, ModelStore
from desktop_app.ui import controls, theme
from desktop_app.ui.models.model_card import ModelCard
from desktop_app.ui.models.reading import ModelOnPage, read_models
from desktop_app.ui.results.side_scroll import SideScroll
from desktop_app.ui.screen import Screen, Workbench

_WIDTH = 860


class ModelsScreen(Screen):
    """A card for each model.

    `app.py` joins `ModelWishes.working` to `on_job`, `models_changed` to `read_again`, `checked`
    to `on_checked`.

    Signals:
        install_wanted(str, Path): a model's id, and the file or folder it comes from.
        verify_wanted(str), remove_wanted(str): a model's id.
    """

    install_wanted = Signal(str, object)
    verify_wanted = Signal(str)
    remove_wanted = Signal(str)

    key = "models"
    icon = "models"

    def __init__(self, bench: Workbench, store: ModelStore) -> None:
        super().__init__(bench)
        self._store = store
        self.cards: dict[str, ModelCard] = {}
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
        self.read(partial(read_models, self._store), self._on_models)

    def _on_models(self, models: list[ModelOnPage]) -> None:
        for place, shown in enumerate(models):
            card = self.cards.get(shown.model.id)
            if card is not None:
                card.show_model(shown)
                continue
            card = ModelCard(shown)
            card.install_wanted.connect(self._on_install)
            card.verify_wanted.connect(self.verify_wanted)
            card.remove_wanted.connect(self.remove_wanted)
            self.cards[shown.model.id] = card
            self._column.insertWidget(1 + place, card)

    @Slot(str, object)
    def _on_install(self, model_id: str, source: Path) -> None:
        self.install_wanted.emit(model_id, source)

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
