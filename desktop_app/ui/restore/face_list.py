"""The faces of a photo, one under another, each with where it stands."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop_app.domain.ids import FaceId
from desktop_app.ui import resources, theme
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.restore.reading import FaceOnPage, FaceState
from desktop_app.ui.tiles import Index, paint_picture

FACE_ROLE = Qt.ItemDataRole.UserRole + 1
RUNNING_ROLE = Qt.ItemDataRole.UserRole + 2
_ROW, _PICTURE, _SMALL_PICTURE = 80, 56, 44
MARK = 22  # pixels before the words of a state, for their icon
_NARROW = 230  # pixels of the list in which the words take the room there is
_MARKS = {
    FaceState.UNNAMED: ("person", "text_soft"),
    FaceState.NO_REFERENCES: ("no", "text_soft"),
    FaceState.WEAK: ("warning", "warning"),
    FaceState.READY: ("restore", "accent"),
    FaceState.DRAFT: ("compare", "accent"),
    FaceState.ACCEPTED: ("yes", "accent"),
    FaceState.STALE: ("retry", "warning"),
}


_WALKING = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class FaceListModel(QAbstractListModel):
    """The faces from left to right; those being restored say so."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faces: tuple[FaceOnPage, ...] = ()
        self._running: frozenset[FaceId] = frozenset()

    def set_faces(self, faces: Sequence[FaceOnPage]) -> None:
        """Shows other faces; the same faces in another state keep the view as it is."""
        same = [f.face.id for f in faces] == [f.face.id for f in self._faces]
        if not same:
            self.beginResetModel()
        self._faces = tuple(faces)
        if not same:
            self.endResetModel()
        elif faces:
            self._changed()

    def set_running(self, faces: frozenset[FaceId]) -> None:
        if faces != self._running:
            self._running = faces
            self._changed()

    def row_of(self, face_id: FaceId) -> int:
        """-1 where the face is not on this photo."""
        ids = [face.face.id for face in self._faces]
        return ids.index(face_id) if face_id in ids else -1

    @Slot(object)
    def repaint(self, face_id: FaceId) -> None:
        """Its picture has come."""
        row = self.row_of(face_id)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._faces)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._faces):
            return None
        face = self._faces[index.row()]
        if role == FACE_ROLE:
            return face
        if role == RUNNING_ROLE:
            return face.face.id in self._running
        if role == Qt.ItemDataRole.DisplayRole:
            return face.name or self.tr("Somebody")
        if role == Qt.ItemDataRole.StatusTipRole:
            return self._state_words(face)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{face.name or self.tr('Somebody')}, {self._state_words(face)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            why = face.references.why if face.references else ""
            words = [face.name or self.tr("Somebody"), self._state_words(face), why]
            return "\n".join(filter(None, words))
        return None

    def _changed(self) -> None:
        if self._faces:
            self.dataChanged.emit(self.index(0), self.index(len(self._faces) - 1))

    def _state_words(self, face: FaceOnPage) -> str:
        if face.face.id in self._running:
            return self.tr("Being restored")
        if face.state is FaceState.UNNAMED and face.person is not None:
            return self.tr("Not confirmed yet")
        drafts = len(face.versions)
        return {
            FaceState.UNNAMED: self.tr("No name yet"),
            FaceState.NO_REFERENCES: self.tr("No references"),
            FaceState.WEAK: self.tr("Few references"),
            FaceState.READY: self.tr("Ready"),
            FaceState.DRAFT: self.tr("Draft to look at")
            if drafts == 1
            else self.tr("{n} drafts to look at").format(n=drafts),
            FaceState.ACCEPTED: self.tr("Accepted"),
            FaceState.STALE: self.tr("Out of date"),
        }[face.state]


def laid_out(cell: QRect) -> tuple[QRect, QRect]:
    """Where the picture of a face stands in its row, and its words."""
    narrow = cell.width() < _NARROW
    side, gap = (_SMALL_PICTURE, 8) if narrow else (_PICTURE, 12)
    picture = QRect(cell.left() + 20, cell.center().y() - side // 2, side, side)
    left = picture.right() + gap
    return picture, QRect(left, cell.top(), cell.right() - 12 - left, cell.height())


class _FaceDelegate(QStyledItemDelegate):
    def __init__(self, pictures: Pictures, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures = pictures

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: QRect = option.rect
        state = option.state
        face: FaceOnPage = index.data(FACE_ROLE)
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        ground = QRectF(cell).adjusted(8, 3, -8, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.colour("accent_quiet"))
            painter.drawRoundedRect(ground, 8, 8)
            painter.setBrush(theme.colour("accent"))
            painter.drawRoundedRect(QRectF(cell.left() + 8, ground.top() + 12, 3, 50), 1.5, 1.5)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(ground, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 7, 7)
        frame, words = laid_out(cell)
        paint_picture(painter, frame, self._pictures.face(face.face.id), fill=True)
        self._paint_words(painter, words, face, index)
        painter.restore()

    def _paint_words(self, painter: QPainter, room: QRect, face: FaceOnPage, index: Index) -> None:
        left, width, middle = room.left(), room.width(), room.center().y()
        painter.setFont(theme.font(theme.Type.STRONG))
        painter.setPen(theme.colour("text" if face.name else "text_soft"))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, width)
        painter.drawText(
            QRect(left, middle - metrics.height() - 1, width, metrics.height()),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            name,
        )
        running = index.data(RUNNING_ROLE)
        icon, ink = ("jobs", "accent") if running else _MARKS[face.state]
        painter.drawPixmap(left, middle + 4, resources.pixmap(icon, theme.colour(ink), 16))
        painter.setFont(theme.font(theme.Type.CAPTION))
        painter.setPen(theme.colour("text_soft"))
        words = painter.fontMetrics().elidedText(
            index.data(Qt.ItemDataRole.StatusTipRole), Qt.TextElideMode.ElideRight, width - MARK
        )
        painter.drawText(
            QRect(left + MARK, middle + 2, width - MARK, 20),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            words,
        )


class FaceList(QListView):
    """The list itself; Up and Down walk it.

    Signals:
        face_chosen(FaceId): another face is to be worked on.
    """

    face_chosen = Signal(object)

    def __init__(self, pictures: Pictures) -> None:
        super().__init__()
        self.faces = FaceListModel(self)
        self.setModel(self.faces)
        self.setItemDelegate(_FaceDelegate(pictures, self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Faces of this photo"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        pictures.face_ready.connect(self.faces.repaint)
        self.selectionModel().currentChanged.connect(self._on_current)

    def choose(self, face_id: FaceId) -> None:
        """Marks a face; `face_chosen` is emitted where it is another one."""
        row = self.faces.row_of(face_id)
        if row >= 0:
            self.setCurrentIndex(self.faces.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walks the list; all other keys (R, B, Z, Space ...) belong to the screen."""
        if event.key() in _WALKING:
            super().keyPressEvent(event)
        else:
            event.ignore()

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.face_chosen.emit(current.data(FACE_ROLE).face.id)
