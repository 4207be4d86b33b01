"""Writes TIFF files of 8 and 16 bits, grey, RGB and CMYK, uncompressed."""

import struct
from typing import Any, BinaryIO

import tifffile
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from desktop_app.domain.photo import ColourMode, SourcePixels
from desktop_app.imaging.export_exif import (
    DESCRIPTIVE,
    EXIF_DIRECTORY,
    GPS_DIRECTORY,
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
)

_PHOTOMETRIC = {
    ColourMode.GREY: "minisblack",
    ColourMode.RGB: "rgb",
    ColourMode.CMYK: "separated",
}
_ORIENTATION, _XMP, _SOFTWARE = 274, 700, 305
_SHORT, _LONG, _BYTE, _ASCII = "H", "I", "B", "s"
_LONG_TYPE = 4
_LITTLE_ENDIAN = b"II*\0\x08\0\0\0"
_LARGEST_CLASSIC = 2**32 - 2**26

_KEPT_FREE = {EXIF_DIRECTORY: EXIF_DIRECTORY - 1, GPS_DIRECTORY: GPS_DIRECTORY - 1}
"""Neighbouring tags that hold the place until the directories are written: tifffile writes no
EXIF directory, and leaves out these two tags where they are given to it."""


def write_tiff(file: BinaryIO, pixels: SourcePixels, exif: Image.Exif, xmp: bytes) -> None:
    """The samples as they are, in one strip order that every program reads.

    Files beyond 4 GB become BigTIFF, without the camera's details and the place.
    """
    directories = {
        tag: dict(exif.get_ifd(tag))
        for tag in (EXIF_DIRECTORY, GPS_DIRECTORY)
        if exif.get_ifd(tag) and pixels.samples.nbytes < _LARGEST_CLASSIC
    }
    extra: list[tuple[int, str, int, Any, bool]] = [(_ORIENTATION, _SHORT, 1, 1, True)]
    if xmp:
        extra.append((_XMP, _BYTE, len(xmp), xmp, True))
    for tag in sorted(DESCRIPTIVE - {X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, _SOFTWARE}):
        words = exif.get(tag)
        if isinstance(words, str):
            words = words.encode("latin-1", "replace")
        if isinstance(words, bytes) and words:
            extra.append((tag, _ASCII, 0, words, True))
    extra += [(_KEPT_FREE[tag], _LONG, 1, 0, True) for tag in directories]
    software = exif.get(_SOFTWARE)
    with tifffile.TiffWriter(tifffile.FileHandle(file, name="export.tif"), byteorder="<") as tiff:
        tiff.write(
            pixels.samples[..., 0] if pixels.samples.shape[2] == 1 else pixels.samples,
            photometric=_PHOTOMETRIC[pixels.mode],
            planarconfig="contig" if pixels.samples.shape[2] > 1 else None,
            extrasamples=_extra_samples(pixels),
            iccprofile=pixels.icc_profile,
            software=software if isinstance(software, str) else False,
            extratags=extra,
            metadata=None,
            **_resolution(exif),
        )
    _append_directories(file, directories)


def _extra_samples(pixels: SourcePixels) -> list[str] | None:
    if not pixels.has_extra_channel:
        return None
    return ["unassalpha" if pixels.transparency else "unspecified"]


def _resolution(exif: Image.Exif) -> dict[str, Any]:
    """The scanner's resolution, without which a print's size is lost."""
    try:
        across, down = float(exif[X_RESOLUTION]), float(exif[Y_RESOLUTION])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return {}
    if not (0 < across < 1e6 and 0 < down < 1e6):
        return {}
    unit = exif.get(RESOLUTION_UNIT)
    return {"resolution": (across, down), "resolutionunit": unit if unit in (1, 2, 3) else 2}


def _append_directories(file: BinaryIO, directories: dict[int, dict[int, Any]]) -> None:
    """Puts EXIF and GPS behind the pixels, and where they are into the tags kept free for them."""
    places = {}
    for tag, values in directories.items():
        place = file.seek(0, 2)
        place += file.write(b"\0" * (place % 2))
        directory = ImageFileDirectory_v2(ifh=_LITTLE_ENDIAN, group=tag)
        for inner, value in values.items():
            directory[inner] = value
        file.write(directory.tobytes(place))
        places[tag] = place
    if not places:
        return
    file.flush()
    file.seek(0)
    with tifffile.TiffFile(tifffile.FileHandle(file, name="export.tif")) as tiff:
        entries = {tag: tiff.pages.first.tags[_KEPT_FREE[tag]].offset for tag in places}
    for tag, place in places.items():
        file.seek(entries[tag])
        file.write(struct.pack("<HHII", tag, _LONG_TYPE, 1, place))
    file.seek(0, 2)
