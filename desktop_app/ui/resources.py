"""Icons and fonts that travel with the application."""

import functools
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontDatabase, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from desktop_app.settings import places

_FAMILIES = ("Inter", "Droid Sans Fallback")
_STROKE = b"#000000"  # what every icon of the family is drawn in


def icon_file(name: str) -> Path:
    """The SVG of one icon, 24 x 24."""
    return places.resources() / "icons" / f"{name}.svg"


@functools.lru_cache(maxsize=1)
def load_fonts() -> list[str]:
    """Makes the bundled fonts known to Qt; the families to ask for, best first."""
    folder = places.resources() / "fonts"
    for file in sorted(folder.glob("*.?tf")):
        QFontDatabase.addApplicationFont(str(file))
    return list(_FAMILIES)


@functools.lru_cache(maxsize=128)
def _drawing(name: str) -> bytes:
    return icon_file(name).read_bytes()


@functools.lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace(_STROKE, colour.encode())))
    made = QPixmap(QSize(round(side * ratio), round(side * ratio)))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(made.rect()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def pixmap(name: str, colour: QColor, side: int = 24) -> QPixmap:
    """An icon in one colour, `side` device-independent pixels large, sharp on this screen."""
    app = QApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
    return _pixmap(name, colour.name(), side, ratio)


def icon(name: str, colour: QColor, chosen: QColor | None = None) -> QIcon:
    """An icon in one colour, and in `chosen` where its button is checked."""
    made = QIcon()
    for side in (16, 20, 24, 32):
        made.addPixmap(pixmap(name, colour, side))
        if chosen is not None:
            made.addPixmap(pixmap(name, chosen, side), QIcon.Mode.Normal, QIcon.State.On)
        faded = QColor(colour)
        faded.setHslF(0, 0, 0.5)
        made.addPixmap(pixmap(name, faded, side), QIcon.Mode.Disabled)
    return made


@functools.lru_cache(maxsize=1)
def app_icon() -> QIcon:
    """The application's own icon."""
    return QIcon(str(icon_file("likeness")))
