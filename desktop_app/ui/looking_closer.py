"""Looks closer at photos that had a quick look, once all folders are read."""

from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FolderId
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.operations.look_closer import look_closer
from desktop_app.operations.looking_order import LookingOrder
from desktop_app.ui import words
from desktop_app.ui.wishes import Means, Wishes


class LookingCloser(Wishes):
    """On a lane of its own, so that nothing waits for it; `order` pauses it with the reading.

    Signals:
        progressed(Progress or None): how far it is; None: nothing is looked at.
        faces_found(): faces were added.
    """

    progressed = Signal(object)
    faces_found = Signal()

    def __init__(self, means: Means, order: LookingOrder) -> None:
        super().__init__(means)
        self._order = order
        self._job: Job | None = None
        self._wanted = False  # none while photos are read
        self._stopping = False

    @Slot()
    def begin(self) -> None:
        """Where photos wait for a closer look; what is under way goes on."""
        self._wanted = True
        if self._job is None:
            self.run(
                Lane.READ,
                self.tr("Photos to look closer at"),
                partial(_left, self.means.catalog),
                then=self._on_counted,
                quiet=True,
            )

    def _on_counted(self, told: tuple[int, list[FolderId]]) -> None:
        left, folders = told
        if not left or not self._wanted or self._job is not None:
            return
        work = partial(_look_closer, self.means, self.means.max_pixels, self._order)
        self._job = self.run(
            Lane.CLOSER,
            self.tr("Looking closer for small faces"),
            work,
            then=self._on_looked,
            if_unfinished=CatalogChanges.of(folders=folders),
            before=self._follow,
        )

    def _follow(self, job: Job) -> None:
        job.progressed.connect(self.progressed)
        job.finished.connect(self._on_ended)

    @Slot()
    def make_way(self) -> None:
        """Stops, keeping what was seen: photos are to be read first."""
        self._wanted = False
        if self._job is not None:
            self._stopping = True
            self._job.cancel()

    def _on_looked(self, changes: CatalogChanges) -> None:
        if changes.faces:
            self.messages.say(
                words.counted(
                    len(changes.faces),
                    self.tr("A closer look found one more face."),
                    self.tr("A closer look found {n} more faces."),
                )
            )
            self.faces_found.emit()

    @Slot()
    def _on_ended(self) -> None:
        self._job = None
        self.progressed.emit(None)
        if self._stopping:
            self._stopping = False
            if self._wanted:
                self.begin()


def _left(catalog: Catalog, _report: Report) -> tuple[int, list[FolderId]]:
    folders = [folder.id for folder in catalog.folders.all()]
    return catalog.photos.closer_looks_left(), folders


def _look_closer(
    means: Means, max_pixels: int, order: LookingOrder, report: Report
) -> CatalogChanges:
    eyes = means.eyes.get()
    return look_closer(means.catalog, None, eyes, means.thumbnails, report, max_pixels, order)
