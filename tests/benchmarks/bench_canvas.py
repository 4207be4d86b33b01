"""Measures the photo canvas on a scan of 100 megapixels.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_canvas.py [MEGAPIXELS]

Prints how long the tiles and a patch take to make on a lane, and how long a frame takes in the
window's thread: while panning, zooming with the wheel, and blinking between two results.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QApplication

from desktop_app.ui.canvas.canvas import PhotoCanvas
from desktop_app.ui.canvas.pyramid import Pyramid
from desktop_app.ui.compare.compare_canvas import CompareCanvas, Sight

WINDOWS = ((1400, 900), (3840, 2160))
FRAMES = 40


def main() -> None:
    megapixels = float(sys.argv[1]) if len(sys.argv) > 1 else 100.0
    app = QApplication(["bench"])
    height = round(math.sqrt(megapixels * 1e6 / 1.5))
    image = np.random.default_rng(0).integers(0, 256, (height, height * 3 // 2, 3), np.uint8)
    print(f"{image.shape[1]} x {image.shape[0]} pixels")
    start = time.perf_counter()
    picture = Pyramid.of(image)
    print(f"tiles made in {time.perf_counter() - start:.2f} s, {picture.tile_count} of them")
    start = time.perf_counter()
    patched = picture.with_patch(5001, 3001, np.zeros((1200, 1000, 3), np.uint8))
    shared = patched.shares_tiles_with(picture) / picture.tile_count
    taken = time.perf_counter() - start
    print(f"a patch of 1.2 megapixels in {taken * 1e3:.0f} ms, {shared:.0%} of the tiles shared")
    for size in WINDOWS:
        print(f"window {size[0]} x {size[1]}: milliseconds a frame, median and worst")
        _pan_and_zoom(app, picture, size)
        _blink(app, picture, patched, size)


def _pan_and_zoom(app: QApplication, picture: Pyramid, size: tuple[int, int]) -> None:
    canvas = PhotoCanvas()
    canvas.resize(*size)
    canvas.show()
    canvas.show_picture(picture)
    app.processEvents()
    centre = (size[0] / 2, size[1] / 2)
    for scale in (canvas.view.scale, 0.27, 0.6, 1.0, 2.0, 6.0):
        canvas._set_view(canvas.view.zoomed(scale, *centre))
        canvas.repaint()
        _timed(f"panning at {canvas.view.scale:.0%}", canvas, lambda: _pan(canvas))
    canvas.fit()
    _timed("zooming with the wheel", canvas, lambda: canvas.zoom_by(1.08))


def _blink(app: QApplication, one: Pyramid, other: Pyramid, size: tuple[int, int]) -> None:
    canvas = CompareCanvas(Sight.RESULT)
    canvas.resize(*size)
    canvas.show()
    canvas.show_pictures(one, other)
    app.processEvents()
    canvas.hold_original(True)
    canvas.hold_original(False)
    held = [False]

    def blink() -> None:
        held[0] = not held[0]
        canvas.hold_original(held[0])

    _timed("blinking", canvas, blink, repaint=False)


def _pan(canvas: PhotoCanvas) -> None:
    canvas._set_view(canvas.view.panned(-13, -7))


def _timed(
    what: str, canvas: PhotoCanvas, change: Callable[[], None], *, repaint: bool = True
) -> None:
    taken = []
    for _ in range(FRAMES):
        start = time.perf_counter()
        change()
        if repaint:
            canvas.repaint()
        taken.append((time.perf_counter() - start) * 1e3)
    print(f"  {what:24} {statistics.median(taken):6.1f} {max(taken):6.1f}")


if __name__ == "__main__":
    main()
