"""The grid of faces: square pictures with a line or two of words each."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from desktop_app.domain.ids import FaceId
from desktop_app.ui import resources, theme
from desktop_app.ui.grid import Grid
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import Index, TileDelegate, paint_picture, side_on


@dataclass(frozen=True)
class FaceTile:
    """A face and what is said of it."""

    face_id: FaceId
    caption: str = ""
    second: str = ""
    mark: str = ""  # an icon over the picture: "pin", "star", "warning"
    mark_words: str = ""


class FaceRole(enum.IntEnum):
    ID = Qt.ItemDataRole.UserRole + 1
    TILE = Qt.ItemDataRole.UserRole + 2


class FaceGridModel(QAbstractListModel):
    """The tiles in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[FaceTile] = []
        self._rows_of: dict[FaceId, int] = {}

    def tiles(self) -> Sequence[FaceTile]:
        return self._tiles

    def set_tiles(self, tiles: Sequence[FaceTile]) -> None:
        """Shows other faces; where only words differ, the view stays as it is."""
        if [tile.face_id for tile in tiles] == [tile.face_id for tile in self._tiles]:
            if self._tiles and list(tiles) != self._tiles:
                self._tiles = list(tiles)
                self.dataChanged.emit(self.index(0), self.index(len(tiles) - 1))
            return
        self.beginResetModel()
        self._tiles = list(tiles)
        self._rows_of = {tile.face_id: row for row, tile in enumerate(tiles)}
        self.endResetModel()

    @Slot(object)
    def repaint(self, face_id: FaceId) -> None:
        """Its picture has come."""
        row = self._rows_of.get(face_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._tiles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._tiles):
            return None
        tile = self._tiles[index.row()]
        if role == FaceRole.ID:
            return tile.face_id
        if role == FaceRole.TILE:
            return tile
        if role == Qt.ItemDataRole.DisplayRole:
            return tile.caption
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = ", ".join(part for part in (tile.caption, tile.second, tile.mark_words) if part)
            return said or self.tr("Face {n}").format(n=index.row() + 1)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tile.mark_words or tile.second or None
        return None


class FaceDelegate(TileDelegate):
    """A face that fills its tile, a mark in its corner, words below."""

    def __init__(self, pictures: Pictures, caption_lines: int) -> None:
        super().__init__(caption_lines)
        self._pictures = pictures

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        frame = self.frame(option.rect)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        tile: FaceTile = index.data(FaceRole.TILE)
        picture = self._pictures.face(tile.face_id, side_on(painter, frame))
        paint_picture(painter, frame, picture, fill=True)
        if tile.mark:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("window"))
            painter.drawEllipse(frame.right() - 27, frame.top() + 4, 24, 24)
            mark = resources.pixmap(tile.mark, theme.colour("accent"), 16)
            painter.drawPixmap(frame.right() - 23, frame.top() + 8, mark)
        self.paint_marks(painter, option, frame)
        if self.caption_lines:
            self.paint_line(painter, frame, 0, tile.caption, "text")
        if self.caption_lines > 1:
            self.paint_line(painter, frame, 1, tile.second, "text_soft")


class FaceGrid(Grid):
    """The grid of faces, ready to be used by a screen.

    Signals:
        face_opened(FaceId): Return or a double click on a face.
    """

    face_opened = Signal(object)

    def __init__(
        self, pictures: Pictures, name: str, *, side: int = 128, caption_lines: int = 1
    ) -> None:
        super().__init__(FaceDelegate(pictures, caption_lines), side, name)
        self.faces = FaceGridModel(self)
        self.setModel(self.faces)
        pictures.face_ready.connect(self.faces.repaint)
        self.opened.connect(self._on_opened)

    def chosen_ids(self) -> list[FaceId]:
        """The chosen faces in the grid's order."""
        tiles = self.faces.tiles()
        return [tiles[row].face_id for row in self.chosen_rows()]

    def show_tiles(self, tiles: Sequence[FaceTile]) -> None:
        """Shows other faces and keeps what is chosen and where the grid stands."""
        chosen = set(self.chosen_ids())
        row = self.currentIndex().row()
        top = self.verticalScrollBar().value()
        self.faces.set_tiles(tiles)
        self.doItemsLayout()  # arithmetic: at once, so that the scroll bar is right
        if chosen:
            self.choose_rows([at for at, tile in enumerate(tiles) if tile.face_id in chosen])
        selection = self.selectionModel()
        if row >= 0 and tiles:
            stays = self.faces.index(min(row, len(tiles) - 1))
            selection.setCurrentIndex(stays, selection.SelectionFlag.NoUpdate)
        self.verticalScrollBar().setValue(top)

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self.face_opened.emit(index.data(FaceRole.ID))
