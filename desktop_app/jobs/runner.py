"""The lanes that jobs wait in, each with one thread, and their orderly end."""

import enum
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.jobs.job import Job


class Lane(enum.Enum):
    """Jobs of one lane run one after another; lanes run beside each other."""

    DECIDE = "decide"
    READ = "read"
    THUMBNAIL = "thumbnail"
    INDEX = "index"
    CLOSER = "closer"
    GROUP = "group"
    RESTORE = "restore"
    EXPORT = "export"
    MODELS = "models"
    UPKEEP = "upkeep"


class JobRunner(QObject):
    """Runs jobs on their lanes and keeps them alive until they are finished.

    Signals:
        job_added(Job): a job was submitted.
        job_finished(Job): it succeeded, failed or was cancelled.
    """

    job_added = Signal(object)
    job_finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            lane: ThreadPoolExecutor(1, thread_name_prefix=f"lane-{lane.value}") for lane in Lane
        }
        self._futures: dict[Job, Future[None]] = {}
        self._ended: dict[Job, Future[None]] = {}
        self._closed = False

    def submit(self, lane: Lane, job: Job) -> None:
        """Queues a connected job; after `shutdown` it is cancelled instead of run."""
        if self._closed:
            job.cancel()
            job.run()
            return
        job.finished.connect(self._on_finished)
        # told before the lane can take it up: whoever follows jobs connects in time
        self.job_added.emit(job)
        self._futures[job] = self._lanes[lane].submit(_run, [job])

    def jobs(self) -> list[Job]:
        """The jobs that wait or run, oldest first."""
        return list(self._futures)

    def shutdown(self, timeout: float) -> bool:
        """Cancels every job and waits up to `timeout` seconds; whether all have stopped."""
        self._closed = True
        for job in self._futures:
            job.cancel()
        deadline = time.monotonic() + timeout
        for executor in self._lanes.values():
            executor.shutdown(wait=False, cancel_futures=True)
        # those that were cancelled while they waited are never notified
        running = [future for future in self._futures.values() if not future.cancelled()]
        return not wait(running, max(0.0, deadline - time.monotonic())).not_done

    @Slot()
    def _on_finished(self) -> None:
        job = self.sender()
        if not isinstance(job, Job) or job not in self._futures:
            return
        # kept until its thread has let go of it
        self._ended = {old: future for old, future in self._ended.items() if not future.done()}
        self._ended[job] = self._futures.pop(job)
        self.job_finished.emit(job)


def _run(box: list[Job]) -> None:
    """Runs the job and lets go of it, so that a QObject never dies in a lane's thread."""
    box.pop().run()
