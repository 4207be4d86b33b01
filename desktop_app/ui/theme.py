"""The look: neutral greys so that tone can be judged, one accent, an 8-pixel grid, a type scale."""

import enum
from dataclasses import dataclass, field, fields

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app.ui import resources, stylesheet

GRID = 8
"""Every distance is a multiple of this (or a half of it), in device-independent pixels."""

GAP_TINY, GAP_SMALL, GAP, GAP_LARGE, GAP_HUGE = 4, 8, 16, 24, 40
RADIUS = 6
TARGET = 36
"""The smallest height of anything that is clicked."""


class Scheme(enum.Enum):
    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme; all but the accent and the two signals are neutral."""

    canvas: str  # behind photographs
    window: str
    surface: str  # cards, panels
    raised: str  # fields, buttons
    hover: str
    line: str
    text: str
    text_soft: str  # captions; at least 4.5 : 1 on `surface`
    accent: str
    accent_hover: str
    on_accent: str
    accent_quiet: str  # a selected row's ground
    warning: str
    danger: str


DARK = Palette(
    canvas="#161616",
    window="#1e1e1e",
    surface="#262626",
    raised="#323232",
    hover="#3c3c3c",
    line="#3a3a3a",
    text="#ededed",
    text_soft="#a8a8a8",
    accent="#e9a23b",
    accent_hover="#f2b45a",
    on_accent="#1a1306",
    accent_quiet="#3d3d3d",
    warning="#e9c46a",
    danger="#ef7b6c",
)
LIGHT = Palette(
    canvas="#dcdcdc",
    window="#f1f1f1",
    surface="#fbfbfb",
    raised="#ffffff",
    hover="#e6e6e6",
    line="#d2d2d2",
    text="#1b1b1b",
    text_soft="#5c5c5c",
    accent="#9a5b00",
    accent_hover="#7f4b00",
    on_accent="#ffffff",
    accent_quiet="#dedede",
    warning="#7a5b00",
    danger="#b3261e",
)


class Type(enum.Enum):
    """The type scale: a factor on the system's text size, and a weight."""

    CAPTION = (0.88, QFont.Weight.Normal)
    BODY = (1.0, QFont.Weight.Normal)
    STRONG = (1.0, QFont.Weight.DemiBold)
    TITLE = (1.25, QFont.Weight.DemiBold)
    HEADING = (1.65, QFont.Weight.DemiBold)
    DISPLAY = (2.3, QFont.Weight.DemiBold)


@dataclass
class _Current:
    palette: Palette = DARK
    base_points: float = 10.5
    fonts: dict[Type, QFont] = field(default_factory=dict)
    colours: dict[str, QColor] = field(default_factory=dict)


_current = _Current()
_DESIGNED_POINTS = 10.0  # the text size for which widths in pixels were drawn
_OF_WORDS = 0.6  # of such a width, what is words


def palette() -> Palette:
    """The colours in use now."""
    return _current.palette


def is_dark() -> bool:
    return _current.palette is DARK


def colour(name: str) -> QColor:
    """A colour of the palette in use, by its field's name."""
    made = _current.colours.get(name)
    if made is None:
        made = _current.colours[name] = QColor(getattr(_current.palette, name))
    return QColor(made)


def wide(pixels: int) -> int:
    """The width of a panel that is mostly words: it grows with the text, its margins do not."""
    return round(pixels * (1 + _OF_WORDS * max(0.0, _current.base_points / _DESIGNED_POINTS - 1)))


def font(kind: Type = Type.BODY) -> QFont:
    """The font for one step of the type scale."""
    kept = _current.fonts.get(kind)
    if kept is not None:
        return QFont(kept)
    factor, weight = kind.value
    made = QFont(QApplication.font())
    made.setPointSizeF(_current.base_points * factor)
    made.setWeight(weight)
    _current.fonts[kind] = made
    return made


def apply(app: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
    """Dresses the whole application; may be called again when the scheme changes."""
    dark = scheme is Scheme.DARK or (
        scheme is Scheme.SYSTEM
        and QGuiApplication.styleHints().colorScheme() is not Qt.ColorScheme.Light
    )
    _current.palette = DARK if dark else LIGHT
    _current.fonts.clear()
    _current.colours.clear()
    if not app.property("likeness_dressed"):
        app.setStyle("Fusion")
        # the text size follows the system
        _current.base_points = max(10.0, app.font().pointSizeF())
        base = QFont(app.font())
        base.setFamilies(resources.load_fonts())
        base.setPointSizeF(_current.base_points)
        app.setFont(base)
        app.setProperty("likeness_dressed", True)
    app.setPalette(_qt_palette(_current.palette))
    values = {item.name: getattr(_current.palette, item.name) for item in fields(Palette)}
    sizes = {kind.name.lower(): f"{_current.base_points * kind.value[0]:.1f}pt" for kind in Type}
    tick = "mark-tick-dark" if dark else "mark-tick-light"
    files = {"arrow_up": "mark-up", "arrow_down": "mark-down", "tick": tick}
    marks = {name: f'"{resources.icon_file(file).as_posix()}"' for name, file in files.items()}
    app.setStyleSheet(stylesheet.text(values, sizes, marks))


def _qt_palette(look: Palette) -> QPalette:
    made = QPalette()
    role = QPalette.ColorRole
    for which, value in (
        (role.Window, look.window),
        (role.WindowText, look.text),
        (role.Base, look.surface),
        (role.AlternateBase, look.raised),
        (role.Text, look.text),
        (role.Button, look.raised),
        (role.ButtonText, look.text),
        (role.BrightText, look.danger),
        (role.ToolTipBase, look.raised),
        (role.ToolTipText, look.text),
        (role.PlaceholderText, look.text_soft),
        (role.Highlight, look.accent),
        (role.HighlightedText, look.on_accent),
        (role.Link, look.accent),
        (role.Accent, look.accent),
        (role.Mid, look.line),
    ):
        made.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(look.text_soft))
    return made
