"""Names a photo by its contents, so that it is known again when it was moved."""

import hashlib
from pathlib import Path

from desktop_app.imaging.photo_file import opened


def content_hash(path: Path) -> str:
    """SHA-256 of the whole file, hexadecimal; read in pieces, whatever its size.

    Raises `FileVanished`, `NotPermitted`, `UnreadablePhoto`.
    """
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
