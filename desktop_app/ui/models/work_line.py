"""How far the work on a card has come, with the way to stop it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.progress import Progress
from desktop_app.jobs.job import Job
from desktop_app.ui import controls, theme
from desktop_app.ui.words import number


class WorkLine(QWidget):
    """Hidden while nothing is done.

    Signals:
        changed(): work began or ended; `busy` tells which.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._job: Job | None = None
        self.words = controls.label("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.cancel = controls.button(self.tr("Cancel"), "quiet")
        self.cancel.clicked.connect(self._on_cancel)
        line = controls.row(self._bar, self.cancel)
        line.setAlignment(self._bar, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_TINY)
        column.addWidget(self.words)
        column.addLayout(line)
        self.hide()

    @property
    def busy(self) -> bool:
        return self._job is not None

    def follow(self, job: Job) -> None:
        """Shows the progress of `job` until it ends."""
        self._job = job
        job.progressed.connect(self._on_progress)
        job.finished.connect(self._on_finished)
        self._bar.setRange(0, 0)
        self.words.setText("")
        self.show()
        self.changed.emit()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.done)
        words = progress.what
        if progress.total:
            counted = self.tr("{done} of {total}").format(
                done=number(progress.done), total=number(progress.total)
            )
            words = f"{words} · {counted}" if words else counted
        self.words.setText(words)

    @Slot()
    def _on_finished(self) -> None:
        self._job = None
        self.hide()
        self.changed.emit()

    @Slot()
    def _on_cancel(self) -> None:
        if self._job is not None:
            self.words.setText(self.tr("Stopping"))
            self._job.cancel()
