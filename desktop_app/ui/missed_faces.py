"""Fulfils the wishes about faces that were missed: drawn by hand, looked for harder, described."""

from functools import partial

from PySide6.QtCore import Signal, Slot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.face import BBox
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.progress import Report
from desktop_app.jobs.runner import Lane
from desktop_app.operations.add_missed_faces import draw_face, rescan_photo
from desktop_app.operations.describe_faces import describe_faces_anew
from desktop_app.ui import words
from desktop_app.ui.wishes import Means, Wishes


class MissedFaces(Wishes):
    """One photo's faces, as the user asks for them; and those that are to be described anew.

    Signals:
        faces_added(): the user added faces, and may go on.
        faces_described(): faces wait to be compared.
    """

    faces_added = Signal()
    faces_described = Signal()

    @Slot(object, object)
    def draw_face(self, photo_id: PhotoId, box: BBox) -> None:
        """Keeps a face that the user drew a box around."""
        work = partial(_draw_face, self.means, photo_id, box, self.means.max_pixels)
        self.run(Lane.READ, self.tr("Adding a face"), work, then=self._on_drawn, quiet=True)

    def _on_drawn(self, _changes: CatalogChanges) -> None:
        self.messages.say_with_undo(self.tr("The face is added. Who is it?"))
        self.faces_added.emit()

    @Slot(object)
    def rescan_photo(self, photo_id: PhotoId) -> None:
        """Looks harder for faces in one photo."""
        work = partial(_rescan_photo, self.means, photo_id, self.means.max_pixels)
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
        self.faces_added.emit()

    @Slot()
    def describe_anew(self) -> None:
        """Describes the faces that the face models of the settings have not described yet."""
        work = partial(_describe_anew, self.means, self.means.max_pixels)
        self.run(Lane.INDEX, self.tr("Describing faces"), work, then=self._on_described)

    def _on_described(self, changes: CatalogChanges) -> None:
        if changes:
            self.faces_described.emit()


def _draw_face(
    means: Means, photo_id: PhotoId, box: BBox, max_pixels: int, _report: Report
) -> CatalogChanges:
    return draw_face(means.catalog, photo_id, box, means.eyes.get(), max_pixels)


def _rescan_photo(
    means: Means, photo_id: PhotoId, max_pixels: int, _report: Report
) -> CatalogChanges:
    return rescan_photo(means.catalog, photo_id, means.eyes.get(), max_pixels)


def _describe_anew(means: Means, max_pixels: int, report: Report) -> CatalogChanges:
    return describe_faces_anew(means.catalog, means.eyes.get(), report, max_pixels)
