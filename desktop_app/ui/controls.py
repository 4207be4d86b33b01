"""The few controls that every screen is made of, so that all look and speak alike."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui import resources, theme


def label(text: str, look: str = "", *, wrap: bool = False) -> QLabel:
    """A text; `look` is one of caption, soft, strong, title, heading, display, badge, chip, key."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if look:
        made.setProperty("look", look)
    made.setWordWrap(wrap)
    return made


def set_look(widget: QWidget, look: str) -> None:
    """Changes a widget's look after it was shown."""
    widget.setProperty("look", look)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(text: str, look: str = "", *, icon: str = "", keys: str = "") -> QPushButton:
    """A button; `look` is "", primary, quiet, danger or filter (a round one that stays down)."""
    made = _IconPushButton(text, icon, look)
    if keys:
        made.setShortcut(QKeySequence(keys))
        made.setToolTip(f"{text} ({shown_keys(keys)})")
    return made


def shown_keys(keys: str) -> str:
    """A shortcut in the words of this system."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class _IconPushButton(QPushButton):
    def __init__(self, text: str, icon: str, look: str) -> None:
        super().__init__(text)
        self._icon_name = icon
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(18, 18))
        if look:
            self.setProperty("look", look)
        if look == "filter":
            self.setCheckable(True)
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        if self._icon_name:
            inks = {"primary": "on_accent", "danger": "danger"}
            ink = inks.get(str(self.property("look")), "text")
            self.setIcon(resources.icon(self._icon_name, theme.colour(ink)))


class IconButton(QToolButton):
    """A button that shows an icon; its text is its tooltip and its accessible name."""

    def __init__(
        self, icon: str, text: str, *, keys: str = "", side: int = 20, checkable: bool = False
    ) -> None:
        super().__init__()
        self._icon_name = icon
        self.setIconSize(QSize(side, side))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(checkable)
        self.set_words(text, keys)
        self._draw_icon()

    def set_words(self, text: str, keys: str = "") -> None:
        if keys:
            self.setShortcut(QKeySequence(keys))
        self.setToolTip(f"{text} ({shown_keys(keys)})" if keys else text)
        self.setAccessibleName(text)

    def set_icon(self, icon: str) -> None:
        self._icon_name = icon
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        self.setIcon(resources.icon(self._icon_name, theme.colour("text"), theme.colour("accent")))


class IconLabel(QLabel):
    """An icon that cannot be clicked, in one colour of the palette."""

    def __init__(self, icon: str, ink: str = "text_soft", side: int = 20) -> None:
        super().__init__()
        self._icon_name, self._ink, self._side = icon, ink, side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def set_icon(self, icon: str, ink: str) -> None:
        self._icon_name, self._ink = icon, ink
        self._draw_icon()

    def _draw_icon(self) -> None:
        self.setPixmap(resources.pixmap(self._icon_name, theme.colour(self._ink), self._side))


class SearchBox(QLineEdit):
    """A field to search in; Escape empties it."""

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(False)
        self.setTextMargins(26, 0, 0, 0)
        self._mark = IconLabel("search", "text_soft", 16)
        self._mark.setParent(self)
        self._mark.move(10, 10)

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


class NumberBox(QSpinBox):
    """A field for a whole number; its digits stand as far from the edge as other fields' words."""

    def __init__(self, name: str, least: int = 0, most: int = 99) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setAccessibleName(name)
        self.lineEdit().setTextMargins(7, 0, 0, 0)  # the stylesheet's padding does not reach it


class EmptyState(QWidget):
    """What a screen shows when there is nothing yet: an icon, a heading, a way onward.

    Signals:
        wished(): the button was pressed.
    """

    wished = Signal()

    def __init__(self, icon: str, heading: str, words: str, button_text: str = "") -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GAP_HUGE, theme.GAP_HUGE, theme.GAP_HUGE, theme.GAP_HUGE)
        layout.setSpacing(theme.GAP_SMALL)
        layout.addStretch(2)
        self._icon = IconLabel(icon, "text_soft", 48)
        self._icon.setAccessibleName(heading)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(theme.GAP_SMALL)
        self._heading = label(heading, "title", wrap=True)
        self._heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._heading)
        self._words = label(words, "soft", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._words.setMinimumWidth(320)
        self._words.setMaximumWidth(460)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._words, 1)
        row.addStretch()
        layout.addLayout(row)
        layout.addSpacing(theme.GAP)
        self.button = button(button_text, "primary")
        if not button_text:
            self.button.hide()
        self.button.clicked.connect(self.wished)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def say(self, icon: str, heading: str, words: str, button_text: str = "") -> None:
        """Shows another state in the same place."""
        self._icon.set_icon(icon, "text_soft")
        self._icon.setAccessibleName(heading)
        self._heading.setText(heading)
        self._words.setText(words)
        self.button.setText(button_text)
        self.button.setVisible(bool(button_text))


class Card(QFrame):
    """A quiet surface that holds things which belong together; `body` is its layout."""

    def __init__(self, margin: int = theme.GAP) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(theme.GAP_SMALL)


def emptied(layout: QLayout) -> None:
    """Takes every widget out of a layout, for good."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def line() -> QFrame:
    """A hairline between two parts."""
    made = QFrame()
    made.setProperty("look", "line")
    return made


def row(*widgets: QWidget | None, spacing: int = theme.GAP_SMALL) -> QHBoxLayout:
    """Widgets side by side; None is a stretch."""
    made = QHBoxLayout()
    made.setSpacing(spacing)
    made.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        if widget is None:
            made.addStretch()
        else:
            made.addWidget(widget)
    return made
