"""What the window says in passing: notices, errors, and the report of a crash."""

import logging

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop_app.domain.errors import ExpectedError
from desktop_app.ui import controls, theme
from desktop_app.ui.crash import CrashDialog

_SHOWN_MS = 6_000
_ABOVE_EDGE = 72  # clear of the strip that shows the work going on
_log = logging.getLogger(__name__)


class Toast(QFrame):
    """One notice over the lower edge of the window; errors stay until they are closed.

    Signals:
        action_chosen(): the button beside the words was pressed.
        closed(): it goes away.
    """

    action_chosen = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget, icon: str, ink: str, words: str, action: str) -> None:
        super().__init__(parent)
        self.setProperty("look", "toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP, theme.GAP_SMALL, theme.GAP_SMALL, theme.GAP_SMALL)
        layout.setSpacing(theme.GAP_SMALL + theme.GAP_TINY)
        layout.addWidget(controls.IconLabel(icon, ink))
        self.words = controls.label(words, wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(self.words, 1)
        if action:
            self.action = controls.button(action, "quiet")
            self.action.clicked.connect(self.action_chosen)
            self.action.clicked.connect(self.leave)
            layout.addWidget(self.action)
        close = controls.IconButton("close", self.tr("Close this notice"), side=16)
        close.clicked.connect(self.leave)
        layout.addWidget(close)
        self.setAccessibleName(words)

    @Slot()
    def leave(self) -> None:
        self.hide()
        self.closed.emit()
        self.deleteLater()


class Messages(QObject):
    """Says things over the lower edge of `window`, the newest in place of the one before.

    Signals:
        undo_wanted(): "Undo" was pressed in a notice.
    """

    undo_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.toast: Toast | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        window.installEventFilter(self)

    @Slot(str)
    def say(self, words: str) -> Toast:
        """A notice that something was done; it goes by itself."""
        return self._show("yes", "accent", words, "", _SHOWN_MS)

    @Slot(str)
    def say_with_undo(self, words: str) -> Toast:
        """A notice of a decision, with its undoing beside it."""
        toast = self._show("yes", "accent", words, self.tr("Undo"), _SHOWN_MS)
        toast.action_chosen.connect(self.undo_wanted)
        return toast

    def offer(self, words: str, action: str) -> Toast:
        """A notice with one thing to do about it: connect `action_chosen` of what returns."""
        return self._show("info", "text_soft", words, action, 0)

    @Slot(object)
    def show_error(self, error: Exception) -> None:
        """An expected error is said in its own words; anything else is our bug."""
        if isinstance(error, ExpectedError):
            _log.info("said to the user: %s", type(error).__name__)
            self._show("warning", "warning", str(error), "", 0)
            return
        _log.error("a job failed", exc_info=error)
        CrashDialog.show_for(error, self._window)

    @Slot()
    def clear(self) -> None:
        """Takes the notice away."""
        if self.toast is not None:
            self.toast.leave()

    def _show(self, icon: str, ink: str, words: str, action: str, shown_ms: int) -> Toast:
        self.clear()
        self.toast = Toast(self._window, icon, ink, words, action)
        self.toast.closed.connect(self._forget)
        self._place()
        self.toast.show()
        self.toast.raise_()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._window, words))
        if shown_ms:
            # old eyes read slowly: longer words stay longer
            self._timer.start(shown_ms + 40 * len(words))
        else:
            self._timer.stop()
        return self.toast

    @Slot()
    def _forget(self) -> None:
        self.toast = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.toast is not None:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        assert self.toast is not None
        width = min(640, self._window.width() - 2 * theme.GAP_LARGE)
        self.toast.setFixedWidth(width)
        height = self.toast.heightForWidth(width)
        self.toast.resize(width, height)
        self.toast.move(
            (self._window.width() - width) // 2, self._window.height() - height - _ABOVE_EDGE
        )
