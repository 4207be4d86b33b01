"""What goes on under the window: waiting without standing still, and tidying up."""

import gc
from typing import Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot

from desktop_app.jobs.job import Job, Work
from desktop_app.jobs.runner import JobRunner, Lane

_SWEEP_MS = 2_000
_WHOLE_EVERY = 15  # sweeps; the others look only at what was made since the last one


class _Waiting(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.result: Any = None
        self.error: Exception | None = None

    @Slot(object)
    def on_result(self, result: Any) -> None:
        self.result = result

    @Slot(object)
    def on_error(self, error: Exception) -> None:
        self.error = error


def wait_for(runner: JobRunner, work: Work) -> Any:
    """Runs `work` on the reading lane while the window's thread stays alive; raises as it does."""
    loop, waiting = QEventLoop(), _Waiting()
    job = Job("", work, quiet=True)
    job.succeeded.connect(waiting.on_result)
    job.failed.connect(waiting.on_error)
    job.finished.connect(loop.quit)
    runner.submit(Lane.READ, job)
    loop.exec()
    if waiting.error is not None:
        raise waiting.error
    return waiting.result


class Sweeper(QObject):
    """Collects garbage in the window's thread alone: a QObject must not die in another.

    What is there at the first sweep, the modules above all, lives as long as the window and is
    looked at no more: 180 ms at every whole sweep. Of a library of 100,000 photos some 20,000
    objects are left, which take 9 to 17 ms to look through; so most sweeps look only at what was
    made since the last one (1 to 2 ms), and what became garbage later waits for a whole one.
    """

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._sweeps = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_SWEEP_MS)
        self._timer.timeout.connect(self.sweep)
        self._timer.start()

    def stop(self) -> None:
        """Leaves garbage to the interpreter again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def sweep(self) -> None:
        if self._sweeps == 0:
            gc.freeze()
        else:
            gc.collect(2 if self._sweeps % _WHOLE_EVERY == 0 else 1)
        self._sweeps += 1
