"""Reads TIFF scans with the bits, the inks and the extra channels that they have."""

from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.apart import in_a_reader, stored_apart
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.photo_file import check_pixels, damaged
from desktop_app.imaging.pillow_files import read_with_pillow
from desktop_app.imaging.rows_as_read import Kept
from desktop_app.imaging.stored import StoredPhoto, Wanted
from desktop_app.imaging.tiff_strips import read_page, unpack_page

_MIN_IS_WHITE, _MIN_IS_BLACK, _RGB, _INKS = 0, 1, 2, 5
_PLAIN, _LZW, _PACKBITS = 1, 5, 32773
_DEFLATE = (8, 32946)
_UNSIGNED = (1, 4)  # SampleFormat: unsigned, and "undefined", which is read as unsigned
_OPACITY = 2  # ExtraSamples: unassociated alpha
_ORIENTATION = 274
_COLOURS = {_MIN_IS_WHITE: (ColourMode.GREY, 1), _MIN_IS_BLACK: (ColourMode.GREY, 1)}
_COLOURS |= {_RGB: (ColourMode.RGB, 3), _INKS: (ColourMode.CMYK, 4)}


def read_tiff(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """The first page. Grey, RGB and CMYK of 8 and 16 bits come as they are stored.

    Palettes, fax, JPEG-compressed and other 8-bit kinds are left to Pillow. Grey that is stored
    with 0 as white is inverted, so that 0 is black. Raises `UnreadablePhoto` for what is left:
    floating point, 32 bits, rare compressions of 16 bits.
    """
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        if not isinstance(page, tifffile.TiffPage):
            raise damaged(wanted.name)
        width, height = page.imagewidth, page.imagelength
        check_pixels(width, height, wanted.name, wanted.max_pixels)
        if _is_plain(page):
            pixels = _read_plain(page, file, wanted)
            return StoredPhoto(pixels, (width, height), _orientation(page))
        bits = int(page.bitspersample)
    if bits > 8:
        raise UnreadablePhoto(
            f"{wanted.name} is a TIFF that keeps its samples in a way that is not read here "
            f"({bits} bits). Save it with 8 or 16 bits, uncompressed or LZW, then try again."
        )
    if not in_a_reader():  # fax, JPEG in TIFF and the like: libtiff, and what it calls
        return stored_apart(file, wanted)
    stored = read_with_pillow(file, FileFormat.TIFF, wanted)
    return StoredPhoto(stored.pixels, stored.pixels.size)  # Pillow turns a TIFF itself


def _is_plain(page: tifffile.TiffPage) -> bool:
    """Whether the samples can be taken as they are stored."""
    colour = _COLOURS.get(int(page.photometric))
    return (
        colour is not None
        and page.bitspersample in (8, 16)
        and int(page.sampleformat) in _UNSIGNED
        and page.samplesperpixel in (colour[1], colour[1] + 1)
        and int(page.compression) in (_PLAIN, _LZW, _PACKBITS, *_DEFLATE)
        and int(page.predictor) in (1, 2)
        and page.imagedepth == 1
    )


def _read_plain(page: tifffile.TiffPage, file: BinaryIO, wanted: Wanted) -> SourcePixels:
    mode, colours = _COLOURS[int(page.photometric)]
    has_extra = page.samplesperpixel > colours
    see_through = has_extra and tuple(map(int, page.extrasamples)) == (_OPACITY,)
    # the colour of what is invisible must not bleed into a smaller picture
    longest, side = max(page.imagewidth, page.imagelength), wanted.max_side
    kept = Kept.covering(longest, None if see_through else side, eight_bits=wanted.eight_bits)
    if int(page.compression) != _PLAIN:
        samples = unpack_page(page, file, wanted.name, kept)
    elif _lies_row_by_row(page):
        samples = read_page(page, file, kept)
    else:
        samples = _height_width_channels(page.asarray(maxworkers=1), page)
    if int(page.photometric) == _MIN_IS_WHITE:
        np.subtract(np.iinfo(samples.dtype).max, samples[..., 0], out=samples[..., 0])
    icc_profile = page.iccprofile
    return SourcePixels(
        samples,
        mode,
        has_extra,
        bytes(icc_profile) if icc_profile else None,
        transparency=see_through,
    )


def _lies_row_by_row(page: tifffile.TiffPage) -> bool:
    return page.is_contiguous and not page.is_tiled and page.predictor == 1 and page.fillorder == 1


def _height_width_channels(samples: NDArray[Any], page: tifffile.TiffPage) -> NDArray[Any]:
    """(height, width, channels) in the computer's own byte order."""
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    elif int(page.planarconfig) == 2 and samples.shape[-1] != page.samplesperpixel:
        samples = np.moveaxis(samples, 0, -1)
    return np.ascontiguousarray(samples, dtype=samples.dtype.newbyteorder("="))


def _orientation(page: tifffile.TiffPage) -> int:
    tag = page.tags.get(_ORIENTATION)
    return tag.value if tag is not None and tag.value in range(1, 9) else 1
