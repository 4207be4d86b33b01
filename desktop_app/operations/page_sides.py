"""Cuts what a page shows of a photo: the whole of it, made smaller, and its restored faces."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from desktop_app.domain.face import Landmarks
from desktop_app.domain.photo import RgbImage, SourcePixels
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.family_page import PageSide
from desktop_app.operations.compose import window_around

_LONGEST = 2200  # pixels: an A4 page at 200 dots an inch
_FACE = 512


def side_of(pixels: SourcePixels, faces: Sequence[Landmarks]) -> PageSide:
    """`faces` are (5, 2) each, in pixels of the photo."""
    return PageSide(
        _smaller(pixels),
        tuple(window_around(pixels, landmarks, _FACE).aligned.crop for landmarks in faces),
    )


def _smaller(pixels: SourcePixels) -> RgbImage:
    """The whole photo; its own samples are shrunk first, so that a scan is not shown in full."""
    width, height = pixels.size
    scale = min(1.0, _LONGEST / max(width, height))
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(pixels.samples, size, interpolation=cv2.INTER_AREA)
        samples = np.ascontiguousarray(small).reshape(size[1], size[0], -1)
        return to_rgb(replace(pixels, samples=samples))
    return to_rgb(pixels)
