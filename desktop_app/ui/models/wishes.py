"""Fulfils what is wished on the models screen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job, Work
from desktop_app.jobs.runner import Lane
from desktop_app.models.store import ModelCondition, ModelState, ModelStore
from desktop_app.operations.install_model import (
    DownloadOffer,
    fetch_model,
    install_model,
    offer_download,
)
from desktop_app.settings.places import Places
from desktop_app.ui.results.or_error import or_error
from desktop_app.ui.wishes import Means, Wishes


class ModelWishes(Wishes):
    """Downloads, installs, checks and removes on the models' own lane, where it may take long.

    Signals:
        working(Job, str): a job was submitted for the model of this id.
        models_changed(): one came or went; engines and face models are to be chosen anew.
        checked(str, ModelCondition): what a thorough look at this model found.
        offered(str, DownloadOffer): what the makers say of this published file.
        not_offered(str, str): why nothing can be said of it.
    """

    working = Signal(object, str)
    models_changed = Signal()
    checked = Signal(str, object)
    offered = Signal(str, object)
    not_offered = Signal(str, str)

    def __init__(self, means: Means, store: ModelStore) -> None:
        super().__init__(means)
        self._store = store

    @Slot(str, object)
    def install(self, model_id: str, source: Path) -> None:
        """From a file or folder of the user's; whole or not at all."""
        work = partial(_install, self._store, model_id, source, self.means.places.engine_python)
        self._submit(self.tr("Installing a model"), work, self._on_installed, model_id)

    @Slot(str, str)
    def ask_makers(self, model_id: str, file: str) -> None:
        """How large a published file is; the user has agreed to its terms by now."""
        ask = partial(_ask, self._store, model_id, file, self.means.places.downloads)
        work = partial(or_error, ask)
        then = partial(self._on_asked, file)
        self.run(Lane.MODELS, self.tr("Asking for a size"), work, then=then, quiet=True)

    @Slot(str, str)
    def download(self, model_id: str, file: str) -> None:
        """From its makers, the terms accepted; what broke off goes on where it stopped."""
        work = partial(_fetch, self._store, model_id, file, self.means.places)
        self._submit(self.tr("Downloading a model"), work, self._on_installed, model_id)

    @Slot(str)
    def remove(self, model_id: str) -> None:
        work = partial(_remove, self._store, model_id)
        self._submit(self.tr("Removing a model"), work, self._on_removed, model_id)

    @Slot(str)
    def verify(self, model_id: str) -> None:
        """Every byte against its checksum."""
        work = partial(_verify, self._store, model_id)
        self._submit(self.tr("Checking a model"), work, self._on_checked, model_id)

    def _submit(self, title: str, work: Work, then: Callable[[Any], None], model_id: str) -> None:
        tell = partial(self._tell, model_id)
        self.run(Lane.MODELS, title, work, then=then, before=tell)

    def _tell(self, model_id: str, job: Job) -> None:
        self.working.emit(job, model_id)

    def _on_asked(self, file: str, told: DownloadOffer | ExpectedError) -> None:
        if isinstance(told, ExpectedError):
            self.not_offered.emit(file, str(told))
        else:
            self.offered.emit(file, told)

    def _on_installed(self, title: str) -> None:
        self.messages.say(self.tr("{model} is installed.").format(model=title))
        self.models_changed.emit()

    def _on_removed(self, title: str) -> None:
        self.messages.say(self.tr("{model} was removed.").format(model=title))
        self.models_changed.emit()

    def _on_checked(self, found: tuple[str, ModelCondition]) -> None:
        model_id, condition = found
        title = self._store.get(model_id).title
        if condition.state is ModelState.INSTALLED:
            self.messages.say(self.tr("{model} is whole.").format(model=title))
        self.checked.emit(model_id, condition)


def _install(
    store: ModelStore, model_id: str, source: Path, python: Path | None, report: Report
) -> str:
    install_model(store, model_id, source, report, python=python)
    return store.get(model_id).title


def _ask(
    store: ModelStore, model_id: str, file: str, downloads: Path, report: Report
) -> DownloadOffer:
    report(Progress(0, None))
    return offer_download(store, model_id, file, downloads)


def _fetch(store: ModelStore, model_id: str, file: str, where: Places, report: Report) -> str:
    fetch_model(
        store,
        model_id,
        file,
        where.downloads,
        report,
        terms_accepted=True,
        python=where.engine_python,
    )
    return store.get(model_id).title


def _remove(store: ModelStore, model_id: str, report: Report) -> str:
    report(Progress(0, None))
    store.remove(model_id)
    return store.get(model_id).title


def _verify(store: ModelStore, model_id: str, report: Report) -> tuple[str, ModelCondition]:
    report(Progress(0, None))
    return model_id, store.verify(model_id)
