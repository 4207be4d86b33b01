"""The sheet of keys, shown with the question mark."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui import controls, theme

Keys = Sequence[tuple[str, str]]


class KeysSheet(QDialog):
    """Two lists: the keys of this screen, and those that work everywhere."""

    def __init__(self, here: str, here_keys: Keys, everywhere: Keys, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setModal(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*[theme.GAP_LARGE] * 4)
        outer.setSpacing(theme.GAP)
        outer.addWidget(controls.label(self.tr("Keys"), "heading"))
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(0, 0, theme.GAP, 0)
        layout.setSpacing(theme.GAP_LARGE)
        if here_keys:
            layout.addLayout(self._table(here, here_keys))
        layout.addLayout(self._table(self.tr("Everywhere"), everywhere))
        layout.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        outer.addWidget(area, 1)
        close = controls.button(self.tr("Close"), "primary")
        close.clicked.connect(self.accept)
        outer.addLayout(controls.row(None, close))
        self.resize(520, min(680, 220 + 40 * (len(here_keys) + len(everywhere))))

    def _table(self, heading: str, keys: Keys) -> QGridLayout:
        table = QGridLayout()
        table.setHorizontalSpacing(theme.GAP_LARGE)
        table.setVerticalSpacing(theme.GAP_SMALL)
        table.setColumnStretch(1, 1)
        table.setColumnMinimumWidth(0, 150)
        table.addWidget(controls.label(heading, "title"), 0, 0, 1, 2)
        for row, (key, words) in enumerate(keys, 1):
            mark = controls.label(controls.shown_keys(key) or key, "key")
            mark.setAccessibleName(f"{key}: {words}")
            table.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignLeft)
            table.addWidget(controls.label(words, wrap=True), row, 1)
        return table
