"""The field that asks for a name and knows the names there are."""

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView


class NameBox(QLineEdit):
    """A line with autocomplete; Return gives the name, Escape empties the line.

    Signals:
        named(str): a name was given (never empty, without spaces around it).
        left(): Escape in an empty line.
    """

    named = Signal(str)
    left = Signal()

    def __init__(self, placeholder: str = "") -> None:
        super().__init__()
        words = placeholder or self.tr("Who is this?")
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self._names: Sequence[str] = ()
        self._listed = QStringListModel(self)
        self._offered: QListView | None = None  # made when it is first needed: cards are many
        self.returnPressed.connect(self._on_return)

    def set_names(self, names: Sequence[str]) -> None:
        """The names that are offered."""
        self._names = names
        if self._offered is not None:
            self._list_names()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._offered is None:
            self._offered = self._make_list()
            self._list_names()
        super().focusInEvent(event)

    def _make_list(self) -> QListView:
        offered = QListView()
        offered.setObjectName("completions")
        completer = QCompleter(self._listed, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setPopup(offered)
        completer.activated.connect(self._on_completed)
        self.setCompleter(completer)
        return offered

    def _list_names(self) -> None:
        if list(self._names) != self._listed.stringList():
            self._listed.setStringList(list(self._names))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # QLineEdit hands Return on: the screen behind would take it for a yes
            event.accept()

    @Slot(str)
    def _on_completed(self, name: str) -> None:
        self.setText(name)
        self._on_return()

    @Slot()
    def _on_return(self) -> None:
        name = " ".join(self.text().split())
        if self._offered is not None:
            self._offered.hide()  # Return in its list comes here first and leaves it standing
        if name:
            self.clear()
            self.named.emit(name)
