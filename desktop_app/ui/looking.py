"""Looks at the folders of the library: finds photos and faces, groups them, suggests people."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import FolderId, PhotoId
from desktop_app.domain.progress import Progress, Report
from desktop_app.imaging.thumbnails import ThumbnailStore
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.operations.add_folder import add_folder, folder_of, remove_folder
from desktop_app.operations.add_missed_faces import draw_face, rescan_photo
from desktop_app.operations.describe_faces import describe_faces_anew
from desktop_app.operations.group_faces import regroup_people
from desktop_app.operations.index_folder import index_folder
from desktop_app.operations.looking_order import LookingOrder, Pace
from desktop_app.operations.suggest_people import suggest_people
from desktop_app.ui import words
from desktop_app.ui.looking_closer import LookingCloser
from desktop_app.ui.messages import Messages
from desktop_app.ui.opened import OpenedEyes
from desktop_app.ui.wishes import Wishes

_SHOW_EVERY_S = 1.5
_SHOW_EARLY_S = 0.4  # in the first seconds of a folder, so that its first pictures come at once
_EARLY_S = 4.0
_GROUP_EVERY_S = 20.0
_AFTER_DECISIONS_MS = 1_200


@dataclass(frozen=True)
class LookingState:
    """How far a folder is looked through. `total` is None while its files are still counted."""

    done: int
    total: int | None
    what: str  # the photo looked at last
    paused: bool
    closer: bool = False  # all photos are read, and looked at a second time


class Looking(Wishes):
    """Reads folders on `Lane.INDEX`; groups faces on `Lane.GROUP`, also while reading goes on.

    Signals:
        looking_changed(LookingState or None): the folder that is looked through; None: none is.
    """

    looking_changed = Signal(object)

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailStore,
        eyes: OpenedEyes,
        max_pixels: Callable[[], int],
        runner: JobRunner,
        messages: Messages,
    ) -> None:
        super().__init__(runner, messages)
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._eyes = eyes
        self._max_pixels = max_pixels
        self._shown_at = 0.0
        self._grouped_at = 0.0
        self._grouping: Job | None = None
        self._group_again = False
        self._looking: dict[Job, FolderId] = {}
        self._began: dict[Job, float] = {}
        self._again: set[FolderId] = set()
        self._order = LookingOrder()
        self._progress: Progress | None = None
        self._closer = LookingCloser(
            catalog, thumbnails, eyes, max_pixels, self._order, runner, messages
        )
        self._closer.catalog_changed.connect(self.catalog_changed)
        self._closer.faces_found.connect(self.group)
        self._closer.progressed.connect(self._on_closer)
        self._closer_at: Progress | None = None
        self._was_read = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_DECISIONS_MS)
        self._soon.timeout.connect(self.group)

    @Slot(object)
    def add_folder(self, path: Path) -> None:
        """Takes a folder, or that of a photo, into the library and begins to read it."""
        self.run(
            Lane.DECIDE,
            self.tr("Adding a folder"),
            partial(_add_folder, self._catalog, path),
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
        work = partial(
            _index,
            self._catalog,
            folder_id,
            self._eyes,
            self._thumbnails,
            self._max_pixels(),
            self._order,
        )
        job = self.run(
            Lane.INDEX,
            self.tr("Reading photos"),
            work,
            then=self._on_read,
            if_unfinished=CatalogChanges.of(folders=[folder_id]),
        )
        self._looking[job] = folder_id
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_ended)

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
            partial(_folder_ids, self._catalog),
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
            partial(_remove_folder, self._catalog, folder_id),
        )

    @Slot(object, object)
    def draw_face(self, photo_id: PhotoId, box: BBox) -> None:
        """Keeps a face that the user drew a box around."""
        work = partial(_draw_face, self._catalog, photo_id, box, self._eyes, self._max_pixels())
        self.run(Lane.READ, self.tr("Adding a face"), work, then=self._on_drawn, quiet=True)

    def _on_drawn(self, _changes: CatalogChanges) -> None:
        self.messages.say_with_undo(self.tr("The face is added. Who is it?"))
        self._soon.start()

    @Slot(object)
    def rescan_photo(self, photo_id: PhotoId) -> None:
        """Looks harder for faces in one photo."""
        work = partial(_rescan_photo, self._catalog, photo_id, self._eyes, self._max_pixels())
        self.run(Lane.GROUP, self.tr("Looking harder for faces"), work, then=self._on_rescanned)

    def _on_rescanned(self, changes: CatalogChanges) -> None:
        if not changes.faces:
            self.messages.say(self.tr("No further face was found. Ctrl+drag draws one by hand."))
            return
        said = words.counted(
            len(changes.faces),
            self.tr("One more face was found."),
            self.tr("{n} more faces were found."),
        )
        self.messages.say_with_undo(said)
        self._soon.start()

    @Slot()
    def describe_anew(self) -> None:
        """Describes the faces that the face models of the settings have not described yet."""
        work = partial(_describe_anew, self._catalog, self._eyes, self._max_pixels())
        self.run(Lane.INDEX, self.tr("Describing faces"), work, then=self._on_described)

    def _on_described(self, changes: CatalogChanges) -> None:
        if changes:
            self.group()

    @Slot()
    def decided(self) -> None:
        """Suggests anew once the user pauses."""
        self._soon.start()

    @Slot()
    def group(self) -> None:
        """Groups the unnamed faces and suggests people for them."""
        if self._grouping is not None:
            self._group_again = True
            return
        self._grouped_at = time.monotonic()
        work = partial(_group, self._catalog, self._eyes)
        self._grouping = self.run(Lane.GROUP, self.tr("Comparing faces"), work, quiet=True)
        self._grouping.finished.connect(self._on_grouped)

    @Slot()
    def _on_grouped(self) -> None:
        self._grouping = None
        if self._group_again:
            self._group_again = False
            self._soon.start()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        now = time.monotonic()
        job = self.sender()
        if not isinstance(job, Job):
            return
        self._progress = progress
        self._tell_looking()
        early = now - self._began.setdefault(job, now) < _EARLY_S
        if now - self._shown_at > (_SHOW_EARLY_S if early else _SHOW_EVERY_S):
            self._shown_at = now
            self.catalog_changed.emit(CatalogChanges.of(folders=[self._looking[job]]), None)
        if now - self._grouped_at > _GROUP_EVERY_S:
            self.group()

    def _on_read(self, changes: CatalogChanges) -> None:
        self._was_read = True
        if changes.photos:
            self.messages.say(
                words.counted(
                    len(changes.photos),
                    self.tr("One photo was read."),
                    self.tr("{n} photos were read."),
                )
            )
        if changes.faces or changes.photos:
            self.group()

    @Slot()
    def _on_ended(self) -> None:
        job = self.sender()
        if not isinstance(job, Job):
            return
        folder_id = self._looking.pop(job, None)
        self._began.pop(job, None)
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


def _index(
    catalog: Catalog,
    folder_id: FolderId,
    eyes: OpenedEyes,
    thumbnails: ThumbnailStore,
    max_pixels: int,
    order: LookingOrder,
    report: Report,
) -> CatalogChanges:
    return index_folder(catalog, folder_id, eyes.get(), thumbnails, report, max_pixels, order)


def _remove_folder(catalog: Catalog, folder_id: FolderId, _report: Report) -> CatalogChanges:
    return remove_folder(catalog, folder_id)


def _folder_ids(catalog: Catalog, _report: Report) -> list[FolderId]:
    return [folder.id for folder in catalog.folders.all()]


def _draw_face(
    catalog: Catalog,
    photo_id: PhotoId,
    box: BBox,
    eyes: OpenedEyes,
    max_pixels: int,
    _report: Report,
) -> CatalogChanges:
    return draw_face(catalog, photo_id, box, eyes.get(), max_pixels)


def _rescan_photo(
    catalog: Catalog, photo_id: PhotoId, eyes: OpenedEyes, max_pixels: int, _report: Report
) -> CatalogChanges:
    return rescan_photo(catalog, photo_id, eyes.get(), max_pixels)


def _describe_anew(
    catalog: Catalog, eyes: OpenedEyes, max_pixels: int, report: Report
) -> CatalogChanges:
    return describe_faces_anew(catalog, eyes.get(), report, max_pixels)


def _group(catalog: Catalog, eyes: OpenedEyes, report: Report) -> CatalogChanges:
    model = eyes.get().embedder.id
    changes = suggest_people(catalog, model, report)
    return changes | regroup_people(catalog, model, report)
