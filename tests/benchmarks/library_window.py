"""One session of the real window on a made-up library, timed: a process of its own, for its memory.

    python -m tests.benchmarks.library_window HOME BEGAN

HOME is as `large_library.make_home` made it, BEGAN the clock (`time.time()`) when the process was
started. Prints one line of JSON; milliseconds, except where a name says otherwise.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LIKENESS_HOME"] = sys.argv[1]

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QSize, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from desktop_app.app.likeness import Likeness
from desktop_app.app.run import run_window
from desktop_app.ui.library.filter_bar import Pill
from desktop_app.ui.people.people_screen import NAMED
from desktop_app.ui.subjects import PhotoSubject

FRAME_S = 1 / 60
Told = dict[str, float]


class FirstSight(QObject):
    """The moment at which the grid has been painted with photos in it."""

    def __init__(self, likeness: Likeness) -> None:
        super().__init__()
        self._grid = likeness.library.grid
        self.at: float | None = None
        self._grid.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.at is None and event.type() == QEvent.Type.Paint and self._grid.photos.ids():
            QTimer.singleShot(0, self, self._painted)
        return False

    def _painted(self) -> None:
        self.at = self.at or time.time()


def resident() -> float:
    """Megabytes of this process in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def until(done: Callable[[], object], seconds: float = 60) -> float:
    """Handles events until `done`; the longest that one round of them took, in milliseconds."""
    end, longest = time.perf_counter() + seconds, 0.0
    while not done():
        begun = time.perf_counter()
        if begun > end:
            raise TimeoutError
        QApplication.processEvents()
        longest = max(longest, time.perf_counter() - begun)
        time.sleep(0.0005)
    return longest * 1000


def rest(seconds: float) -> None:
    end = time.perf_counter() + seconds
    until(lambda: time.perf_counter() > end)


def took(wish: Callable[[], object], done: Callable[[], object]) -> tuple[float, float]:
    """(from the wish to its answer on the screen, the longest pause of the window) in ms."""
    begun = time.perf_counter()
    wish()
    first = (time.perf_counter() - begun) * 1000
    longest = until(done)
    last = time.perf_counter()
    QApplication.processEvents()
    end = time.perf_counter()
    return (end - begun) * 1000, max(first, longest, (end - last) * 1000)


def scrolled(view: QListView, step: int, frames: int) -> list[float]:
    """Milliseconds of the window's thread for each frame at 60 a second."""
    bar, times = view.verticalScrollBar(), []
    bar.setValue(0)
    due = time.perf_counter()
    for frame in range(frames):
        begun = time.perf_counter()
        bar.setValue(frame * step)
        QApplication.processEvents()
        times.append((time.perf_counter() - begun) * 1000)
        due = max(due + FRAME_S, time.perf_counter())
        time.sleep(max(0.0, due - time.perf_counter()))
    return times


def said(name: str, times: list[float]) -> Told:
    ordered = sorted(times)
    return {
        f"{name} median": statistics.median(ordered),
        f"{name} 95 %": ordered[int(0.95 * len(ordered))],
        f"{name} longest": ordered[-1],
        f"{name} frames over 32": float(sum(taken > 32 for taken in ordered)),
    }


class Blank(QAbstractListModel):
    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return self._count

    def data(self, index: QModelIndex, role: int = 0) -> None:
        return None


class BlankTiles(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        painter.fillRect(QRect(option.rect).adjusted(8, 8, -8, -30), 0x80808080)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(190, 220)


def floor(count: int, size: QSize) -> Told:
    """A QListView of as many blank tiles: laid out anew, and scrolled."""
    view = QListView()
    view.setModel(Blank(count))
    view.setItemDelegate(BlankTiles(view))
    view.setFlow(QListView.Flow.LeftToRight)
    view.setWrapping(True)
    view.setUniformItemSizes(True)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setGridSize(QSize(190, 220))
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.resize(size)
    view.show()
    rest(0.3)
    begun = time.perf_counter()
    view.scheduleDelayedItemsLayout()
    view.executeDelayedItemsLayout()
    laid_out = (time.perf_counter() - begun) * 1000
    told = {"bare list laid out": laid_out} | said("bare list scroll", scrolled(view, 120, 300))
    view.close()
    return told


def session(likeness: Likeness, sight: FirstSight, began: float) -> Told:
    until(lambda: sight.at)
    told: Told = {"start to the library seen, s": (sight.at or 0.0) - began}
    library, window = likeness.library, likeness.window
    until(lambda: not likeness.runner.jobs())
    rest(1)
    told["resident after opening, MB"] = resident()
    count = len(library.grid.photos.ids())
    for name, step in (("slow scroll", 12), ("wheel", 120), ("fling", 700)):
        told |= said(name, scrolled(library.grid, step, 300))
    bar = library.grid.verticalScrollBar()
    told |= said("end to end", scrolled(library.grid, max(1, bar.maximum() // 200), 200))

    def answered() -> Callable[[], object]:
        before = library._page
        return lambda: library._page is not before

    for name, wish in (
        ("filter: with faces", lambda: library.filters.choose(Pill.FACES)),
        ("filter: to review", lambda: library.filters.choose(Pill.REVIEW)),
        ("filter: all", lambda: library.filters.choose(Pill.ALL)),
        ("search: a name", lambda: library.filters.search.setText("anna")),
        ("search: a file", lambda: library.filters.search.setText("img_0001")),
        ("search: in every file", lambda: library.filters.search.setText("img")),
        ("search: none", library.filters.search.clear),
    ):
        time_, pause = min(took(wish, answered()) for _ in range(1))
        told[name], told[f"{name}, longest pause"] = time_, pause
        rest(0.3)
    begun = time.perf_counter()
    library.grid.wish_side(140)
    QApplication.processEvents()
    told["other size of tiles"] = (time.perf_counter() - begun) * 1000
    library.grid.wish_side(184)
    rest(0.5)
    for name in ("people", "people again"):
        page = likeness.people._page
        told[name], told[f"{name}, longest pause"] = took(
            lambda: window.go("people"), lambda page=page: likeness.people._page is not page
        )
        rest(1)
    likeness.people.tabs.setCurrentIndex(NAMED)
    rest(1)
    told |= said("named people scroll", scrolled(likeness.people.named, 30, 100))
    ids = library.grid.photos.ids()
    told["photo screen, its words"], told["photo screen, longest pause"] = took(
        lambda: window.go("photo", PhotoSubject(ids[count // 2], ids)),
        lambda: likeness.photo.title() != "",
    )
    window.go("library")
    rest(2)
    told["resident at rest, MB"] = resident()
    return told | floor(count, library.grid.size())


def main(home: Path, began: float) -> int:
    told: Told = {}
    begin = Likeness.begin

    def begin_and_measure(likeness: Likeness, *given: object) -> None:
        sight = FirstSight(likeness)
        begin(likeness, *given)  # type: ignore[arg-type]

        def measure() -> None:
            try:
                told.update(session(likeness, sight, began))
            finally:
                likeness.window.close()

        QTimer.singleShot(0, likeness, measure)

    Likeness.begin = begin_and_measure  # type: ignore[method-assign]
    os._exit = lambda status: None  # type: ignore[assignment]
    status = run_window(None, [])
    print(json.dumps(told), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2])))
