"""A place in the window's rail: its icon, its name, and how much waits there."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton

from desktop_app.ui import controls, resources, theme

_MOST_SHOWN = 99
_BADGE = 18  # height, in design pixels


class RailButton(QToolButton):
    """One place to go to: its icon, its name, and how much waits there."""

    def __init__(self, icon: str, text: str, keys: str) -> None:
        super().__init__()
        self._icon_name = icon
        self._place = text
        self.setProperty("look", "rail")
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(24, 24))
        self.setText(text)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if keys:
            self.setShortcut(QKeySequence(keys))
            self.setToolTip(f"{text} ({controls.shown_keys(keys)})")
        self._waiting = 0
        self._draw_icon()

    def show_waiting(self, number: int) -> None:
        """How much waits here; said in words, too."""
        self._waiting = number
        words = self.tr("{place}, {n} waiting").format(place=self._place, n=number)
        self.setAccessibleName(words if number else self._place)
        self.update()

    @property
    def waiting(self) -> int:
        return self._waiting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._waiting:
            return
        words = str(self._waiting) if self._waiting <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(theme.Type.CAPTION))
        metrics = painter.fontMetrics()
        height = max(_BADGE, metrics.height())
        width = max(height, metrics.horizontalAdvance(words) + 10)
        badge = QRectF(min(self.width() / 2 + 6, self.width() - width - 2), 4, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setPen(theme.colour("on_accent"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        self.setIcon(
            resources.icon(self._icon_name, theme.colour("text_soft"), theme.colour("accent"))
        )
