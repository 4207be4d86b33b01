"""The window: a rail to go by, a header that says where one is, the screens, the work going on."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QFontMetrics, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.changes import CatalogChanges
from desktop_app.ui import controls, resources, theme
from desktop_app.ui.keys_sheet import KeysSheet
from desktop_app.ui.rail_button import RailButton
from desktop_app.ui.screen import Screen

RAIL_WIDTH = 88


class MainWindow(QMainWindow):
    """Holds the screens and the way between them; knows nothing of what they do.

    Signals:
        closing(): the user closes the window; whoever holds workers stops them now.
        undo_wanted(): Ctrl+Z, wherever the user is.
        add_folder_wanted(): Ctrl+O.
    """

    closing = Signal()
    undo_wanted = Signal()
    add_folder_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Likeness")
        self.setWindowIcon(resources.app_icon())
        self.resize(1320, 860)
        self.setMinimumSize(860, 600)
        self._screens: dict[str, Screen] = {}
        self._rail_buttons: dict[str, RailButton] = {}
        self._roots: set[str] = set()  # places where every way begins anew
        self._way: list[tuple[str, Any]] = []
        self._header_widgets: list[QWidget] = []
        self._before_closing: Callable[[], bool] | None = None

        page = QWidget()
        page.setObjectName("page")
        self.setCentralWidget(page)
        outer = QHBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._rail_frame = self._make_rail()
        outer.addWidget(self._rail_frame)
        right = QVBoxLayout()
        right.setSpacing(0)
        self._header_frame = self._make_header()
        right.addWidget(self._header_frame)
        self.stack = QStackedWidget()
        right.addWidget(self.stack, 1)
        self._below = right
        outer.addLayout(right, 1)

        for keys, wish in ((QKeySequence.StandardKey.Undo, self.undo_wanted),):
            QShortcut(QKeySequence(keys), self).activated.connect(wish)
        QShortcut(QKeySequence("Ctrl+O"), self).activated.connect(self.add_folder_wanted)
        QShortcut(QKeySequence("Alt+Left"), self).activated.connect(self.back)
        QShortcut(QKeySequence("?"), self).activated.connect(self.show_keys)
        QShortcut(QKeySequence("F1"), self).activated.connect(self.show_keys)
        QShortcut(QKeySequence("Ctrl+Q"), self).activated.connect(self.close)

    def _make_rail(self) -> QFrame:
        rail = QFrame()
        rail.setObjectName("rail")
        # the names of the places stay whole at every text size
        letters = QFontMetrics(theme.font(theme.Type.CAPTION)).averageCharWidth()
        rail.setFixedWidth(max(RAIL_WIDTH, 12 * letters))
        self._rail = QVBoxLayout(rail)
        self._rail.setContentsMargins(8, 12, 8, 12)
        self._rail.setSpacing(4)
        self._rail_low = QVBoxLayout()
        self._rail_low.setSpacing(4)
        self._rail.addStretch()
        self._rail.addLayout(self._rail_low)
        return rail

    def _make_header(self) -> QFrame:
        header = QFrame()
        header.setProperty("look", "bar")
        header.setFixedHeight(64)
        self._header = QHBoxLayout(header)
        self._header.setContentsMargins(theme.GAP_LARGE, 0, theme.GAP_LARGE, 0)
        self._header.setSpacing(theme.GAP_SMALL)
        self._back = controls.IconButton("back", self.tr("Back"))
        self._back.clicked.connect(self.back)
        self._header.addWidget(self._back)
        self._title = controls.label("", "heading")
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._header.addWidget(self._title, 1)
        return header

    # Joining

    def add_screen(
        self, screen: Screen, *, rail: str = "", keys: str = "", low: bool = False
    ) -> None:
        """Takes a screen in; with `rail`, its name there, it can be gone to from everywhere."""
        self._screens[screen.key] = screen
        self.stack.addWidget(screen)
        screen.go_wanted.connect(self.go)
        screen.back_wanted.connect(self.back)
        screen.title_changed.connect(self._on_title)
        if rail:
            self._roots.add(screen.key)
            self.add_place(screen, rail, keys, low=low)

    def add_place(self, screen: Screen, name: str, keys: str = "", *, low: bool = False) -> None:
        """A place in the rail for a screen that may also be a step on another way."""
        button = RailButton(screen.icon, name, keys)
        button.setProperty("goes_to", screen.key)
        button.clicked.connect(self._on_rail)
        self._rail_buttons[screen.key] = button
        if low:
            self._rail_low.addWidget(button)
        else:
            self._rail.insertWidget(self._rail.count() - 2, button)

    def show_waiting(self, key: str, number: int) -> None:
        """How much waits at a place of the rail."""
        self._rail_buttons[key].show_waiting(number)

    def add_strip(self, strip: QWidget) -> None:
        """Something that stands below every screen."""
        self._below.addWidget(strip)

    @property
    def shown(self) -> Screen | None:
        """The screen in front."""
        widget = self.stack.currentWidget()
        return widget if isinstance(widget, Screen) else None

    def ask_before_closing(self, ask: Callable[[], bool]) -> None:
        """`ask` returns False to keep the window open."""
        self._before_closing = ask

    # The way

    @Slot(str, object)
    def go(self, key: str, subject: object = None) -> None:
        """Shows the screen called `key` for `subject`."""
        self._go(key, subject, anew=key in self._roots)

    def _go(self, key: str, subject: object, *, anew: bool) -> None:
        if self.shown is not None and not self.shown.may_leave():
            return
        if anew:
            self._way = []
        elif self._way and self._way[-1][0] == key:
            self._way.pop()  # the next photo is no step deeper
        self._way.append((key, subject))
        self._show(key, subject)

    @Slot()
    def back(self) -> None:
        """Shows the screen before."""
        if len(self._way) < 2 or (self.shown is not None and not self.shown.may_leave()):
            return
        self._way.pop()
        key, subject = self._way[-1]
        self._show(key, None if key in self._roots else subject)

    def _show(self, key: str, subject: object) -> None:
        screen = self._screens[key]
        screen.show_subject(subject)
        self.stack.setCurrentWidget(screen)
        for name, button in self._rail_buttons.items():
            button.setChecked(name == self._way[0][0])
        for widget in self._header_widgets:
            self._header.removeWidget(widget)
            widget.setParent(screen)
            widget.hide()
        self._header_widgets = screen.header_widgets()
        for widget in self._header_widgets:
            self._header.addWidget(widget)
            widget.show()
        self._back.setVisible(len(self._way) > 1)
        self._rail_frame.setVisible(key != "start")
        self._title.setText(screen.title())
        self._header_frame.setVisible(key != "start")
        screen.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_title(self, title: str) -> None:
        if self.sender() is self.shown:
            self._title.setText(title)

    @Slot()
    def _on_rail(self) -> None:
        self._go(self.sender().property("goes_to"), None, anew=True)
        self._mark_rail()

    def _mark_rail(self) -> None:
        for name, button in self._rail_buttons.items():
            button.setChecked(bool(self._way) and name == self._way[0][0])

    @Slot(object, object)
    def refresh(self, changes: CatalogChanges, _initiator: object = None) -> None:
        """Tells every screen that the catalog has changed."""
        for screen in self._screens.values():
            screen.refresh(changes)

    @Slot()
    def show_keys(self) -> None:
        """The sheet of keys, for the screen in front."""
        here = self.shown
        sheet = KeysSheet(
            here.title() if here else "", here.shortcuts() if here else [], self._keys(), self
        )
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def _keys(self) -> list[tuple[str, str]]:
        return [
            *((button.shortcut().toString(), button.text()) for button in self._places()),
            ("Ctrl+O", self.tr("Add a folder")),
            ("Ctrl+Z", self.tr("Undo the last decision")),
            ("Esc", self.tr("Back, without loss")),
            ("?", self.tr("This sheet")),
            ("Ctrl+Q", self.tr("Close the window")),
        ]

    def _places(self) -> list[RailButton]:
        return [button for button in self._rail_buttons.values() if button.shortcut().toString()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._before_closing is not None and not self._before_closing():
            event.ignore()
            return
        self.closing.emit()
        event.accept()
