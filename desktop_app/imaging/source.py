"""Decodes a photo with all it has: for restoring and export."""

import dataclasses
from pathlib import Path
from typing import BinaryIO

from desktop_app.domain.errors import UnreadablePhoto
from desktop_app.domain.photo import SourcePixels
from desktop_app.imaging.apart import in_a_reader, stored_apart
from desktop_app.imaging.formats import HEAD_BYTES, RISKY, FileFormat, recognise
from desktop_app.imaging.photo_file import MAX_PIXELS, opened, shown_name
from desktop_app.imaging.pillow_files import read_with_pillow
from desktop_app.imaging.read_heif import read_heif
from desktop_app.imaging.read_jpeg import read_jpeg
from desktop_app.imaging.read_png import read_png
from desktop_app.imaging.read_raw import read_raw
from desktop_app.imaging.read_tiff import read_tiff
from desktop_app.imaging.stored import StoredPhoto, Wanted
from desktop_app.imaging.upright import turn_by, turn_upright


def decode_source(path: Path, *, max_pixels: int = MAX_PIXELS, turned: int = 0) -> SourcePixels:
    """The photo's own samples, bit depth, inks and profile; only turned upright.

    `turned` are the degrees by which the user turned it further, clockwise, in quarters.

    Raises `UnreadablePhoto`, `PhotoTooLarge`, `FileVanished`, `NotPermitted`.
    """
    with opened(path) as file:
        stored = read_stored(file, Wanted(shown_name(path), max_pixels))
        samples = turn_upright(stored.pixels.samples, stored.orientation)
        samples = turn_by(samples, turned) if turned else samples
        return dataclasses.replace(stored.pixels, samples=samples)


def read_stored(file: BinaryIO, wanted: Wanted) -> StoredPhoto:
    """What the file holds, read by the reader that its first bytes call for.

    Decoders that a file could crash work in a process of their own, see `apart`.
    """
    file_format = format_of(file, wanted.name)
    if file_format in RISKY and not in_a_reader():
        return stored_apart(file, wanted)
    if file_format is FileFormat.JPEG:
        return read_jpeg(file, wanted)
    if file_format is FileFormat.PNG:
        return read_png(file, wanted)
    if file_format is FileFormat.TIFF:
        return read_tiff(file, wanted)
    if file_format is FileFormat.HEIF:
        return read_heif(file, wanted)
    if file_format is FileFormat.RAW:
        return read_raw(file, wanted)
    return read_with_pillow(file, file_format, wanted)


def format_of(file: BinaryIO, name: str) -> FileFormat:
    """Raises `UnreadablePhoto` where the first bytes are of no format that is read."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        raise UnreadablePhoto(f"{name} is empty.")
    file_format = recognise(head, name)
    if file_format is None:
        raise UnreadablePhoto(f"{name} is not a photo of a kind that is read here.")
    return file_format
