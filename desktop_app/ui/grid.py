"""A grid of tiles that fills its width and scrolls without a hitch at any length."""

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop_app.ui import theme

Index = QModelIndex | QPersistentModelIndex


class TileDelegate(QStyledItemDelegate):
    """What all tiles share: the size, the ground, the mark of choice and of focus."""

    def __init__(self, caption_lines: int) -> None:
        super().__init__()
        self.caption_lines = caption_lines
        self.side = 160
        self.cell = QSize(176, 208)

    def line_height(self) -> int:
        return QFontMetrics(theme.font(theme.Type.CAPTION)).height() + 2

    def caption_height(self) -> int:
        return self.caption_lines * self.line_height() + theme.GAP_SMALL

    def frame(self, cell: QRect) -> QRect:
        """Where the picture stands in a cell."""
        left = cell.left() + (cell.width() - self.side) // 2
        return QRect(left, cell.top() + theme.GAP_SMALL, self.side, self.side)

    def paint_line(
        self,
        painter: QPainter,
        frame: QRect,
        which: int,
        text: str,
        ink: str = "text_soft",
        kind: theme.Type = theme.Type.CAPTION,
    ) -> None:
        """One line of the caption, shortened in its middle where it is too long."""
        top = frame.bottom() + 1 + theme.GAP_TINY + which * self.line_height()
        line = QRect(frame.left(), top, frame.width(), self.line_height())
        painter.setFont(theme.font(kind))
        painter.setPen(theme.colour(ink))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.cell

    def paint_marks(self, painter: QPainter, option: QStyleOptionViewItem, frame: QRect) -> None:
        """A chosen tile has a ring and a tick, so that it does not hang on colour alone."""
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(QPen(theme.colour("accent"), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(frame).adjusted(-2, -2, 2, 2), 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(frame).adjusted(-4, -4, 4, 4), 9, 9)


def paint_picture(painter: QPainter, frame: QRect, picture: QPixmap | None, *, fill: bool) -> QRect:
    """Paints a picture into a frame, whole or filling it; where the picture came to lie."""
    if picture is None or picture.isNull():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        return frame
    ratio = painter.device().devicePixelRatio()
    scaled = _scaled(picture, frame.size(), ratio, fill)
    size = scaled.deviceIndependentSize().toSize()
    target = QRect(0, 0, size.width(), size.height())
    target.moveCenter(frame.center())
    if fill:
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(frame), theme.RADIUS, theme.RADIUS)
        painter.setClipPath(shape)
        painter.drawPixmap(target.topLeft(), scaled)
        painter.restore()
        return frame
    painter.drawPixmap(target.topLeft(), scaled)
    return target


_SCALED_KEPT = 600
_scaled_pictures: OrderedDict[tuple[int, int, int, float, bool], QPixmap] = OrderedDict()


def _scaled(picture: QPixmap, room: QSize, ratio: float, fill: bool) -> QPixmap:
    """The picture at the size it is shown at: scaled once, and better than a painter would."""
    key = (picture.cacheKey(), room.width(), room.height(), ratio, fill)
    found = _scaled_pictures.get(key)
    if found is not None:
        _scaled_pictures.move_to_end(key)
        return found
    mode = (
        Qt.AspectRatioMode.KeepAspectRatioByExpanding
        if fill
        else Qt.AspectRatioMode.KeepAspectRatio
    )
    made = picture.scaled(room * ratio, mode, Qt.TransformationMode.SmoothTransformation)
    made.setDevicePixelRatio(ratio)
    _scaled_pictures[key] = made
    if len(_scaled_pictures) > _SCALED_KEPT:
        _scaled_pictures.popitem(last=False)
    return made


class Grid(QListView):
    """Tiles in rows; the tile's side changes a little so that the rows fill the width.

    Signals:
        opened(QModelIndex): Return or a double click.
        chosen_changed(): other tiles are chosen.
    """

    opened = Signal(QModelIndex)
    chosen_changed = Signal()

    def __init__(self, delegate: TileDelegate, wish_side: int, name: str) -> None:
        super().__init__()
        self._delegate = delegate
        self._wish = wish_side
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        # its own ground, so that scrolling moves the pixels there are and paints only the new rows
        self.setObjectName("grid")
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.doubleClicked.connect(self.opened)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.colour("window"))
        painter.end()
        super().paintEvent(event)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        self.fit()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paints again what changed; QListView would lay all tiles out anew for each thumbnail."""
        QAbstractItemView.dataChanged(self, first, last, roles)

    def wish_side(self, side: int) -> None:
        """About how large a tile is to be, in pixels."""
        self._wish = side
        self.fit()

    def fit(self) -> None:
        """Chooses the tile's side so that whole tiles fill the width."""
        # one pixel less: at exactly the width the last tile of a row would wrap
        width = self.viewport().width() - 1
        gap = theme.GAP
        columns = max(1, round(width / (self._wish + gap)))
        self._delegate.side = max(48, width // columns - gap)
        cell = QSize(width // columns, self._delegate.side + self._delegate.caption_height() + gap)
        if cell != self.gridSize():
            self._delegate.cell = cell
            self.setGridSize(cell)
            self.verticalScrollBar().setSingleStep(max(24, cell.height() // 3))

    def resizeEvent(self, event: QResizeEvent) -> None:
        kept = self.indexAt(self.viewport().rect().center())
        super().resizeEvent(event)
        self.fit()
        if kept.isValid() and event.oldSize().width() != event.size().width():
            self.scrollTo(kept, QListView.ScrollHint.PositionAtCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.text().isalnum() and not control:
            event.ignore()  # letters are the screen's keys, not a search among the tiles
            return
        super().keyPressEvent(event)

    def selectionChanged(self, chosen: QItemSelection, left: QItemSelection) -> None:
        super().selectionChanged(chosen, left)
        self.chosen_changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()
