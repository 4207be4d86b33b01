"""Names in files: what other programs wrote is taken, what is known here is written beside."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.jobs.job import Job
from desktop_app.operations.import_names import NameOutcome, NamesReport
from desktop_app.operations.write_sidecars import SidecarsReport
from desktop_app.ui import controls, theme, words
from desktop_app.ui.results.side_scroll import SideScroll
from desktop_app.ui.screen import Screen, Workbench

_WIDTH = 760
_MOST_LINES = 12
_MOST_PROBLEMS = 40


class NamesScreen(Screen):
    """Nothing is taken before the user has seen whose names are there.

    Signals:
        look_wanted(Path | None): look for names; with Picasa's contacts.xml where one was chosen.
        take_wanted(Path | None): take them.
        write_wanted(): write sidecars for the whole library.
        keep_wanted(bool): whether every photo is to get and keep its sidecar.
    """

    look_wanted = Signal(object)
    take_wanted = Signal(object)
    write_wanted = Signal()
    keep_wanted = Signal(bool)

    key = "names"
    icon = "people"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.contacts: Path | None = None
        inside = QWidget()
        inside.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GAP_LARGE, theme.GAP, theme.GAP_LARGE, theme.GAP_HUGE)
        column.setSpacing(theme.GAP)
        column.addWidget(self._make_taking())
        column.addWidget(self._make_writing())
        column.addStretch()
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inside, 100)
        row.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(SideScroll(centred))

    def title(self) -> str:
        return self.tr("Names in files")

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        (self.take if self.take.isVisible() else self.look).setFocus(reason)

    def _make_taking(self) -> QWidget:
        card = controls.Card(theme.GAP_LARGE)
        card.body.setSpacing(theme.GAP)
        card.body.addWidget(controls.label(self.tr("Take names from your files"), "title"))
        card.body.addWidget(
            controls.label(
                self.tr(
                    "If you named people in digiKam, Lightroom, Windows Photo Gallery, Picasa or "
                    "ACDSee, the names are in your photos or beside them. They become confirmed "
                    "faces. What you decided here stays, and one undo takes all of it back."
                ),
                "soft",
                wrap=True,
            )
        )
        self.look = controls.button(self.tr("Look for names"), "primary", icon="search")
        self.look.clicked.connect(self._on_look)
        self.again = controls.button(self.tr("Look again"), icon="search")
        self.again.clicked.connect(self._on_look)
        self.again.hide()
        self.take = controls.button(self.tr("Take these names"), "primary", icon="yes")
        self.take.clicked.connect(self._on_take)
        self.take.hide()
        self.choose = controls.button(self.tr("Picasa’s contacts.xml"), "quiet", icon="folder")
        self.choose.setToolTip(self.tr("Only where Picasa’s names are not found without it"))
        self.choose.clicked.connect(self._on_choose)
        card.body.addLayout(controls.row(self.look, self.take, self.again, None, self.choose))
        self.result = controls.label("", "strong", wrap=True)
        self.people = controls.label("", wrap=True)
        self.not_taken = controls.label("", "soft", wrap=True)
        for part in (self.result, self.people, self.not_taken):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            part.hide()
            card.body.addWidget(part)
        return card

    def _make_writing(self) -> QWidget:
        card = controls.Card(theme.GAP_LARGE)
        card.body.setSpacing(theme.GAP)
        card.body.addWidget(controls.label(self.tr("Write names beside your photos"), "title"))
        card.body.addWidget(
            controls.label(
                self.tr(
                    "A small file beside each photo (photo.jpg.xmp) keeps who is where, for other "
                    "programs and should the catalog ever be lost. The photos are never changed. "
                    "Whoever gets the folder can read these names."
                ),
                "soft",
                wrap=True,
            )
        )
        self.write = controls.button(self.tr("Write all names now"), icon="export")
        self.write.clicked.connect(self.write_wanted)
        card.body.addLayout(controls.row(self.write, None))
        self.keep = QCheckBox(self.tr("Write every new name by itself"))
        self.keep.toggled.connect(self.keep_wanted)
        card.body.addWidget(self.keep)
        card.body.addWidget(
            controls.label(
                self.tr(
                    "Files that Likeness wrote before are kept up to date in any case; a person "
                    "who is forgotten leaves them."
                ),
                "caption",
                wrap=True,
            )
        )
        self.written = controls.label("", "strong", wrap=True)
        self.not_written = controls.label("", "soft", wrap=True)
        for part in (self.written, self.not_written):
            part.hide()
            card.body.addWidget(part)
        return card

    @Slot(bool)
    def show_keeping(self, keeping: bool) -> None:
        """Shows what the settings say, without telling anybody."""
        self.keep.blockSignals(True)
        self.keep.setChecked(keeping)
        self.keep.blockSignals(False)

    @Slot(object)
    def on_job(self, job: Job) -> None:
        """One piece of work at a time: the buttons wait for it."""
        for part in (self.look, self.again, self.take, self.write):
            part.setEnabled(False)
        job.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        for part in (self.look, self.again, self.take, self.write):
            part.setEnabled(True)
        if self.choose.hasFocus():  # it got the focus when the others were disabled
            self.setFocus()

    @Slot(object)
    def on_found(self, report: NamesReport) -> None:
        """What is in the files, before anything is taken."""
        said = words.counted(
            report.new,
            self.tr("One named face found in your files."),
            self.tr("{n} named faces found in your files."),
        )
        if not report.new:
            known = report.count(NameOutcome.KNOWN)
            if known:
                said = self.tr("All {n} names in your files are known here already.").format(
                    n=words.number(known)
                )
            elif report.found:
                said = self.tr("None of the names in your files can be taken.")
            else:
                said = self.tr("No names were found in your files.")
        self._show_report(report, said)
        self._offer(bool(report.new))

    @Slot(object)
    def on_taken(self, report: NamesReport) -> None:
        """The names are in the library."""
        said = words.counted(
            report.new, self.tr("One face is named now."), self.tr("{n} faces are named now.")
        )
        self._show_report(report, said)
        self._offer(False)

    @Slot(object)
    def on_written(self, report: SidecarsReport) -> None:
        """The sidecars are up to date, but for those that are told."""
        said = words.counted(
            len(report.written),
            self.tr("One file was written."),
            self.tr("{n} files were written."),
        )
        if not report.written:
            said = self.tr("Every name is beside its photo already.")
            if not report.faces:
                said = self.tr("Nobody is named yet, so there is nothing to write.")
        if report.problems and not report.written:
            said = self.tr("Nothing was written.")
        _say(self.written, said)
        lines = [f"{Path(path).name}: {reason}" for path, reason in report.problems]
        _say(self.not_written, _cut(lines, _MOST_PROBLEMS, self.tr("and {n} more")))

    def _show_report(self, report: NamesReport, said: str) -> None:
        _say(self.result, said)
        lines = [f"{name}: {words.number(count)}" for name, count in report.people]
        _say(self.people, _cut(lines, _MOST_LINES, self.tr("and {n} more")))
        left = [f"{Path(one.path).name}: {one.words}" for one in report.found if one.words]
        left += [f"{Path(path).name}: {reason}" for path, reason in report.problems]
        told = _cut(left, _MOST_PROBLEMS, self.tr("and {n} more"))
        heading = self.tr("Left as it is ({n}):").format(n=words.number(len(left)))
        _say(self.not_taken, f"{heading}\n{told}" if left else "")

    def _offer(self, there_is: bool) -> None:
        self.take.setVisible(there_is)
        self.again.setVisible(there_is)
        self.look.setVisible(not there_is)

    @Slot()
    def _on_look(self) -> None:
        self.look_wanted.emit(self.contacts)

    @Slot()
    def _on_take(self) -> None:
        self.take_wanted.emit(self.contacts)

    @Slot()
    def _on_choose(self) -> None:
        self._dialog = QFileDialog(self, self.tr("Choose Picasa’s contacts.xml"))
        self._dialog.setNameFilter("contacts.xml (*.xml)")
        self._dialog.fileSelected.connect(self.choose_contacts)
        self._dialog.open()

    @Slot(str)
    def choose_contacts(self, path: str) -> None:
        """Names without a name in Picasa's notes are looked up there."""
        self.contacts = Path(path)
        self.choose.setText(words.shown(self.contacts.name))


def _say(label: QLabel, text: str) -> None:
    label.setText(words.shown(text))
    label.setVisible(bool(text))


def _cut(lines: Sequence[str], most: int, more: str) -> str:
    shown = list(lines[:most])
    if len(lines) > most:
        shown.append(more.format(n=words.number(len(lines) - most)))
    return "\n".join(shown)
