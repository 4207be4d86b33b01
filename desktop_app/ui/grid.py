"""A grid of tiles that fills its width and scrolls without a hitch at any length."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem

from desktop_app.ui import theme
from desktop_app.ui.tile_layout import TileLayout
from desktop_app.ui.tiles import Index, TileDelegate

_Base = QAbstractItemView


class Grid(QListView):
    """Tiles in rows; the tile's side changes a little so that the rows fill the width.

    All tiles are of one size, so that where one lies is a matter of arithmetic. QListView would
    keep a place for each (205 ms for 50,000, at every new filter and width); it is the base for
    what screen readers know of it, and for nothing else.

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
        self._layout = TileLayout(1, QSize(1, 1), 0)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
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

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        self.fit()

    def wish_side(self, side: int) -> None:
        """About how large a tile is to be, in pixels."""
        self._wish = side
        self.fit()

    def fit(self) -> None:
        """Chooses the tile's side so that whole tiles fill the width."""
        width = self.viewport().width() - 1
        gap = theme.GAP
        columns = max(1, round(width / (self._wish + gap)))
        self._delegate.side = max(48, width // columns - gap)
        cell = QSize(width // columns, self._delegate.side + self._delegate.caption_height() + gap)
        if cell != self.gridSize():
            self._delegate.cell = cell
            self.setGridSize(cell)
        self._layout = TileLayout(columns, cell, self._count())
        self.updateGeometries()
        self.viewport().update()

    def chosen_count(self) -> int:
        """How many tiles are chosen, without listing them."""
        chosen = self.selectionModel().selection()
        return sum(chosen.at(part).height() for part in range(chosen.count()))

    def chosen_rows(self) -> list[int]:
        """Which tiles are chosen, in order."""
        chosen = self.selectionModel().selection()
        parts = map(chosen.at, range(chosen.count()))
        return sorted(row for part in parts for row in range(part.top(), part.bottom() + 1))

    def choose_rows(self, rows: Sequence[int]) -> None:
        """Chooses these tiles, given in order, and no others.

        Those side by side as one part, all parts at once: Qt compares each part that is added
        with all there are, which for ten thousand tiles takes a minute.
        """
        chosen = QItemSelection()
        begins = [at for at in range(len(rows)) if at == 0 or rows[at] != rows[at - 1] + 1]
        for begin, end in pairwise([*begins, len(rows)]):
            chosen.select(self._index(rows[begin]), self._index(rows[end - 1]))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(chosen, flags)

    def shown_rows(self) -> range:
        """The tiles that can be seen."""
        return self._layout.within(self._in_grid(self.viewport().rect()))

    # Where the tiles are

    def _count(self) -> int:
        model = self.model()
        return 0 if model is None else model.rowCount(self.rootIndex())

    def _in_grid(self, seen: QRect) -> QRect:
        return seen.translated(0, self.verticalOffset())

    def _index(self, row: int) -> QModelIndex:
        return self.model().index(row, 0, self.rootIndex())

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        return self._layout.place(index.row()).translated(0, -self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self._layout.at(point + QPoint(0, self.verticalOffset()))
        return QModelIndex() if row is None else self._index(row)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What of it can be seen: thousands may be chosen."""
        region, shown = QRegion(), self.shown_rows()
        for part in map(selection.at, range(selection.count())):
            for row in range(max(part.top(), shown.start), min(part.bottom() + 1, shown.stop)):
                region += self._layout.place(row).translated(0, -self.verticalOffset())
        return region

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Dragged over: the tiles it touches. By keys or a click: all from one to the other."""
        first, last = (
            self._layout.nearest(self._in_grid(QRect(at, at)).topLeft())
            for at in (rect.topLeft(), rect.bottomRight())
        )
        chosen = QItemSelection()
        if first is not None and last is not None:
            if self.state() == QListView.State.DragSelectingState:
                for row, end in self._layout.touched(self._in_grid(rect.normalized())):
                    chosen.select(self._index(row), self._index(end))
            elif rect.size() != QSize(1, 1) or self.indexAt(rect.topLeft()).isValid():
                chosen.select(self._index(min(first, last)), self._index(max(first, last)))
        self.selectionModel().select(chosen, command)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        count = self._count()
        if count == 0:
            return QModelIndex()
        step = QAbstractItemView.CursorAction
        columns = self._layout.columns
        page = columns * max(1, self.viewport().height() // self._layout.cell.height())
        row = max(0, self.currentIndex().row())
        if action == step.MoveHome:
            return self._index(0)
        if action == step.MoveEnd:
            return self._index(count - 1)
        by = {
            step.MoveLeft: -1,
            step.MovePrevious: -1,
            step.MoveRight: 1,
            step.MoveNext: 1,
            step.MoveUp: -columns,
            step.MoveDown: columns,
            step.MovePageUp: -page,
            step.MovePageDown: page,
        }[action]
        return self._index(self._layout.moved(row, by))

    def scrollTo(
        self, index: Index, hint: QListView.ScrollHint = QListView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        bar, height = self.verticalScrollBar(), self.viewport().height()
        place = self._layout.place(index.row())
        top, bottom = place.top(), place.bottom() + 1 - height
        if hint == QListView.ScrollHint.PositionAtTop:
            bar.setValue(top)
        elif hint == QListView.ScrollHint.PositionAtBottom:
            bar.setValue(bottom)
        elif hint == QListView.ScrollHint.PositionAtCenter:
            bar.setValue((top + bottom) // 2)
        elif top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value():
            bar.setValue(min(top, bottom))

    # What changes

    def doItemsLayout(self) -> None:
        self._layout = TileLayout(self._layout.columns, self._layout.cell, self._count())
        _Base.doItemsLayout(self)

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setSingleStep(max(24, self._layout.cell.height() // 3))
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._layout.height() - height))
        _Base.updateGeometries(self)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.scrollDirtyRegion(dx, dy)
        self.viewport().scroll(dx, dy)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Paints again what changed and is seen."""
        _Base.dataChanged(self, first, last, roles)

    def resizeEvent(self, event: QResizeEvent) -> None:
        kept = self.indexAt(self.viewport().rect().center())
        _Base.resizeEvent(self, event)
        self.fit()
        if kept.isValid() and event.oldSize().width() != event.size().width():
            self.scrollTo(kept, QListView.ScrollHint.PositionAtCenter)

    def selectionChanged(self, chosen: QItemSelection, left: QItemSelection) -> None:
        _Base.selectionChanged(self, chosen, left)
        self.chosen_changed.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        _Base.currentChanged(self, current, previous)
        if QAccessible.isActive() and current.isValid() and self.hasFocus():
            said = QAccessibleEvent(self, QAccessible.Event.Focus)
            said.setChild(current.row())
            QAccessible.updateAccessibility(said)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.text().isalnum() and not control:
            event.ignore()  # letters are the screen's keys, not a search among the tiles
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.colour("window"))
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        plain = option.state & ~QStyle.StateFlag.State_HasFocus
        current = self.currentIndex().row() if self.hasFocus() else -1
        chosen = self.selectionModel()
        for row in self._layout.within(self._in_grid(event.rect())):
            index = self._index(row)
            option.rect = self.visualRect(index)
            option.state = plain
            if chosen.isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            if row == current:
                option.state |= QStyle.StateFlag.State_HasFocus
            self._delegate.paint(painter, option, index)
        painter.end()
