"""One model: what it is for, its terms, its condition, and what can be done with it."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout

from desktop_app.jobs.job import Job
from desktop_app.models.store import ModelState
from desktop_app.ui import controls, theme
from desktop_app.ui.models.reading import ModelOnPage
from desktop_app.ui.models.work_line import WorkLine

_MARKS = {
    ModelState.INSTALLED: ("yes", "accent"),
    ModelState.MISSING: ("download", "text_soft"),
    ModelState.DAMAGED: ("warning", "danger"),
}


class ModelCard(controls.Card):
    """Nothing comes in before its terms were read and agreed to.

    Signals:
        install_wanted(str, Path): from this file or folder.
        download_wanted(str): show what a download would bring, and under which terms.
        verify_wanted(str), remove_wanted(str): the model's id.
    """

    install_wanted = Signal(str, object)
    download_wanted = Signal(str)
    verify_wanted = Signal(str)
    remove_wanted = Signal(str)

    def __init__(self, shown: ModelOnPage) -> None:
        super().__init__()
        self.model_id = shown.model.id
        self._bundled = shown.model.bundled
        self._home = shown.model.home
        self._published = shown.model.published
        self.setAccessibleName(shown.model.title)
        purpose = shown.model.purpose
        self._mark = controls.IconLabel("info", "text_soft")
        self._state = controls.label("", "strong")
        self._why = controls.label("", "soft", wrap=True)
        heading = QHBoxLayout()
        heading.setSpacing(theme.GAP_SMALL)
        heading.addWidget(controls.label(shown.model.title, "title"), 1)
        heading.addWidget(self._mark)
        heading.addWidget(self._state)
        terms = controls.label(
            self.tr("Terms: {licence}").format(licence=shown.model.licence), wrap=True
        )
        source = controls.label(
            self.tr("Source: {source}").format(source=shown.model.licence_source),
            "caption",
            wrap=True,
        )
        self.agreed = QCheckBox(self.tr("I have read the terms and keep to them"))
        self.agreed.toggled.connect(self._show_buttons)
        self.download = controls.button(self.tr("Download…"), icon="download")
        self.download.clicked.connect(self._on_download)
        self.from_folder = controls.button(self.tr("Install from a folder"), icon="folder")
        self.from_folder.clicked.connect(self._ask_folder)
        self.from_file = controls.button(self.tr("Install from a file"), icon="folder")
        self.from_file.clicked.connect(self._ask_file)
        self.home = controls.button(self.tr("Its makers' page"), "quiet", icon="link")
        self.home.clicked.connect(self._open_home)
        self.verify = controls.button(self.tr("Check every byte"), "quiet", icon="search")
        self.verify.clicked.connect(self._on_verify)
        self.remove = controls.button(self.tr("Remove"), "danger")
        self.remove.clicked.connect(self._on_remove)
        self.work = WorkLine()
        self.work.changed.connect(self._show_buttons)
        self.body.addLayout(heading)
        self.body.addWidget(controls.label(purpose[:1].upper() + purpose[1:], wrap=True))
        self.body.addWidget(self._why)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(terms)
        said.addWidget(source)
        if shown.model.note:
            said.addWidget(controls.label(shown.model.note, "caption", wrap=True))
        facts = QHBoxLayout()
        facts.setSpacing(theme.GAP_SMALL)
        facts.addLayout(said, 1)
        for button in (self.verify, self.remove):
            facts.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(facts)
        self.body.addWidget(self.agreed)
        self.body.addLayout(
            controls.row(self.download, self.from_folder, self.from_file, self.home, None)
        )
        self.body.addWidget(self.work)
        self.show_model(shown)

    def show_model(self, shown: ModelOnPage) -> None:
        """Another condition of the same model."""
        self.condition = shown.condition
        state = shown.condition.state
        lost = self._bundled and state is ModelState.MISSING
        self._mark.set_icon(*_MARKS[ModelState.DAMAGED if lost else state])
        controls.set_look(self._state, "danger" if state is ModelState.DAMAGED else "strong")
        self._state.setText(self._state_words(state))
        why = shown.condition.why
        explain = state is ModelState.DAMAGED or (self._bundled and bool(why))
        todo = (
            self.tr("Install it again.")
            if not self._bundled
            else (self.tr("Install the application again."))
        )
        self._why.setText(f"{why[:1].upper()}{why[1:]} {todo}")
        self._why.setVisible(explain)
        self._show_buttons()

    def _state_words(self, state: ModelState) -> str:
        if state is ModelState.INSTALLED:
            return self.tr("Part of the application") if self._bundled else self.tr("Installed")
        if state is ModelState.MISSING:
            return self.tr("Missing") if self._bundled else self.tr("Not installed")
        return self.tr("Damaged")

    @Slot(object)
    def follow(self, job: Job) -> None:
        """Shows the progress of work on this model until it ends."""
        self.work.follow(job)

    @Slot()
    def _show_buttons(self) -> None:
        here = self.condition.state is ModelState.INSTALLED
        busy = self.work.busy
        may_come = not self._bundled and not here
        self.agreed.setVisible(may_come and not busy)
        self.download.setVisible(may_come and not busy and bool(self._published))
        self.from_folder.setVisible(may_come and not busy and not self._published)
        self.from_file.setVisible(may_come and not busy)
        for button in (self.from_folder, self.from_file):
            button.setEnabled(self.agreed.isChecked())
        self.home.setVisible(may_come and self._home is not None)
        self.verify.setVisible(here and not busy)
        self.remove.setVisible(
            not self._bundled and self.condition.state is not ModelState.MISSING and not busy
        )

    @Slot()
    def _on_download(self) -> None:
        self.download_wanted.emit(self.model_id)

    @Slot()
    def _on_verify(self) -> None:
        self.verify_wanted.emit(self.model_id)

    @Slot()
    def _on_remove(self) -> None:
        self.remove_wanted.emit(self.model_id)

    @Slot()
    def _open_home(self) -> None:
        if self._home is not None:
            QDesktopServices.openUrl(QUrl(self._home))

    @Slot()
    def _ask_folder(self) -> None:
        self._ask(QFileDialog.FileMode.Directory, self.tr("The folder of the model"))

    @Slot()
    def _ask_file(self) -> None:
        self._ask(QFileDialog.FileMode.ExistingFile, self.tr("The file of the model"))

    def _ask(self, mode: QFileDialog.FileMode, title: str) -> None:
        dialog = QFileDialog(self, title, str(Path.home()))
        dialog.setFileMode(mode)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    @Slot(str)
    def take(self, source: str) -> None:
        """The user chose where the model lies."""
        self.install_wanted.emit(self.model_id, Path(source))
