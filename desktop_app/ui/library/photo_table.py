"""The photo on its table, or why it is not there."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QStackedWidget

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.face import AssignmentStatus, Face
from desktop_app.domain.ids import FaceId
from desktop_app.domain.photo import Photo
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import Lane
from desktop_app.ui import controls
from desktop_app.ui.canvas.canvas import PhotoCanvas
from desktop_app.ui.canvas.overlays import BoxStyle, FaceBox, FaceBoxes
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.library.photo_reading import PhotoPage, read_pyramid
from desktop_app.ui.screen import Workbench

_WAIT_SHOWN_AFTER_MS = 250
_STYLES = {
    AssignmentStatus.CONFIRMED: BoxStyle.DONE,
    AssignmentStatus.SUGGESTED: BoxStyle.DOUBT,
}


class PhotoTable(QStackedWidget):
    """Loads a photo beside the window; a wait is only spoken of when it is felt."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._bench = bench
        self._loading: Job | None = None
        self.canvas = PhotoCanvas()
        self.canvas.drawing_allowed = True
        self.notice = controls.EmptyState("photo", "", "")
        self.addWidget(self.canvas)
        self.addWidget(self.notice)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_SHOWN_AFTER_MS)
        self._wait.timeout.connect(self._show_waiting)

    def load(self, photo: Photo) -> None:
        """Shows the photo as soon as it is read; the one before is gone at once."""
        if self._loading is not None:
            self._loading.cancel()
        self.canvas.show_picture(None)
        self.setCurrentWidget(self.canvas)
        self._loading = Job(self.tr("Photo"), partial(read_pyramid, photo), quiet=True)
        self._loading.succeeded.connect(self._on_picture)
        self._loading.failed.connect(self._on_unreadable)
        self._wait.start()
        self._bench.runner.submit(Lane.READ, self._loading)

    def show_boxes(
        self, page: PhotoPage, label: Callable[[Face], str], chosen: FaceId | None
    ) -> None:
        """Frames the faces of the photo, each with its `label`."""
        boxes = FaceBoxes(
            [
                FaceBox(face.id, face.bbox, label(face), _STYLES.get(face.status, BoxStyle.PLAIN))
                for face in page.faces
                if face.status is not AssignmentStatus.IGNORED
            ]
        )
        boxes.labels_always = True
        boxes.selected = chosen
        self.canvas.set_boxes(boxes)

    @Slot(object)
    def _on_picture(self, picture: Pyramid) -> None:
        if self._ended():
            self.setCurrentWidget(self.canvas)
            self.canvas.show_picture(picture)

    @Slot(object)
    def _on_unreadable(self, error: Exception) -> None:
        if not self._ended():
            return
        if not isinstance(error, ExpectedError):
            self._bench.messages.show_error(error)
            return
        self.notice.say("warning", self.tr("This photo cannot be shown"), str(error))
        self.setCurrentWidget(self.notice)

    def _ended(self) -> bool:
        """Whether the job that just ended is the one that is waited for."""
        if self.sender() is not self._loading:
            return False
        self._loading = None
        self._wait.stop()
        return True

    @Slot()
    def _show_waiting(self) -> None:
        self.notice.say("photo", self.tr("Opening the photo"), "")
        self.setCurrentWidget(self.notice)
