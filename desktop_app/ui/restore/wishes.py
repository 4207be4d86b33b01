"""Fulfils what is wished on the restore and compare screens."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FaceId, PersonId, RestorationId
from desktop_app.domain.progress import Progress, Report
from desktop_app.domain.restoration import RestoreRequest, RestoreSettings
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.operations.kept_restorations import (
    accept_restoration,
    change_settings,
    keep_original,
)
from desktop_app.operations.restore_photos import restore_photos, tell_stage
from desktop_app.restoration.instant_restore.process import InstantRestoreProcess
from desktop_app.ui.restore.engines import PREVIEWED
from desktop_app.ui.wishes import Wishes


class RestoreWishes(Wishes):
    """Engine and eyes are opened on the restoring lane, where that may take long.

    Signals:
        restoring(Job, list): a job was submitted for these `FaceId`s.
    """

    restoring = Signal(object, list)

    @Slot(list, str)
    def restore(self, requests: Sequence[RestoreRequest], engine: str) -> None:
        """The results are drafts; a cancelled run keeps the faces that are done.

        `engine` may be `PREVIEWED`: the large engine's fast preview.
        """
        faces = [request.face_id for request in requests]
        self.run(
            Lane.RESTORE,
            self.tr("Restoring faces"),
            partial(self._restore, requests, engine),
            if_unfinished=CatalogChanges(everything=True),  # nobody counted the faces done so far
            before=partial(self._tell, faces),
        )

    @Slot(str)
    def make_ready(self, engine: str) -> None:
        """Starts the embedded engine while the user still looks; the large one waits to be asked.

        What goes wrong here is said when a face is restored.
        """
        work = partial(self._make_ready, engine)
        self.runner.submit(Lane.RESTORE, Job(self.tr("Starting the engine"), work, quiet=True))

    def _make_ready(self, engine: str, report: Report) -> None:
        restorer = self.means.restorer.get(engine)
        if not isinstance(restorer, InstantRestoreProcess):
            with restorer.watched(partial(tell_stage, report, Progress(0, None))):
                _ = restorer.facts

    def _tell(self, faces: list[FaceId], job: Job) -> None:
        self.restoring.emit(job, faces)

    @Slot(object)
    def accept(self, restoration_id: RestorationId) -> None:
        self._decide(
            self.tr("Accepting"), partial(accept_restoration, self.means.catalog), restoration_id
        )

    @Slot(list)
    def keep_original(self, restoration_ids: Sequence[RestorationId]) -> None:
        """No result of their faces stands in the photo; they stay among its versions."""
        self._decide(
            self.tr("Keeping the original"),
            partial(keep_original, self.means.catalog),
            restoration_ids,
        )

    @Slot(object, object)
    def keep_settings(self, restoration_id: RestorationId, settings: RestoreSettings) -> None:
        self._decide(
            self.tr("Keeping the strength"),
            partial(change_settings, self.means.catalog, settings=settings),
            restoration_id,
        )

    @Slot(object, object)
    def pin(self, person_id: PersonId, face_id: FaceId) -> None:
        self._decide(
            self.tr("Pinning a reference"),
            partial(self.means.catalog.references.pin, person_id),
            face_id,
        )

    @Slot(object, object)
    def exclude(self, person_id: PersonId, face_id: FaceId) -> None:
        self._decide(
            self.tr("Excluding a photo"),
            partial(self.means.catalog.references.exclude, person_id),
            face_id,
        )

    @Slot(object, object)
    def leave_to_choice(self, person_id: PersonId, face_id: FaceId) -> None:
        """Neither pinned nor excluded any more."""
        self._decide(
            self.tr("Freeing a reference"),
            partial(self.means.catalog.references.clear, person_id),
            face_id,
        )

    def _restore(
        self, requests: Sequence[RestoreRequest], engine: str, report: Report
    ) -> CatalogChanges:
        if engine == PREVIEWED:
            engine = "instant-restore"
            requests = [replace(request, preview=True) for request in requests]
        restorer = self.means.restorer.get(engine)
        return restore_photos(self.means.catalog, restorer, requests, self.means.eyes.get(), report)

    def _decide(self, title: str, decide: Callable[..., CatalogChanges], subject: object) -> None:
        self.run(Lane.DECIDE, title, partial(_without_report, decide, subject), quiet=True)


def _without_report(
    decide: Callable[..., CatalogChanges], subject: object, report: Report
) -> CatalogChanges:
    """A decision takes milliseconds and cannot be stopped half-way."""
    return decide(subject)
