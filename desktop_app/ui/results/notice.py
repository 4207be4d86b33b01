"""A strip over a screen's content: what is going on, what is wrong, and the one thing to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from desktop_app.domain.progress import Progress
from desktop_app.ui import controls, theme


class Notice(QFrame):
    """Hidden while there is nothing to say.

    Signals:
        action_wanted(): its button was pressed.
    """

    action_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self._icon = controls.IconLabel("info", "text_soft")
        self._words = controls.label("", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(48)
        self._bar.setMaximumWidth(180)
        self.button = controls.button("", "quiet")
        self.button.clicked.connect(self.action_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.GAP, theme.GAP_TINY, theme.GAP_SMALL, theme.GAP_TINY)
        layout.setSpacing(theme.GAP_SMALL + theme.GAP_TINY)
        layout.addWidget(self._icon)
        layout.addWidget(self._words, 2)
        layout.addWidget(self._bar, 1, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.button)
        self.setMinimumHeight(theme.TARGET + 2 * theme.GAP_TINY)
        self.hide()

    def say(self, icon: str, ink: str, words: str, action: str = "") -> None:
        """Shows words with an icon; `action` is the button's text."""
        self._icon.set_icon(icon, ink)
        self._words.setText(words)
        self._bar.hide()
        self._offer(action)

    def work(self, words: str, action: str = "") -> None:
        """Something is going on; how far is told by `progress`."""
        self._icon.set_icon("jobs", "accent")
        self._words.setText(words)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._offer(action)

    def progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.done)
        self._bar.setAccessibleName(self.tr("Progress"))

    def words(self) -> str:
        return self._words.text()

    def _offer(self, action: str) -> None:
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(self._words.text())
        self.show()
