"""Lays restored faces into the photo they were cut from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from desktop_app.domain.face import AlignedFace, Landmarks
from desktop_app.domain.photo import SourcePixels
from desktop_app.domain.restoration import KeptCrop, RestoreSettings
from desktop_app.faces.alignment import align_face, ffhq_matrix, inverted, warp_points
from desktop_app.faces.mask import face_mask
from desktop_app.faces.paste import paste_back
from desktop_app.imaging.coding import coding_of
from desktop_app.imaging.display import to_rgb

_MARGIN = 0.3  # of the crop's reach: the surroundings whose tone and grain are measured


@dataclass(frozen=True)
class Patch:
    """A restored face and where in the photo it belongs."""

    crop: KeptCrop
    landmarks: Landmarks  # (5, 2) in pixels of the upright photo
    settings: RestoreSettings


@dataclass(frozen=True)
class FaceWindow:
    """The part of a photo around a face: a small copy, so that huge scans are no slower."""

    pixels: SourcePixels
    landmarks: Landmarks  # (5, 2) in pixels of the window
    aligned: AlignedFace  # in pixels of the window
    left: int  # of the window in the photo, in pixels
    top: int


def compose(pixels: SourcePixels, patches: Sequence[Patch]) -> SourcePixels:
    """The photo with all patches laid in, in its own depth and colours; outside them untouched."""
    composed = replace(pixels, samples=pixels.samples.copy())
    lay_in(composed, patches)
    return composed


def lay_in(pixels: SourcePixels, patches: Sequence[Patch]) -> None:
    """Changes the samples of `pixels` themselves: a large scan is held in memory once."""
    for patch in patches:
        window = window_around(pixels, patch.landmarks, patch.crop.size)
        part = composed_window(window, patch.crop, patch.settings)
        width, height = part.size
        pixels.samples[window.top : window.top + height, window.left : window.left + width] = (
            part.samples
        )


def window_around(pixels: SourcePixels, landmarks: Landmarks, size: int) -> FaceWindow:
    """The part of the photo that an aligned crop of `size` pixels and its surroundings need."""
    square = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float64)
    corners = warp_points(square, inverted(ffhq_matrix(landmarks, size)))
    low, high = corners.min(axis=0), corners.max(axis=0)
    margin = (high - low) * _MARGIN
    width, height = pixels.size
    left, top = np.clip(np.floor(low - margin), 0, [width - 1, height - 1]).astype(int)
    right, bottom = np.clip(np.ceil(high + margin), [left + 1, top + 1], [width, height]).astype(
        int
    )
    part = replace(pixels, samples=pixels.samples[top:bottom, left:right].copy())
    inside = (landmarks - np.array([left, top], np.float32)).astype(np.float32)
    return FaceWindow(part, inside, align_face(to_rgb(part), inside, size), int(left), int(top))


def composed_window(window: FaceWindow, crop: KeptCrop, settings: RestoreSettings) -> SourcePixels:
    """The window with the restored face laid in."""
    coding = coding_of(window.pixels)
    mask = crop.mask
    if mask is None:
        mask = face_mask(crop.size, warp_points(window.landmarks, window.aligned.matrix))
    return paste_back(window.pixels, crop.picture, window.aligned, mask, settings, coding)
