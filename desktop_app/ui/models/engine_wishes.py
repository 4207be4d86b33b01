"""Fulfils what is wished of the large engine's packages."""

from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.runner import Lane
from desktop_app.operations.install_engine import (
    EngineOffer,
    engine_condition,
    install_engine,
    offer_engine,
    remove_engine,
    verify_engine,
)
from desktop_app.restoration.engine_environment.environment import (
    EngineCondition,
    EngineFacts,
    EngineState,
)
from desktop_app.settings.places import Places
from desktop_app.ui.wishes import Wishes


class EngineWishes(Wishes):
    """On the models' own lane, where it may take long.

    Signals:
        working(Job): one was submitted that is worth a bar.
        looked(EngineCondition): how it stands with the packages.
        offered(EngineOffer): what adding them would bring.
        engine_changed(): they came or went; engines are to be chosen anew.
    """

    working = Signal(object)
    looked = Signal(object)
    offered = Signal(object)
    engine_changed = Signal()

    @Slot()
    def look(self) -> None:
        work = partial(_look, self.means.places)
        self.run(Lane.READ, self.tr("Engine"), work, then=self._on_looked, quiet=True)

    @Slot()
    def offer(self) -> None:
        work = partial(offer_engine, self.means.places)
        self.run(Lane.READ, self.tr("Engine"), work, then=self._on_offered, quiet=True)

    @Slot()
    def install(self) -> None:
        """The terms accepted; what broke off goes on where it stopped."""
        work = partial(_install, self.means.places)
        title = self.tr("Adding the large engine's packages")
        self.run(Lane.MODELS, title, work, then=self._on_installed, before=self.working.emit)

    @Slot()
    def verify(self) -> None:
        """Every byte against its checksum."""
        work = partial(verify_engine, self.means.places)
        title = self.tr("Checking the large engine's packages")
        self.run(Lane.MODELS, title, work, then=self._on_verified, before=self.working.emit)

    @Slot()
    def remove(self) -> None:
        work = partial(_remove, self.means.places)
        title = self.tr("Removing the large engine's packages")
        self.run(Lane.MODELS, title, work, then=self._on_removed, before=self.working.emit)

    def _on_looked(self, condition: EngineCondition) -> None:
        self.looked.emit(condition)

    def _on_offered(self, offer: EngineOffer) -> None:
        self.offered.emit(offer)

    def _on_installed(self, facts: EngineFacts) -> None:
        words = self.tr("InstantRestore's packages are installed (torch {torch}).")
        self.messages.say(words.format(torch=facts.torch))
        self._changed()

    def _on_removed(self, _nothing: object) -> None:
        self.messages.say(self.tr("InstantRestore's packages were removed."))
        self._changed()

    def _on_verified(self, condition: EngineCondition) -> None:
        if condition.state is EngineState.INSTALLED:
            self.messages.say(self.tr("InstantRestore's packages are whole."))
        self.looked.emit(condition)

    def _changed(self) -> None:
        self.engine_changed.emit()
        self.look()


def _look(where: Places, report: Report) -> EngineCondition:
    report(Progress(0, None))
    return engine_condition(where)


def _install(where: Places, report: Report) -> EngineFacts:
    return install_engine(where, report, terms_accepted=True)


def _remove(where: Places, report: Report) -> None:
    report(Progress(0, None))
    remove_engine(where)
