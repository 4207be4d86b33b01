"""Small pictures come a moment after they are asked for, and change without a flicker."""

from collections.abc import Sequence

from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop_app.domain.changes import CatalogChanges
from desktop_app.domain.ids import FolderId, PhotoId
from desktop_app.domain.photo import Photo, PhotoDate, PhotoState
from desktop_app.domain.progress import Report
from desktop_app.jobs.runner import JobRunner
from desktop_app.ui.photo_grid import PhotoGridModel, PhotoRole
from desktop_app.ui.pictures import PictureKey, Pictures

ONE = PhotoId(1)


class Painter:
    """Paints each picture in one colour, which changes when it is told."""

    def __init__(self) -> None:
        self.colour = "red"
        self.asked: list[PictureKey] = []

    def __call__(
        self, keys: Sequence[PictureKey], report: Report
    ) -> list[tuple[PictureKey, QImage | None]]:
        self.asked.extend(keys)
        return [(key, self._painted(key.side or 320)) for key in keys]

    def _painted(self, side: int) -> QImage:
        image = QImage(side, side // 2, QImage.Format.Format_RGB32)
        image.fill(QColor(self.colour))
        return image


def colour(pictures: Pictures, side: int = 0) -> str:
    pixmap = pictures.photo(ONE, side)
    return "" if pixmap is None else pixmap.toImage().pixelColor(0, 0).name()


def test_what_has_changed_is_shown_until_the_new_picture_has_come(
    qtbot: QtBot, runner: JobRunner
) -> None:
    painter = Painter()
    pictures = Pictures(runner, painter)
    assert colour(pictures) == ""
    qtbot.waitUntil(lambda: colour(pictures) == "#ff0000")
    painter.colour = "blue"
    pictures.forget(CatalogChanges.of(photos=[ONE]))
    assert colour(pictures) == "#ff0000"
    qtbot.waitUntil(lambda: colour(pictures) == "#0000ff")
    assert len(painter.asked) == 2


def test_another_size_stands_in_until_the_right_one_has_come(
    qtbot: QtBot, runner: JobRunner
) -> None:
    pictures = Pictures(runner, Painter())
    pictures.photo(ONE, 100)
    qtbot.waitUntil(lambda: pictures.photo(ONE, 100) is not None)
    stand_in = pictures.photo(ONE, 200)
    assert stand_in is not None
    assert stand_in.width() == 100
    qtbot.waitUntil(lambda: getattr(pictures.photo(ONE, 200), "width", int)() == 200)
    pictures.forget(CatalogChanges(everything=True))
    assert pictures.photo(ONE, 200) is None


def test_the_cache_keeps_to_its_bytes(qtbot: QtBot, runner: JobRunner) -> None:
    painter = Painter()
    pictures = Pictures(runner, painter, cache_bytes=5 * 100 * 50 * 4)
    for number in range(1, 21):
        pictures.photo(PhotoId(number), 100)
    qtbot.waitUntil(lambda: len(painter.asked) == 20)
    qtbot.waitUntil(lambda: not runner.jobs())
    painter.asked.clear()
    there = [n for n in range(1, 21) if pictures.photo(PhotoId(n), 100) is not None]
    assert len(there) == 5


def test_a_photo_that_was_looked_at_is_told_once_it_is_read_again(
    qtbot: QtBot, runner: JobRunner
) -> None:
    state = PhotoState.FOUND

    def read(ids: Sequence[PhotoId]) -> list[Photo]:
        content = "" if state is PhotoState.FOUND else "ab"
        return [
            Photo(i, FolderId(1), f"/p/{i}.jpg", state, 1, 1, content, PhotoDate()) for i in ids
        ]

    model = PhotoGridModel(runner, read)
    told: list[PhotoId] = []
    model.looks_changed.connect(told.extend)
    model.set_ids([PhotoId(i) for i in range(1, 4)])
    index = model.index(0)
    qtbot.waitUntil(lambda: index.data(PhotoRole.PHOTO) is not None)
    state = PhotoState.INDEXED
    model.refresh(CatalogChanges.of(folders=[FolderId(1)]))
    assert index.data(PhotoRole.PHOTO).state is PhotoState.FOUND  # shown until it is read
    qtbot.waitUntil(lambda: index.data(PhotoRole.PHOTO).state is PhotoState.INDEXED)
    assert told == [ONE]
