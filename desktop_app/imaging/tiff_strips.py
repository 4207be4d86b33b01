"""Unpacks LZW and PackBits TIFF scans of any depth."""

import io
import struct
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL.TiffImagePlugin import TiffImageFile

from desktop_app.imaging.photo_file import damaged

_SHORT, _LONG = 3, 4


def unpack_page(page: tifffile.TiffPage, file: BinaryIO, name: str) -> NDArray[Any]:
    """Samples of a page, (height, width, channels), in the computer's own byte order.

    tifffile unpacks LZW only with a further package, and Pillow keeps 8 of 16 bits of colour.
    But packed strips are rows of bytes whatever a sample is: Pillow's libtiff is shown them as
    an 8-bit grey picture as many bytes wide as a row is long, and the samples are put together
    here (TIFF 6.0, sections 13 to 15).
    """
    height, width, channels = page.imagelength, page.imagewidth, page.samplesperpixel
    planes = channels if int(page.planarconfig) == 2 else 1
    within = channels // planes  # channels that lie side by side in a row
    sample = np.dtype(page.parent.byteorder + ("u1" if page.bitspersample == 8 else "u2"))
    tile_width = page.tilewidth if page.is_tiled else width
    tile_height = page.tilelength if page.is_tiled else min(page.rowsperstrip, height)
    across = -(-width // tile_width)
    down = -(-height // tile_height)
    if len(page.dataoffsets) != across * down * planes:
        raise damaged(name)
    rows = down * tile_height if page.is_tiled else height
    result = np.empty((height, width, channels), sample.newbyteorder("="))
    for plane in range(planes):
        pieces = slice(plane * across * down, (plane + 1) * across * down)
        packed = _read_pieces(file, page.dataoffsets[pieces], page.databytecounts[pieces])
        row_bytes = across * tile_width * within * sample.itemsize
        as_grey = _grey_tiff(
            packed,
            (row_bytes, rows),
            (tile_width * within * sample.itemsize, tile_height) if page.is_tiled else None,
            tile_height,
            int(page.compression),
            page.fillorder,
        )
        unpacked = np.asarray(TiffImageFile(io.BytesIO(as_grey)))
        samples = np.ascontiguousarray(unpacked).view(sample)
        tiles = samples.reshape(rows, across, tile_width, within)
        if int(page.predictor) == 2:
            tiles = np.cumsum(tiles, axis=2, dtype=sample.newbyteorder("="))
        flat = tiles.reshape(rows, across * tile_width, within)[:height, :width]
        result[..., plane * within : (plane + 1) * within] = flat
    return result


def _read_pieces(file: BinaryIO, offsets: Any, sizes: Any) -> list[bytes]:
    pieces = []
    for offset, size in zip(offsets, sizes, strict=True):
        file.seek(offset)
        pieces.append(file.read(size))
    return pieces


def _grey_tiff(
    pieces: list[bytes],
    size: tuple[int, int],
    tile: tuple[int, int] | None,
    rows_per_strip: int,
    compression: int,
    fill_order: int,
) -> bytes:
    """A little-endian TIFF of 8-bit grey around `pieces`, unchanged (TIFF 6.0, section 2)."""
    tags = {
        256: (_LONG, size[0]),
        257: (_LONG, size[1]),
        258: (_SHORT, 8),
        259: (_SHORT, compression),
        262: (_SHORT, 1),
        266: (_SHORT, fill_order),
        277: (_SHORT, 1),
    }
    if tile is None:
        offsets_tag, sizes_tag = 273, 279
        tags[278] = (_LONG, rows_per_strip)
    else:
        offsets_tag, sizes_tag = 324, 325
        tags[322], tags[323] = (_LONG, tile[0]), (_LONG, tile[1])
    count = len(pieces)
    tables = 8 + 2 + 12 * (len(tags) + 2) + 4
    start = tables + 8 * count
    sizes = np.array([len(piece) for piece in pieces], "<u4")
    offsets = (start + np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)[:-1]))).astype("<u4")
    entries = {
        tag: struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in tags.items()
    }
    for tag, values, at in ((offsets_tag, offsets, tables), (sizes_tag, sizes, tables + 4 * count)):
        value = int(values[0]) if count == 1 else at
        entries[tag] = struct.pack("<HHII", tag, _LONG, count, value)
    directory = b"".join(entry for _, entry in sorted(entries.items()))
    header = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4)
    return b"".join([header, offsets.tobytes(), sizes.tobytes(), *pieces])
