"""Compares faces: groups those without a name, suggests people for them."""

import time
from functools import partial

from PySide6.QtCore import QTimer, Slot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.suggest_people import suggest_people
from desktop_app.ui.wishes import Means, Wishes

_FIRST_MS = 60_000  # the beginning of a session belongs to the user
_EVERY_S = 20.0  # while photos are read
_AFTER_DECISIONS_MS = 1_200


class Comparing(Wishes):
    """On `Lane.GROUP`, also while reading goes on; one comparison at a time."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._began_at = time.monotonic()
        self._job: Job | None = None
        self._again = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_DECISIONS_MS)
        self._soon.timeout.connect(self.compare)
        self.first = QTimer(self)
        self.first.setSingleShot(True)
        self.first.setInterval(_FIRST_MS)
        self.first.timeout.connect(self.compare)

    def begin(self) -> None:
        """The last session may have ended before all was compared."""
        self.first.start()

    @Slot()
    def compare(self) -> None:
        """Groups the unnamed faces and suggests people for them."""
        self.first.stop()
        if self._job is not None:
            self._again = True
            return
        self._began_at = time.monotonic()
        work, title = partial(_compare, self.means), self.tr("Comparing faces")
        self.run(Lane.GROUP, title, work, quiet=True, before=self._follow)

    def _follow(self, job: Job) -> None:
        self._job = job
        job.finished.connect(self._on_ended)

    @Slot()
    def soon(self) -> None:
        """Once the user pauses in deciding."""
        self._soon.start()

    @Slot()
    def now_and_then(self) -> None:
        """Where the last comparison began a while ago: more photos were read."""
        if time.monotonic() - self._began_at > _EVERY_S:
            self.compare()

    @Slot()
    def _on_ended(self) -> None:
        self._job = None
        if self._again:
            self._again = False
            self._soon.start()


def _compare(means: Means, report: Report) -> CatalogChanges:
    model = means.eyes.get().embedder.id
    changes = suggest_people(means.catalog, model, report)
    return changes | regroup_people(means.catalog, model, report)
