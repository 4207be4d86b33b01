"""Reads JPEG photos, at a fraction of the work where a small picture will do."""

from typing import Any, BinaryIO

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.photo_file import check_pixels
from desktop_app.imaging.pillow_files import open_with_pillow, orientation_of, samples_of
from desktop_app.imaging.stored import StoredPhoto, Wanted

_COLOURS = {"L": ("GRAY", ColourMode.GREY), "RGB": ("RGB", ColourMode.RGB)}

_LARGEST_METADATA = 64_000_000
"""Bytes beyond the pixels that are read: a film behind a motion photo is left where it is."""


def read_jpeg(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """Samples of a grey, colour or CMYK JPEG; one cut short is shown as far as it goes.

    With `wanted.max_side` the picture comes at 1/2, 1/4 or 1/8 where that still covers the side.
    """
    image = open_with_pillow(file, FileFormat.JPEG)
    width, height = image.size
    check_pixels(width, height, wanted.name, wanted.max_pixels)
    orientation = orientation_of(image)
    small = _fitted(width, height, wanted.max_side)
    if image.mode not in _COLOURS:  # CMYK, or YCCK, and Adobe's inversion of both
        if small != (0, 0):
            image.draft(None, small)
        return StoredPhoto(samples_of(image, wanted.name, lossy=True), (width, height), orientation)
    colour, mode = _COLOURS[image.mode]
    icc_profile = image.info.get("icc_profile") or None
    position = file.tell()
    file.seek(0)
    data = file.read(width * height * 4 + _LARGEST_METADATA)
    try:
        samples, complete = _decode(data, colour, small)
    except ValueError:  # rare kinds of subsampling, rubbish between the segments: Pillow bears it
        file.seek(position)
        pixels = samples_of(image, wanted.name, lossy=True)
        return StoredPhoto(pixels, (width, height), orientation)
    pixels = SourcePixels(samples, mode, icc_profile=icc_profile, lossy=True)
    return StoredPhoto(pixels, (width, height), orientation, complete)


def _decode(data: bytes, colour: str, small: tuple[int, int]) -> tuple[NDArray[Any], bool]:
    """The samples, and whether the file was sound from beginning to end."""
    try:
        return _decode_as(data, colour, small, strict=True), True
    except ValueError:  # libjpeg goes on where it can; what cannot be read at all raises again
        return _decode_as(data, colour, small, strict=False), False


def _decode_as(
    data: bytes, colour: str, small: tuple[int, int], *, strict: bool
) -> NDArray[np.uint8]:
    samples: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        data, colour, min_width=small[0], min_height=small[1], strict=strict
    )
    return samples


def _fitted(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """The size that covers `max_side`; (0, 0) where every pixel is wanted."""
    if max_side is None or max(width, height) <= max_side:
        return (0, 0)
    scale = max_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))
