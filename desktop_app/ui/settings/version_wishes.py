"""Looks for a new version, when the user asks for it."""

from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.errors import ExpectedError
from desktop_app.jobs.runner import Lane
from desktop_app.operations.look_for_update import (
    NewestVersion,
    address_of_versions,
    look_for_update,
)
from desktop_app.ui.results.or_error import or_error
from desktop_app.ui.wishes import Wishes


class VersionWishes(Wishes):
    """On the lane of what comes from outside, where it holds up nothing else.

    Signals:
        answered(NewestVersion | ExpectedError): what the list of versions says, or why not.
    """

    answered = Signal(object)

    @Slot()
    def look(self) -> None:
        ask = partial(look_for_update, address_of_versions())
        title = self.tr("Looking for a new version")
        self.run(Lane.MODELS, title, partial(or_error, ask), then=self._on_answer, quiet=True)

    def _on_answer(self, told: NewestVersion | ExpectedError) -> None:
        self.answered.emit(told)
