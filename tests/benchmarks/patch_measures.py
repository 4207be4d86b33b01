"""Measures how a restored face stands in its photo: seam, colour in grey, grain."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import RgbImage
from desktop_app.faces.grain import measure_grain

_RIM = (0.02, 0.6)  # of the mask: where a seam would be
_LEAST_GRAIN = 1 / 255  # of white: there is hardly any
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
Plane = NDArray[np.float32]


@dataclass(frozen=True)
class PatchMeasures:
    """`seam`: how steep the photo is across the rim of the mask, after to before (1: no seam).

    `stray`: by how much the face's colours leave the photo's own tone curve, of 255, after less
    before (0: grey stays grey, sepia sepia). `grain`: after, to the surroundings' or, where these
    have more, to the face's own before (nan where there is hardly any). `tone`: the change of
    broad brightness, of 255.
    """

    seam: float
    stray: float
    grain: float
    tone: float


def measure_patch(before: RgbImage, after: RgbImage, mask: Plane) -> PatchMeasures:
    """`mask` (height, width) lies over the photo."""
    old, new = (np.ascontiguousarray(p.astype(np.float32) @ _LUMINANCE) for p in (before, after))
    inside = mask > 0.5
    return PatchMeasures(
        seam=_steepness(new, mask) / max(_steepness(old, mask), 1e-3),
        stray=_stray(before, after, inside) - _stray(before, before, inside),
        grain=_grain(old, new, mask),
        tone=float((new - old)[inside].mean()),
    )


def _steepness(luminance: Plane, mask: Plane) -> float:
    """The mean slope across the rim, of a picture smoothed against its grain."""
    smooth = cv2.GaussianBlur(luminance, (0, 0), 1.0)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.0)
    rim = (mask > _RIM[0]) & (mask < _RIM[1])
    across = np.stack([_slope(soft, 1, 0), _slope(soft, 0, 1)])
    across = across / np.maximum(np.hypot(*across), 1e-6)
    slope = np.stack([_slope(smooth, 1, 0), _slope(smooth, 0, 1)])
    return float(np.abs((slope * across).sum(axis=0))[rim].mean())


def _slope(plane: Plane, x: int, y: int) -> Plane:
    return np.asarray(cv2.Sobel(plane, cv2.CV_32F, x, y, scale=1 / 8))


def _stray(before: RgbImage, picture: RgbImage, inside: NDArray[np.bool_]) -> float:
    """How far colours lie from those that the whole photo has at their brightness."""
    place = np.clip(before.astype(np.float32) @ _LUMINANCE / 8, 0, 31).astype(int).ravel()
    counts = np.maximum(np.bincount(place, minlength=32), 1)
    here = picture[inside].astype(np.float32)
    light = here @ _LUMINANCE
    strays = []
    for channel in (0, 2):
        colour = before[:, :, channel].astype(np.float32) - before.astype(np.float32) @ _LUMINANCE
        curve = np.bincount(place, colour.ravel(), 32) / counts
        known = np.bincount(place, minlength=32) > 0
        expected = np.interp(light / 8 - 0.5, np.flatnonzero(known), curve[known])
        strays.append(np.abs(here[:, channel] - light - expected))
    return float(np.percentile(np.maximum(*strays), 99))


def _grain(old: Plane, new: Plane, mask: Plane) -> float:
    inside, around = mask > 0.5, mask < 0.02
    old, new = old / np.float32(255), new / np.float32(255)
    wanted = min(measure_grain(old, around).strength, measure_grain(old, inside).strength)
    return measure_grain(new, inside).strength / wanted if wanted > _LEAST_GRAIN else float("nan")
