"""One control for each kind of setting, chosen by what the setting says of itself."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_app.settings.settings import Words
from desktop_app.ui import controls, theme

CONTROL_WIDTH = 280


class _Told(QWidget):
    """What all editors share.

    Signals:
        changed(object): the user chose another value.
    """

    changed = Signal(object)


class ChoiceEditor(_Told):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName(words.title)
        self.box.setAccessibleDescription(words.help)
        for key, name in words.choices:
            self.box.addItem(name, key)
        self.box.activated.connect(self._tell)
        _fill(self, self.box)

    def value(self) -> str:
        return str(self.box.currentData())

    def show_value(self, value: str) -> None:
        self.box.setCurrentIndex(self.box.findData(value))

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self.value())


class YesNoEditor(_Told):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.box = QCheckBox()
        self._say(False)
        self.box.toggled.connect(self._say)
        self.box.setAccessibleName(words.title)
        self.box.setAccessibleDescription(words.help)
        self.box.clicked.connect(self._tell)
        _fill(self, self.box)

    def value(self) -> bool:
        return self.box.isChecked()

    def show_value(self, value: bool) -> None:
        self.box.setChecked(value)

    @Slot(bool)
    def _say(self, on: bool) -> None:
        self.box.setText(self.tr("On") if on else self.tr("Off"))

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self.value())


class NumberEditor(_Told):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.box = controls.NumberBox(words.title)
        self.box.setAccessibleDescription(words.help)
        if words.limits is not None:
            self.box.setRange(*words.limits)
            self.box.setSingleStep(max(1, (words.limits[1] - words.limits[0]) // 100))
        if words.unit:
            self.box.setSuffix(f" {words.unit}")
        self.box.setGroupSeparatorShown(True)
        self.box.setKeyboardTracking(False)
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.valueChanged.connect(self._tell)
        _fill(self, self.box)

    def value(self) -> int:
        return self.box.value()

    def show_value(self, value: int) -> None:
        self.box.blockSignals(True)
        self.box.setValue(value)
        self.box.blockSignals(False)

    @Slot()
    def _tell(self) -> None:
        self.changed.emit(self.value())


class TextEditor(_Told):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.box = QLineEdit()
        self.box.setAccessibleName(words.title)
        self.box.setAccessibleDescription(words.help)
        self.box.editingFinished.connect(self._tell)
        self._shown = ""
        _fill(self, self.box)

    def value(self) -> str:
        return self.box.text().strip()

    def show_value(self, value: str) -> None:
        self._shown = value
        self.box.setText(value)

    @Slot()
    def _tell(self) -> None:
        if self.value() != self._shown:
            self._shown = self.value()
            self.changed.emit(self._shown)


class PlaceEditor(_Told):
    """A folder, or a file where the setting says so."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._title = words.title
        self._is_file = words.is_file
        self._folder = ""
        self._name = controls.label("", "soft")
        asked = self.tr("Choose a file") if words.is_file else self.tr("Choose a folder")
        self.choose = controls.button(asked, icon="folder")
        self.choose.setAccessibleDescription(words.title)
        self.choose.clicked.connect(self._ask)
        forgotten = self.tr("Forget this file") if words.is_file else self.tr("Forget this folder")
        self.clear = controls.IconButton("close", forgotten, side=16)
        self.clear.clicked.connect(self._forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_TINY)
        column.addLayout(controls.row(self._name, None, self.clear))
        column.addWidget(self.choose)

    def value(self) -> str:
        return self._folder

    def show_value(self, value: str) -> None:
        self._folder = value
        metrics = self._name.fontMetrics()
        shown = value or self.tr("None chosen")
        self._name.setText(
            metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, CONTROL_WIDTH - 48)
        )
        self._name.setToolTip(value)
        self.clear.setVisible(bool(value))

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self, self._title, self._folder or str(Path.home()))
        if self._is_file:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.take)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot(str)
    def take(self, folder: str) -> None:
        """The user chose a place."""
        if folder != self._folder:
            self.show_value(folder)
            self.changed.emit(folder)

    @Slot()
    def _forget(self) -> None:
        self.take("")


Editor = ChoiceEditor | YesNoEditor | NumberEditor | PlaceEditor | TextEditor
"""Each has `value()`, `show_value(value)`, which tells nobody, and the signal `changed`."""


def editor_for(words: Words, value: Any) -> Editor:
    """The control that fits a setting's kind."""
    made: Editor
    if words.choices:
        made = ChoiceEditor(words)
    elif isinstance(value, bool):
        made = YesNoEditor(words)
    elif isinstance(value, int):
        made = NumberEditor(words)
    elif words.is_folder or words.is_file:
        made = PlaceEditor(words)
    else:
        made = TextEditor(words)
    made.show_value(value)
    return made


def _fill(editor: QWidget, control: QWidget) -> None:
    layout = QHBoxLayout(editor)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(control)
    editor.setFocusProxy(control)
