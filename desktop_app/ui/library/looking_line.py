"""One line of how far the folders are looked through: done and left, what, pause and resume."""

from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app.ui import controls, theme, words


class LookingShown(Protocol):
    """What of `looking.LookingState` is shown."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def what(self) -> str: ...
    @property
    def paused(self) -> bool: ...
    @property
    def closer(self) -> bool: ...


class LookingLine(QWidget):
    """Hidden while nothing is looked at, and where its room is needed.

    Signals:
        pause_wanted(), resume_wanted(): the button was pressed.
    """

    pause_wanted = Signal()
    resume_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state: LookingShown | None = None
        self._has_room = True
        self._paused = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP, 0, 0, 0)
        layout.setSpacing(theme.GAP_SMALL)
        self.pause = controls.button(self.tr("Pause"), "quiet", icon="pause")
        self.resume = controls.button(self.tr("Resume"), "quiet", icon="play")
        self.pause.clicked.connect(self.pause_wanted)
        self.resume.clicked.connect(self.resume_wanted)
        self._words = controls.label("", "soft")
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for widget in (self.pause, self.resume):
            layout.addWidget(widget)
        layout.addWidget(self._words, 1)
        self.hide()

    def show_state(self, state: LookingShown | None) -> None:
        self._state = state
        self._show()

    def set_room(self, has_room: bool) -> None:
        """Without room (photos are chosen, and what can be done with them stands here)."""
        self._has_room = has_room
        self._show()

    def said(self) -> str:
        """The whole sentence, as a screen reader has it."""
        state = self._state
        if state is None:
            return ""
        if state.total is None:
            return self.tr("Looking for photos: {n} so far").format(n=words.number(state.done))
        left = words.number(max(0, state.total - state.done))
        if state.closer:
            said = self.tr("All photos are read. Looking closer for small faces: {left} left")
            said = said.format(left=left)
        else:
            said = self.tr("{done} of {total} looked at, {left} left").format(
                done=words.number(state.done), total=words.number(state.total), left=left
            )
        if state.paused:
            return self.tr("Paused: {said}").format(said=said)
        return f"{said} · {words.shown(state.what)}" if state.what else said

    def _show(self) -> None:
        state = self._state
        busy = state is not None and (state.total is None or state.total > 0)
        self.setVisible(busy and self._has_room)
        if state is None:
            return
        focused = self.pause.hasFocus() or self.resume.hasFocus()
        self.pause.setVisible(not state.paused)
        self.resume.setVisible(state.paused)
        if focused and state.paused != self._paused:
            (self.resume if state.paused else self.pause).setFocus()
        self._paused = state.paused
        self._words.setText(self.said())
