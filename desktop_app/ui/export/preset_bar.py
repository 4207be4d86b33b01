"""Keeps, renames and removes the user's own presets, below the list of them."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_app.settings.export_presets import LONGEST_NAME
from desktop_app.ui import controls, theme


class PresetBar(QWidget):
    """Three buttons, and a line for the name where one is asked for.

    Signals:
        keep_wanted(str): what is chosen now shall be kept under this name.
        rename_wanted(str, str): the preset of the first name shall have the second.
        remove_wanted(str): the preset of this name shall go.
    """

    keep_wanted = Signal(str)
    rename_wanted = Signal(str, str)
    remove_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._own = ""
        self._known: set[str] = set()
        self._renaming = ""
        self.keep = controls.button(self.tr("Keep as preset"), "quiet", icon="add")
        self.rename = controls.IconButton("rename", self.tr("Rename this preset"))
        self.remove = controls.IconButton("forget", self.tr("Remove this preset"))
        self.name = NameLine(self.tr("Name of the preset"))
        self.name.setMaxLength(LONGEST_NAME)
        self.give = controls.button("", "primary")
        buttons = controls.row(self.keep, None, self.rename, self.remove)
        naming = controls.row(self.name, self.give)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP_TINY)
        layout.addLayout(buttons)
        layout.addLayout(naming)
        self.keep.clicked.connect(self._ask_to_keep)
        self.rename.clicked.connect(self._ask_to_rename)
        self.remove.clicked.connect(self._on_remove)
        self.name.textChanged.connect(self._on_text)
        self.name.returnPressed.connect(self._on_name)
        self.name.left.connect(self.leave)
        self.give.clicked.connect(self._on_name)
        self.leave()
        self.show_chosen("", ())

    def show_chosen(self, own: str, known: Collection[str]) -> None:
        """Which of the user's presets (`known` by name) is chosen; "" for none of them."""
        self._own = own
        self._known = {name.casefold() for name in known}
        self.rename.setVisible(bool(own))
        self.remove.setVisible(bool(own))

    @Slot()
    def leave(self) -> None:
        """No name is asked for any more."""
        self._renaming = ""
        for part in (self.name, self.give):
            part.hide()
        self.keep.setEnabled(True)

    @Slot()
    def _ask_to_keep(self) -> None:
        self._renaming = ""
        self._ask(self._own)

    @Slot()
    def _ask_to_rename(self) -> None:
        self._renaming = self._own
        self._ask(self._own)

    def _ask(self, name: str) -> None:
        self.name.setText(name)
        self._on_text()
        for part in (self.name, self.give):
            part.show()
        self.name.selectAll()
        self.name.setFocus()

    @Slot()
    def _on_text(self) -> None:
        name = self._typed()
        there = name.casefold() in self._known
        words = self.tr("Rename") if self._renaming else self.tr("Replace") if there else ""
        self.give.setText(words or self.tr("Keep"))
        self.give.setEnabled(bool(name) and name != self._renaming)

    @Slot()
    def _on_name(self) -> None:
        name, renaming = self._typed(), self._renaming
        if not self.give.isEnabled():
            return
        self.leave()
        if renaming:
            self.rename_wanted.emit(renaming, name)
        else:
            self.keep_wanted.emit(name)

    @Slot()
    def _on_remove(self) -> None:
        self.leave()
        self.remove_wanted.emit(self._own)

    def _typed(self) -> str:
        return " ".join(self.name.text().split())


class NameLine(QLineEdit):
    """Escape leaves the line, and not the screen.

    Signals:
        left(): Escape was pressed.
    """

    left = Signal()

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setPlaceholderText(words)
        self.setAccessibleName(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
