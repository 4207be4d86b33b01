"""Tells a face that is sharp already, in grey and sepia too, where its pixels are at hand."""

import cv2
import numpy as np

from desktop_app.domain.face import Landmarks
from desktop_app.domain.photo import RgbImage
from desktop_app.faces.alignment import align_for_embedding
from desktop_app.faces.grain import measure_grain
from desktop_app.faces.quality import sharpness_of
from desktop_app.imaging.display import to_rgb
from desktop_app.operations.compose import FaceWindow
from desktop_app.restoration.colour import has_one_tone

CLEAR = 0.5
"""Between the degraded faces of ../shared/data/identities (up to 0.25) and true ones (0.57 on)."""

# Of the largest faces of the 47 photos of ../shared/data/old_photos/family this picks out 5, among
# them InuitWoman1903 and NativeCouple1912, which came out softer, and not Kabuki1870s (grain 5.0):
# grain counts as sharpness, so that a grainy face is never said to be sharp.
_CLEAR_IN_GREY = 0.75
_MOST_GRAIN = 3.0 / 255
# Sharpness is detail as a share of the contrast, of which a faded print has little: the bundled
# one, blurred and with a grain of 1.9 that is 0.11 of it, was taken for sharp; of the five it is
# at most 0.07.
_MOST_OF_CONTRAST = 0.09
_AROUND_NOSE = 1.3  # distances of the eyes: the face, without much of its ground


def is_sharp_already(image: RgbImage, landmarks: Landmarks) -> bool:
    """Whether restoring may take more from a face than it gives; never a reason to refuse.

    `image` is (height, width, 3), of the photo or of a part of it, `landmarks` are (5, 2) in its
    pixels.
    """
    aligned = align_for_embedding(image, landmarks)
    sharpness = sharpness_of(aligned, landmarks)
    if sharpness < CLEAR:
        return False
    if not has_one_tone(aligned):
        return True
    if sharpness < _CLEAR_IN_GREY:
        return False
    grain, contrast = _grain_and_contrast(image, landmarks)
    return grain <= min(_MOST_GRAIN, _MOST_OF_CONTRAST * contrast)


def is_sharp_in(window: FaceWindow) -> bool:
    """The same of a face in its surroundings."""
    return is_sharp_already(to_rgb(window.pixels), window.landmarks)


def _grain_and_contrast(image: RgbImage, landmarks: Landmarks) -> tuple[float, float]:
    """Both as standard deviations, in parts of white."""
    radius = _AROUND_NOSE * float(np.hypot(*(landmarks[1] - landmarks[0])))
    x, y = landmarks[2]
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    where = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    luminance = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    return measure_grain(luminance, where).strength, float(luminance[where].std())
