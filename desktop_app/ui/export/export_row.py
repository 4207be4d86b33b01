"""One photo in the queue of an export: where it stands, and what to do when it could not be."""

import enum
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.domain.errors import (
    DiskFull,
    ExpectedError,
    FileVanished,
    NameTaken,
    NotPermitted,
)
from desktop_app.domain.ids import PhotoId
from desktop_app.imaging.credential import Credential
from desktop_app.jobs.job import Job
from desktop_app.operations.export_photos import Exported, ExportRequest
from desktop_app.ui import controls, theme
from desktop_app.ui.export.other_ways import OtherWays, Way
from desktop_app.ui.export.reading import PhotoToExport
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import paint_picture
from desktop_app.ui.words import counted, photo_name, shown


class ExportState(enum.Enum):
    """Where one photo stands on its way to a file."""

    READY = "ready"
    EMPTY = "empty"  # nothing was accepted in it
    WAITING = "waiting"
    WRITING = "writing"
    DONE = "done"
    NAME_TAKEN = "name_taken"
    FAILED = "failed"
    STOPPED = "stopped"
    LEFT_OUT = "left_out"


_WIDE = 580  # pixels: more than the choices need in one line
_MARKS = {
    ExportState.READY: ("photo", "text_soft"),
    ExportState.EMPTY: ("info", "text_soft"),
    ExportState.WAITING: ("pause", "text_soft"),
    ExportState.WRITING: ("jobs", "accent"),
    ExportState.DONE: ("yes", "accent"),
    ExportState.NAME_TAKEN: ("warning", "warning"),
    ExportState.FAILED: ("warning", "danger"),
    ExportState.STOPPED: ("stop", "text_soft"),
    ExportState.LEFT_OUT: ("no", "text_soft"),
}


class ExportRow(QFrame):
    """Shows a photo, what was restored in it, and its state in words with an icon.

    Signals:
        retry_wanted(ExportRow), keep_both_wanted(ExportRow), replace_wanted(ExportRow):
            the user's answer where the file could not be written.
        path_wanted(ExportRow, Path): the same, under another name or in another folder.
        state_changed(): it stands elsewhere now.
    """

    retry_wanted = Signal(object)
    keep_both_wanted = Signal(object)
    replace_wanted = Signal(object)
    path_wanted = Signal(object, object)
    state_changed = Signal()

    def __init__(self, item: PhotoToExport, pictures: Pictures) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.item = item
        self.request: ExportRequest | None = None
        self.state = ExportState.READY if item.results else ExportState.EMPTY
        self._job: Job | None = None
        self._problem: ExpectedError | None = None
        self._replaceable = False
        self._signed = ""
        self._thumbnail = _Thumbnail(item.photo.id, pictures)
        self._name = controls.label(photo_name(item.photo), "strong")
        self._what = controls.label(self._what_words(), "soft")
        self._mark = controls.IconLabel("info", "text_soft", 18)
        self._words = controls.label("", "soft", wrap=True)
        self.retry = controls.button(self.tr("Try again"), icon="retry")
        self.retry.clicked.connect(self._on_retry)
        self.ways = OtherWays()
        self.ways.path_wanted.connect(self._on_path)
        self.keep_both = controls.button(self.tr("Keep both"))
        self.keep_both.clicked.connect(self._on_keep_both)
        self.replace = controls.button(self.tr("Replace"))
        self.replace.clicked.connect(self._on_replace)
        self.leave_out = controls.button(self.tr("Leave out"), "quiet")
        self.leave_out.clicked.connect(self._on_leave_out)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._name)
        words.addWidget(self._what)
        state = controls.row(self._mark)
        state.addWidget(self._words, 1)
        words.addLayout(state)
        # below the words: beside them a small window would cut them off
        self._choices = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._choices.setSpacing(theme.GAP_TINY)
        for line in (
            (self.keep_both, self.replace, self.retry, self.ways.folder),
            (self.ways.name, self.leave_out),
        ):
            part = controls.row(*line)
            part.setSpacing(theme.GAP_TINY)
            self._choices.addLayout(part)
            part.addStretch()
        words.addLayout(self._choices)
        words.addWidget(self.ways)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP_SMALL, theme.GAP_SMALL, theme.GAP, theme.GAP_SMALL)
        layout.setSpacing(theme.GAP)
        layout.addWidget(self._thumbnail)
        layout.addLayout(words, 1)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The choices stand in one line where there is room for it, else in two."""
        super().resizeEvent(event)
        wide = event.size().width() >= _WIDE
        direction = QBoxLayout.Direction
        self._choices.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._choices.setStretch(1, int(wide))  # two lines are no higher than they need be

    def plan(self, request: ExportRequest | None) -> None:
        """What would be written; None where there is nothing to write or no folder."""
        self.request = request
        self._show()

    @Slot(object)
    def follow(self, job: Job) -> None:
        """Its writing has been submitted."""
        self._job = job
        job.started.connect(self._on_started)
        job.succeeded.connect(self._on_written)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._set(ExportState.WAITING)

    def cancel(self) -> None:
        """Stops before it is written; what is being written is finished or not there."""
        if self._job is not None:
            self._job.cancel()

    @property
    def busy(self) -> bool:
        return self.state in (ExportState.WAITING, ExportState.WRITING)

    def _set(self, state: ExportState, problem: ExpectedError | None = None) -> None:
        self.state = state
        self._problem = problem
        if not self.busy:
            self._job = None
        self._show()
        self.state_changed.emit()

    def _show(self) -> None:
        self._mark.set_icon(*_MARKS[self.state])
        self._words.setText(self._state_words())
        taken = self.state is ExportState.NAME_TAKEN
        failed = self.state in (ExportState.FAILED, ExportState.STOPPED)
        self.keep_both.setVisible(taken)
        self.replace.setVisible(taken and self._replaceable)
        self.ways.show_for(self.request.path if self.request else None, self._other_way())
        self.leave_out.setVisible(taken or self.state is ExportState.FAILED)
        self.retry.setVisible(failed)
        self.setAccessibleName(f"{self._name.text()}, {self._what.text()}, {self._words.text()}")

    def _other_way(self) -> Way | None:
        """What else would help: another name, another folder, or neither."""
        if self.state is ExportState.NAME_TAKEN:
            return Way.NAME
        if isinstance(self._problem, DiskFull | NotPermitted | FileVanished):
            return Way.FOLDER
        return None

    def _what_words(self) -> str:
        if not self.item.results:
            return self.tr("Nothing was accepted in this photo")
        faces = counted(
            len(self.item.results), self.tr("One face restored"), self.tr("{n} faces restored")
        )
        return f"{faces}: {', '.join(self.item.names)}" if self.item.names else faces

    def _state_words(self) -> str:
        path = self.request.path if self.request else None
        name = shown(path.name) if path else ""
        return {
            ExportState.READY: name or self.tr("Choose a folder to write to"),
            ExportState.EMPTY: self.tr("Left out; compare and accept first"),
            ExportState.WAITING: self.tr("Waiting"),
            ExportState.WRITING: self.tr("Writing {name}").format(name=name),
            ExportState.DONE: self.tr("Written as {name}").format(name=name) + self._signed,
            ExportState.NAME_TAKEN: str(self._problem)
            if self._problem and not self._replaceable
            else self.tr("{name} is there already, an earlier export").format(name=name),
            ExportState.FAILED: str(
                self._problem or self.tr("Something went wrong; see the report.")
            ),
            ExportState.STOPPED: self.tr("Stopped; nothing was written"),
            ExportState.LEFT_OUT: self.tr("Left out"),
        }[self.state]

    @Slot()
    def _on_started(self) -> None:
        self._set(ExportState.WRITING)

    @Slot(object)
    def _on_written(self, outcomes: list[Exported]) -> None:
        problem = outcomes[0].problem if outcomes else None
        if problem is None:
            self._signed = self._signed_words(outcomes[0].signed) if outcomes else ""
            self._set(ExportState.DONE)
        else:
            self._replaceable = outcomes[0].replaceable
            taken = isinstance(problem, NameTaken)
            self._set(ExportState.NAME_TAKEN if taken else ExportState.FAILED, problem)

    def _signed_words(self, signed: Credential | None) -> str:
        if signed is None:
            return ""
        words = self.tr(", signed as {name}").format(name=shown(signed.subject))
        return words + self.tr(" (self-signed)") if signed.self_signed else words

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._set(ExportState.FAILED)

    @Slot()
    def _on_cancelled(self) -> None:
        self._set(ExportState.STOPPED)

    @Slot()
    def _on_retry(self) -> None:
        self.retry_wanted.emit(self)

    @Slot()
    def _on_keep_both(self) -> None:
        self.keep_both_wanted.emit(self)

    @Slot()
    def _on_replace(self) -> None:
        self.replace_wanted.emit(self)

    @Slot(object)
    def _on_path(self, path: Path) -> None:
        self.path_wanted.emit(self, path)

    @Slot()
    def _on_leave_out(self) -> None:
        self._set(ExportState.LEFT_OUT)

    def folder(self) -> Path | None:
        """Where its file lies."""
        return self.request.path.parent if self.request else None


class _Thumbnail(QWidget):
    def __init__(self, photo_id: PhotoId, pictures: Pictures) -> None:
        super().__init__()
        self._photo_id = photo_id
        self._pictures = pictures
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        pictures.photo_ready.connect(self._on_picture)

    def sizeHint(self) -> QSize:
        return QSize(72, 72)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        picture = self._pictures.photo(self._photo_id)
        paint_picture(painter, QRect(0, 0, 72, 72), picture, fill=True)
        painter.end()

    @Slot(object)
    def _on_picture(self, photo_id: PhotoId) -> None:
        if photo_id == self._photo_id:
            self.update()
