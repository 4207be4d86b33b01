"""Fulfils what is wished on the models screen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job, Work
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.models.store import ModelCondition, ModelState, ModelStore
from desktop_app.operations.install_model import install_model
from desktop_app.ui.messages import Messages
from desktop_app.ui.wishes import Wishes


class ModelWishes(Wishes):
    """Installs, checks and removes on the lane that writes files.

    Signals:
        working(Job, str): a job was submitted for the model of this id.
        models_changed(): one came or went; engines and face models are to be chosen anew.
        checked(str, ModelCondition): what a thorough look at this model found.
    """

    working = Signal(object, str)
    models_changed = Signal()
    checked = Signal(str, object)

    def __init__(self, runner: JobRunner, messages: Messages, store: ModelStore) -> None:
        super().__init__(runner, messages)
        self._store = store

    @Slot(str, object)
    def install(self, model_id: str, source: Path) -> None:
        """From a file or folder of the user's; whole or not at all."""
        work = partial(_install, self._store, model_id, source)
        self._submit(self.tr("Installing a model"), work, self._on_installed, model_id)

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
        self.run(Lane.EXPORT, title, work, then=then, before=tell)

    def _tell(self, model_id: str, job: Job) -> None:
        self.working.emit(job, model_id)

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


def _install(store: ModelStore, model_id: str, source: Path, report: Report) -> str:
    install_model(store, model_id, source, report)
    return store.get(model_id).title


def _remove(store: ModelStore, model_id: str, report: Report) -> str:
    report(Progress(0, None))
    store.remove(model_id)
    return store.get(model_id).title


def _verify(store: ModelStore, model_id: str, report: Report) -> tuple[str, ModelCondition]:
    report(Progress(0, None))
    return model_id, store.verify(model_id)
