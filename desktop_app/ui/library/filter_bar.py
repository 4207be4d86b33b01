"""Which photos the library shows: pills, a search, a folder, an order."""

import dataclasses
import enum
from collections.abc import Sequence
from pathlib import PurePath

from PySide6.QtCore import QDate, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QWidget,
)

from desktop_app.catalog.values import Folder, PhotoFilter, PhotoOrder
from desktop_app.domain.ids import FolderId
from desktop_app.domain.photo import PhotoState
from desktop_app.ui import controls, theme, words

_TYPING_PAUSE_MS = 10  # a search that the next key overtakes is dropped
_FIRST_DECADE = 1840  # of the oldest photographs that are kept in families


class Pill(enum.Enum):
    """The filters of which one is chosen at a time."""

    ALL = "all"
    FACES = "faces"
    REVIEW = "review"
    RESTORED = "restored"
    DATE_UNKNOWN = "date_unknown"
    FAILED = "failed"


_PILL_FILTERS = {
    Pill.ALL: PhotoFilter(),
    Pill.FACES: PhotoFilter(has_faces=True),
    Pill.REVIEW: PhotoFilter(needs_review=True),
    Pill.RESTORED: PhotoFilter(restored=True),
    Pill.DATE_UNKNOWN: PhotoFilter(date_unknown=True),
    Pill.FAILED: PhotoFilter(state=PhotoState.FAILED),
}


class FilterBar(QWidget):
    """Turns what is chosen into a `PhotoFilter`.

    Signals:
        filter_changed(PhotoFilter): other photos are wanted, or another order.
        rescan_wanted(FolderId): look for new photos in a folder.
        remove_folder_wanted(FolderId): take a folder out of the library.
    """

    filter_changed = Signal(object)
    rescan_wanted = Signal(object)
    remove_folder_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._folder: FolderId | None = None
        self._folders: Sequence[Folder] = ()
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, 0)
        self._lines.setSpacing(theme.GAP_SMALL)
        self._lines.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        pills, layout = QHBoxLayout(), QHBoxLayout()
        self._both = pills, layout
        for line in self._both:
            line.setSpacing(theme.GAP_SMALL)
            self._lines.addLayout(line)
        self._pills = QButtonGroup(self)
        self.buttons: dict[Pill, QPushButton] = {}
        for pill, text in (
            (Pill.ALL, self.tr("All")),
            (Pill.FACES, self.tr("With faces")),
            (Pill.REVIEW, self.tr("To review")),
            (Pill.RESTORED, self.tr("Restored")),
            (Pill.DATE_UNKNOWN, self.tr("No date")),
            (Pill.FAILED, self.tr("Unreadable")),
        ):
            made = controls.button(text, "filter")
            self._pills.addButton(made)
            self.buttons[pill] = made
            pills.addWidget(made)
        pills.addStretch()
        self.buttons[Pill.ALL].setChecked(True)
        self._pills.buttonClicked.connect(self._on_chosen)
        self.search = controls.SearchBox(self.tr("Search names and files"))
        self.search.setMinimumWidth(160)
        self.search.setMaximumWidth(260)
        layout.addWidget(self.search, 2)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self._on_chosen)
        self.search.textChanged.connect(self._typing.start)
        self.folders = controls.IconButton("folder", self.tr("Folders"))
        self.folders.setPopupMode(controls.IconButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self.folders.setMenu(self._menu)
        layout.addWidget(self.folders)
        self.years = QComboBox()
        self.years.setAccessibleName(self.tr("Taken when"))
        self.years.addItem(self.tr("Any time"), PhotoFilter())
        self.years.addItem(self.tr("Not dated to the day"), PhotoFilter(date_vague=True))
        for first in range(QDate.currentDate().year() // 10 * 10, _FIRST_DECADE - 10, -10):
            decade = PhotoFilter(from_year=first, to_year=first + 9)
            self.years.addItem(self.tr("{decade}s").format(decade=first), decade)
        self.years.setToolTip(self.tr("Photos whose date may lie in these years"))
        self.years.currentIndexChanged.connect(self._on_chosen)
        layout.addWidget(self.years)
        self.order = QComboBox()
        self.order.setAccessibleName(self.tr("Order"))
        for order, text in (
            (PhotoOrder.OLDEST_FIRST, self.tr("Oldest first")),
            (PhotoOrder.NEWEST_FIRST, self.tr("Newest first")),
            (PhotoOrder.NAME, self.tr("By file name")),
            (PhotoOrder.LAST_ADDED_FIRST, self.tr("Last added first")),
        ):
            self.order.addItem(text, order)
        self.order.currentIndexChanged.connect(self._on_chosen)
        layout.addWidget(self.order)

    def minimumSizeHint(self) -> QSize:
        """Of the bar in two lines: a narrow window has it so."""
        lines = [line.minimumSize() for line in self._both]
        margins = self._lines.contentsMargins()
        return QSize(
            max(line.width() for line in lines) + margins.left() + margins.right(),
            lines[0].height(),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_in_lines()

    def _lay_in_lines(self) -> None:
        """The pills and the rest beside each other where there is room, else in two lines."""
        lines = [line.minimumSize() for line in self._both]
        margins = self._lines.contentsMargins()
        wanted = sum(line.width() for line in lines) + self._lines.spacing()
        narrow = wanted > self.width() - margins.left() - margins.right()
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        height = sum(line.height() for line in lines) + self._lines.spacing()
        self.setFixedHeight(height if narrow else max(line.height() for line in lines))
        if direction != self._lines.direction():
            self._lines.setDirection(direction)

    def filter(self) -> PhotoFilter:
        """What is wanted now."""
        pill = next(pill for pill, made in self.buttons.items() if made.isChecked())
        taken: PhotoFilter = self.years.currentData()
        return dataclasses.replace(
            _PILL_FILTERS[pill],
            from_year=taken.from_year,
            to_year=taken.to_year,
            date_vague=taken.date_vague,
            text=self.search.text().strip(),
            folder_id=self._folder,
            order=self.order.currentData(),
        )

    def is_plain(self) -> bool:
        """Whether every photo is wanted."""
        return dataclasses.replace(self.filter(), order=PhotoOrder.OLDEST_FIRST) == PhotoFilter()

    def choose(self, pill: Pill) -> None:
        self.buttons[pill].setChecked(True)
        self._on_chosen()

    def show_everything(self) -> None:
        """Takes every filter away."""
        self.search.clear()
        self.years.setCurrentIndex(0)
        self._folder = None
        self.choose(Pill.ALL)

    def set_failed(self, count: int) -> None:
        """The pill for unreadable photos is there only when there are some."""
        made = self.buttons[Pill.FAILED]
        made.setText(self.tr("Unreadable ({n})").format(n=words.number(count)))
        made.setVisible(count > 0 or made.isChecked())
        self._lay_in_lines()

    def set_folders(self, folders: Sequence[Folder]) -> None:
        if list(folders) == list(self._folders):
            return
        self._folders = tuple(folders)
        self._menu.clear()
        every = self._menu.addAction(self.tr("All folders"))
        every.setCheckable(True)
        every.setChecked(self._folder is None)
        every.triggered.connect(self._on_folder)
        for folder in folders:
            name = words.shown(PurePath(folder.path).name or folder.path)
            if folder.offline:
                name = self.tr("{folder} (not connected)").format(folder=name)
            one = self._menu.addMenu(name)
            one.menuAction().setToolTip(words.shown(folder.path))
            for text, slot in (
                (self.tr("Show only this folder"), self._on_folder),
                (self.tr("Look for new photos"), self._on_rescan),
                (self.tr("Take out of the library…"), self._on_remove),
            ):
                action = QAction(text, one)
                action.setData(folder.id)
                action.triggered.connect(slot)
                one.addAction(action)

    @Slot()
    def _on_chosen(self) -> None:
        self._typing.stop()
        self.filter_changed.emit(self.filter())

    @Slot()
    def _on_folder(self) -> None:
        self._folder = self._sender_data()
        self._on_chosen()

    @Slot()
    def _on_rescan(self) -> None:
        self.rescan_wanted.emit(self._sender_data())

    @Slot()
    def _on_remove(self) -> None:
        self.remove_folder_wanted.emit(self._sender_data())

    def _sender_data(self) -> FolderId | None:
        action = self.sender()
        return action.data() if isinstance(action, QAction) else None
