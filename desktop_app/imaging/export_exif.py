"""Chooses what of a photo's EXIF goes into its export."""

from pathlib import Path
from typing import Any

from PIL import Image, TiffTags

from desktop_app.imaging.header import read_header
from desktop_app.imaging.photo_file import opened, shown_name
from desktop_app.imaging.pillow_files import ORIENTATION

EXIF_DIRECTORY, GPS_DIRECTORY = 0x8769, 0x8825
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128

DESCRIPTIVE = frozenset(
    {
        0x010E,  # ImageDescription
        0x010F,  # Make
        0x0110,  # Model
        X_RESOLUTION,
        Y_RESOLUTION,
        RESOLUTION_UNIT,
        0x0131,  # Software
        0x0132,  # DateTime
        0x013B,  # Artist
        0x8298,  # Copyright
    }
)
"""Tags of the first directory that are copied; the others describe how the old file was built."""

_LEFT_OUT = frozenset(
    {
        0x927C,  # MakerNote: its offsets break when moved, and it hides previews of the old face
        0xA005,  # Interoperability: tells of a camera's own JPEG
        0xA302,  # CFAPattern
    }
)
_PIXEL_WIDTH, _PIXEL_HEIGHT = 0xA002, 0xA003
_LONGEST_VALUE = 8_000  # a JPEG has room for 64 KB of EXIF in all


def exif_for_export(source: Path | None, size: tuple[int, int], *, keep_place: bool) -> Image.Exif:
    """The camera's words about the photo, fit for the exported picture of `size` pixels.

    Orientation is 1, as the exported pixels are upright; the embedded thumbnail and the maker's
    notes are left behind, and with them (unless `keep_place`) the place.
    Raises what reading `source` raises; tags that cannot be written again are left out.
    """
    exported = Image.Exif()
    exported[ORIENTATION] = 1
    if source is None:
        return exported
    with opened(source) as file:
        exif = read_header(file, shown_name(source)).exif
        for tag in sorted(DESCRIPTIVE):
            _copy(exported, None, tag, _first(exif, tag))
        for tag, value in _directory(exif, EXIF_DIRECTORY).items():
            if tag not in _LEFT_OUT:
                _copy(exported, EXIF_DIRECTORY, tag, value)
        if keep_place:
            for tag, value in _directory(exif, GPS_DIRECTORY).items():
                _copy(exported, GPS_DIRECTORY, tag, value)
    details = exported.get_ifd(EXIF_DIRECTORY)
    if details:
        details[_PIXEL_WIDTH], details[_PIXEL_HEIGHT] = size
    return exported


def exif_bytes(exif: Image.Exif) -> bytes:
    """A TIFF structure without the "Exif" mark that JPEG puts before it."""
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _copy(exported: Image.Exif, directory: int | None, tag: int, value: Any) -> None:
    if value is None or (isinstance(value, str | bytes) and len(value) > _LONGEST_VALUE):
        return
    if isinstance(value, str) and TiffTags.lookup(tag, directory).type == TiffTags.ASCII:
        value = value.encode("latin-1", "replace")  # as Pillow read it: the bytes of the file
    trial = Image.Exif()
    _directory_of(trial, directory)[tag] = value
    try:
        trial.tobytes()
    except Exception:  # a stranger's value of the wrong kind for its tag
        return
    _directory_of(exported, directory)[tag] = value


def _directory_of(exif: Image.Exif, directory: int | None) -> Any:
    return exif if directory is None else exif.get_ifd(directory)


def _first(exif: Image.Exif, tag: int) -> Any:
    try:
        return exif.get(tag)
    except Exception:  # a tag that cannot be parsed is not copied
        return None


def _directory(exif: Image.Exif, directory: int) -> dict[int, Any]:
    try:
        return dict(exif.get_ifd(directory))
    except Exception:  # a directory that cannot be parsed is not copied
        return {}
