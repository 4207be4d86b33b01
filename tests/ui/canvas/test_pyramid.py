"""The tiles of a photo: nothing lost at 100 %, no seams, cheap patches."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from desktop_app.domain.progress import Cancelled, Progress
from desktop_app.ui.canvas.pyramid import Pyramid


def _array(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _drawn(picture: Pyramid, scale: float, size: tuple[int, int], x: int, y: int) -> NDArray:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    picture.draw(painter, scale, QPointF(x, y), QRectF(image.rect()))
    painter.end()
    return _array(image).astype(int)


@pytest.fixture
def noise() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (1301, 1711, 3), dtype=np.uint8)


def _smooth(height: int, width: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 / width, y * 255 / height, x * 0 + 90], -1).astype(np.uint8)


def test_every_pixel_is_there_at_100_percent(qapp: object, noise: NDArray[np.uint8]) -> None:
    drawn = _drawn(Pyramid.of(noise), 1.0, (1711, 1301), 0, 0)
    assert (drawn == noise).all()


@pytest.mark.parametrize("scale", [0.97, 0.61, 0.37, 0.2, 1.7, 2.9])
def test_tiles_show_no_seams(qapp: object, scale: float) -> None:
    image = _smooth(1301, 1711)
    size = (round(1711 * scale), round(1301 * scale))
    drawn = _drawn(Pyramid.of(image), scale, size, 0, 0)
    steps = np.abs(np.diff(drawn, axis=1)).max(), np.abs(np.diff(drawn, axis=0)).max()
    assert max(steps) <= 255 / 1301 / scale + 2
    expected = image[
        np.minimum((np.arange(size[1]) + 0.5) / scale, 1300).astype(int)[:, None],
        np.minimum((np.arange(size[0]) + 0.5) / scale, 1710).astype(int)[None, :],
    ]
    assert np.abs(drawn - expected).max() <= 3


def test_a_smaller_level_is_the_mean_of_four_pixels(qapp: object, noise: NDArray[np.uint8]) -> None:
    drawn = _drawn(Pyramid.of(noise), 0.5, (855, 650), 0, 0)
    mean = noise[:1300, :1710].reshape(650, 2, 855, 2, 3).mean((1, 3))
    assert np.abs(drawn - mean).max() <= 1
    assert abs((drawn - mean).mean()) < 0.02  # or an overview would be darker than the photo


@pytest.mark.parametrize(("left", "top"), [(0, 0), (500, 505), (1511, 1101), (-50, 1200)])
@pytest.mark.parametrize("scale", [1.0, 0.5, 0.21])
def test_a_patched_photo_looks_as_if_cut_anew(
    qapp: object, noise: NDArray[np.uint8], left: int, top: int, scale: float
) -> None:
    patch = np.full((200, 200, 3), 7, np.uint8)
    whole = noise.copy()
    whole[max(0, top) : top + 200, max(0, left) : left + 200] = 7
    patched = Pyramid.of(noise).with_patch(left, top, patch)
    size = (round(1711 * scale), round(1301 * scale))
    fresh = _drawn(Pyramid.of(whole), scale, size, 0, 0)
    assert (_drawn(patched, scale, size, 0, 0) == fresh).all()


def test_a_patch_shares_the_tiles_it_does_not_touch(qapp: object, noise: NDArray[np.uint8]) -> None:
    base = Pyramid.of(noise)
    patched = base.with_patch(640, 640, np.zeros((50, 50, 3), np.uint8))
    assert base.tile_count == 12 + 4 + 1 + 1
    assert patched.shares_tiles_with(base) == base.tile_count - 4  # one on each level


def test_a_patch_outside_changes_nothing(qapp: object, noise: NDArray[np.uint8]) -> None:
    base = Pyramid.of(noise)
    assert base.with_patch(5000, 0, np.zeros((5, 5, 3), np.uint8)) is base


def test_a_region_comes_back_exactly(qapp: object, noise: NDArray[np.uint8]) -> None:
    region = _array(Pyramid.of(noise).region(QRect(490, 500, 60, 70)))
    assert (region == noise[500:570, 490:550]).all()


def test_cutting_stops_when_asked(qapp: object, noise: NDArray[np.uint8]) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Pyramid.of(noise, stop)
