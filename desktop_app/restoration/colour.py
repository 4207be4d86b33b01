"""Keeps a grey or brown photo grey or brown, and shows the network a faded one unfaded."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import FloatImage, RgbImage

# A picture has one tone where its colours, of 255 and smoothed, stray less from its tone curve in
# all but `STRAYING` per cent of its pixels. Measured on training portraits: of 216 in colour 1 %
# stray less than 6.6, degraded or not; of 135 toned and aged ones 95 % stray less than 6.4 even
# where noise in colour was added, and all less than 5.0 where none was.
TONED = 6.0
STRAYING = 2.0
SMOOTHING = 1 / 64  # of the height: grain and JPEG's errors are no colours of the picture
KNOTS = 17  # of the tone curve, over brightness
# Where the ends of a faded picture's brightness are brought to, and the per cent of the pixels that
# lie below each end: chosen on 47 faded prints of held-out people (table in compact.md); a wider
# spread costs ST-LPIPS, none costs everything else.
BLACK, WHITE = 0.15, 0.85
ENDS = (0.5, 99.5)
MOST_GAIN = 4.0  # beyond it there is more grain than picture


@dataclass(frozen=True)
class Unfaded:
    """A picture of one tone in grey, with the contrast of a fresh print, and the way back."""

    picture: RgbImage
    gain: float
    middle: float  # of the faded brightness, 0 to 1

    def faded(self, restored: FloatImage) -> FloatImage:
        """`restored` with the contrast that the picture had before it was unfaded."""
        faded: FloatImage = (restored - np.float32((BLACK + WHITE) / 2)) / np.float32(self.gain)
        return faded + np.float32(self.middle)


def unfaded(crop: RgbImage) -> Unfaded | None:
    """None where the crop has colours of its own, or has not faded.

    A network that learned on clear portraits sees more in a print whose brightness is spread as
    theirs is; what it restored goes back to the print's own range, so the photo keeps it.
    """
    before = cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2YCrCb)
    if _tone_curves(before) is None:
        return None
    brightness = before[:, :, 0]
    darkest, brightest = (float(end) for end in np.percentile(brightness, ENDS))
    gain = min((WHITE - BLACK) / max(brightest - darkest, 1e-3), MOST_GAIN)
    if gain <= 1:
        return None
    middle = (darkest + brightest) / 2
    spread = np.clip((brightness - middle) * gain + (BLACK + WHITE) / 2, 0, 1)
    grey = np.round(spread * 255).astype(np.uint8)
    return Unfaded(np.repeat(grey[:, :, None], 3, axis=2), gain, middle)


def with_colours_of(crop: RgbImage, restored: FloatImage) -> FloatImage:
    """`restored` with the tone of `crop` where `crop` has one tone only, else as it is.

    Grey, sepia, selenium or a faded print: every brightness has one colour. There the restored
    brightness is kept, and the colours are those that the crop has at that brightness: a grey
    crop gives a grey picture. Both are (height, width, 3); `restored` is in [0, 1].
    """
    before = cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2YCrCb)
    curves = _tone_curves(before)
    if curves is None:
        return restored
    after = cv2.cvtColor(restored, cv2.COLOR_RGB2YCrCb)
    for channel, curve in zip((1, 2), curves, strict=True):
        after[:, :, channel] = _along(after[:, :, 0], curve)
    if all(np.abs(curve - 0.5).max() == 0 for curve in curves):
        return np.repeat(np.clip(after[:, :, :1], 0, 1), 3, axis=2)
    toned: FloatImage = np.clip(cv2.cvtColor(after, cv2.COLOR_YCrCb2RGB), 0, 1)
    return toned


def has_one_tone(crop: RgbImage) -> bool:
    """Whether a face (height, width, 3) is grey, sepia or the like, not in colours."""
    picture = crop.astype(np.float32) / 255
    return _tone_curves(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)) is not None


def _tone_curves(picture: NDArray[np.float32]) -> list[NDArray[np.float32]] | None:
    """Both colours of (height, width, 3) YCrCb over brightness; None where there is no one tone."""
    smooth = cv2.GaussianBlur(picture, (0, 0), SMOOTHING * picture.shape[0])
    brightness, *colours = cv2.split(smooth)
    strayed = np.zeros_like(brightness)
    for colour in colours:  # where the first strays, the second need not be asked
        curve = _tone_curve(brightness, colour)
        strayed = np.maximum(strayed, np.abs(colour - _along(brightness, curve)))
        if np.percentile(strayed, 100 - STRAYING) * 255 > TONED:
            return None
    return [_tone_curve(picture[:, :, 0], picture[:, :, channel]) for channel in (1, 2)]


def _tone_curve(
    brightness: NDArray[np.float32], colour: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The mean colour at `KNOTS` brightnesses; where there is none, that of the nearest."""
    place = brightness * (KNOTS - 1)
    below = np.clip(place.astype(int), 0, KNOTS - 2)
    part = place - below
    weight = np.zeros(KNOTS)
    total = np.zeros(KNOTS)
    for knot, share in ((below, 1 - part), (below + 1, part)):
        weight += np.bincount(knot.ravel(), share.ravel(), KNOTS)
        total += np.bincount(knot.ravel(), (share * colour).ravel(), KNOTS)
    known = weight > 1
    places = np.arange(KNOTS)
    curve = np.interp(places, places[known], total[known] / weight[known])
    # grey pixels give a colour of exactly one half; rounding must not add any
    return np.where(np.abs(curve - 0.5) < 1e-5, 0.5, curve).astype(np.float32)


def _along(brightness: NDArray[np.float32], curve: NDArray[np.float32]) -> NDArray[np.float32]:
    places = np.linspace(0, 1, KNOTS)
    return np.interp(brightness, places, curve).astype(np.float32)
