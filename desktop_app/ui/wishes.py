"""Fulfils the user's wishes: each slot is one operation, run on its lane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.job import Job, Work
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.settings.places import Places
from desktop_app.settings.settings import Settings
from desktop_app.ui.messages import Messages
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer


@dataclass(frozen=True)
class Means:
    """What wishes are fulfilled with; everything in it may be asked from any lane."""

    catalog: Catalog
    thumbnails: ThumbnailStore
    eyes: OpenedEyes
    restorer: OpenedRestorer
    settings: Callable[[], Settings]
    """The settings as they are now."""
    places: Places
    runner: JobRunner
    messages: Messages

    @property
    def max_pixels(self) -> int:
        """Of a photo that is decoded, as the settings are now."""
        return self.settings().max_pixels


class Wishes(QObject):
    """The base of every object that turns a screen's wishes into jobs.

    Signals:
        catalog_changed(CatalogChanges, initiator): a wish was fulfilled.
    """

    catalog_changed = Signal(object, object)

    def __init__(self, means: Means) -> None:
        super().__init__()
        self.means = means
        self.runner = means.runner
        self.messages = means.messages
        self._afterwards: dict[Job, tuple[Callable[[Any], None] | None, object]] = {}
        self._unfinished: dict[Job, CatalogChanges] = {}

    @property
    def at_work(self) -> list[Job]:
        """The jobs that wait or run, without those too short to be spoken of."""
        return [job for job in self._afterwards if not job.quiet]

    def run(
        self,
        lane: Lane,
        title: str,
        work: Work,
        *,
        then: Callable[[Any], None] | None = None,
        quiet: bool = False,
        initiator: object = None,
        if_unfinished: CatalogChanges | None = None,
        before: Callable[[Job], None] | None = None,
    ) -> Job:
        """Runs `work`; what it returns goes to the method `then`, changes to `catalog_changed`.

        `if_unfinished` is told when the work was stopped or failed on its way, for what it had
        kept by then. `before` is given the job before it is submitted, to connect it: a short
        job may be over when this returns.
        """
        job = Job(title, work, quiet=quiet)
        self._afterwards[job] = (then, initiator)
        if if_unfinished is not None:
            self._unfinished[job] = if_unfinished
        job.succeeded.connect(self._on_succeeded)
        job.cancelled.connect(self._on_unfinished)
        job.failed.connect(self._on_unfinished)
        job.failed.connect(self.messages.show_error)
        job.finished.connect(self._on_finished)
        if before is not None:
            before(job)
        self.runner.submit(lane, job)
        return job

    @Slot(object)
    def _on_succeeded(self, result: Any) -> None:
        job = self.sender()
        then, initiator = self._afterwards[job] if isinstance(job, Job) else (None, None)
        if isinstance(result, CatalogChanges) and result:
            self.catalog_changed.emit(result, initiator)
        if then is not None:
            then(result)

    @Slot()
    def _on_unfinished(self) -> None:
        job = self.sender()
        changes = self._unfinished.get(job) if isinstance(job, Job) else None
        if changes is not None:
            self.catalog_changed.emit(changes, None)

    @Slot()
    def _on_finished(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._afterwards.pop(job, None)
            self._unfinished.pop(job, None)
