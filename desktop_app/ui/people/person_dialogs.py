"""Questions about a person: another name, the years, whom to merge with."""

from collections.abc import Sequence

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop_app.domain.person import Person, Year
from desktop_app.ui import controls, theme
from desktop_app.ui.name_box import NameBox

_FIRST_YEAR = 1700


class _Question(QDialog):
    def __init__(self, heading: str, words: str, yes: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(heading)
        self.setMinimumWidth(440)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(*[theme.GAP_LARGE] * 4)
        self._outer.setSpacing(theme.GAP)
        self._outer.addWidget(controls.label(heading, "heading", wrap=True))
        if words:
            self._outer.addWidget(controls.label(words, "soft", wrap=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP_SMALL)
        self._outer.addLayout(self.body)
        self._outer.addSpacing(theme.GAP_SMALL)
        cancel = controls.button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.yes = controls.button(yes, "primary")
        self.yes.setDefault(True)
        self.yes.clicked.connect(self.accept)
        self._outer.addLayout(controls.row(None, cancel, self.yes))


class RenameDialog(_Question):
    """Signals: renamed(str)."""

    renamed = Signal(str)

    def __init__(self, person: Person, parent: QWidget) -> None:
        super().__init__(parent.tr("Rename"), "", parent.tr("Rename"), parent)
        self.name = QLineEdit(person.name)
        self.name.setAccessibleName(self.tr("Name"))
        self.name.selectAll()
        self.body.addWidget(self.name)
        self.accepted.connect(self._on_accepted)

    @Slot()
    def _on_accepted(self) -> None:
        self.renamed.emit(self.name.text())


class YearsDialog(_Question):
    """Signals: years_given(Year | None, Year | None)."""

    years_given = Signal(object, object)

    def __init__(self, person: Person, parent: QWidget) -> None:
        super().__init__(
            parent.tr("Years of {name}").format(name=person.name),
            parent.tr("With the year of birth, references of the right age can be chosen."),
            parent.tr("Save"),
            parent,
        )
        self.born, self.born_about = self._line(self.tr("Born"), person.born)
        self.died, self.died_about = self._line(self.tr("Died"), person.died)
        self.accepted.connect(self._on_accepted)

    def _line(self, text: str, year: Year | None) -> tuple[controls.NumberBox, QCheckBox]:
        spin = controls.NumberBox(text, _FIRST_YEAR, QDate.currentDate().year())
        spin.setSpecialValueText(self.tr("not known"))
        spin.setValue(year.year if year else _FIRST_YEAR)
        spin.setMinimumWidth(130)
        about = QCheckBox(self.tr("about"))
        about.setAccessibleName(self.tr("{text} about this year").format(text=text))
        about.setChecked(bool(year and year.about))
        name = controls.label(text)
        name.setMinimumWidth(56)
        self.body.addLayout(controls.row(name, spin, about, None))
        return spin, about

    @Slot()
    def _on_accepted(self) -> None:
        self.years_given.emit(_year(self.born, self.born_about), _year(self.died, self.died_about))


def _year(spin: controls.NumberBox, about: QCheckBox) -> Year | None:
    return None if spin.value() == _FIRST_YEAR else Year(spin.value(), about.isChecked())


class MergeDialog(_Question):
    """Signals: merged_with(str), the name of the person who is the same."""

    merged_with = Signal(str)

    def __init__(self, person: Person, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(
            parent.tr("Merge with another person"),
            parent.tr("All photos of the other person become {name}’s. Ctrl+Z undoes it.").format(
                name=person.name
            ),
            parent.tr("Merge"),
            parent,
        )
        self._names = {name.casefold(): name for name in names if name != person.name}
        self.name = NameBox(self.tr("The other person’s name"))
        self.name.set_names(list(self._names.values()))
        self.name.textChanged.connect(self._on_text)
        self.body.addWidget(self.name)
        self.yes.setEnabled(False)
        self.accepted.connect(self._on_accepted)
        self._chosen = ""
        self.name.named.connect(self._on_named)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        chosen = self._names.get(" ".join(text.split()).casefold(), "")
        self._chosen = chosen or self._chosen * (not text)
        self.yes.setEnabled(bool(self._chosen))

    @Slot(str)
    def _on_named(self, name: str) -> None:
        self._chosen = self._names.get(name.casefold(), "")
        if self._chosen:
            self.accept()

    @Slot()
    def _on_accepted(self) -> None:
        if self._chosen:
            self.merged_with.emit(self._chosen)
