"""Measures how well a face serves as a reference: sharp, large, lit, looking at us."""

import cv2
import numpy as np

from desktop_app.domain.face import FaceQuality, Landmarks
from desktop_app.domain.photo import RgbImage

_SHARP = 0.040  # detail of a crisp portrait (the gt of ../shared/data/identities: 0.028 to 0.049)
_BLURRED = 0.012  # detail of their degraded faces: 0.010 to 0.019


def measure_quality(aligned: RgbImage, landmarks: Landmarks) -> FaceQuality:
    """Of the face as `align_for_embedding` cuts it by these points of the photo."""
    luminance = _face_itself(aligned)
    eyes = landmarks[1] - landmarks[0]
    distance = float(np.hypot(*eyes))
    nose = landmarks[2] - (landmarks[0] + landmarks[1]) / 2
    turned = abs(float(nose @ eyes)) / max(distance**2, 1e-6)  # 0 frontal, about 0.5 in profile
    return FaceQuality(
        sharpness=_sharpness(luminance, distance),
        frontal=float(np.clip(1 - turned / 0.5, 0, 1)),
        light=_light(luminance),
        size=distance,
    )


def sharpness_of(aligned: RgbImage, landmarks: Landmarks) -> float:
    """0 to 1, as in `measure_quality`; grain counts as detail."""
    distance = float(np.hypot(*(landmarks[1] - landmarks[0])))
    return _sharpness(_face_itself(aligned), distance)


def _face_itself(aligned: RgbImage) -> np.ndarray:
    """(92, 80), in [0, 1]."""
    grey = cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey[16:108, 16:96], np.float32) / 255


def _sharpness(luminance: np.ndarray, distance: float) -> float:
    """Detail between neighbouring pixels against the contrast of the face, 0 to 1.

    The mean strength of the Laplacian after a light blur against grain, divided by the spread of
    the luminance. A crop that was enlarged is as unsharp as it was enlarged.
    """
    calm = cv2.GaussianBlur(luminance, (0, 0), 0.8)
    detail = float(np.abs(cv2.Laplacian(calm, cv2.CV_32F)).mean()) / max(
        float(luminance.std()) * 4, 1e-3
    )
    enlarged = min(distance / 35.2, 1.0)  # 35.2 px lie between the eyes of ArcFace's crop
    return float(np.clip((detail - _BLURRED) / (_SHARP - _BLURRED), 0, 1)) * enlarged


def _light(luminance: np.ndarray) -> float:
    """1 for an evenly lit face of middling brightness, 0 for one lost in black or white."""
    clipped = float(np.mean((luminance < 0.03) | (luminance > 0.98)))
    contrast = float(np.clip(luminance.std() / 0.12, 0, 1))
    return float(np.clip(1 - 3 * clipped, 0, 1)) * contrast
