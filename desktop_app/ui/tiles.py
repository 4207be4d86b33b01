"""What stands on a tile of a grid: its picture, the lines below it, the marks of choice."""

from collections import OrderedDict

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

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
    mode = (
        Qt.AspectRatioMode.KeepAspectRatioByExpanding
        if fill
        else Qt.AspectRatioMode.KeepAspectRatio
    )
    size = picture.size().scaled(frame.size(), mode)
    target = QRect(QPoint(), size)
    target.moveCenter(frame.center())
    if fill:
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(frame), theme.RADIUS, theme.RADIUS)
        painter.setClipPath(shape)
        _draw(painter, target, picture, ratio)
        painter.restore()
        return frame
    _draw(painter, target, picture, ratio)
    return target


def side_on(painter: QPainter, frame: QRect) -> int:
    """How large a picture for this frame is to be, in pixels of the device."""
    return round(max(frame.width(), frame.height()) * painter.device().devicePixelRatio())


def _draw(painter: QPainter, target: QRect, picture: QPixmap, ratio: float) -> None:
    """One that came at its size is copied; a larger one is made smaller once, and well."""
    wanted = target.size() * ratio
    off = wanted - picture.size()
    if max(abs(off.width()), abs(off.height())) > 1 and picture.width() > wanted.width():
        picture = _scaled(picture, wanted)
    painter.drawPixmap(target, picture)


_SCALED_KEPT = 200
_scaled_pictures: OrderedDict[tuple[int, int, int], QPixmap] = OrderedDict()


def _scaled(picture: QPixmap, size: QSize) -> QPixmap:
    key = (picture.cacheKey(), size.width(), size.height())
    found = _scaled_pictures.get(key)
    if found is not None:
        _scaled_pictures.move_to_end(key)
        return found
    made = picture.scaled(
        size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    _scaled_pictures[key] = made
    if len(_scaled_pictures) > _SCALED_KEPT:
        _scaled_pictures.popitem(last=False)
    return made
