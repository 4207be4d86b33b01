"""Reads PNG photos; those with 16 bits keep them."""

from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL.ImageFile import ImageFile

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.photo_file import check_pixels, damaged
from desktop_app.imaging.pillow_files import open_with_pillow, orientation_of, samples_of
from desktop_app.imaging.png_chunks import picture_chunks
from desktop_app.imaging.rows_as_read import Kept, put_together
from desktop_app.imaging.stored import StoredPhoto, Wanted

LARGE = 60_000_000
"""Pixels from which a colour picture of which 8 bits will do is not held with all 16."""

_BAND = 1024  # rows at a time


def read_png(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """The samples of a PNG, palettes unfolded."""
    image = open_with_pillow(file, FileFormat.PNG)
    check_pixels(*image.size, wanted.name, wanted.max_pixels)
    file.seek(24)
    bits, colour_type = file.read(2)
    if bits < 16 or colour_type == 0:
        pixels = samples_of(image, wanted.name, lossy=False)
        return StoredPhoto(pixels, image.size, orientation_of(image))
    orientation = orientation_of(image)
    icc_profile = image.info.get("icc_profile") or None
    if colour_type == 2 and wanted.eight_bits and image.width * image.height > LARGE:
        samples = _upper_bits(image, wanted.max_side)
        pixels = SourcePixels(samples, ColourMode.RGB, icc_profile=icc_profile)
        return StoredPhoto(pixels, image.size, orientation)
    pixels = _read_sixteen_bits(file, colour_type, icc_profile, wanted.name)
    if pixels.size != image.size:
        raise damaged(wanted.name)
    return StoredPhoto(pixels, image.size, orientation)


def _upper_bits(image: ImageFile, max_side: int | None) -> NDArray[np.uint8]:
    """(height, width, 3): what Pillow keeps of 16 bits, averaged where a smaller picture will do.

    Of 200 megapixels OpenCV would hold 4 GB, this 0.8 GB and what is returned.
    """
    image.load()
    width, height = image.size
    cuts = ((0, top, width, min(top + _BAND, height)) for top in range(0, height, _BAND))
    bands = (np.asarray(image.crop(cut)) for cut in cuts)
    kept = Kept.covering(max(image.size), max_side)
    return put_together((height, width, 3), np.dtype(np.uint8), [(slice(None), bands)], kept)


def _read_sixteen_bits(
    file: BinaryIO, colour_type: int, icc_profile: bytes | None, name: str
) -> SourcePixels:
    """Pillow keeps only 8 of 16 bits in colour (`RGB;16B`), so OpenCV decodes these.

    It is given the chunks of the picture alone: the others are where decoders differ and fail.
    """
    picture = picture_chunks(file)
    if picture is None:
        raise damaged(name)
    decoded = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16:
        raise damaged(name)
    if colour_type == 4:  # OpenCV makes BGRA of grey with opacity
        samples = decoded[..., [0, 3]] if decoded.ndim == 3 else decoded[..., np.newaxis]
        return SourcePixels(samples, ColourMode.GREY, True, icc_profile, transparency=True)
    if colour_type == 6:
        samples = cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA)
        return SourcePixels(samples, ColourMode.RGB, True, icc_profile, transparency=True)
    return SourcePixels(
        cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), ColourMode.RGB, icc_profile=icc_profile
    )
