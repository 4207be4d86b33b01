"""The strip below every screen while something is being worked at."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QSizePolicy

from desktop_app.ui import controls, theme
from desktop_app.ui.jobs.job_list import JobEntry, JobList, JobStatus
from desktop_app.ui.jobs.job_words import status_words


class JobsStrip(QFrame):
    """Shows the oldest job at work; hidden while there is none.

    Signals:
        opened(): the user wants to see all jobs.
    """

    opened = Signal()

    def __init__(self, jobs: JobList) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedHeight(48)
        self._jobs = jobs
        self._first: JobEntry | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP, 0)
        layout.setSpacing(theme.GAP)
        self.title = controls.label("", "strong")
        layout.addWidget(self.title)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(200)
        layout.addWidget(self.bar)
        self.words = controls.label("", "soft")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout.addWidget(self.words, 1)
        self.more = controls.label("", "chip")
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        self.stop = controls.IconButton("stop", self.tr("Stop"), side=18)
        self.stop.clicked.connect(self._on_stop)
        layout.addWidget(self.stop)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        jobs.changed.connect(self._show_state)
        self.hide()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.opened.emit()

    @Slot()
    def _show_state(self) -> None:
        at_work = self._jobs.at_work()
        self.setVisible(bool(at_work))
        if not at_work:
            return
        first = next((entry for entry in at_work if entry.status is JobStatus.WORKING), at_work[0])
        self._first = first
        self.title.setText(first.title)
        self.words.setText(status_words(first))
        progress = first.progress
        if progress is None or not progress.total:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
        self.bar.setAccessibleName(f"{first.title}: {self.words.text()}")
        others = len(at_work) - 1
        self.more.setVisible(others > 0)
        self.more.setText(self.tr("{n} more").format(n=others))

    @Slot()
    def _on_stop(self) -> None:
        if self._first is not None:
            self._jobs.cancel(self._first)
