"""One piece of work beside the window, and the signals that say how it goes."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.domain.progress import Cancelled, CancelToken, Progress, Report

Work = Callable[[Report], Any]


class Job(QObject):
    """A QObject of the window's thread; only `run` is called by a lane's thread.

    Make the job, connect it, submit it: a signal emitted before `connect` is lost.

    Signals:
        started(): the lane has taken it up.
        progressed(Progress): the newest progress; what the window had no time for is left out.
        succeeded(object): what the work returned.
        cancelled(): the user stopped it; what was finished is kept.
        failed(Exception): the work raised.
        finished(): after any of the last three.
    """

    started = Signal()
    progressed = Signal(object)
    succeeded = Signal(object)
    cancelled = Signal()
    failed = Signal(object)
    finished = Signal()
    _advanced = Signal()

    def __init__(self, title: str, work: Work, *, quiet: bool = False) -> None:
        """`quiet` jobs (reads, thumbnails) are not shown in the list of jobs."""
        super().__init__()
        self.title = title
        self.quiet = quiet
        self._work = work
        self._token = CancelToken()
        self._lock = threading.Lock()
        self._latest: Progress | None = None
        self._told = True
        self._advanced.connect(self._tell)

    def cancel(self) -> None:
        """Asks the work to stop after the photo it is at; returns at once."""
        self._token.cancel()

    @property
    def cancel_asked(self) -> bool:
        return self._token.cancelled

    def run(self) -> None:
        """Does the work; called once, by the lane's thread."""
        if self._token.cancelled:
            self._end_cancelled()
            return
        self.started.emit()
        try:
            result = self._work(self._report)
        except Cancelled:
            self._end_cancelled()
        except Exception as error:
            # without this frame, so that a kept error does not keep the job
            self.failed.emit(error.with_traceback(_after_first(error)))
            self.finished.emit()
        else:
            self.succeeded.emit(result)
            self.finished.emit()

    def _end_cancelled(self) -> None:
        self.cancelled.emit()
        self.finished.emit()

    def _report(self, progress: Progress) -> None:
        self._token.raise_if_cancelled()
        with self._lock:
            self._latest = progress
            tell = self._told
            self._told = False
        if tell:
            self._advanced.emit()

    @Slot()
    def _tell(self) -> None:
        with self._lock:
            latest = self._latest
            self._told = True
        if latest is not None:
            self.progressed.emit(latest)


def _after_first(error: Exception) -> TracebackType | None:
    return error.__traceback__.tb_next if error.__traceback__ else None
