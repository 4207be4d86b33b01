"""Reads when and with which camera a photo was taken."""

import re
from pathlib import Path
from typing import Any

from desktop_app.domain.photo import PhotoDate, PhotoMetadata
from desktop_app.imaging.header import PhotoHeader, read_header
from desktop_app.imaging.photo_dates import date_of_words
from desktop_app.imaging.photo_file import HeldPhoto, opened, shown_name
from desktop_app.imaging.upright import upright_size

_MAKE, _MODEL = 0x010F, 0x0110
_EXIF, _GPS = 0x8769, 0x8825
_DATE_TIME_ORIGINAL = 0x9003
_LATITUDE = 2
_LONGEST_CAMERA = 80

_XMP_DATES = re.compile(
    rb"""(?:photoshop:DateCreated|exif:DateTimeOriginal)\s*(?:=\s*["']|>)\s*([0-9T:+\-.Z]{4,35})"""
)
"""The two places where programs note when a photo was taken (XMP part 2; MWG 2.0, 5.6)."""


def read_metadata(photo: Path | HeldPhoto) -> PhotoMetadata:
    """What the file says about itself; fields that are absent, garbled or absurd stay empty.

    Raises only for the file as such: `FileVanished`, `NotPermitted`, `UnreadablePhoto`.
    """
    path = photo.path if isinstance(photo, HeldPhoto) else photo
    with opened(photo) as file:
        header = read_header(file, shown_name(path))
        width, height = upright_size(header.width, header.height, header.orientation)
        return PhotoMetadata(
            taken=_taken(header),
            camera=_camera(header),
            orientation=header.orientation,
            has_place=_LATITUDE in _directory(header, _GPS) or b"exif:GPSLatitude" in header.xmp,
            file_format=header.file_format.value,
            width=width,
            height=height,
        )


def _taken(header: PhotoHeader) -> PhotoDate:
    """EXIF first, then XMP, which alone can say "1952" or "June 1952".

    The dates of digitising and of the last change are not asked: for a scan of an old print they
    lie decades off.
    """
    words = _text(_directory(header, _EXIF).get(_DATE_TIME_ORIGINAL))
    taken = date_of_words(words)
    if taken.earliest is None and (match := _XMP_DATES.search(header.xmp)):
        taken = date_of_words(match.group(1).decode("ascii"))
    return taken


def _camera(header: PhotoHeader) -> str:
    """Make and model, the make not said twice ("Canon", "Canon EOS 80D")."""
    make, model = (_text(_tag(header, tag)) for tag in (_MAKE, _MODEL))
    camera = model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return camera.strip()[:_LONGEST_CAMERA]


def _tag(header: PhotoHeader, tag: int) -> Any:
    try:
        return header.exif.get(tag)
    except Exception:  # a tag that cannot be parsed says nothing
        return None


def _directory(header: PhotoHeader, tag: int) -> dict[int, Any]:
    try:
        return dict(header.exif.get_ifd(tag))
    except Exception:  # a directory that cannot be parsed says nothing
        return {}


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in value.split("\0")[0] if sign.isprintable()).strip()
