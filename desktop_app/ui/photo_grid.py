"""The grid of photos: ids in order, a row and a thumbnail fetched when they are painted."""

import enum
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import PhotoId
from desktop_app.domain.photo import Photo, PhotoState
from desktop_app.domain.progress import Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane
from desktop_app.ui import resources, theme, words
from desktop_app.ui.grid import Grid
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import Index, TileDelegate, paint_picture, side_on

ReadRows = Callable[[Sequence[PhotoId]], Sequence[Photo]]
_ROWS_AT_ONCE = 128
_ROWS_KEPT = 5_000


class PhotoRole(enum.IntEnum):
    ID = Qt.ItemDataRole.UserRole + 1
    PHOTO = Qt.ItemDataRole.UserRole + 2


class PhotoGridModel(QAbstractListModel):
    """Photos by their ids; what is known of a photo comes a moment after it is first asked for.

    Signals:
        looks_changed([PhotoId]): these were looked at, or read again, since they were last read.
        rows_read(): more is known of the photos that are painted.
    """

    looks_changed = Signal(object)
    rows_read = Signal()

    def __init__(self, runner: JobRunner, read: ReadRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._read = read
        self._ids: list[PhotoId] = []
        self._painted: dict[PhotoId, int] = {}  # the rows that were asked for, by their photos
        self._known: OrderedDict[PhotoId, Photo] = OrderedDict()
        self._outdated: set[PhotoId] = set()  # known, but to be read again when painted
        self._wanted: dict[PhotoId, None] = {}
        self._coming: list[PhotoId] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fetch)

    def ids(self) -> Sequence[PhotoId]:
        """The photos in order."""
        return self._ids

    def set_ids(self, ids: Sequence[PhotoId]) -> None:
        """Shows other photos, or the same ones in another order."""
        if ids == self._ids:
            return
        self.beginResetModel()
        self._ids = list(ids)
        self._painted = {}
        self.endResetModel()

    def known(self, photo_id: PhotoId) -> Photo | None:
        """What is known of a photo already."""
        return self._known.get(photo_id)

    def refresh(self, changes: CatalogChanges) -> None:
        """Reads changed photos again when they are next painted; what was known stays till then.

        While a folder is looked through it is told as a whole: its waiting photos may wait no more.
        """
        if changes.everything:
            self._outdated.update(self._known)
        else:
            self._outdated.update(changes.photos & self._known.keys())
        if changes.folders:
            self._outdated.update(
                photo.id for photo in self._known.values() if photo.state is PhotoState.FOUND
            )
        self.repaint_all()

    def repaint_all(self) -> None:
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    @Slot(object)
    def repaint(self, photo_id: PhotoId) -> None:
        """Its thumbnail has come."""
        row = self._painted.get(photo_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        photo_id = self._ids[index.row()]
        if role == PhotoRole.ID:
            return photo_id
        if role not in (
            PhotoRole.PHOTO,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        self._painted[photo_id] = index.row()
        photo = self._photo(photo_id)
        if role == PhotoRole.PHOTO:
            return photo
        if photo is None:
            return ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.tooltip(photo.reason or words.photo_name(photo))
        date = words.date_words(photo.taken)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (words.photo_name(photo), date) if part)
        return date or words.photo_name(photo)

    def _photo(self, photo_id: PhotoId) -> Photo | None:
        photo = self._known.get(photo_id)
        if photo is None or photo_id in self._outdated:
            self._wanted[photo_id] = None
            if not self._coming and not self._soon.isActive():
                self._soon.start()
        return photo

    @Slot()
    def _fetch(self) -> None:
        if self._coming or not self._wanted:
            return
        newest = [self._wanted.popitem()[0] for _ in range(min(_ROWS_AT_ONCE, len(self._wanted)))]
        self._wanted.clear()  # what is still seen asks again when it is painted again
        self._coming = newest
        self._outdated.difference_update(newest)
        job = Job(self.tr("Photos"), partial(_read_rows, self._read, newest), quiet=True)
        job.succeeded.connect(self._on_rows)
        job.failed.connect(self._on_failed)
        self._runner.submit(Lane.READ, job)

    @Slot(object)
    def _on_rows(self, photos: Sequence[Photo]) -> None:
        asked, self._coming = self._coming, []
        changed = []
        for photo in photos:
            before = self._known.pop(photo.id, None)
            if before is not None and _looks(before) != _looks(photo):
                changed.append(photo.id)
            self._known[photo.id] = photo
        while len(self._known) > _ROWS_KEPT:
            self._outdated.discard(self._known.popitem(last=False)[0])
        if changed:
            self.looks_changed.emit(changed)
        self.rows_read.emit()
        rows = sorted(row for row in map(self._painted.get, asked) if row is not None)
        if rows:
            self.dataChanged.emit(self.index(rows[0]), self.index(rows[-1]))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._coming = []
        raise error


def _looks(photo: Photo) -> tuple[PhotoState, str, int]:
    """What its small picture depends on."""
    return photo.state, photo.content_hash, photo.turned


def _read_rows(read: ReadRows, ids: Sequence[PhotoId], _report: Report) -> Sequence[Photo]:
    return read(ids)


class PhotoDelegate(TileDelegate):
    """A whole photo on its tile, and one line of when it was taken."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(caption_lines=1)
        self._pictures = pictures

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        frame = self.frame(option.rect)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        photo_id = index.data(PhotoRole.ID)
        photo: Photo | None = index.data(PhotoRole.PHOTO)
        picture = self._pictures.photo(photo_id, side_on(painter, frame))
        place = paint_picture(painter, frame, picture, fill=False)
        if picture is None:
            self._paint_why(painter, frame, photo, self._pictures.photo_failed(photo_id))
        self.paint_marks(painter, option, place)
        self.paint_line(painter, frame, 0, index.data() or "", "text_soft")

    def _paint_why(
        self, painter: QPainter, frame: QRect, photo: Photo | None, no_picture: bool
    ) -> None:
        if photo is None:
            return
        if photo.state is PhotoState.FAILED:
            icon, why = "warning", self.tr("Cannot be read")
        elif photo.state is PhotoState.MISSING:
            icon, why = "offline", self.tr("Not there now")
        elif photo.state is PhotoState.FOUND:
            icon, why = "photo", self.tr("Waiting")
        elif no_picture:
            icon, why = "photo", self.tr("No preview")
        else:
            return
        mark = resources.pixmap(icon, theme.colour("text_soft"), 32)
        centre = frame.center()
        painter.drawPixmap(centre.x() - 16, centre.y() - 28, mark)
        painter.setFont(theme.font(theme.Type.CAPTION))
        painter.setPen(theme.colour("text_soft"))
        line = QRect(frame.left(), centre.y() + 12, frame.width(), 40)
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, why)


class PhotoGrid(Grid):
    """The grid of photos, ready to be used by a screen.

    Signals:
        photo_opened(PhotoId): Return or a double click on a photo.
    """

    photo_opened = Signal(object)

    def __init__(self, runner: JobRunner, read: ReadRows, pictures: Pictures, name: str) -> None:
        super().__init__(PhotoDelegate(pictures), 184, name)
        self.photos = PhotoGridModel(runner, read, self)
        self.setModel(self.photos)
        pictures.photo_ready.connect(self.photos.repaint)
        self.photos.looks_changed.connect(pictures.renew)
        self.opened.connect(self._on_opened)

    def chosen_ids(self) -> list[PhotoId]:
        """The chosen photos in the grid's order."""
        ids = self.photos.ids()
        return [ids[row] for row in self.chosen_rows()]

    def show_ids(self, ids: Sequence[PhotoId]) -> None:
        """Shows other photos and keeps what is chosen and where the grid stands."""
        if ids == self.photos.ids():
            return
        chosen = set(self.chosen_ids())
        current = self.currentIndex().data(PhotoRole.ID)
        top = self.verticalScrollBar().value()
        self.photos.set_ids(ids)
        self.doItemsLayout()  # arithmetic: at once, so that the scroll bar is right
        if chosen:
            self.choose_rows([row for row, photo_id in enumerate(ids) if photo_id in chosen])
        if current in ids:
            stays = self.photos.index(ids.index(current))
            selection = self.selectionModel()
            selection.setCurrentIndex(stays, selection.SelectionFlag.NoUpdate)
        self.verticalScrollBar().setValue(top)

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self.photo_opened.emit(index.data(PhotoRole.ID))
