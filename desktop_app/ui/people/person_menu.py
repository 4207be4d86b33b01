"""What else can be done with a person: rename, years, merge, ignore, forget."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from desktop_app.domain.ids import PersonId
from desktop_app.domain.person import Person, Year
from desktop_app.ui.people.person_dialogs import MergeDialog, RenameDialog, YearsDialog


class PersonMenu(QMenu):
    """Asks what must be asked, then tells the wish.

    Signals:
        rename_wanted(PersonId, str), years_wanted(PersonId, Year | None, Year | None),
        merge_wanted(PersonId, str), ignore_person_wanted(PersonId), forget_wanted(PersonId).
    """

    rename_wanted = Signal(object, str)
    years_wanted = Signal(object, object, object)
    merge_wanted = Signal(object, str)
    ignore_person_wanted = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._asker = parent
        self._person: Person | None = None
        self.names: Sequence[str] = ()
        for text, slot in (
            (self.tr("Rename…"), self.ask_rename),
            (self.tr("Years of birth and death…"), self.ask_years),
            (self.tr("Merge with another person…"), self.ask_merge),
            (self.tr("Ignore this person"), self._on_ignore),
            (self.tr("Forget this person…"), self.ask_forget),
        ):
            self.addAction(text).triggered.connect(slot)

    def speak_of(self, person: Person, names: Sequence[str]) -> None:
        """The person it is about, and everybody's names."""
        self._person = person
        self.names = names

    def open_at(self, place: QPoint) -> None:
        if self._person is not None:
            self.popup(place)

    @property
    def _id(self) -> PersonId:
        assert self._person is not None
        return self._person.id

    @Slot()
    def ask_rename(self) -> None:
        if self._person is not None:
            dialog = RenameDialog(self._person, self._asker)
            dialog.renamed.connect(self._on_renamed)
            dialog.open()

    @Slot(str)
    def _on_renamed(self, name: str) -> None:
        self.rename_wanted.emit(self._id, name)

    @Slot()
    def ask_years(self) -> None:
        if self._person is not None:
            dialog = YearsDialog(self._person, self._asker)
            dialog.years_given.connect(self._on_years)
            dialog.open()

    @Slot(object, object)
    def _on_years(self, born: Year | None, died: Year | None) -> None:
        self.years_wanted.emit(self._id, born, died)

    @Slot()
    def ask_merge(self) -> MergeDialog | None:
        if self._person is None:
            return None
        dialog = MergeDialog(self._person, self.names, self._asker)
        dialog.merged_with.connect(self._on_merge)
        dialog.open()
        return dialog

    @Slot(str)
    def _on_merge(self, name: str) -> None:
        self.merge_wanted.emit(self._id, name)

    @Slot()
    def _on_ignore(self) -> None:
        self.ignore_person_wanted.emit(self._id)

    @Slot()
    def ask_forget(self) -> None:
        """Forgetting cannot be undone, so it is asked for and said plainly."""
        if self._person is None:
            return
        answer = QMessageBox.warning(
            self._asker,
            self.tr("Forget {name}?").format(name=self._person.name),
            self.tr(
                "The name, the face data and the restorations of {name} are removed from the "
                "catalog for good, and from its backups. The photo files stay as they are. Of the "
                "name only a fingerprint is kept, so that it is not taken from files again unless "
                "you name a face so. This cannot be undone."
            ).format(name=self._person.name),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        if answer == QMessageBox.StandardButton.Yes:
            self.forget_wanted.emit(self._id)
