"""Lays results into the photo on the table, so that they can be looked at without being kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QTransform

from desktop_app.domain.face import Face
from desktop_app.domain.ids import FaceId
from desktop_app.domain.photo import Photo, RgbImage
from desktop_app.domain.progress import Report, silent
from desktop_app.domain.restoration import KeptCrop, RestoreSettings
from desktop_app.faces.alignment import inverted
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.source import decode_source
from desktop_app.operations.already_sharp import is_sharp_in
from desktop_app.operations.compose import FaceWindow, composed_window, window_around
from desktop_app.ui.canvas.pyramid import Pyramid

_CROP_SIDE = 512


@dataclass(frozen=True)
class PhotoOnTable:
    """A photo opened to be worked on: its tiles, and the surroundings of each face."""

    photo: Photo
    picture: Pyramid
    windows: Mapping[FaceId, FaceWindow]
    sharp: frozenset[FaceId] = frozenset()  # faces from which restoring may take detail


@dataclass(frozen=True)
class ResultPatch:
    """What a result changes in the photo: `image` (height, width, 3) at `left`, `top`.

    `changed` (height, width) says which of its pixels differ, so that neighbours do not hide
    each other.
    """

    left: int
    top: int
    image: RgbImage
    changed: NDArray[np.bool_]


def open_photo(
    photo: Photo, faces: Sequence[Face], max_pixels: int, report: Report = silent
) -> PhotoOnTable:
    """Decodes a photo for the table; belongs on a lane. Raises what `decode_source` raises."""
    pixels = decode_source(Path(photo.path), max_pixels=max_pixels, turned=photo.turned)
    windows = {face.id: window_around(pixels, face.landmarks, _CROP_SIDE) for face in faces}
    shown = to_rgb(pixels)
    del pixels
    sharp = frozenset(face for face, window in windows.items() if is_sharp_in(window))
    return PhotoOnTable(photo, Pyramid.of(shown, report), windows, sharp)


def make_patch(window: FaceWindow, crop: KeptCrop, settings: RestoreSettings) -> ResultPatch:
    """The restored `crop` laid into the face's surroundings."""
    inner = _at_size(window, crop.size)
    before = to_rgb(inner.pixels)
    after = to_rgb(composed_window(inner, crop, settings))
    changed = (before != after).any(axis=2)
    left, top = window.left + inner.left, window.top + inner.top
    if not changed.any():
        return ResultPatch(left, top, after[:1, :1], changed[:1, :1])
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return ResultPatch(left + int(columns[0]), top + int(rows[0]), after[part], changed[part])


def lay_in(picture: Pyramid, patches: Iterable[ResultPatch]) -> Pyramid:
    """The photo with all patches laid in."""
    for patch in patches:
        height, width = patch.changed.shape
        region = _pixels(picture, patch.left, patch.top, width, height)
        region[patch.changed] = patch.image[patch.changed]
        picture = picture.with_patch(patch.left, patch.top, region)
    return picture


def crop_to_photo(window: FaceWindow) -> QTransform:
    """Takes a point of the unit square over the aligned crop to the photo."""
    (a, b, x), (c, d, y) = inverted(window.aligned.matrix)
    side = window.aligned.crop.shape[0]
    return QTransform(a * side, c * side, b * side, d * side, x + window.left, y + window.top)


def _at_size(window: FaceWindow, size: int) -> FaceWindow:
    """The same surroundings with the crop at another engine's size; its corner is inside."""
    if window.aligned.crop.shape[0] == size:
        return FaceWindow(window.pixels, window.landmarks, window.aligned, 0, 0)
    return window_around(window.pixels, window.landmarks, size)


def _pixels(picture: Pyramid, left: int, top: int, width: int, height: int) -> RgbImage:
    image = picture.region(QRect(left, top, width, height))
    image.convertTo(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, : width * 3].reshape(height, width, 3).copy()
