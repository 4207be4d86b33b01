"""The jobs of this session in order: waiting, at work, done, stopped, failed."""

import enum
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.progress import Progress
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner

_REMEMBERED = 100


class JobStatus(enum.Enum):
    WAITING = "waiting"
    WORKING = "working"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (JobStatus.DONE, JobStatus.STOPPED, JobStatus.FAILED)


@dataclass
class JobEntry:
    """One job as the screens show it; `job` is None once it has ended."""

    title: str
    job: Job | None
    status: JobStatus = JobStatus.WAITING
    progress: Progress | None = None
    why: str = ""


class JobList(QObject):
    """Follows every job that is not quiet.

    Signals:
        changed(): something began, moved on or ended.
    """

    changed = Signal()

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self.entries: list[JobEntry] = []
        runner.job_added.connect(self._on_added)

    def at_work(self) -> list[JobEntry]:
        """Those that wait or run, oldest first."""
        return [entry for entry in self.entries if not entry.status.ended]

    def cancel(self, entry: JobEntry) -> None:
        """Asks the job to stop after the photo it is at."""
        if entry.job is not None:
            entry.job.cancel()
            entry.status = JobStatus.STOPPING
            self.changed.emit()

    def clear_ended(self) -> None:
        self.entries = self.at_work()
        self.changed.emit()

    @Slot(object)
    def _on_added(self, job: Job) -> None:
        if job.quiet:
            return
        self.entries.append(JobEntry(job.title, job))
        self.entries = self.entries[-_REMEMBERED:]
        job.started.connect(self._on_started)
        job.progressed.connect(self._on_progressed)
        job.succeeded.connect(self._on_succeeded)
        job.cancelled.connect(self._on_cancelled)
        job.failed.connect(self._on_failed)
        self.changed.emit()

    @Slot()
    def _on_started(self) -> None:
        self._set(JobStatus.WORKING)

    @Slot(object)
    def _on_progressed(self, progress: Progress) -> None:
        entry = self._entry()
        if entry is not None:
            entry.progress = progress
            self.changed.emit()

    @Slot(object)
    def _on_succeeded(self, _result: object) -> None:
        self._set(JobStatus.DONE)

    @Slot()
    def _on_cancelled(self) -> None:
        self._set(JobStatus.STOPPED)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        why = str(error) if isinstance(error, ExpectedError) else self.tr("A fault of Likeness.")
        self._set(JobStatus.FAILED, why)

    def _entry(self) -> JobEntry | None:
        job = self.sender()
        return next((entry for entry in self.entries if entry.job is job), None)

    def _set(self, status: JobStatus, why: str = "") -> None:
        entry = self._entry()
        if entry is None:
            return
        entry.status = status
        entry.why = why
        if status.ended:
            entry.job = None
        self.changed.emit()
