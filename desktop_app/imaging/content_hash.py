"""Names a photo by its contents, so that it is known again when it was moved."""

import hashlib
import os
from pathlib import Path

from desktop_app.imaging.photo_file import HeldPhoto, opened


def content_hash(photo: Path | HeldPhoto) -> str:
    """SHA-256 of the whole file, hexadecimal; read in pieces, whatever its size.

    Raises `FileVanished`, `NotPermitted`, `UnreadablePhoto`.
    """
    if isinstance(photo, HeldPhoto) and photo.data is not None:
        return hashlib.sha256(photo.data).hexdigest()
    with opened(photo) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def hold_photo(path: Path, most_bytes: int) -> HeldPhoto:
    """Reads the file once, from its beginning to its end; one over `most_bytes` is not held.

    Raises `FileVanished`, `NotPermitted`, `UnreadablePhoto`.
    """
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most_bytes:
            return HeldPhoto(path)
        data = file.read(size)  # into no larger room: fresh memory costs more than the copy
        return HeldPhoto(path, None if file.read(1) else data)  # it grows: read again
