"""The application as the system sees it; macOS hands it files to open while it runs."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Elsewhere, "Open with Likeness" names files on the command line; macOS sends an event each.

    Signals:
        handed_over(Path): a photo or a folder is to be opened.
    """

    handed_over = Signal(object)

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))
        self._early: list[Path] | None = []

    def event(self, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent):
            return super().event(event)
        if event.file():
            path = Path(event.file())
            if self._early is None:
                self.handed_over.emit(path)
            else:
                self._early.append(path)
        return True

    def take_early(self) -> list[Path]:
        """What was handed over before there was a window; from now on the signal tells it."""
        early, self._early = self._early, None
        return early or []
