"""What the screens with one photo on the table have alike: how it opens, and the same keys."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.errors import ExpectedError
from desktop_app.operations.index_folder import MAX_PIXELS
from desktop_app.ui import controls, theme
from desktop_app.ui.canvas.canvas import PhotoCanvas
from desktop_app.ui.screen import Screen, Workbench


class TableScreen(Screen):
    """Shows a photo with its results once it is open, and until then why it is not.

    Keys: B shows the original while held, 1 to 4 another result, Space and Backspace the next and
    the previous face; the others are the canvas's own.
    """

    def __init__(self, bench: Workbench, heading: str, words: str) -> None:
        """What is said before there is a photo."""
        super().__init__(bench)
        self.max_pixels = MAX_PIXELS
        self.empty = controls.EmptyState(self.icon, heading, words, self.tr("Open the library"))
        self._stack = QStackedWidget()

    def lay_out(self, *columns: QWidget, wide: QWidget) -> None:
        """The parts of the table from left to right; `wide` takes the room there is."""
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(theme.GAP_SMALL, 0, theme.GAP_SMALL, theme.GAP_SMALL)
        row.setSpacing(theme.GAP_SMALL)
        for column in columns:
            row.addWidget(column, int(column is wide))
        self._stack.addWidget(self.empty)
        self._stack.addWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        for button in self.findChildren(QAbstractButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take Space away

    # What stands in the photo's place

    def show_table(self) -> None:
        self._stack.setCurrentIndex(1)

    def say_instead(self, icon: str, heading: str, words: str, action: str = "") -> None:
        """Words in place of the photo, and the one thing to do."""
        self.empty.say(icon, heading, words, action)
        self._stack.setCurrentIndex(0)

    def say_opening(self) -> None:
        self.say_instead(
            "photo", self.tr("Opening the photo"), self.tr("A large scan takes a moment.")
        )

    def say_not_opened(self, error: ExpectedError) -> None:
        self.say_instead(
            "offline",
            self.tr("This photo cannot be opened now"),
            str(error),
            self.tr("Try again"),
        )

    # Keys

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("B", self.tr("See the original while held")),
            ("1-4", self.tr("Another result")),
            ("Space, Backspace", self.tr("Next face, previous face")),
            ("Z", self.tr("100 %, and back to the whole photo")),
        ]

    @property
    def table_canvas(self) -> PhotoCanvas:
        """The canvas that takes the keys nobody else wants."""
        raise NotImplementedError

    def hold_original(self, held: bool) -> None:
        """Shows the original as long as it is held."""
        raise NotImplementedError

    def choose_result(self, number: int) -> None:
        """Looks at another result of the face, counted from 0."""
        raise NotImplementedError

    def step(self, way: int) -> None:
        """The next face (1) or the one before (-1)."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_B:
            self.hold_original(True)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Backspace):
            self.step(1 if key == Qt.Key.Key_Space else -1)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self.choose_result(key - Qt.Key.Key_1)
        elif not self.table_canvas.handle_key(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_B and not event.isAutoRepeat():
            self.hold_original(False)
        super().keyReleaseEvent(event)
