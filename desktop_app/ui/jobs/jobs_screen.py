"""All jobs of this session, each with its progress, its end, and a way to stop it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui import controls, theme
from desktop_app.ui.jobs.job_list import JobEntry, JobList, JobStatus
from desktop_app.ui.jobs.job_words import status_words
from desktop_app.ui.screen import Screen, Workbench

_ICONS = {
    JobStatus.WAITING: ("jobs", "text_soft"),
    JobStatus.WORKING: ("play", "accent"),
    JobStatus.STOPPING: ("stop", "text_soft"),
    JobStatus.DONE: ("yes", "accent"),
    JobStatus.STOPPED: ("stop", "text_soft"),
    JobStatus.FAILED: ("warning", "warning"),
}


class JobCard(controls.Card):
    """One job."""

    def __init__(self, entry: JobEntry, jobs: JobList) -> None:
        super().__init__()
        self._entry, self._jobs = entry, jobs
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        self._icon = controls.IconLabel("jobs")
        line.addWidget(self._icon)
        texts = QVBoxLayout()
        texts.setSpacing(theme.GAP_TINY)
        texts.addWidget(controls.label(entry.title, "strong"))
        self._words = controls.label("", "soft", wrap=True)
        texts.addWidget(self._words)
        line.addLayout(texts, 1)
        self._stop = controls.button(self.tr("Stop"), icon="stop")
        self._stop.setAccessibleName(f"{self.tr('Stop')}: {entry.title}")
        self._stop.clicked.connect(self._on_stop)
        line.addWidget(self._stop)
        self.body.addLayout(line)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(entry.title)
        self.body.addWidget(self._bar)
        self.show_state()

    @property
    def entry(self) -> JobEntry:
        return self._entry

    def show_state(self) -> None:
        """Shows how far the job is now."""
        entry = self._entry
        self._icon.set_icon(*_ICONS[entry.status])
        self._words.setText(status_words(entry))
        self._stop.setVisible(not entry.status.ended)
        self._stop.setEnabled(entry.status is not JobStatus.STOPPING)
        progress = entry.progress
        self._bar.setVisible(entry.status in (JobStatus.WORKING, JobStatus.STOPPING))
        if progress is None or not progress.total:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, progress.total)
            self._bar.setValue(progress.done)

    @Slot()
    def _on_stop(self) -> None:
        self._jobs.cancel(self._entry)


class JobsScreen(Screen):
    """The newest job first; those that ended stay until they are cleared."""

    key = "jobs"
    icon = "jobs"

    def __init__(self, bench: Workbench, jobs: JobList) -> None:
        super().__init__(bench)
        self._jobs = jobs
        self._cards: list[JobCard] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._stack = QStackedWidget()
        layout.addWidget(self._stack)
        self._empty = controls.EmptyState(
            "jobs",
            self.tr("Nothing is being worked at"),
            self.tr("Reading folders, restoring and exporting show their progress here."),
        )
        self._stack.addWidget(self._empty)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName(self.title())
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, theme.GAP_LARGE)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP_SMALL)
        column.addLayout(self._list)
        column.addStretch()
        area.setWidget(inside)
        self._stack.addWidget(area)
        self._clear = controls.button(self.tr("Clear those that ended"), "quiet")
        self._clear.setParent(self)
        self._clear.hide()
        self._clear.clicked.connect(jobs.clear_ended)
        jobs.changed.connect(self._show_jobs)
        self._show_jobs()

    def title(self) -> str:
        return self.tr("Activity")

    def header_widgets(self) -> list[QWidget]:
        return [self._clear]

    @Slot()
    def _show_jobs(self) -> None:
        entries = list(reversed(self._jobs.entries))
        if [id(card.entry) for card in self._cards] != [id(entry) for entry in entries]:
            kept = {id(card.entry): card for card in self._cards}
            for card in self._cards:
                self._list.removeWidget(card)
            self._cards = [
                kept.pop(id(entry)) if id(entry) in kept else JobCard(entry, self._jobs)
                for entry in entries
            ]
            for card in kept.values():
                card.deleteLater()
            for card in self._cards:
                self._list.addWidget(card)
        for card in self._cards:
            card.show_state()
        self._stack.setCurrentIndex(1 if entries else 0)
        self._clear.setEnabled(any(entry.status.ended for entry in entries))
