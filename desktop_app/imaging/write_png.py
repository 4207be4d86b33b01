"""Writes PNG files of 8 and 16 bits, without loss, row by row."""

import struct
import zlib
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.png_chunks import SIGNATURE, XMP_KEY

_LEVEL = 4  # a third of the time of 6, for files 6 % larger
_BAND_ROWS = 128
_SUB, _UP, _PAETH = 1, 2, 4


def write_png(file: BinaryIO, pixels: SourcePixels, exif: bytes, xmp: bytes) -> None:
    """Grey or RGB, with or without opacity (PNG specification, third edition).

    `exif` is a TIFF structure, `xmp` a packet; b"" leaves them out.
    """
    width, height = pixels.size
    colour_type = (0 if pixels.mode is ColourMode.GREY else 2) + 4 * pixels.has_extra_channel
    file.write(SIGNATURE)
    header = struct.pack(">IIBBBBB", width, height, pixels.bit_depth, colour_type, 0, 0, 0)
    _chunk(file, b"IHDR", header)
    if pixels.icc_profile:
        _chunk(file, b"iCCP", b"ICC profile\0\0" + zlib.compress(pixels.icc_profile, 9))
    if exif:
        _chunk(file, b"eXIf", exif)
    if xmp:
        _chunk(file, b"iTXt", XMP_KEY.encode() + b"\0\0\0\0\0" + xmp)
    packer = zlib.compressobj(_LEVEL)
    above: NDArray[np.uint8] | None = None
    for top in range(0, height, _BAND_ROWS):
        rows = _bytes_of_rows(pixels.samples[top : top + _BAND_ROWS])
        step = pixels.samples.shape[2] * pixels.samples.dtype.itemsize
        packed = packer.compress(_filtered(rows, above, step).tobytes())
        if packed:
            _chunk(file, b"IDAT", packed)
        above = rows[-1]
    _chunk(file, b"IDAT", packer.flush())
    _chunk(file, b"IEND", b"")


def _chunk(file: BinaryIO, kind: bytes, body: bytes) -> None:
    file.write(struct.pack(">I", len(body)) + kind)
    file.write(body)
    file.write(struct.pack(">I", zlib.crc32(body, zlib.crc32(kind))))


def _bytes_of_rows(samples: NDArray[np.generic]) -> NDArray[np.uint8]:
    """(rows, bytes), samples of 16 bits with the high byte first."""
    if samples.dtype.itemsize == 2:
        samples = samples.astype(">u2")
    return np.ascontiguousarray(samples).view(np.uint8).reshape(samples.shape[0], -1)


def _filtered(
    rows: NDArray[np.uint8], above: NDArray[np.uint8] | None, step: int
) -> NDArray[np.uint8]:
    """Each row behind its filter's number: the filter that leaves the smallest differences.

    Sub, Up or Paeth, chosen by the least sum of absolute differences (section 12.7).
    """
    up = np.empty_like(rows)
    up[1:] = rows[:-1]
    up[0] = 0 if above is None else above
    left, up_left = np.zeros_like(rows), np.zeros_like(rows)
    left[:, step:], up_left[:, step:] = rows[:, :-step], up[:, :-step]
    candidates = (rows - left, rows - up, rows - _paeth(left, up, up_left))
    costs = np.stack([_cost(candidate) for candidate in candidates])
    best = costs.argmin(axis=0)
    result = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    result[:, 0] = np.array((_SUB, _UP, _PAETH), np.uint8)[best]
    for number, candidate in enumerate(candidates):
        chosen = best == number
        result[chosen, 1:] = candidate[chosen]
    return result


def _cost(differences: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.asarray(np.minimum(differences, 0 - differences).sum(axis=1, dtype=np.int64))


def _paeth(
    left: NDArray[np.uint8], up: NDArray[np.uint8], up_left: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """The neighbour nearest to left + up - up_left (section 9.4)."""
    to_left = np.abs(up.astype(np.int16) - up_left)
    to_up = np.abs(left.astype(np.int16) - up_left)
    to_corner = np.abs(left.astype(np.int16) + up - 2 * up_left.astype(np.int16))
    nearest = np.where(to_up <= to_corner, up, up_left)
    is_left = (to_left <= to_up) & (to_left <= to_corner)
    return np.where(is_left, left, nearest).astype(np.uint8)
