"""The grid of named people: a face, a name, what waits, and how well they can be restored."""

import enum
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from desktop_app.domain.ids import FaceId, PersonId
from desktop_app.operations.choose_references import WANTED
from desktop_app.ui import resources, theme, words
from desktop_app.ui.grid import Grid
from desktop_app.ui.people.people_reading import PersonTile
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.tiles import Index, TileDelegate, paint_picture, side_on


class PersonRole(enum.IntEnum):
    ID = Qt.ItemDataRole.UserRole + 1
    TILE = Qt.ItemDataRole.UserRole + 2


class PeopleModel(QAbstractListModel):
    """Named people in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[PersonTile] = []
        self._rows_of: dict[FaceId, int] = {}

    def set_tiles(self, tiles: Sequence[PersonTile]) -> None:
        """Shows other people; where only counts differ, the view stays as it is."""
        same = [t.summary.person.id for t in tiles] == [t.summary.person.id for t in self._tiles]
        if not same:
            self.beginResetModel()
        self._tiles = list(tiles)
        self._rows_of = {
            tile.summary.cover: row
            for row, tile in enumerate(tiles)
            if tile.summary.cover is not None
        }
        if not same:
            self.endResetModel()
        elif tiles:
            self.dataChanged.emit(self.index(0), self.index(len(tiles) - 1))

    @Slot(object)
    def repaint(self, face_id: FaceId) -> None:
        """A cover has come."""
        row = self._rows_of.get(face_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._tiles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._tiles):
            return None
        tile = self._tiles[index.row()]
        if role == PersonRole.ID:
            return tile.summary.person.id
        if role == PersonRole.TILE:
            return tile
        if role == Qt.ItemDataRole.DisplayRole:
            return tile.summary.person.name
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(tile)
        return None

    def _words(self, tile: PersonTile) -> str:
        summary = tile.summary
        said = [
            summary.person.name,
            words.counted(summary.confirmed, self.tr("1 photo"), self.tr("{n} photos")),
            self.tr("{n} of {wanted} references").format(n=tile.references, wanted=WANTED),
        ]
        if summary.suggested:
            said.append(
                words.counted(
                    summary.suggested,
                    self.tr("1 suggestion waits"),
                    self.tr("{n} suggestions wait"),
                )
            )
        return ", ".join(said)


class PersonDelegate(TileDelegate):
    """Cover, badge of waiting suggestions, name, photos, and the gauge of references."""

    def __init__(self, pictures: Pictures) -> None:
        super().__init__(caption_lines=2)
        self._pictures = pictures

    def caption_height(self) -> int:
        return super().caption_height() + theme.GAP_SMALL + theme.GAP_TINY

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        frame = self.frame(option.rect)
        tile: PersonTile = index.data(PersonRole.TILE)
        summary = tile.summary
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        cover = (
            None
            if summary.cover is None
            else self._pictures.face(summary.cover, side_on(painter, frame))
        )
        paint_picture(painter, frame, cover, fill=True)
        if summary.cover is None:
            icon = resources.pixmap("person", theme.colour("text_soft"), 48)
            painter.drawPixmap(frame.center().x() - 24, frame.center().y() - 24, icon)
        if summary.suggested:
            self._paint_badge(painter, frame, words.number(summary.suggested))
        self.paint_marks(painter, option, frame)
        self._paint_gauge(painter, frame, tile.references)
        below = frame.translated(0, theme.GAP_SMALL + theme.GAP_TINY)
        self.paint_line(painter, below, 0, summary.person.name, "text", theme.Type.STRONG)
        life = words.life_words(summary.person)
        photos = words.counted(summary.confirmed, self.tr("1 photo"), self.tr("{n} photos"))
        second = f"{life} · {photos}" if life else photos
        self.paint_line(painter, below, 1, second)

    def _paint_badge(self, painter: QPainter, frame: QRect, text: str) -> None:
        font = theme.font(theme.Type.CAPTION)
        font.setBold(True)
        metrics = QFontMetrics(font)
        width = max(24, metrics.horizontalAdvance(text) + 14)
        badge = QRectF(frame.right() - width - 5, frame.top() + 6, width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(badge, 12, 12)
        painter.setFont(font)
        painter.setPen(theme.colour("on_accent"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_gauge(self, painter: QPainter, frame: QRect, references: int) -> None:
        """Four bars below the picture: as many full ones as there are references."""
        gap = theme.GAP_TINY
        width = (frame.width() - (WANTED - 1) * gap) / WANTED
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(WANTED):
            bar = QRectF(frame.left() + place * (width + gap), frame.bottom() + 7, width, 4)
            painter.setBrush(theme.colour("accent" if place < references else "line"))
            painter.drawRoundedRect(bar, 2, 2)


class PeopleGrid(Grid):
    """The grid of people.

    Signals:
        person_opened(PersonId): Return or a click.
    """

    person_opened = Signal(object)

    def __init__(self, pictures: Pictures, name: str) -> None:
        super().__init__(PersonDelegate(pictures), 168, name)
        self.people = PeopleModel(self)
        self.setModel(self.people)
        self.setSelectionMode(Grid.SelectionMode.SingleSelection)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        pictures.face_ready.connect(self.people.repaint)
        self.opened.connect(self._on_opened)
        self.clicked.connect(self._on_opened)

    def person_at(self, index: QModelIndex) -> PersonId:
        person_id: PersonId = index.data(PersonRole.ID)
        return person_id

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self.person_opened.emit(self.person_at(index))
