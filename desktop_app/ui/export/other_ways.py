"""Another name or another folder for one photo that could not be written."""

import enum
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop_app.ui import controls
from desktop_app.ui.export.preset_bar import NameLine


class Way(enum.Enum):
    """What may help."""

    NAME = "name"
    FOLDER = "folder"


class OtherWays(QWidget):
    """Two buttons, which their row places, and the line for the name, which stands here.

    Signals:
        path_wanted(Path): the photo shall be written there.
    """

    path_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._path: Path | None = None
        self.name = controls.button(self.tr("Another name"))
        self.folder = controls.button(self.tr("Another folder"), icon="folder")
        self.line = NameLine(self.tr("Name of the file"))
        self.give = controls.button(self.tr("Write"), "primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(controls.row(self.line, self.give))
        self.name.clicked.connect(self._ask_name)
        self.folder.clicked.connect(self._ask_folder)
        self.line.textChanged.connect(self._on_text)
        self.line.returnPressed.connect(self._on_name)
        self.line.left.connect(self.hide)
        self.give.clicked.connect(self._on_name)
        self.hide()

    def show_for(self, path: Path | None, way: Way | None) -> None:
        """Where the photo should have been written, and what may help; None for neither."""
        if path != self._path or way is not Way.NAME:
            self.hide()
        self._path = path
        self.name.setVisible(way is Way.NAME)
        self.folder.setVisible(way is Way.FOLDER)

    @Slot()
    def _ask_name(self) -> None:
        if self._path is not None:
            self.line.setText(self._path.stem)
            self._on_text()
            self.show()
            self.line.selectAll()
            self.line.setFocus()

    def _chosen(self) -> Path | None:
        """None for what is no name, or the one that is taken."""
        typed = self.line.text().strip()
        if self._path is None or not typed or typed.startswith(".") or set(typed) & set("/\\:\0"):
            return None
        path = self._path.with_name(typed + self._path.suffix)
        return path if path != self._path else None

    @Slot()
    def _on_text(self) -> None:
        self.give.setEnabled(self._chosen() is not None)

    @Slot()
    def _on_name(self) -> None:
        path = self._chosen()
        if path is not None:
            self.hide()
            self.path_wanted.emit(path)

    @Slot()
    def _ask_folder(self) -> None:
        start = str(self._path.parent if self._path else Path.home())
        dialog = QFileDialog(self, self.tr("Where this photo goes"), start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_folder)
        dialog.open()

    @Slot(str)
    def take_folder(self, folder: str) -> None:
        """The user chose another folder for this photo alone."""
        if self._path is not None:
            self.path_wanted.emit(Path(folder) / self._path.name)
