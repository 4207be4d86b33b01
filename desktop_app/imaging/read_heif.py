"""Reads HEIC photos, as telephones take them."""

from typing import BinaryIO

import numpy as np
import pi_heif

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.photo_file import check_pixels, damaged
from desktop_app.imaging.stored import StoredPhoto, Wanted


def open_heif(file: BinaryIO) -> pi_heif.HeifImage:
    """The primary picture, its header read, its pixels not yet."""
    file.seek(0)
    photo = pi_heif.open_heif(file, convert_hdr_to_8bit=False, hdr_to_16bit=True)
    return photo[photo.primary_index]


def read_heif(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """The primary picture; 10 and 12 bits come as 16.

    libheif turns the picture itself (the boxes `irot` and `imir`), and the EXIF orientation of
    such files is a memory of what it did: it is not applied again.
    """
    image = open_heif(file)
    width, height = image.size
    check_pixels(width, height, wanted.name, wanted.max_pixels)
    samples = np.array(image)
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    mode = {1: ColourMode.GREY, 3: ColourMode.RGB, 4: ColourMode.RGB}.get(samples.shape[2])
    if mode is None or samples.dtype not in (np.uint8, np.uint16):
        raise damaged(wanted.name)
    has_alpha = samples.shape[2] == 4
    pixels = SourcePixels(
        samples,
        mode,
        has_alpha,
        image.info.get("icc_profile") or None,
        lossy=True,
        transparency=has_alpha,
    )
    return StoredPhoto(pixels, pixels.size)
