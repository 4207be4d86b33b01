"""Reads what a photo's file says of itself, without decoding its pixels."""

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image

from desktop_app.imaging.apart import boxed_header_apart, in_a_reader, raw_preview_apart
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.pillow_files import ORIENTATION, open_with_pillow, orientation_of
from desktop_app.imaging.png_chunks import xmp_chunk
from desktop_app.imaging.read_heif import open_heif
from desktop_app.imaging.read_raw import raw_preview
from desktop_app.imaging.source import format_of

_WIDTH, _HEIGHT, _XMP = 0x0100, 0x0101, 0x02BC
_LARGEST_XMP = 4_000_000


@dataclass(frozen=True)
class PhotoHeader:
    """The words of a stranger: the caller believes none of them."""

    file_format: FileFormat
    width: int  # as stored, not upright
    height: int
    orientation: int  # EXIF, 1 to 8; 1 where the reader turns the photo itself
    exif: Image.Exif
    xmp: bytes  # b"" where there is none


def read_header(file: BinaryIO, name: str) -> PhotoHeader:
    """Raises what the readers raise; to be used inside `photo_file.opened`."""
    file_format = format_of(file, name)
    if file_format is FileFormat.TIFF:
        return _tiff_header(file)
    if file_format in (FileFormat.HEIF, FileFormat.AVIF):
        return _boxed_header(file, file_format, name)
    if file_format is FileFormat.RAW:
        return _raw_header(file, name)
    return _pillow_header(file, file_format)


def _pillow_header(file: BinaryIO, file_format: FileFormat) -> PhotoHeader:
    image = open_with_pillow(file, file_format)
    try:
        exif = image.getexif()
    except Exception:  # garbage in the EXIF block; the picture may still be sound
        exif = Image.Exif()
    xmp = _as_xmp(image.info.get("xmp"))
    if not xmp and file_format is FileFormat.PNG:
        xmp = _as_xmp(xmp_chunk(file))
    return PhotoHeader(file_format, *image.size, orientation_of(image), exif, xmp)


def _tiff_header(file: BinaryIO) -> PhotoHeader:
    """Without Pillow's decoder, which refuses kinds of samples that are read here."""
    exif = exif_of_tiff(file)
    width, height = _number(exif.get(_WIDTH)), _number(exif.get(_HEIGHT))
    orientation = exif.get(ORIENTATION, 1)
    return PhotoHeader(
        FileFormat.TIFF,
        width,
        height,
        orientation if orientation in range(1, 9) else 1,
        exif,
        _as_xmp(exif.get(_XMP)),
    )


def _boxed_header(file: BinaryIO, file_format: FileFormat, name: str) -> PhotoHeader:
    read = boxed_header if in_a_reader() else boxed_header_apart
    (width, height), orientation, exif, xmp = read(file, name)
    return PhotoHeader(file_format, width, height, orientation, _parse_exif(exif), xmp)


def boxed_header(file: BinaryIO, name: str) -> tuple[tuple[int, int], int, bytes, bytes]:
    """(width, height), orientation, EXIF and XMP of a HEIC or AVIF photo; b"" for none."""
    if format_of(file, name) is FileFormat.HEIF:
        heif = open_heif(file)
        return heif.size, 1, heif.info.get("exif") or b"", _as_xmp(heif.info.get("xmp"))
    image = open_with_pillow(file, FileFormat.AVIF)
    exif = image.info.get("exif") or b""
    return image.size, orientation_of(image), exif, _as_xmp(image.info.get("xmp"))


def _raw_header(file: BinaryIO, name: str) -> PhotoHeader:
    """Sizes of the preview; the camera's words from the file, else from the preview."""
    read = raw_preview if in_a_reader() else raw_preview_apart
    preview, orientation = read(file, name)
    if not isinstance(preview, bytes):
        height, width = preview.shape[:2]
        return PhotoHeader(FileFormat.RAW, width, height, orientation, exif_of_tiff(file), b"")
    inner = _pillow_header(io.BytesIO(preview), FileFormat.JPEG)
    turned = inner.orientation if inner.orientation != 1 else orientation
    exif = exif_of_tiff(file) or inner.exif
    xmp = inner.xmp or _as_xmp(exif.get(_XMP))
    return PhotoHeader(FileFormat.RAW, inner.width, inner.height, turned, exif, xmp)


def exif_of_tiff(file: BinaryIO) -> Image.Exif:
    """The tags of the first directory; empty where the file is no TIFF or a broken one."""
    exif = Image.Exif()
    file.seek(0)
    try:
        exif.load_from_fp(file)
    except Exception:  # the tags are a stranger's; what cannot be parsed says nothing
        return Image.Exif()
    return exif


def _parse_exif(data: bytes) -> Image.Exif:
    exif = Image.Exif()
    try:
        exif.load(data)
    except Exception:  # see exif_of_tiff
        return Image.Exif()
    return exif


def _as_xmp(value: Any) -> bytes:
    if isinstance(value, str):
        value = value.encode("utf-8", "replace")
    if not isinstance(value, bytes) or len(value) > _LARGEST_XMP:
        return b""
    return value.strip(b"\0 ")


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
