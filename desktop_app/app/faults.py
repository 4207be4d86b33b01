"""Opens anew what a fault of the device broke."""

from PySide6.QtCore import QObject, Slot

from desktop_app.domain.errors import DeviceFailed
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner
from desktop_app.ui.opened import OpenedEyes, OpenedRestorer


class DeviceFaults(QObject):
    """Hears of every job's failure; after a fault of the device the next job opens its models."""

    def __init__(self, runner: JobRunner, eyes: OpenedEyes, restorer: OpenedRestorer) -> None:
        super().__init__()
        self._eyes = eyes
        self._restorer = restorer
        runner.job_added.connect(self._follow)

    @Slot(object)
    def _follow(self, job: Job) -> None:
        job.failed.connect(self._on_failed)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, DeviceFailed):
            self._eyes.forget()
            self._restorer.forget()
