"""A face that is sharp already is told, in grey as in colour, and grain is not taken for detail."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.imaging.decode import decode_photo
from desktop_app.operations.already_sharp import is_sharp_already, is_sharp_in
from desktop_app.operations.compose import window_around
from desktop_app.operations.eyes import Eyes

from .conftest import PRINT

_SIDE = 400
_MARKS = np.array([(150, 160), (250, 160), (200, 215), (160, 270), (240, 270)], np.float32)


def _grey(*, grain: float = 0, blur: float = 0) -> RgbImage:
    """Calm skin with fine, crisp lines across: hair, lashes, lips."""
    plane = np.full((_SIDE, _SIDE), 150, np.uint8)
    for row in range(110, 310, 16):
        cv2.line(plane, (120, row), (280, row + 5), 60, 3)
    picture = plane.astype(np.float32)
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    picture = picture + np.random.default_rng(4).normal(0, grain, picture.shape)
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def _sepia(image: RgbImage) -> RgbImage:
    return (image * np.array([1, 0.85, 0.65])).astype(np.uint8)


def test_a_sharp_face_in_grey_or_sepia_is_told() -> None:
    assert is_sharp_already(_grey(), _MARKS)
    assert is_sharp_already(_sepia(_grey()), _MARKS)


def test_grain_is_no_detail() -> None:
    assert not is_sharp_already(_grey(grain=14), _MARKS)
    assert not is_sharp_already(_grey(grain=14, blur=4), _MARKS)


def test_little_grain_is_much_where_a_print_has_faded(eyes: Eyes, samples: Path) -> None:
    faded = (150 + (_grey(grain=7, blur=4).astype(np.float32) - 150) * 0.2).astype(np.uint8)
    assert not is_sharp_already(faded, _MARKS)
    assert is_sharp_already((150 + (_grey().astype(int) - 150) * 0.4).astype(np.uint8), _MARKS)
    old_print = decode_photo(samples / "library" / PRINT).image
    (face,) = eyes.detector.detect(old_print)
    assert not is_sharp_already(old_print, face.landmarks)


def test_a_blurred_face_is_not_sharp() -> None:
    assert not is_sharp_already(_grey(blur=6), _MARKS)


@pytest.mark.parametrize("depth", [8, 16])
def test_a_scan_in_grey_is_judged_by_its_window(depth: int) -> None:
    plane = np.pad(_grey()[..., :1], ((300, 500), (200, 100), (0, 0)), constant_values=150)
    samples = plane if depth == 8 else plane.astype(np.uint16) * 257
    window = window_around(
        SourcePixels(samples, ColourMode.GREY), _MARKS + np.array([200, 300], np.float32), 512
    )
    assert is_sharp_in(window)
