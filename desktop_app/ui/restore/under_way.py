"""Tells over the photo what is being restored and how far it is, or why nothing can be."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.domain.ids import FaceId
from desktop_app.domain.progress import Progress
from desktop_app.jobs.job import Job
from desktop_app.ui.restore.at_work import AtWork
from desktop_app.ui.results.notice import Notice
from desktop_app.ui.words import counted


class UnderWay(QObject):
    """Follows the jobs that the screen asked for; its notice's button stops them.

    Signals:
        changed(): a job has begun or ended.
        models_wanted(): no engine can run, and the user wants to see why.
    """

    changed = Signal()
    models_wanted = Signal()

    def __init__(self, notice: Notice, at_work: AtWork) -> None:
        super().__init__(notice)
        self._notice = notice
        self._at_work = at_work
        notice.action_wanted.connect(self._on_wish)

    def follow(self, job: Job, faces: Sequence[FaceId]) -> None:
        """A restoring of these faces was submitted: its progress is shown until it ends."""
        self._at_work.jobs[job] = frozenset(faces)
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_finished)
        words = counted(
            len(self._at_work.running),
            self.tr("Restoring one face"),
            self.tr("Restoring {n} faces"),
        )
        self._notice.work(words, self.tr("Cancel"))
        self.changed.emit()

    def tell(self, missing: str) -> None:
        """Why the chosen engine cannot run, while nothing runs; "" where it can."""
        if self._at_work.jobs:
            return
        if missing:
            self._notice.say("warning", "warning", missing, self.tr("See the models"))
        else:
            self._notice.hide()

    @Slot()
    def _on_wish(self) -> None:
        if self._at_work.jobs:
            for job in self._at_work.jobs:
                job.cancel()
            self._notice.work(self.tr("Stopping"))
        else:
            self.models_wanted.emit()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._notice.progress(progress)

    @Slot()
    def _on_finished(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._at_work.jobs.pop(job, None)
        self.changed.emit()
