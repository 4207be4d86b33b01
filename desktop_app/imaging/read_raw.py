"""Reads RAW photos by the preview that the camera stored in them."""

import io
from typing import BinaryIO

import numpy as np
import rawpy

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.photo_file import check_pixels
from desktop_app.imaging.read_jpeg import read_jpeg
from desktop_app.imaging.stored import StoredPhoto, Wanted

_ORIENTATION_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's `flip` (0, 180, 90 to the left, 90 to the right) as EXIF orientation."""


def read_raw(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """The largest embedded preview. Raises `UnreadablePhoto` where there is none."""
    preview, orientation = raw_preview(file, wanted.name)
    if isinstance(preview, bytes):
        stored = read_jpeg(io.BytesIO(preview), wanted)
        turned = stored.orientation if stored.orientation != 1 else orientation
        return StoredPhoto(stored.pixels, stored.full_size, turned, stored.complete)
    check_pixels(preview.shape[1], preview.shape[0], wanted.name, wanted.max_pixels)
    pixels = SourcePixels(preview, ColourMode.RGB, lossy=True)
    return StoredPhoto(pixels, pixels.size, orientation)


def raw_preview(file: BinaryIO, name: str) -> tuple[bytes | np.ndarray, int]:
    """A JPEG file, or (height, width, 3) of 8 bits; and the orientation the camera noted."""
    file.seek(0)
    with rawpy.imread(file) as raw:
        try:
            preview = raw.extract_thumb()
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
            raise UnreadablePhoto(
                f"{name} is a RAW photo without a preview that could be read. Develop it to TIFF "
                "or JPEG with your camera's program, then use that."
            ) from error
        orientation = _ORIENTATION_OF_FLIP.get(raw.sizes.flip, 1)
    if preview.format == rawpy.ThumbFormat.JPEG:
        return bytes(preview.data), orientation
    return np.array(preview.data, np.uint8), orientation
