"""Draws the application's icon in every size: PNG for Linux, ICO for Windows, ICNS for macOS.

    python packaging/draw_icon.py FOLDER

Below 48 pixels the simpler drawing `likeness-small.svg` is taken: a border and scratches of less
than a pixel would be dirt.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICONS = Path(__file__).resolve().parents[1] / "resources" / "icons"
SIDES = (16, 24, 32, 48, 64, 128, 256, 512)
SMALL = 48


def draw(side: int, path: Path) -> None:
    """The icon, `side` pixels wide and high."""
    name = "likeness-small" if side < SMALL else "likeness"
    image = QImage(side, side, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(ICONS / f"{name}.svg")).render(painter, QRectF(image.rect()))
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"{path} could not be written")


def main(folder: Path) -> None:
    """All sizes as `SIDE.png`, `likeness.ico` and `likeness.icns`."""
    app = QGuiApplication(["draw"])
    folder.mkdir(parents=True, exist_ok=True)
    for side in SIDES:
        draw(side, folder / f"{side}.png")
    drawn = {side: Image.open(folder / f"{side}.png").convert("RGBA") for side in SIDES}
    small = [drawn[side] for side in SIDES if side <= 256]
    small[-1].save(
        folder / "likeness.ico", sizes=[one.size for one in small], append_images=small[:-1]
    )
    drawn[512].save(folder / "likeness.icns", append_images=list(drawn.values())[:-1])
    app.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
