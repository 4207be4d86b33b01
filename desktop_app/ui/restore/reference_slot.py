"""A place for one of the photos that guide: it is swapped by drag or by its menu."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop_app.domain.ids import FaceId
from desktop_app.domain.person import Reference, ReferenceChoice
from desktop_app.ui import controls
from desktop_app.ui.pictures import Pictures
from desktop_app.ui.results.reference_card import ReferenceCard

MIME = "application/x-likeness-face"
_MOST_IN_MENU = 12


class ReferenceSlot(ReferenceCard):
    """A reference that can be pinned, excluded, swapped; Return or the menu key opens its menu.

    Signals:
        swap_wanted(int, FaceId): this photo shall stand in the slot of that number.
        pin_wanted(FaceId), unpin_wanted(FaceId), exclude_wanted(FaceId): the user's choice.
        photo_wanted(PhotoId): show the whole photo.
    """

    swap_wanted = Signal(int, object)
    pin_wanted = Signal(object)
    unpin_wanted = Signal(object)
    exclude_wanted = Signal(object)
    photo_wanted = Signal(object)

    def __init__(self, pictures: Pictures, number: int) -> None:
        super().__init__(pictures, number, beside=True)
        self._others: Sequence[Reference] = ()
        self._pressed: QPoint | None = None
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._more = controls.IconButton("more", self.tr("What to do with this reference"), side=18)
        self._more.setParent(self)
        self._more.clicked.connect(self.open_menu)

    def show_choice(self, reference: Reference | None, others: Sequence[Reference]) -> None:
        """The reference here, and those that could take its place."""
        self._others = others
        self.show_reference(reference)
        self._more.setVisible(reference is not None or bool(others))
        self.setCursor(
            Qt.CursorShape.OpenHandCursor if reference is not None else Qt.CursorShape.ArrowCursor
        )

    def menu(self) -> QMenu:
        """Everything that can be done with this place."""
        menu = QMenu(self)
        reference = self.reference
        if reference is not None:
            if reference.choice is ReferenceChoice.PINNED:
                self._add(menu, self.tr("Unpin"), partial(self._tell, "unpin"))
            else:
                self._add(menu, self.tr("Pin: always use this photo"), partial(self._tell, "pin"))
            self._add(menu, self.tr("Never use this photo"), partial(self._tell, "exclude"))
            self._add(menu, self.tr("Show the whole photo"), self._show_photo)
        swap = menu.addMenu(self.tr("Use another photo"))
        swap.setEnabled(bool(self._others))
        for other in self._others[:_MOST_IN_MENU]:
            action = self._add(swap, other.reason, partial(self._swap, other.face_id))
            picture = self._pictures.face(other.face_id)
            if picture is not None:
                action.setIcon(QIcon(picture))
        return menu

    @Slot()
    def open_menu(self) -> None:
        self.menu().popup(self.mapToGlobal(self._more.geometry().bottomLeft()))

    def _add(self, menu: QMenu, words: str, do: partial[None] | object) -> QAction:
        action = menu.addAction(words)
        action.triggered.connect(do)
        return action

    def _tell(self, what: str, checked: bool = False) -> None:
        if self.reference is not None:
            signals = {
                "pin": self.pin_wanted,
                "unpin": self.unpin_wanted,
                "exclude": self.exclude_wanted,
            }
            signals[what].emit(self.reference.face_id)

    def _show_photo(self, checked: bool = False) -> None:
        if self.reference is not None:
            self.photo_wanted.emit(self.reference.photo_id)

    def _swap(self, face_id: FaceId, checked: bool = False) -> None:
        self.swap_wanted.emit(self.number, face_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self._more.sizeHint()
        self._more.move(self.width() - size.width(), (self.height() - size.height()) // 2)

    def event(self, event: QEvent) -> bool:
        if claims_return(event):
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu):
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    # Drag and drop

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or self.reference is None:
            return
        moved = (event.position().toPoint() - self._pressed).manhattanLength()
        if moved >= QApplication.startDragDistance():
            self._pressed = None
            drag_face(self, self.reference.face_id, self._pictures.face(self.reference.face_id))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
            self._highlight(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._highlight(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._highlight(False)
        face = FaceId(int(bytes(event.mimeData().data(MIME).data())))
        event.acceptProposedAction()
        self.swap_wanted.emit(self.number, face)

    def _highlight(self, on: bool) -> None:
        self.highlighted = on
        self.update()


def claims_return(event: QEvent) -> bool:
    """Takes Return from the screen's shortcut, for a widget that answers to it itself."""
    claimed = (
        event.type() == QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    )
    if claimed:
        event.accept()
    return claimed


def face_mime(face_id: FaceId) -> QMimeData:
    """A face on its way from one place to another."""
    data = QMimeData()
    data.setData(MIME, str(face_id).encode())
    return data


def drag_face(source: QWidget, face_id: FaceId, picture: QPixmap | None) -> None:
    """Lets the user carry a face to a slot."""
    drag = QDrag(source)
    drag.setMimeData(face_mime(face_id))
    if picture is not None:
        small = picture.scaled(
            72,
            72,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        drag.setPixmap(small)
        drag.setHotSpot(QPointF(small.width() / 2, small.height() / 2).toPoint())
    drag.exec(Qt.DropAction.MoveAction)
