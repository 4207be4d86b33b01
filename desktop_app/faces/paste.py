"""Lays a restored face into the photo's own samples; outside its mask nothing moves."""

import zlib
from dataclasses import replace
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.face import AlignedFace
from desktop_app.domain.photo import ColourMode, FloatImage, SourcePixels
from desktop_app.domain.restoration import RestoreSettings
from desktop_app.faces.alignment import inverted, scale_of, warp_points
from desktop_app.faces.grain import grain_kept, make_grain, measure_grain

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_ONE_TONE = 4.0 / 255  # of white: a picture has one tone where colours stray less from its curve
_FLAT = 1e-4  # mean square of the luminance: a picture of less contrast shows no tint
_GREY = 0.02  # a tint nearer to grey than this is the noise of the encoding
_BROAD = 0.16  # of the crop's side, about two eyes: what is broader is tone, what is finer is face
_CHANGED = 0.02  # of white: from here on the restorer's word holds, not the photo's
_LEAST_LIGHT = 0.25  # of the paper's white under black ink, when inks are taken for ideal ones


class Coding(Protocol):
    """How a photo's own samples, 0 to 1, stand for colours."""

    def to_srgb(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """(height, width, 3 or, of inks, 4) to (height, width, 3)."""
        ...

    def moved(
        self, samples: NDArray[np.float32], change: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The samples whose colours are those of `samples` and `change`, in sRGB, more."""
        ...


def paste_back(
    pixels: SourcePixels,
    restored: FloatImage,
    aligned: AlignedFace,
    mask: NDArray[np.float32],
    settings: RestoreSettings,
    coding: Coding | None = None,
) -> SourcePixels:
    """The photo with the restored face, in its own depth, mode and profile.

    `restored` is (size, size, 3) sRGB in [0, 1], made from `aligned.crop`; `mask`, (size, size)
    from 0 to 1, is where it replaces the photo. What is laid in is the difference between the
    two, added to the photo's own samples under the mask. So detail finer than the crop stays
    where the photo has it, a restorer that changes nothing changes no sample, and strength 0 is
    the photo itself. Where the crop holds all that the photo has and the restorer changed it,
    nothing of the photo shines through: what the way to the crop and back loses is taken away
    with the rest. A photo of one tone (grey, sepia) gets the difference of luminance alone.
    Differences are taken in sRGB. With `coding` they are added to the photo's colours in sRGB and
    coded as the photo codes them. Without, they are added to the samples as they are coded, which
    is right for sRGB, and inks are taken for ideal ones.
    """
    size = restored.shape[0]
    region = _Region(pixels, aligned, size, coding)
    if region.empty or settings.strength <= 0:
        return pixels
    crop: FloatImage = aligned.crop.astype(np.float32) / np.float32(255)
    change: FloatImage = restored - crop  # (size, size, 3)
    tint = np.ones(3, np.float32)
    if pixels.mode is ColourMode.GREY or has_one_tone(crop):
        tint = tint_of(crop)
        change = luminance_of(change)[:, :, None] * tint
    if settings.keep_tone:
        change = change - _tone_under(change, mask)
    finer = scale_of(aligned.matrix) < 1  # the photo holds more than the crop
    if settings.grain and finer:
        change = change + _missing_grain(luminance_of(crop), change, mask)[:, :, None] * tint
    face = region.from_crop(mask)
    change = region.from_crop(change)
    if not finer:
        change = change - region.unseen() * _how_changed(change)[:, :, None]
    if settings.grain and not finer:
        change = change + _missing_grain(region.luminance(), change, face)[:, :, None] * tint
    weight = face * np.float32(settings.strength)
    return region.write(change * weight[:, :, None], weight > 0)


def luminance_of(picture: FloatImage) -> NDArray[np.float32]:
    """(height, width) from (height, width, 3)."""
    luminance: NDArray[np.float32] = np.ascontiguousarray(picture @ _LUMINANCE)
    return luminance


def has_one_tone(crop: FloatImage) -> bool:
    """Whether every brightness of a picture, sRGB in [0, 1], has one colour: grey, sepia, faded."""
    brightness = luminance_of(crop)
    step = np.minimum((brightness * 16).astype(int), 15).ravel()
    counts = np.maximum(np.bincount(step, minlength=16), 1)
    for channel in (0, 2):
        colour = (crop[:, :, channel] - brightness).ravel()
        curve = np.bincount(step, colour, 16) / counts
        if float(np.abs(colour - curve[step]).mean()) > _ONE_TONE:
            return False
    return True


def tint_of(crop: FloatImage) -> NDArray[np.float32]:
    """(3,): by how much red, green and blue rise with the luminance of a picture of one tone.

    All 1 for grey. Least squares; the luminance of the tint is 1.
    """
    brightness = luminance_of(crop)
    spread = brightness - brightness.mean()
    power = float((spread**2).mean())
    if power < _FLAT:
        return np.ones(3, np.float32)
    slopes = (spread[:, :, None] * crop).mean(axis=(0, 1)) / power
    if float(np.abs(slopes - 1).max()) < _GREY:
        return np.ones(3, np.float32)
    return np.asarray(slopes, np.float32)


class _Region:
    """The part of the photo that a crop reaches, and the ways to and from it."""

    def __init__(
        self, pixels: SourcePixels, aligned: AlignedFace, size: int, coding: Coding | None
    ) -> None:
        self._pixels = pixels
        self._coding = coding
        self._side = size
        back = inverted(aligned.matrix)
        square = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float64)
        corners = warp_points(square, back)
        width, height = pixels.size
        low = np.clip(np.floor(corners.min(axis=0)), 0, [width, height]).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, [width, height]).astype(int)
        self._left, self._top = int(low[0]), int(low[1])
        self._width, self._height = int(high[0] - low[0]), int(high[1] - low[1])
        self._to_region = back - np.array([[0, 0, self._left], [0, 0, self._top]])
        self._shrink = max(scale_of(aligned.matrix), 1.0)

    @property
    def empty(self) -> bool:
        return self._width <= 0 or self._height <= 0

    def from_crop(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """A picture of the crop's size, as it lies over the region; 0 beyond the crop."""
        matrix = self._to_region
        side = picture.shape[0]
        smaller = max(1, round(side / self._shrink))
        if smaller < side:
            picture = cv2.resize(picture, (smaller, smaller), interpolation=cv2.INTER_AREA)
            ratio = side / smaller
            # a point p of the smaller picture is (p + 0.5) * ratio - 0.5 of the crop
            grown = np.array([[ratio, 0, ratio / 2 - 0.5], [0, ratio, ratio / 2 - 0.5], [0, 0, 1]])
            matrix = matrix @ grown
        laid: NDArray[np.float32] = cv2.warpAffine(
            picture,
            matrix,
            (self._width, self._height),
            flags=cv2.INTER_LINEAR if self._shrink > 1 else cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.maximum(laid, 0) if laid.ndim == 2 else laid

    def luminance(self) -> NDArray[np.float32]:
        """(height, width) of the photo as it is, 0 black to 1 white."""
        return luminance_of(self._colours())

    def unseen(self) -> NDArray[np.float32]:
        """(height, width, 3): what of the photo is lost on the way to the crop and back."""
        colours = self._colours()
        there = cv2.warpAffine(
            colours,
            inverted(self._to_region),
            (self._side, self._side),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        return colours - self.from_crop(there)

    def _colours(self) -> NDArray[np.float32]:
        """(height, width, 3) in sRGB, 0 to 1; grey three times; inks without a profile as light."""
        coded = self._coded()
        if self._coding is not None:
            return self._coding.to_srgb(coded)
        if self._pixels.mode is ColourMode.CMYK:
            light: NDArray[np.float32] = (1 - coded[:, :, :3]) * (1 - coded[:, :, 3:])
            return light
        return coded

    def _coded(self) -> NDArray[np.float32]:
        """(height, width, 3 or 4): the samples, 0 to 1; grey three times."""
        samples = self._samples().astype(np.float32) / np.float32(self._white)
        if self._pixels.mode is ColourMode.GREY:
            return np.repeat(samples[:, :, :1], 3, axis=2)
        return samples[:, :, : 4 if self._pixels.mode is ColourMode.CMYK else 3]

    def write(self, change: NDArray[np.float32], where: NDArray[np.bool_]) -> SourcePixels:
        """The photo with `change`, (height, width, 3) in parts of white, added where it may be."""
        own = self._samples()
        part = own.astype(np.float32)
        if self._coding is not None:
            coded = self._coded()
            moved = (self._coding.moved(coded, change) - coded) * self._white
            channels = 1 if self._pixels.mode is ColourMode.GREY else moved.shape[2]
            part[:, :, :channels] += moved[:, :, :channels]
        elif self._pixels.mode is ColourMode.GREY:
            part[:, :, 0] += change[:, :, 0] * self._white
        elif self._pixels.mode is ColourMode.CMYK:
            light = np.maximum(1 - part[:, :, 3:4] / self._white, _LEAST_LIGHT)
            part[:, :, :3] -= change / light * self._white
        else:
            part[:, :, :3] += change * self._white
        rounded = np.clip(np.round(part), 0, self._white).astype(own.dtype)
        samples = self._pixels.samples.copy()
        samples[self._rows, self._columns] = np.where(where[:, :, None], rounded, own)
        return replace(self._pixels, samples=samples)

    @property
    def _white(self) -> float:
        return float(np.iinfo(self._pixels.samples.dtype).max)

    @property
    def _rows(self) -> slice:
        return slice(self._top, self._top + self._height)

    @property
    def _columns(self) -> slice:
        return slice(self._left, self._left + self._width)

    def _samples(self) -> NDArray[Any]:
        return self._pixels.samples[self._rows, self._columns]


def _how_changed(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """(height, width) from 0, where the restorer left the photo alone, to 1."""
    amount = np.abs(luminance_of(change))
    amount = cv2.GaussianBlur(amount, (0, 0), max(1.0, amount.shape[1] / 64))
    return np.asarray(np.clip(amount / _CHANGED, 0, 1), np.float32)


def _tone_under(change: FloatImage, mask: NDArray[np.float32]) -> FloatImage:
    """(size, size, 3): what the change does to broad light and colour, as seen under the mask."""
    blur = mask.shape[0] * _BROAD
    seen = cv2.GaussianBlur(mask, (0, 0), blur, borderType=cv2.BORDER_CONSTANT)
    tone = cv2.GaussianBlur(change * mask[:, :, None], (0, 0), blur, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(tone / np.maximum(seen, 1e-6)[:, :, None], np.float32)


def _missing_grain(
    luminance: NDArray[np.float32], change: NDArray[np.float32], mask: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(height, width): the grain that face and surroundings had and the restored face lost."""
    around, inside = mask < 0.02, mask > 0.5
    # a background of leaves is no grain: the face had none of it before
    seen = (measure_grain(luminance, around), measure_grain(luminance, inside))
    wanted = min(seen, key=lambda grain: grain.strength)
    kept = grain_kept(luminance, luminance + luminance_of(change), inside)
    missing = replace(wanted, strength=wanted.strength * float(np.sqrt(1 - kept**2)))
    seed = zlib.crc32(luminance.tobytes())
    return make_grain((luminance.shape[0], luminance.shape[1]), missing, seed)
