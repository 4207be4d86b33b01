"""Looks at the folders of the library: finds photos, and faces in them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.catalog.values import PhotoFilter
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FolderId, PhotoId
from desktop_app.domain.photo import PhotoState
from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.operations.add_folder import add_folder, folder_of, remove_folder
from desktop_app.operations.index_folder import look_at_found, rescan_folder
from desktop_app.operations.looking_order import LookingOrder, Pace
from desktop_app.ui import words
from desktop_app.ui.looking_closer import LookingCloser
from desktop_app.ui.wishes import Means, Wishes

_SHOW_EVERY_MS = 1_500
_SHOW_EARLY_MS = 400  # in the first seconds of a folder, so that its first pictures come at once
_EARLY_S = 4.0


@dataclass(frozen=True)
class LookingState:
    """How far a folder is looked through. `total` is None while its files are still counted."""

    done: int
    total: int | None
    what: str  # the photo looked at last
    paused: bool
    closer: bool = False  # all photos are read, and looked at a second time


@dataclass(frozen=True)
class _Read:
    """What looking through a folder has changed, and how many photos it was."""

    changes: CatalogChanges
    seen: int
    failed: int
    gone: int


class Looking(Wishes):
    """Reads folders on `Lane.INDEX`, and looks closer at their photos when all are read.

    Signals:
        looking_changed(LookingState or None): the folder that is looked through; None: none is.
        read_on(): another photo was read, and reading goes on.
        faces_found(): faces wait to be compared.
    """

    looking_changed = Signal(object)
    read_on = Signal()
    faces_found = Signal()

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self._news = False  # photos were found or read since that was last told
        self._next_news = QTimer(self)
        self._next_news.setSingleShot(True)
        self._next_news.timeout.connect(self._tell_news)
        self._looking: dict[Job, FolderId] = {}
        self._early_until = 0.0
        self._again: set[FolderId] = set()
        self._order = LookingOrder()
        self._progress: Progress | None = None
        self._closer = LookingCloser(means, self._order)
        self._closer.catalog_changed.connect(self.catalog_changed)
        self._closer.faces_found.connect(self.faces_found)
        self._closer.progressed.connect(self._on_closer)
        self._closer_at: Progress | None = None
        self._was_read = False

    @Slot(object)
    def add_folder(self, path: Path) -> None:
        """Takes a folder, or that of a photo, into the library and begins to read it."""
        self.run(
            Lane.DECIDE,
            self.tr("Adding a folder"),
            partial(_add_folder, self.means.catalog, path),
            then=self._on_added,
            quiet=True,
        )

    def _on_added(self, added: tuple[FolderId, CatalogChanges]) -> None:
        folder_id, changes = added
        self.catalog_changed.emit(changes, None)
        self.look_at(folder_id)

    @Slot(object)
    def look_at(self, folder_id: FolderId) -> None:
        """Looks for new and changed photos in a folder."""
        if folder_id in self._looking.values():
            return
        self._again.discard(folder_id)
        self._closer.make_way()
        work = partial(_read_folder, self.means, folder_id, self.means.max_pixels, self._order)
        self.run(
            Lane.INDEX,
            self.tr("Reading photos"),
            work,
            then=self._on_read,
            if_unfinished=CatalogChanges.of(folders=[folder_id]),
            before=partial(self._follow, folder_id),
        )

    def _follow(self, folder_id: FolderId, job: Job) -> None:
        self._looking[job] = folder_id
        job.started.connect(self._on_started)
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_ended)

    @Slot()
    def _on_started(self) -> None:
        self._early_until = time.monotonic() + _EARLY_S

    @Slot(object)
    def look_again(self, folder_id: FolderId) -> None:
        """Something changed in a folder, perhaps in a part that was just looked through."""
        if folder_id in self._looking.values():
            self._again.add(folder_id)
        else:
            self.look_at(folder_id)

    def follow(self, pace: Callable[[], Pace]) -> None:
        """From now on this says how fast to look; it is asked in the lane's thread."""
        self._order.follow(pace)

    @Slot(object)
    def look_first(self, photo_ids: Sequence[PhotoId]) -> None:
        """The user looks at these photos: they come before others that wait."""
        self._order.look_first(photo_ids)

    @Slot()
    def pause(self) -> None:
        """Finishes what is under way and begins nothing until `resume`."""
        self._order.pause()
        self._tell_looking()

    @Slot()
    def resume(self) -> None:
        self._order.resume()
        self._tell_looking()

    def _tell_looking(self) -> None:
        paused, closer = self._order.paused, self._progress is None
        at = self._closer_at if closer else self._progress
        state = None if at is None else LookingState(at.done, at.total, at.what, paused, closer)
        self.looking_changed.emit(state)

    @Slot(object)
    def _on_closer(self, progress: Progress | None) -> None:
        self._closer_at = progress
        if not self._looking:
            self._tell_looking()

    @Slot()
    def look_at_all(self) -> None:
        """Goes on where the last session ended; folders that are away are looked for again."""
        self.run(
            Lane.READ,
            self.tr("Folders"),
            partial(_folder_ids, self.means.catalog),
            then=self._on_folders,
            quiet=True,
        )

    def _on_folders(self, folder_ids: list[FolderId]) -> None:
        for folder_id in folder_ids:
            self.look_at(folder_id)

    @Slot(object)
    def remove_folder(self, folder_id: FolderId) -> None:
        """Takes a folder out of the library; its files stay as they are."""
        for job, looked_at in self._looking.items():
            if looked_at == folder_id:
                job.cancel()
        self.run(
            Lane.INDEX,
            self.tr("Taking a folder out"),
            partial(_remove_folder, self.means.catalog, folder_id),
        )

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._progress = progress
        self._tell_looking()
        self._news = True
        if not self._next_news.isActive():
            self._tell_news()
        self.read_on.emit()

    @Slot()
    def _tell_news(self) -> None:
        """Not after every photo: the library is read again each time."""
        if self._news and self._looking:
            self._news = False
            self.catalog_changed.emit(CatalogChanges.of(folders=self._looking.values()), None)
            early = time.monotonic() < self._early_until
            self._next_news.start(_SHOW_EARLY_MS if early else _SHOW_EVERY_MS)

    def _on_read(self, read: _Read) -> None:
        self._was_read = True
        if read.changes:
            self.catalog_changed.emit(read.changes, None)
        if said := self._words(read):
            self.messages.say(said)
        if read.changes.faces or read.changes.photos:
            self.faces_found.emit()

    def _words(self, read: _Read) -> str:
        said = (
            (read.seen, self.tr("One photo was read."), self.tr("{n} photos were read.")),
            (
                read.failed,
                self.tr("One photo cannot be read."),
                self.tr("{n} photos cannot be read."),
            ),
            (
                read.gone,
                self.tr("One photo is no longer in its folder."),
                self.tr("{n} photos are no longer in their folder."),
            ),
        )
        return " ".join(words.counted(*each) for each in said if each[0])

    @Slot()
    def _on_ended(self) -> None:
        job = self.sender()
        if not isinstance(job, Job):
            return
        folder_id = self._looking.pop(job, None)
        if not self._looking:
            self._progress = None
            self._tell_looking()
        if folder_id in self._again:
            self._again.discard(folder_id)
            self.look_at(folder_id)
        elif not self._looking and self._was_read:
            self._was_read = False
            self._closer.begin()


def _add_folder(catalog: Catalog, path: Path, _report: Report) -> tuple[FolderId, CatalogChanges]:
    return add_folder(catalog, folder_of(path))


def _read_folder(
    means: Means, folder_id: FolderId, max_pixels: int, order: LookingOrder, report: Report
) -> _Read:
    catalog = means.catalog
    changes = rescan_folder(catalog, folder_id, report)
    report(Progress(0, None))  # what was found is shown while the models are opened
    eyes = means.eyes.get()
    changes |= look_at_found(catalog, folder_id, eyes, means.thumbnails, report, max_pixels, order)

    def now(state: PhotoState) -> int:
        there = catalog.photos.ids(PhotoFilter(folder_id=folder_id, state=state))
        return len(changes.photos.intersection(there))

    return _Read(changes, now(PhotoState.INDEXED), now(PhotoState.FAILED), now(PhotoState.MISSING))


def _remove_folder(catalog: Catalog, folder_id: FolderId, _report: Report) -> CatalogChanges:
    return remove_folder(catalog, folder_id)


def _folder_ids(catalog: Catalog, _report: Report) -> list[FolderId]:
    return [folder.id for folder in catalog.folders.all()]
