"""Reads the rows of TIFF scans of 8 and 16 bits: plain, LZW, Deflate and PackBits."""

import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from desktop_app.imaging.photo_file import damaged
from desktop_app.imaging.rows_as_read import Kept, put_together

_SHORT, _LONG = 3, 4
_BAND_BYTES = 32_000_000  # unpacked at a time, so that a large scan needs no second copy of itself


@dataclass(frozen=True)
class _Pieces:
    """How a page is cut: strips are tiles as wide as the page."""

    tile_width: int  # in samples of one channel
    tile_height: int
    across: int
    down: int
    planes: int
    within: int  # channels that lie side by side in a row
    sample: np.dtype[Any]
    tiled: bool

    @property
    def row_bytes(self) -> int:
        return self.across * self.tile_width * self.within * self.sample.itemsize


def unpack_page(
    page: tifffile.TiffPage,
    file: BinaryIO,
    name: str,
    kept: Kept = Kept(),  # noqa: B008 - frozen
) -> NDArray[Any]:
    """Samples of a page, (height, width, channels), in the computer's own byte order.

    tifffile unpacks LZW only with a further package, and Pillow keeps 8 of 16 bits of colour.
    But packed strips are rows of bytes whatever a sample is: Pillow's libtiff is shown them as
    an 8-bit grey picture as many bytes wide as a row is long, and the samples are put together
    here (TIFF 6.0, sections 13 to 15).
    """
    cut = _cut(page)
    if len(page.dataoffsets) != cut.across * cut.down * cut.planes:
        raise damaged(name)
    return _all_planes(page, cut, lambda plane: _unpacked(page, file, cut, plane), kept)


def read_page(page: tifffile.TiffPage, file: BinaryIO, kept: Kept) -> NDArray[Any]:
    """The same of a page whose rows lie unpacked one after the other (`is_contiguous`)."""
    cut = _cut(page)
    return _all_planes(page, cut, lambda plane: _plain_rows(page, file, cut, plane), kept)


def _all_planes(
    page: tifffile.TiffPage,
    cut: _Pieces,
    bands_of: Callable[[int], Iterator[NDArray[Any]]],
    kept: Kept,
) -> NDArray[Any]:
    planes = (
        (slice(plane * cut.within, (plane + 1) * cut.within), bands_of(plane))
        for plane in range(cut.planes)
    )
    shape = (page.imagelength, page.imagewidth, page.samplesperpixel)
    return put_together(shape, cut.sample.newbyteorder("="), planes, kept)


def _unpacked(
    page: tifffile.TiffPage, file: BinaryIO, cut: _Pieces, plane: int
) -> Iterator[NDArray[Any]]:
    height, width = page.imagelength, page.imagewidth
    step = max(1, _BAND_BYTES // (cut.row_bytes * cut.tile_height))  # rows of pieces in a band
    for first in range(0, cut.down, step):
        last = min(first + step, cut.down)
        top, bottom = first * cut.tile_height, min(last * cut.tile_height, height)
        rows = (last - first) * cut.tile_height if cut.tiled else bottom - top
        start = plane * cut.across * cut.down
        pieces = slice(start + first * cut.across, start + last * cut.across)
        packed = _read_pieces(file, page.dataoffsets[pieces], page.databytecounts[pieces])
        band = _unpack_rows(packed, rows, cut, page)
        yield band[: bottom - top, :width].astype(cut.sample.newbyteorder("="), copy=False)


def _plain_rows(
    page: tifffile.TiffPage, file: BinaryIO, cut: _Pieces, plane: int
) -> Iterator[NDArray[Any]]:
    height = page.imagelength
    step = max(1, _BAND_BYTES // cut.row_bytes)
    file.seek(page.dataoffsets[0] + plane * height * cut.row_bytes)
    for top in range(0, height, step):
        rows = min(step, height - top)
        band = np.frombuffer(file.read(rows * cut.row_bytes), cut.sample)
        band = band.reshape(rows, page.imagewidth, cut.within)
        yield band.astype(cut.sample.newbyteorder("="), copy=False)


def _cut(page: tifffile.TiffPage) -> _Pieces:
    width, height, channels = page.imagewidth, page.imagelength, page.samplesperpixel
    planes = channels if int(page.planarconfig) == 2 else 1
    tile_width = page.tilewidth if page.is_tiled else width
    tile_height = page.tilelength if page.is_tiled else min(page.rowsperstrip, height)
    return _Pieces(
        tile_width,
        tile_height,
        -(-width // tile_width),
        -(-height // tile_height),
        planes,
        channels // planes,
        np.dtype(page.parent.byteorder + ("u1" if page.bitspersample == 8 else "u2")),
        page.is_tiled,
    )


def _unpack_rows(
    packed: list[bytes], rows: int, cut: _Pieces, page: tifffile.TiffPage
) -> NDArray[Any]:
    """(rows, width of all tiles, channels side by side), the predictor undone."""
    tile_bytes = cut.tile_width * cut.within * cut.sample.itemsize
    as_grey = _grey_tiff(
        packed,
        (cut.row_bytes, rows),
        (tile_bytes, cut.tile_height) if cut.tiled else None,
        cut.tile_height,
        int(page.compression),
        page.fillorder,
    )
    unpacked = np.asarray(_GreyRows(io.BytesIO(as_grey)))
    tiles = unpacked.view(cut.sample).reshape(rows, cut.across, cut.tile_width, cut.within)
    if int(page.predictor) == 2:
        tiles = np.cumsum(tiles, axis=2, dtype=cut.sample.newbyteorder("="))
    return tiles.reshape(rows, cut.across * cut.tile_width, cut.within)


class _GreyRows(TiffImageFile):
    """Pillow's own pixel limit would count bytes here; the page's pixels were counted before."""

    def load_prepare(self) -> None:
        if self._im is None:
            self.im = Image.new(self.mode, self.size).im
        super().load_prepare()


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
