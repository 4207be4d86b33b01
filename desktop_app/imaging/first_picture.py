"""The small picture that a camera put beside the large one: shown until the photo is looked at."""

import math
from pathlib import Path
from typing import BinaryIO

import numpy as np
import simplejpeg
from PIL import ExifTags, Image

from desktop_app.domain.errors import ExpectedError
from desktop_app.domain.photo import RgbImage
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.header import PhotoHeader, read_header
from desktop_app.imaging.photo_file import opened, shown_name
from desktop_app.imaging.source import format_of
from desktop_app.imaging.upright import turn_by, turn_upright

_OFFSET, _LENGTH = 0x0201, 0x0202  # of the second directory (Exif 2.32, 4.5.5)
_EXIF_MARK = b"Exif\0\0"
_DARK = 24  # of 255, the mean of a bar; compression makes its black not quite black
_BLUR = 2  # pixels of a bar beside the picture, into which the picture's compression reaches
_LARGEST_SIDE = 1024  # cameras keep 160 by 120; a stranger may say anything


def first_picture(path: Path, turned: int = 0) -> RgbImage | None:
    """The small picture of a JPEG file's EXIF block, upright; None where there is none.

    `turned` are the degrees by which the user turned the photo further, clockwise. Nothing of the
    large picture is decoded. The black bars that fill a small picture of 4:3 up are cut away; one
    of another shape without bars shows the photo as it was before somebody cropped or turned it,
    and counts as none.
    """
    name = shown_name(path)
    try:
        with opened(path) as file:
            if format_of(file, name) is not FileFormat.JPEG:
                return None
            header = read_header(file, name)
            file.seek(0)
            small = _decoded(_small_jpeg(file, header))
    except ExpectedError:
        return None
    if small is None:
        return None
    cut = _without_bars(small, header.width, header.height)
    if cut is None:
        return None
    return turn_by(turn_upright(cut, header.orientation), turned)


def _small_jpeg(file: BinaryIO, header: PhotoHeader) -> bytes:
    with Image.open(file, formats=["JPEG"]) as image:
        block = image.info.get("exif", b"")
    directory = header.exif.get_ifd(ExifTags.IFD.IFD1)
    offset, length = directory.get(_OFFSET), directory.get(_LENGTH)
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        return b""
    start = len(_EXIF_MARK) + offset
    return bytes(block[start : start + length])


def _decoded(jpeg: bytes) -> RgbImage | None:
    if not jpeg:
        return None
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(jpeg)
        if max(height, width) > _LARGEST_SIDE:
            return None
        return np.asarray(simplejpeg.decode_jpeg(jpeg, colorspace="RGB"), np.uint8)
    except ValueError:
        return None


def _without_bars(small: RgbImage, width: int, height: int) -> RgbImage | None:
    """The middle of the small picture, in the shape of the large one; None where that is no bar
    which is left out."""
    if width < 1 or height < 1:
        return small
    across, down = small.shape[1], small.shape[0]
    left = _bar(across, down * width / height)
    top = _bar(down, across * height / width)
    bars = []
    if left > _BLUR:
        bars += [small[:, : left - _BLUR], small[:, across - left + _BLUR :]]
    if top > _BLUR:
        bars += [small[: top - _BLUR], small[down - top + _BLUR :]]
    if any(bar.mean() > _DARK for bar in bars):
        return None
    return small[top : down - top, left : across - left]


def _bar(whole: int, shown: float) -> int:
    """How wide each of two bars is beside what is shown, the pixel they share counted in."""
    return max(0, math.ceil((whole - max(1.0, shown)) / 2 - 0.25))
