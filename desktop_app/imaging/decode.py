"""Decodes a photo for the eye and for finding faces: upright, 8-bit sRGB, small where asked."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import ColourMode, RgbImage, SourcePixels
from desktop_app.imaging.display import to_rgb
from desktop_app.imaging.photo_file import MAX_PIXELS, HeldPhoto, opened, shown_name
from desktop_app.imaging.source import read_stored
from desktop_app.imaging.stored import Wanted
from desktop_app.imaging.upright import turn_by, turn_upright, turned_size, upright_size


@dataclass(frozen=True)
class DecodedPhoto:
    """A photo to look at."""

    image: RgbImage
    full_size: tuple[int, int]  # (width, height) of the whole photo, upright
    complete: bool = True  # False where the file was cut short or has gaps


def decode_photo(
    photo: Path | HeldPhoto,
    *,
    max_side: int | None = None,
    max_pixels: int = MAX_PIXELS,
    turned: int = 0,
    exactly: bool = True,
) -> DecodedPhoto:
    """The photo upright in sRGB; with `max_side` its longer side is at most that many pixels.

    With `exactly=False` it may be up to half as large again, as a JPEG comes for less work.

    `turned` are the degrees by which the user turned it further, clockwise, in quarters.
    Raises `UnreadablePhoto`, `PhotoTooLarge`, `FileVanished`, `NotPermitted`.
    """
    path = photo.path if isinstance(photo, HeldPhoto) else photo
    with opened(photo) as file:
        stored = read_stored(file, Wanted(shown_name(path), max_pixels, max_side, True))
        pixels = stored.pixels
        if not exactly and max_side is not None and max(pixels.size) <= max_side * 1.5:
            max_side = None
        if pixels.mode is ColourMode.RGB and not pixels.has_extra_channel and _is_srgb(pixels):
            image = shrink(pixels.samples, max_side)
        elif pixels.transparency:  # the colour of what is invisible must not bleed when shrunk
            image = shrink(to_rgb(pixels), max_side)
        else:
            small = dataclasses.replace(pixels, samples=shrink(pixels.samples, max_side))
            image = to_rgb(small, in_place=True)
        return DecodedPhoto(
            turn_by(turn_upright(image, stored.orientation), turned),
            turned_size(*upright_size(*stored.full_size, stored.orientation), turned),
            stored.complete,
        )


def _is_srgb(pixels: SourcePixels) -> bool:
    return pixels.samples.dtype == np.uint8 and not pixels.icc_profile


def shrink(samples: NDArray[Any], max_side: int | None) -> NDArray[Any]:
    """(height, width, channels) with a longer side of at most `max_side`; never enlarged."""
    height, width, channels = samples.shape
    if max_side is None or max(height, width) <= max_side:
        return samples
    scale = max_side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    smaller = cv2.resize(samples, size, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller).reshape(size[1], size[0], channels)
