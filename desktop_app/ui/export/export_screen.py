"""The screen on which restored photos are written out: the queue left, the settings right."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.progress import Progress
from desktop_app.jobs.job import Job
from desktop_app.operations.export_names import file_names, next_name
from desktop_app.operations.export_photos import ExportRequest
from desktop_app.operations.signing_choice import who_signs
from desktop_app.settings.settings import Settings
from desktop_app.ui import controls, theme
from desktop_app.ui.export.export_row import ExportRow, ExportState
from desktop_app.ui.export.reading import ExportPage, PhotoToExport, read_export_page
from desktop_app.ui.export.settings_form import SettingsForm
from desktop_app.ui.results.caption import caption_words
from desktop_app.ui.results.notice import Notice
from desktop_app.ui.results.side_scroll import SideScroll
from desktop_app.ui.screen import Screen, Workbench
from desktop_app.ui.subjects import ExportSubject
from desktop_app.ui.words import counted, date_words

_FORM_WIDTH = 376
_TO_WRITE = (ExportState.READY, ExportState.STOPPED)


class ExportScreen(Screen):
    """Each photo of the queue is written whole or not at all, never over an original.

    `app/` gives `show_folder` the folder of the settings, and joins `ExportWishes.exporting`
    to `on_job`.

    Signals:
        export_wanted(list): these `ExportRequest`s shall be written.
        folder_chosen(Path): the user chose another folder; the settings may keep it.
    """

    export_wanted = Signal(list)
    folder_chosen = Signal(object)

    key = "export"
    icon = "export"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._current = False
        self._settings = Settings()
        self._subject: ExportSubject | None = None
        self.rows: dict[PhotoId, ExportRow] = {}
        self.form = SettingsForm()
        self.notice = Notice()
        self.start = controls.button("", "primary", icon="export")
        QShortcut(QKeySequence("Ctrl+E"), self, self.export)
        self.start.setMinimumHeight(44)
        self.empty = controls.EmptyState(
            "export",
            self.tr("Nothing to export yet"),
            self.tr("Restore faces and accept the results; the photos come here."),
            self.tr("Open the library"),
        )
        self._lay_out()
        self.empty.wished.connect(self._on_library)
        self.form.changed.connect(self._on_form)
        self.notice.action_wanted.connect(self._on_notice_wish)
        self.start.clicked.connect(self.export)
        self._plan()

    def _lay_out(self) -> None:
        queue = QWidget()
        self._queue = QVBoxLayout(queue)
        self._queue.setContentsMargins(0, 0, theme.GAP_SMALL, 0)
        self._queue.setSpacing(theme.GAP_SMALL)
        self._queue.addStretch()
        scroll = SideScroll(queue)
        left = QVBoxLayout()
        left.setSpacing(theme.GAP_SMALL)
        left.addWidget(self.notice)
        left.addWidget(scroll, 1)
        right = QVBoxLayout()
        right.setSpacing(theme.GAP_SMALL)
        form = SideScroll(self.form)  # on a low window, or with large letters
        form.setFixedWidth(_FORM_WIDTH)
        right.addWidget(form, 1)
        right.addWidget(self.start)
        desk = QWidget()
        row = QHBoxLayout(desk)
        row.setContentsMargins(theme.GAP, 0, theme.GAP_SMALL, theme.GAP_SMALL)
        row.setSpacing(theme.GAP)
        row.addLayout(left, 1)
        row.addLayout(right)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(desk)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def title(self) -> str:
        return self.tr("Export")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("Ctrl+E", self.tr("Write the photos"))]

    def show_subject(self, subject: Any) -> None:
        if isinstance(subject, ExportSubject) or not self.rows:
            self._subject = subject if isinstance(subject, ExportSubject) else None
            self._read()
        self._read_signing()  # a certificate may end, or its file be gone, in between

    def refresh(self, changes: CatalogChanges) -> None:
        if changes.everything or changes.restorations:
            self._read()

    @Slot(object)
    def show_folder(self, folder: Path | None) -> None:
        """The folder that the settings name."""
        self.form.show_folder(folder)
        self._plan()

    def show_settings(self, settings: Settings) -> None:
        """The settings, which name the certificate that exports are signed with."""
        self._settings = settings
        self._read_signing()

    def _read_signing(self) -> None:
        self.read(partial(who_signs, self._settings), self.form.show_signing, "signing")

    @Slot(object, object)
    def on_job(self, job: Job, photo_id: PhotoId) -> None:
        """The writing of a photo has been submitted."""
        if photo_id in self.rows:
            self.rows[photo_id].follow(job)

    def _read(self) -> None:
        self._current = False  # what is shown may be older than the last decision
        self._show_state()
        presets = self.bench.places.export_presets
        work = partial(read_export_page, self.bench.catalog, self._subject, presets)
        self.read(work, self._on_page)

    def _on_page(self, page: ExportPage) -> None:
        items = page.photos
        self.form.show_presets(page.presets)
        self._current = True
        wanted = {item.photo.id: item for item in items}
        for photo_id, row in list(self.rows.items()):
            if not row.busy and (photo_id not in wanted or wanted[photo_id] != row.item):
                del self.rows[photo_id]
                row.setParent(None)
                row.deleteLater()
        for place, (photo_id, item) in enumerate(wanted.items()):
            if photo_id not in self.rows:
                self._add_row(place, item)
        self._stack.setCurrentIndex(1 if self.rows else 0)
        self._plan()

    def _add_row(self, place: int, item: PhotoToExport) -> None:
        row = ExportRow(item, self.bench.pictures)
        row.retry_wanted.connect(self._on_retry)
        row.keep_both_wanted.connect(self._on_keep_both)
        row.replace_wanted.connect(self._on_replace)
        row.path_wanted.connect(self._on_path)
        row.state_changed.connect(self._show_state)
        self.rows[item.photo.id] = row
        self._queue.insertWidget(min(place, self._queue.count() - 1), row)

    @Slot()
    def _on_form(self) -> None:
        if self.form.folder is not None:
            self.folder_chosen.emit(self.form.folder)
        for row in self.rows.values():
            if row.state in (ExportState.DONE, ExportState.NAME_TAKEN, ExportState.LEFT_OUT):
                row.state = ExportState.READY if row.item.results else ExportState.EMPTY
        self._plan()

    def _plan(self) -> None:
        """Names the file of each photo that would be written now."""
        rows = [row for row in self.rows.values() if row.item.results and not row.busy]
        settings, folder = self.form.settings(), self.form.folder
        paths = [row.item.photo.path for row in rows]
        names = file_names(paths, self.form.added.text(), settings.file_format)
        for row, name in zip(rows, names, strict=True):
            if row.state is ExportState.DONE:
                continue
            row.plan(self._request(row.item, folder / name) if folder is not None else None)
        self._show_state()

    def _request(self, item: PhotoToExport, path: Path) -> ExportRequest:
        words = caption_words(item.results, item.names)
        return ExportRequest(
            item.photo.id,
            item.restoration_ids,
            path,
            self.form.settings(),
            words if self.form.caption.isChecked() else "",
            self.form.mark_of(words),
            self.form.page_wish(date_words(item.photo.taken)),
        )

    def _waiting(self) -> list[ExportRow]:
        return [row for row in self.rows.values() if row.state in _TO_WRITE and row.request]

    @Slot()
    def _show_state(self) -> None:
        states = [row.state for row in self.rows.values()]
        busy = sum(row.busy for row in self.rows.values())
        to_write = sum(state in _TO_WRITE for state in states)
        self.start.setEnabled(bool(self._waiting()) and not busy and self._current)
        self.form.setEnabled(not busy)
        if self.form.folder is None:
            self.start.setText(self.tr("Choose a folder first"))
        elif to_write:
            self.start.setText(
                counted(to_write, self.tr("Export one photo"), self.tr("Export {n} photos"))
            )
        else:
            self.start.setText(self.tr("Nothing left to write"))
        done = states.count(ExportState.DONE)
        problems = sum(s in (ExportState.FAILED, ExportState.NAME_TAKEN) for s in states)
        if busy:
            self.notice.work(
                self.tr("{done} of {all} written").format(done=done, all=done + busy),
                self.tr("Cancel"),
            )
            self.notice.progress(Progress(done, done + busy))
        elif problems:
            words = counted(
                problems,
                self.tr("One photo could not be written; choose beside it what to do."),
                self.tr("{n} photos could not be written; choose beside each what to do."),
            )
            self.notice.say("warning", "warning", words)
        elif done:
            words = counted(
                done, self.tr("One photo is written."), self.tr("{n} photos are written.")
            )
            self.notice.say("yes", "accent", words, self.tr("Open the folder"))
        else:
            self.notice.hide()

    @Slot()
    def export(self) -> None:
        """Writes every photo that waits."""
        requests = [row.request for row in self._waiting() if row.request is not None]
        if requests and self.start.isEnabled():
            self.export_wanted.emit(requests)

    @Slot(object)
    def _on_retry(self, row: ExportRow) -> None:
        self._write(row, row.request)

    @Slot(object)
    def _on_keep_both(self, row: ExportRow) -> None:
        if row.request is not None:
            self._write(row, replace(row.request, path=next_name(row.request.path)))

    @Slot(object)
    def _on_replace(self, row: ExportRow) -> None:
        if row.request is not None:
            settings = replace(row.request.settings, overwrite=True)
            self._write(row, replace(row.request, settings=settings))

    @Slot(object, object)
    def _on_path(self, row: ExportRow, path: Path) -> None:
        if row.request is not None:
            self._write(row, replace(row.request, path=path))

    def _write(self, row: ExportRow, request: ExportRequest | None) -> None:
        if request is not None:
            row.plan(request)
            self.export_wanted.emit([request])

    @Slot()
    def _on_notice_wish(self) -> None:
        busy = [row for row in self.rows.values() if row.busy]
        for row in busy:
            row.cancel()
        if not busy and self.form.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.form.folder)))

    @Slot()
    def _on_library(self) -> None:
        self.go_wanted.emit("library", None)
