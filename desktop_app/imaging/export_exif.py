"""Chooses what of a photo's EXIF goes into its export."""

import struct
from pathlib import Path
from typing import Any

from PIL import Image, TiffTags

from desktop_app.domain.photo import PhotoDate
from desktop_app.imaging.header import read_header
from desktop_app.imaging.photo_dates import date_of_words
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
_DATE_TIME_ORIGINAL = 0x9003
_OF_DATE = frozenset({_DATE_TIME_ORIGINAL, 0x9011, 0x9291})  # with its offset and its subseconds
_PIXEL_WIDTH, _PIXEL_HEIGHT = 0xA002, 0xA003
_FIRST_DIRECTORY = 10  # where EXIF in a PNG begins, see `exif_bytes`
_LONGEST_VALUE = 8_000  # bytes
MOST_EXIF_IN_JPEG = 65_000
"""Bytes: a JPEG has room for 64 KB of it in all (EXIF 2.32, 4.7.2)."""


def exif_for_export(
    source: Path | None,
    size: tuple[int, int],
    *,
    keep_place: bool,
    taken: PhotoDate = PhotoDate(),  # noqa: B008 - frozen
    most: int | None = None,
) -> Image.Exif:
    """The camera's words about the photo, fit for the exported picture of `size` pixels.

    Orientation is 1, as the exported pixels are upright; the embedded thumbnail and the maker's
    notes are left behind, and with them (unless `keep_place`) the place. A date of the original
    that lies outside `taken`, which the user knows better (a scanner notes its own), is left out.
    Where all of it has more than `most` bytes, the longest values are left out.
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
        camera = _directory(exif, EXIF_DIRECTORY)
        left_out = _LEFT_OUT | (_OF_DATE if _known_better(camera, taken) else frozenset())
        for tag, value in camera.items():
            if tag not in left_out:
                _copy(exported, EXIF_DIRECTORY, tag, value)
        if keep_place:
            for tag, value in _directory(exif, GPS_DIRECTORY).items():
                _copy(exported, GPS_DIRECTORY, tag, value)
    details = exported.get_ifd(EXIF_DIRECTORY)
    if details:
        details[_PIXEL_WIDTH], details[_PIXEL_HEIGHT] = size
    while most is not None and (over := len(exported.tobytes()) - most) > 0:
        _make_room(exported, over)
    return exported


def _make_room(exif: Image.Exif, over: int) -> None:
    """Takes about so many bytes of values out, at least one value: the longest first.

    The descriptive ones, whose names are known, stay longer.
    """
    places = [
        (_room(value) - (256 if directory is None else 0), directory, tag)
        for directory in (None, EXIF_DIRECTORY, GPS_DIRECTORY)
        for tag, value in dict(_directory_of(exif, directory)).items()
    ]
    for room, directory, tag in sorted(places, key=lambda place: -place[0]):
        if over <= 0:
            return
        del _directory_of(exif, directory)[tag]
        over -= max(room, 12)


def _room(value: Any) -> int:
    """About how many bytes a value takes with its entry in the directory."""
    return 12 + len(value) if isinstance(value, str | bytes) else 12


def _known_better(camera: dict[int, Any], taken: PhotoDate) -> bool:
    """Whether the camera's date lies outside the span in which the photo was taken."""
    words = camera.get(_DATE_TIME_ORIGINAL)
    if not isinstance(words, str) or taken.earliest is None or taken.latest is None:
        return False
    said = date_of_words(words.split("\0")[0])
    if said.earliest is None or said.latest is None:
        return False
    return said.latest < taken.earliest or said.earliest > taken.latest


def exif_bytes(exif: Image.Exif) -> bytes:
    """A TIFF structure without the "Exif" mark that JPEG puts before it.

    WORKAROUND for ExifTool up to 13.59 at least: where a PNG has a C2PA manifest, a directory at
    the usual byte 8 is taken for one of the manifest's, and all EXIF is left out; so it begins two
    bytes later, which the format allows (TIFF 6.0, section 2).
    """
    block = exif.tobytes(_FIRST_DIRECTORY).removeprefix(b"Exif\0\0")
    order, head = ("<" if block[:2] == b"II" else ">"), block[:4]
    gap = bytes(_FIRST_DIRECTORY - 8)
    return head + struct.pack(f"{order}I", _FIRST_DIRECTORY) + gap + block[8:]


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
