"""Looks after the catalog while the window is open: backups, and what a forgetting left."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot

from desktop_app.catalog.catalog import Catalog
from desktop_app.domain.ids import FaceId
from desktop_app.domain.progress import Report
from desktop_app.jobs.runner import Lane
from desktop_app.operations.forget_person import finish_forgetting
from desktop_app.ui.wishes import Means, Wishes

_FIRST_MS = 60_000  # the beginning of a session belongs to the user
_AGAIN_MS = 3_600_000
_EVERY = timedelta(days=1)


class Upkeep(Wishes):
    """A backup a day, on a lane of its own; and the end of a forgetting that was interrupted.

    With the backup every description of a face is compared with its checksum, for SQLite does not
    see a flipped bit; damaged ones are dropped.

    Signals:
        descriptions_dropped(): faces wait to be described anew.
    """

    descriptions_dropped = Signal()

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self.timer = QTimer(self)
        self.timer.setInterval(_FIRST_MS)
        self.timer.timeout.connect(self.back_up)

    def begin(self) -> None:
        """Before anything else works on the catalog."""
        work = partial(_finish, self.means)
        self.run(Lane.DECIDE, self.tr("Forgetting a person"), work, quiet=True)
        self.timer.start()

    @Slot()
    def back_up(self) -> None:
        """Makes a backup where the last one is a day old."""
        self.timer.setInterval(_AGAIN_MS)
        work = partial(_back_up, self.means.catalog)
        title = self.tr("Backing up the catalog")
        self.run(Lane.UPKEEP, title, work, then=self._on_backed_up, quiet=True)

    def _on_backed_up(self, dropped: Sequence[FaceId]) -> None:
        if dropped:
            self.descriptions_dropped.emit()


def _finish(means: Means, _report: Report) -> None:
    finish_forgetting(means.catalog, means.thumbnails, means.places.memories)


def _back_up(catalog: Catalog, _report: Report) -> list[FaceId]:
    """The faces whose descriptions were damaged; looked for once the backup is made."""
    return [] if catalog.backup_when_due(_EVERY) is None else catalog.faces.drop_damaged()
